import type { CostReport, ReportMetrics, ReportRow } from '../query/report.js';
import { formatCount, formatMoney, formatPercent } from './number.js';
import type { Table } from './table.js';

/** What stands for the value of a dimension that is not known. */
const NONE = '(none)';

/** The report as the table people see, in a terminal and in Markdown; names are as the data has them, not yet escaped. */
export function reportTable(report: CostReport): Table {
  const metrics = metricColumns(report);
  return {
    columns: [
      ...report.query.by.map((name) => ({ title: name, align: 'left' as const })),
      ...metrics.map(({ title }) => ({ title, align: 'right' as const })),
    ],
    rows: report.rows.map((row) => [...namesOf(row, report.query.by), ...metrics.map(({ cell }) => cell(row))]),
    footer: [[...padTo(['total'], report.query.by.length), ...metrics.map(({ cell }) => cell(report.totals))]],
  };
}

/** The values of the dimensions of a row; '(other)' in place of the first for the row of the rest. */
export function namesOf(row: ReportRow, by: readonly string[]): string[] {
  if (row.kind === 'other') return padTo(['(other)'], by.length);
  return by.map((name) => row.group[name] ?? NONE);
}

/** Period, time zone and how much there is: '2026-09-01 → 2026-10-01 (UTC) · 12,345 requests'. */
export function reportTitle({ query, totals }: CostReport): string {
  const filters = query.where.length === 0 ? '' : ` · ${query.where.join(' · ')}`;
  return `${query.period} (${query.tz})${filters} · ${requestsCell(totals)} ${totals.requests === 1 ? 'request' : 'requests'}`;
}

function padTo(cells: string[], length: number): string[] {
  return [...cells, ...Array.from({ length: length - cells.length }, () => '')];
}

function metricColumns({ totals }: CostReport): { title: string; cell: (metrics: ReportMetrics) => string }[] {
  const columns = [
    { title: 'requests', cell: requestsCell },
    { title: 'input tokens', cell: ({ input_tokens }: ReportMetrics) => formatCount(input_tokens) },
    { title: 'output tokens', cell: ({ output_tokens }: ReportMetrics) => formatCount(output_tokens) },
    { title: 'cached tokens', cell: ({ cached_tokens }: ReportMetrics) => formatCount(cached_tokens) },
    { title: 'cost', cell: ({ cost }: ReportMetrics) => (cost === null ? 'unpriced' : formatMoney(cost)) },
    { title: 'cost/request', cell: costPerRequestCell },
    { title: 'share', cell: shareCell },
  ];
  return totals.unpriced_rows === 0 ? columns : [...columns, { title: 'unpriced', cell: unpricedCell }];
}

function requestsCell({ requests, requests_complete }: ReportMetrics): string {
  if (requests === null) return 'unknown';
  return requests_complete ? formatCount(requests) : `≥ ${formatCount(requests)}`;
}

function costPerRequestCell({ cost_per_request }: ReportMetrics): string {
  return cost_per_request === null ? '–' : formatMoney(cost_per_request);
}

function shareCell({ share_percent, cost }: ReportMetrics): string {
  return share_percent === null ? '–' : formatPercent(share_percent, cost);
}

/** Requests without a price; '?' more where rows do not tell how many requests they are. */
function unpricedCell({ unpriced_requests, unpriced_rows, requests_complete }: ReportMetrics): string {
  if (unpriced_rows === 0) return '0';
  if (unpriced_requests === 0) return 'unknown';
  return requests_complete ? formatCount(unpriced_requests) : `≥ ${formatCount(unpriced_requests)}`;
}
