import type { DriftReport, DriftRow } from '../query/drift/answer.js';
import { changeTable, modelTable, titleOf } from './drift.js';
import { formatCount } from './number.js';
import type { Page, Section, TableSection } from './page_data.js';
import type { Table } from './table.js';

/** The answer as a page: what changed first, then the models, then what moved but only as far as days scatter. */
export function driftAsPage(report: DriftReport): Page {
  const [subtitle = '', ...result] = titleOf(report);
  const of = (verdict: DriftRow['verdict']) => report.rows.filter((row) => row.verdict === verdict);
  return {
    title: 'Drift',
    subtitle,
    sections: [
      figures(report),
      ...changed('What changed', result.join(' '), report, of('drift')),
      ...(report.models.length === 0 ? [] : [sectionOf('Models', MODELS, modelTable(report.models))]),
      ...changed('Within the usual scatter', NOISE, report, of('noise')),
      ...changed('Steady', `Changes below ${report.query.threshold_percent}%.`, report, of('steady')),
    ],
    notes: report.warnings.map(({ message }) => message),
    footer: [
      `Price book ${report.price_book}. Like is compared with like: the same feature and model${report.query.same_weekdays ? ', the same weekday' : ''}. Intervals hold 95%; chances are corrected for the number of comparisons (Benjamini and Hochberg).`,
    ],
  };
}

const MODELS =
  'New and vanished models, names that another model answers to than before, and models past or near their date of deprecation.';
const NOISE = 'It moved as far as the threshold, but days before scatter as much: no reason to act.';

function figures({ totals, models }: DriftReport): Section {
  const shown = (label: string, count: number) => ({ label, value: formatCount(count) });
  return {
    type: 'figures',
    figures: [
      shown('changes', totals.drift),
      shown('within the usual scatter', totals.noise),
      shown('comparisons', totals.compared),
      shown('findings about models', models.length),
    ],
  };
}

function changed(title: string, text: string, report: DriftReport, rows: readonly DriftRow[]): Section[] {
  return rows.length === 0 ? [] : [sectionOf(title, text, changeTable(report, rows, false), rows)];
}

/** Changes are sorted by their number; everything else as text. */
function sectionOf(title: string, text: string, { columns, rows }: Table, changes?: readonly DriftRow[]): TableSection {
  return {
    type: 'table',
    title,
    text,
    columns: columns.map((column) => ({ title: column.title, kind: column.align === 'right' ? 'number' : 'text' })),
    rows: rows.map((cells, line) =>
      cells.map((shown, index) => {
        const name = columns[index]?.title;
        const row = changes?.[line];
        if (row === undefined) return { text: shown };
        if (name === 'change') return { text: shown, value: row.change_percent };
        if (name === 'before' || name === 'after') return { text: shown, value: row[name] };
        return name === 'by chance' ? { text: shown, value: row.p_adjusted } : { text: shown };
      }),
    ),
  };
}
