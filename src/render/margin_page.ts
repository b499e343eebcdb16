import { apartLines, marginName, marginTable, marginTitle } from './margin.js';
import type { Page, SeriesChart } from './page/data.js';
import { sectionOf } from './page/table.js';
import { formatMoney, formatPercent } from './text/number.js';
import type { MarginReport } from "../query/margin/answer.js";

/** The answer as a page: the whole in figures, revenue and cost side by side, and the table. */
export function marginPage(report: MarginReport): Page {
  const { revenue, cost, margin, margin_percent } = report.totals;
  const figure = (label: string, amount: string | null) => ({
    label,
    value: amount === null ? 'unpriced' : formatMoney(amount),
  });
  return {
    title: `Margin by ${report.query.by}`,
    subtitle: marginTitle(report),
    sections: [
      {
        type: 'figures',
        figures: [
          figure('Revenue', revenue),
          figure('Cost', cost),
          figure('Margin', margin),
          { label: 'Margin of revenue', value: margin_percent === null ? '–' : formatPercent(margin_percent, margin) },
        ],
      },
      ...(report.rows.length === 0 ? [] : [chartOf(report)]),
      sectionOf('Margins', marginTable(report)),
    ],
    notes: [...apartLines(report), ...report.warnings.map(({ message }) => message)],
    footer: [`Price book ${report.price_book}; amounts in ${report.currency}.`],
  };
}

const BARS = 20;

function chartOf({ query: { by }, rows }: MarginReport): SeriesChart {
  const shown = rows.slice(0, BARS);
  const cells = (amounts: (string | null)[]) =>
    amounts.map((amount) => ({ text: amount === null ? 'unpriced' : formatMoney(amount), value: amount }));
  return {
    type: 'chart',
    kind: by === 'month' ? 'columns' : 'bars',
    title: 'Revenue and cost',
    text: rows.length > BARS ? `The first ${BARS} of ${rows.length}; the table has all.` : undefined,
    labelTitle: by,
    labels: shown.map(marginName),
    value: { title: 'USD', unit: 'money' },
    series: [
      { name: 'revenue', cells: cells(shown.map(({ revenue }) => revenue)), tone: 'good' },
      { name: 'cost', cells: cells(shown.map(({ cost }) => cost)), tone: 'bad' },
    ],
  };
}
