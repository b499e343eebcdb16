import type { CostReport, ReportRow } from '../../../query/report/answer.js';
import { type Cell, type Document, type Section, type Table, textOf, type ValuedCell } from '../../document.js';
import { counted, formatCount, formatMoney } from '../../text/number.js';
import { roundingNote } from '../../text/rounding.js';
import { reportCharts, reportFigures } from './charts.js';
import { reportTable, reportTitle, type Shown } from './columns.js';
import { effectsChart, effectsLines } from './effects.js';
import { heatMap } from './heat_map.js';
import { reportLines, reportObjects, reportRecords } from './lines.js';

/** What is shown beyond what was asked for. */
interface ReportShown extends Shown {
  /** As shades by weekday and hour instead of a table. */
  heatmap?: boolean | undefined;
  /** People see it now, so the age of the prices says something; a file is not wrong tomorrow. */
  seen?: boolean;
  /** All of what the figures rest on, even to people. */
  verbose?: boolean | undefined;
}

/** The report: its totals, a chart of the cost (or of the first metric), the table, and what the figures rest on. */
export function reportDocument(report: CostReport, shown: ReportShown = {}): Document {
  const { query, metrics, warnings, price_book, currency } = report;
  const lines = reportLines(report);
  const title = reportTitle(report);
  const below = [...linesBelow(report), coverageLine(report, false)];
  const table = reportTable(report, shown);
  const seen = shown.seen === true;
  const named = query.by.length === 0 ? 'All' : query.by.join(', ');
  const drawn: Section[] = [
    shown.heatmap === true
      ? heatMap(report)
      : {
          type: 'table',
          title: named,
          in: ['terminal'],
          table: reportTable(report, { ...shown, costFirst: shown.costFirst && seen }),
          below: linesBelow(report),
        },
    {
      type: 'text',
      in: ['terminal'],
      tight: true,
      faint: true,
      paragraphs: [seen && shown.verbose !== true ? briefCoverage(report) : coverageLine(report, seen)],
    },
  ];
  return {
    json: report,
    head: [title],
    body: [
      { type: 'figures', figures: reportFigures(report) },
      ...reportCharts(report),
      ...effectsChart(report),
      ...drawn,
      { type: 'table', title: named, in: ['markdown'], table, below },
      { type: 'table', title: named, in: ['page'], table: sortableTable(table, report) },
      { type: 'text', in: ['page'], title: 'What the figures stand for', paragraphs: below },
    ],
    notes: warnings.map(({ message }) => message),
    briefNotes: briefNotes(report),
    records: reportRecords(lines, report),
    lines: reportObjects(lines),
    page: {
      title: query.by.length === 0 ? 'LLM usage' : `LLM usage by ${query.by.join(', ')}`,
      subtitle: title,
      footer: [
        `Price book ${price_book}; amounts in ${currency}; ${query.since ?? 'from the first usage'} to ${query.until ?? 'the last usage'}, half open; time zone ${query.tz}.`,
        ...metrics.map(({ title, means }) => `${title}: ${means}`),
      ],
    },
  };
}

/** The table of a terminal with the values to sort by; what --top leaves out is among the totals, which stay below. */
function sortableTable({ columns, rows, footer }: Table, report: CostReport): Table {
  const values = columns.map(({ title }) => sortValue(report, title));
  const line = (cells: readonly Cell[], row: ReportRow | CostReport['totals']): ValuedCell[] =>
    cells.map((cell, index) => ({ text: textOf(cell), ...values[index]?.(row) }));
  const others = report.rows.findIndex(({ kind }) => kind === 'other');
  const groups = others < 0 ? report.rows.length : others;
  const lines = rows.map((cells, index) => line(cells, report.rows[index] ?? report.totals));
  return {
    columns,
    rows: lines.slice(0, groups),
    footer: [...lines.slice(groups), ...footer.map((cells) => line(cells, report.totals))],
  };
}

/** What a column is sorted by: the value of its metric, the requests without a price, or (undefined) its text. */
function sortValue(
  { metrics, query }: CostReport,
  title: string,
): ((row: CostReport['totals']) => Pick<ValuedCell, 'value'>) | undefined {
  if (query.by.includes(title)) return undefined;
  if (title === 'unpriced') return ({ unpriced_requests }) => ({ value: unpriced_requests });
  const metric = metrics.find((known) => known.title === title);
  return metric === undefined ? undefined : (row) => ({ value: row[metric.name] ?? null });
}

/** A footnote where the costs that are shown do not add up to the total that is shown. */
function roundingLine({ metrics, rows, totals, query, spans }: CostReport): string[] {
  if (!metrics.some(({ name }) => name === 'cost') || (query.every !== null && spans !== undefined)) return [];
  const note = roundingNote(
    rows.map(({ cost }) => cost ?? null),
    totals.cost ?? null,
  );
  return note === undefined ? [] : [note];
}

/** What is below the table: what was paid by time, why the cost changed. */
function linesBelow(report: CostReport): string[] {
  return [...roundingLine(report), ...flatLines(report), ...effectsLines(report)];
}

/** Many models without a price are one note; --verbose and JSON name each. */
function briefNotes({ warnings, coverage }: CostReport): string[] {
  const models = warnings.filter(({ code }) => code === 'unpriced');
  if (models.length < 3) return warnings.map(({ message }) => message);
  const sum = `${counted(coverage.unpriced_requests, 'request')} of ${models.length} models have no price and are not in the cost: llmcost pricing status`;
  return [sum, ...warnings.filter((warning) => !models.includes(warning)).map(({ message }) => message)];
}

/** 'coverage: 99.12% of 3,265 rows priced · prices 40 days old · -v tells more'. */
function briefCoverage({ coverage }: CostReport): string {
  const { rows, priced_percent, price_age_days: days } = coverage;
  if (priced_percent === null) return 'coverage: no usage';
  const age = days === null ? [] : [`prices ${counted(days, 'day')} old`];
  return `coverage: ${[`${priced_percent}% of ${counted(rows, 'row')} priced`, ...age, '-v tells more'].join(' · ')}`;
}

/** What was paid by time: it belongs to no call, so it is below the total. */
function flatLines({ flat_costs }: CostReport): string[] {
  return flat_costs.map(({ name, usd, per, from, to, cost }) => {
    const days = `${from.replace('T00:00:00Z', '')} → ${to.replace('T00:00:00Z', '')}`;
    return `flat: ${name} ${formatMoney(cost)} ($${usd} per ${per}, ${days})`;
  });
}

/**
 * What the figures rest on, in one line: how much is priced, by which prices, what is not attributed, and the exact time. The age of the
 * prices is for people only: a file is not wrong tomorrow.
 */
function coverageLine({ coverage, price_book, query }: CostReport, seen: boolean): string {
  const { rows, priced_percent, rows_without_customer, price_age_days } = coverage;
  if (priced_percent === null) return 'coverage: no usage';
  const days = price_age_days === null || !seen ? '' : `, ${formatCount(price_age_days)} days old`;
  const parts = [
    `${priced_percent}% of ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'} priced`,
    price_book === '' ? 'no price list' : `price book ${price_book}${days}`,
    ...(rows_without_customer === 0 ? [] : [`${formatCount(rows_without_customer)} without customer`]),
    grainOf(coverage),
    timeLine(coverage, query.tz),
  ];
  return `coverage: ${parts.join(' · ')}`;
}

function timeLine({ since, until, data_until }: CostReport['coverage'], tz: string): string {
  const zone = tz === 'UTC' ? 'UTC' : `UTC; days are those of ${tz}`;
  // The end of the period is not the end of the data: what came in between is not there yet.
  const ends = data_until !== null && until !== null && data_until < until ? `; data until ${timeOf(data_until)}` : '';
  return since === null && until === null ? zone : `${timeOf(since)} to ${timeOf(until)} (${zone}${ends})`;
}

function grainOf({ rows, bucket_rows }: CostReport['coverage']): string {
  if (bucket_rows === 0) return 'single calls';
  return bucket_rows === rows
    ? 'buckets of calls'
    : `single calls and ${formatCount(bucket_rows)} buckets of calls, mixed`;
}

/** 2026-09-01T00:00:00.000Z → 2026-09-01 00:00 */
function timeOf(iso: string | null): string {
  return iso === null
    ? 'unknown'
    : iso
        .replace('T', ' ')
        .replace(/(:00)?\.000Z$/, '')
        .replace('Z', '');
}
