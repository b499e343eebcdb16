import { costCell, nameCell, shareCell, unitCell, unitCostCell } from '../page/cells.js';
import type { PageCell, TableSection } from '../page/data.js';
import { formatCount } from '../text/number.js';
import { isNamed } from './dashboard_charts.js';
import type { Dashboard, DashboardBreakdown, DashboardRow } from "../../query/dashboard/answer.js";

const COLUMNS: { title: string; cell: (row: DashboardRow) => PageCell }[] = [
  { title: 'requests', cell: ({ requests }) => unitCell('count', requests) },
  { title: 'cost', cell: ({ cost }) => costCell(cost) },
  { title: 'share', cell: ({ share, cost }) => shareCell(share, cost) },
  { title: 'cost/request', cell: ({ cost_per_request }) => unitCostCell(cost_per_request) },
  { title: 'input tokens', cell: ({ input_tokens }) => unitCell('tokens', input_tokens) },
  { title: 'output tokens', cell: ({ output_tokens }) => unitCell('tokens', output_tokens) },
  { title: 'cache hits', cell: ({ cache_hit_rate }) => unitCell('percent', cache_hit_rate) },
  { title: 'saved', cell: ({ cache_savings }) => unitCell('money', cache_savings) },
  { title: 'latency p95', cell: ({ latency_p95 }) => unitCell('ms', latency_p95) },
  { title: 'error rate', cell: ({ error_rate }) => unitCell('percent', error_rate) },
];

/** A table for models, and for customers and features where usage names them. Columns nobody has a value for are left out. */
export function breakdownTables({ breakdowns }: Dashboard): TableSection[] {
  return breakdowns.filter(({ by, rows }) => by === 'model' || isNamed(rows)).map(breakdownTable);
}

function breakdownTable({ by, rows }: DashboardBreakdown): TableSection {
  const columns = COLUMNS.filter(({ cell }) => rows.some((row) => cell(row).value !== null));
  const line = (row: DashboardRow) => [nameOf(row), ...columns.map(({ cell }) => cell(row))];
  return {
    type: 'table',
    title: `${by.charAt(0).toUpperCase()}${by.slice(1)}s`,
    columns: [{ title: by, kind: 'text' }, ...columns.map(({ title }) => ({ title, kind: 'number' as const }))],
    rows: rows.filter(({ kind }) => kind === 'group').map(line),
    footer: rows.filter(({ kind }) => kind !== 'group').map(line),
  };
}

function nameOf({ kind, name, groups }: DashboardRow): PageCell {
  if (kind === 'other') return { text: `(${formatCount(groups)} more)` };
  return kind === 'total' ? { text: 'total' } : nameCell(name);
}

/** The models without a price, those with most tokens first; nothing if there are none. */
export function unpricedTable({ unpriced }: Dashboard): TableSection[] {
  if (unpriced.length === 0) return [];
  return [
    {
      type: 'table',
      title: 'Models without a price',
      text: 'Their usage is not in the cost. The notes below name the command that gives them a price.',
      columns: [
        { title: 'provider', kind: 'text' },
        { title: 'model', kind: 'text' },
        { title: 'requests', kind: 'number' },
        { title: 'input tokens', kind: 'number' },
        { title: 'output tokens', kind: 'number' },
      ],
      rows: unpriced.map(({ provider, model, requests, input_tokens, output_tokens }) => [
        nameCell(provider),
        nameCell(model),
        unitCell('count', requests),
        unitCell('tokens', input_tokens),
        unitCell('tokens', output_tokens),
      ]),
    },
  ];
}
