import { metricCell, requestsCell, UNKNOWN } from '../text/metric.js';
import { formatCount } from '../text/number.js';
import { sparkline } from '../text/sparkline.js';
import type { Table } from '../text/table.js';
import { changeColumns } from './changes.js';
import { NONE } from './lines.js';
import type { CostReport, ReportMetric, ReportMetrics, ReportRow } from "../../query/report/answer.js";

/** What is shown beyond what was asked for. */
export interface Shown {
  /** With a comparison: why the cost of each row changed. */
  effects?: boolean | undefined;
}

/** The report as the table people see, in a terminal and in Markdown; names are as the data has them, not yet escaped. */
export function reportTable(report: CostReport, { effects = false }: Shown = {}): Table {
  const metrics = report.comparison === undefined ? metricColumns(report) : changeColumns(report, effects);
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
      ...metrics.map(({ title, joined }) => ({ title, align: 'right' as const, ...(joined ? { joined } : {}) })),
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

/** The values of the dimensions of a row; '(other)' in place of the first for the row of the rest. */
export function namesOf(row: ReportRow, by: readonly string[]): string[] {
  if (row.kind === 'other') return padTo(['(other)'], by.length);
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
  /** It is about the column before. */
  joined?: boolean;
  cell: (metrics: CostReport['totals']) => string;
}

function metricColumns(report: CostReport): Column[] {
  return [...report.metrics.map(columnOf), ...unpricedColumn(report)];
}

/** What is in no cost has a column, where a cost is shown and anything lacks a price. */
export function unpricedColumn({ totals, metrics }: CostReport): Column[] {
  const shown = metrics.some(({ name }) => name === 'unpriced_requests');
  const unpriced = totals.unpriced_rows !== 0 && !shown && metrics.some(({ unit }) => unit === 'money');
  return unpriced ? [{ title: 'unpriced', cell: unpricedCell }] : [];
}

function columnOf(metric: ReportMetric): Column {
  const { name, title } = metric;
  return name === 'unpriced_requests'
    ? { title, cell: unpricedCell }
    : { title, cell: (metrics) => metricCell(metric, metrics) };
}

/** Requests without a price; '?' more where rows do not tell how many requests they are. */
function unpricedCell({ unpriced_requests, unpriced_rows, requests_complete }: ReportMetrics): string {
  if (unpriced_rows === 0) return '0';
  if (unpriced_requests === 0) return 'unknown';
  return requests_complete ? formatCount(unpriced_requests) : `≥ ${formatCount(unpriced_requests)}`;
}
