import type { CostReport, ReportMetric, ReportMetrics, ReportRow } from '../../../query/report/answer.js';
import type { Count } from '../../../query/scope/values.js';
import { type Cell, NONE, OTHER, type Table } from '../../document.js';
import { metricCell, metricText, requestsCell, UNKNOWN } from '../../text/metric.js';
import { formatCount, formatMoney, formatPercent, formatShort } from '../../text/number.js';
import { sparkline } from '../../text/sparkline.js';

/** What is shown beyond what was asked for. */
export interface Shown {
  /** With a comparison: why the cost of each row changed. */
  effects?: boolean | undefined;
  /** What people look for first comes first: the cost and its share. */
  costFirst?: boolean | undefined;
}

/** The report as the table people see, in a terminal and in Markdown; names are as the data has them, not yet escaped. */
export function reportTable(report: CostReport, { effects = false, costFirst = false }: Shown = {}): Table {
  const metrics = report.comparison === undefined ? metricColumns(report, costFirst) : changeColumns(report, effects);
  const { by } = report.query;
  const trends = trendsOf(report);
  const line = (row: CostReport['totals']) => [
    ...metrics.map(({ cell }) => cell(row)),
    ...trends.flatMap(({ cells }) => cells(row)),
  ];
  const former = hasFormerSpans(report) ? [`former ${by.join(', ')}`] : [];
  return {
    columns: [
      ...[...by, ...former].map((title) => ({ title, align: 'left' as const })),
      ...metrics.map(({ title, short, optional, joined }) => ({
        title,
        short,
        optional,
        align: 'right' as const,
        ...(joined ? { joined } : {}),
      })),
      ...trends.map(({ column }) => column),
    ],
    rows: report.rows.map((row) => [...rowNames(row, by), ...line(row)]),
    footer: [[...padTo(['total'], by.length + former.length), ...line(report.totals)]],
  };
}

/** Whether the rows are spans of time, each beside one of a former period. */
export function hasFormerSpans({ rows }: CostReport): boolean {
  return rows.some(({ before_span }) => before_span !== undefined);
}

/** The names of a row; of a span also the one it is set beside, and a dash where the other period has none. */
function rowNames(row: CostReport['rows'][number], by: readonly string[]): string[] {
  const { before_span } = row;
  if (before_span === undefined) return namesOf(row, by);
  return [...by.map((name) => row.group[name] ?? UNKNOWN), before_span?.label ?? UNKNOWN];
}

interface Trend {
  column: Table['columns'][number];
  cells: (row: CostReport['totals']) => string;
}

/**
 * A column that draws the metric rows are ordered by (else cost, else the first) over time, where there is a series; with a comparison one
 * more of the former period, drawn to the same scale.
 */
function trendsOf({ query, spans, metrics, comparison }: CostReport): Trend[] {
  const names = metrics.map(({ name }) => name);
  const name =
    names.find((metric) => query.sort.startsWith(`${metric}:`)) ??
    names.find((metric) => metric === 'cost') ??
    names[0];
  if (spans === undefined || name === undefined) return [];
  const title = metrics.find((metric) => metric.name === name)?.title ?? name;
  const values = ({ series = [] }: CostReport['totals']) =>
    series.flatMap((metric, index) => (comparison === undefined || spans[index]?.since !== null ? [metric[name]] : []));
  const former = ({ series = [] }: CostReport['totals']) =>
    series.flatMap(({ before }, index) => (spans[index]?.before === null ? [] : [before?.[name]]));
  const column = (text: string) => ({ title: text, align: 'left' as const, fixed: true });
  if (comparison === undefined) {
    return [{ column: column(`${title} by ${query.every}`), cells: (row) => sparkline(values(row)) }];
  }
  return [
    { column: column(`${title} by ${query.every}`), cells: (row) => sparkline(values(row), former(row)) },
    { column: column('before'), cells: (row) => sparkline(former(row), values(row)) },
  ];
}

/** The values of the dimensions of a row; OTHER in place of the first for the row of the rest. */
export function namesOf(row: ReportRow, by: readonly string[]): string[] {
  if (row.kind === 'other') return padTo([OTHER], by.length);
  return by.map((name) => row.group[name] ?? NONE);
}

/** Period, time zone and how much there is: '2026-09-01 → 2026-10-01 (UTC) · 12,345 requests'. */
export function reportTitle({ query, totals, coverage, comparison, metrics }: CostReport): string {
  const filters = query.where.length === 0 ? '' : ` · ${query.where.join(' · ')}`;
  const requests = requestsCell(coverage.requests, totals.requests_complete);
  const compared = comparison === undefined ? '' : ` · compared with ${comparison.with}`;
  const order = orderOf(query.sort, metrics);
  return `${query.period} (${query.tz})${compared}${filters} · ${requests} ${coverage.requests === 1 ? 'request' : 'requests'}${order}`;
}

/** An order that no column shows says what it is: ' · by cost, the highest first'. */
function orderOf(sort: string, metrics: CostReport['metrics']): string {
  const [name = '', direction] = sort.split(':');
  if (name === 'name' || metrics.some((metric) => metric.name === name)) return '';
  const first = direction === 'asc' ? 'smallest' : 'largest';
  return name === 'change'
    ? ` · ${first} changes of cost first`
    : ` · by ${name.replaceAll('_', ' ')}, the ${first} first`;
}

function padTo(cells: string[], length: number): string[] {
  return [...cells, ...Array.from({ length: length - cells.length }, () => '')];
}

/** A column of numbers. */
export interface Column {
  title: string;
  /** The title on a terminal. */
  short?: string | undefined;
  /** Left out where there is no room for all. */
  optional?: boolean | undefined;
  /** It is about the column before. */
  joined?: boolean;
  cell: (metrics: CostReport['totals']) => Cell;
}

const FIRST = ['cost', 'share'];

function metricColumns(report: CostReport, costFirst: boolean): Column[] {
  const { metrics } = report;
  const first = costFirst ? metrics.filter(({ name }) => FIRST.includes(name)) : [];
  return [...first, ...metrics.filter((metric) => !first.includes(metric))]
    .map(columnOf)
    .concat(unpricedColumn(report));
}

/** What the first look at a report can do without. */
const OPTIONAL: ReadonlySet<ReportMetric['name']> = new Set(['cached_tokens', 'cost_per_request']);

const SHORT_TITLES: Partial<Record<ReportMetric['name'], string>> = {
  input_tokens: 'input',
  output_tokens: 'output',
  cached_tokens: 'cached',
  cost_per_request: '/request',
};

/** The value of a metric, with the short form of large numbers of tokens. */
function cellOf(metric: ReportMetric, metrics: ReportMetrics): Cell {
  const text = metricCell(metric, metrics);
  const value = metrics[metric.name] ?? null;
  return metric.unit === 'tokens' && value !== null ? { text, short: formatShort(value) } : text;
}

/** What is in no cost has a column, where a cost is shown and anything lacks a price. */
function unpricedColumn({ totals, metrics }: CostReport): Column[] {
  const shown = metrics.some(({ name }) => name === 'unpriced_requests');
  const unpriced = totals.unpriced_rows !== 0 && !shown && metrics.some(({ unit }) => unit === 'money');
  return unpriced ? [{ title: 'unpriced', cell: unpricedCell }] : [];
}

function columnOf(metric: ReportMetric): Column {
  const { name, title } = metric;
  return name === 'unpriced_requests'
    ? { title, cell: unpricedCell }
    : { title, short: SHORT_TITLES[name], optional: OPTIONAL.has(name), cell: (metrics) => cellOf(metric, metrics) };
}

/** Requests without a price; '?' more where rows do not tell how many requests they are. */
function unpricedCell({ unpriced_requests, unpriced_rows, requests_complete }: ReportMetrics): string {
  if (unpriced_rows === 0) return '0';
  if (unpriced_requests === 0) return 'unknown';
  return requests_complete ? formatCount(unpriced_requests) : `≥ ${formatCount(unpriced_requests)}`;
}

/** For each metric what it is, what it was, and by how much it changed; with `effects` why the cost did; new and vanished rows say so. */
function changeColumns(report: CostReport, effects: boolean): Column[] {
  const { metrics, rows } = report;
  const anew = rows.some(({ presence }) => presence !== 'both');
  return [
    ...metrics.flatMap(comparedColumns),
    ...(effects ? EFFECTS.map(effectColumn) : []),
    ...unpricedColumn(report),
    ...(anew ? [{ title: '', cell: presenceCell }] : []),
  ];
}

/** In the order of their steps. */
const EFFECTS = ['volume', 'mix', 'tokens', 'price'] as const;
/** Heads of columns, as short as the amounts below them. */
const EFFECT_TITLES = { volume: 'by requests', mix: 'by mix', tokens: 'by tokens', price: 'by price' } as const;

function effectColumn(part: (typeof EFFECTS)[number]): Column {
  return { title: EFFECT_TITLES[part], cell: ({ effects }) => signed(effects?.[part], formatMoney) };
}

function comparedColumns(metric: ReportMetric): Column[] {
  const { name, title, unit } = metric;
  const change: Column = {
    title: 'Δ',
    joined: true,
    cell: (row) => signed(row.change?.[name], (value) => differenceText(metric, value)),
  };
  const percent: Column = {
    title: 'Δ %',
    joined: true,
    cell: (row) => signed(row.change_percent?.[name], (value) => formatPercent(value, null)),
  };
  return [
    { title, short: SHORT_TITLES[name], cell: (row) => cellOf(metric, row) },
    {
      title: 'before',
      joined: true,
      cell: (row) => (row.before === undefined ? UNKNOWN : cellOf(metric, row.before)),
    },
    change,
    // A percentage of a percentage says nothing.
    ...(unit === 'percent' ? [] : [percent]),
  ];
}

/** By how much a metric changed: a percentage by points, which are no percentage of anything. */
export function differenceText(metric: Pick<ReportMetric, 'name' | 'unit'>, value: Count | string): string {
  const text = metricText(metric, value);
  return metric.unit === 'percent' ? text.replace('%', ' points') : text;
}

/** '+$1.20', '-3.00%', and 0 without a sign. */
export function signed(value: number | string | null | undefined, text: (positive: string) => string): string {
  if (value === null || value === undefined) return UNKNOWN;
  const digits = String(value);
  const positive = digits.replace(/^-/, '');
  if (/^[0.]*$/.test(positive)) return text(positive);
  return `${digits.startsWith('-') ? '-' : '+'}${text(positive)}`;
}

function presenceCell({ presence }: CostReport['totals']): string {
  return presence === undefined || presence === 'both' ? '' : presence;
}
