import type { CostReport, ReportMetric, ReportMetrics, ReportRow } from '../query/report.js';
import { metricCell, requestsCell } from './metric_cells.js';
import { formatCount } from './number.js';
import { changeColumns } from './report_changes.js';
import { NONE } from './report_lines.js';
import { sparkline } from './sparkline.js';
import type { Table } from './table.js';

/** The report as the table people see, in a terminal and in Markdown; names are as the data has them, not yet escaped. */
export function reportTable(report: CostReport): Table {
  const metrics = report.comparison === undefined ? metricColumns(report) : changeColumns(report);
  const { by } = report.query;
  const trend = trendOf(report);
  const line = (row: CostReport['totals']) => [...metrics.map(({ cell }) => cell(row)), ...trend.cells(row)];
  return {
    columns: [
      ...by.map((name) => ({ title: name, align: 'left' as const })),
      ...metrics.map(({ title }) => ({ title, align: 'right' as const })),
      ...trend.columns,
    ],
    rows: report.rows.map((row) => [...namesOf(row, by), ...line(row)]),
    footer: [[...padTo(['total'], by.length), ...line(report.totals)]],
  };
}

interface Trend {
  columns: Table['columns'];
  cells: (row: CostReport['totals']) => string[];
}

/** A column that draws the metric rows are ordered by (else cost, else the first) over time, where there is a series. */
function trendOf({ query, spans, metrics }: CostReport): Trend {
  const names = metrics.map(({ name }) => name);
  const name =
    names.find((metric) => query.sort.startsWith(`${metric}:`)) ??
    names.find((metric) => metric === 'cost') ??
    names[0];
  if (spans === undefined || name === undefined) return { columns: [], cells: () => [] };
  const title = metrics.find((metric) => metric.name === name)?.title ?? name;
  return {
    columns: [{ title: `${title} by ${query.every}`, align: 'left', fixed: true }],
    cells: ({ series = [] }) => [sparkline(series.map((metric) => metric[name]))],
  };
}

/** The values of the dimensions of a row; '(other)' in place of the first for the row of the rest. */
export function namesOf(row: ReportRow, by: readonly string[]): string[] {
  if (row.kind === 'other') return padTo(['(other)'], by.length);
  return by.map((name) => row.group[name] ?? NONE);
}

/** Period, time zone and how much there is: '2026-09-01 → 2026-10-01 (UTC) · 12,345 requests'. */
export function reportTitle({ query, totals, coverage, comparison }: CostReport): string {
  const filters = query.where.length === 0 ? '' : ` · ${query.where.join(' · ')}`;
  const requests = requestsCell(coverage.requests, totals.requests_complete);
  const compared = comparison === undefined ? '' : ` · compared with ${comparison.with}`;
  return `${query.period} (${query.tz})${compared}${filters} · ${requests} ${coverage.requests === 1 ? 'request' : 'requests'}`;
}

function padTo(cells: string[], length: number): string[] {
  return [...cells, ...Array.from({ length: length - cells.length }, () => '')];
}

/** A column of numbers. */
export interface Column {
  title: string;
  cell: (metrics: CostReport['totals']) => string;
}

function metricColumns({ totals, metrics }: CostReport): Column[] {
  const columns = metrics.map(columnOf);
  const shown = metrics.some(({ name }) => name === 'unpriced_requests');
  const unpriced = totals.unpriced_rows !== 0 && !shown && metrics.some(({ unit }) => unit === 'money');
  return unpriced ? [...columns, { title: 'unpriced', cell: unpricedCell }] : columns;
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
