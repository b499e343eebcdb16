import type { CostEffects } from '../query/effects.js';
import type { CostReport, ReportMetric } from '../query/report.js';
import { metricCell, UNKNOWN, valueText } from './metric_cells.js';
import { formatMoney, formatPercent } from './number.js';
import type { Column } from './report_cells.js';

/** For each metric what it is, what it was, and by how much it changed; new and vanished rows say so. */
export function changeColumns({ metrics }: CostReport): Column[] {
  return [...metrics.flatMap(columnsOf), { title: '', cell: presenceCell }];
}

function columnsOf(metric: ReportMetric): Column[] {
  const { name, title, unit } = metric;
  const change: Column = {
    title: 'Δ',
    cell: (row) => signed(row.change?.[name], (value) => valueText(unit, value)),
  };
  const percent: Column = {
    title: 'Δ %',
    cell: (row) => signed(row.change_percent?.[name], (value) => formatPercent(value, null)),
  };
  return [
    { title, cell: (row) => metricCell(metric, row) },
    { title: 'before', cell: (row) => (row.before === undefined ? UNKNOWN : metricCell(metric, row.before)) },
    change,
    // A percentage of a percentage says nothing.
    ...(unit === 'percent' ? [] : [percent]),
  ];
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

/** What made the cost change, in a sentence: the parts sum up to the change; nothing where nothing with a price was used. */
export function effectsLine({ effects }: NonNullable<CostReport['comparison']>): string | undefined {
  if (effects === null || [effects.before, effects.now].every((cost) => /^[0.]*$/.test(cost))) return undefined;
  const parts = EFFECTS.map(([part, words]) => `${words} ${moneyChange(effects[part])}`);
  return `cost ${formatMoney(effects.before)} → ${formatMoney(effects.now)} (${moneyChange(effects.change)}): ${parts.join(', ')}`;
}

function moneyChange(amount: string): string {
  return signed(amount, formatMoney);
}

/** The parts of a change of cost, and what they are called. */
export const EFFECTS: [keyof CostEffects, string][] = [
  ['volume', 'number of requests'],
  ['mix', 'mix of models'],
  ['tokens', 'tokens per request'],
  ['price', 'price per token'],
];
