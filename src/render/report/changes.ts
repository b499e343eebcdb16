import { metricCell, metricText, UNKNOWN } from '../text/metric.js';
import { formatMoney, formatPercent, formatUnitMoney } from '../text/number.js';
import { type Column, unpricedColumn } from './cells.js';
import type { Count } from "../../query/scope/values.js";
import type { CostReport, ReportMetric } from "../../query/report/answer.js";

/** For each metric what it is, what it was, and by how much it changed; with `effects` why the cost did; new and vanished rows say so. */
export function changeColumns(report: CostReport, effects: boolean): Column[] {
  const { metrics, rows } = report;
  const told = rows.some(({ presence }) => presence !== 'both');
  return [
    ...metrics.flatMap(columnsOf),
    ...(effects ? EFFECTS.map(effectColumn) : []),
    ...unpricedColumn(report),
    ...(told ? [{ title: '', cell: presenceCell }] : []),
  ];
}

/** Heads of columns, as short as the amounts below them. */
const EFFECT_TITLES = { volume: 'by requests', mix: 'by models', tokens: 'by tokens', price: 'by price' } as const;

function effectColumn([part]: (typeof EFFECTS)[number]): Column {
  return { title: EFFECT_TITLES[part], cell: ({ effects }) => signed(effects?.[part], formatMoney) };
}

function columnsOf(metric: ReportMetric): Column[] {
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
    { title, cell: (row) => metricCell(metric, row) },
    {
      title: 'before',
      joined: true,
      cell: (row) => (row.before === undefined ? UNKNOWN : metricCell(metric, row.before)),
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

/**
 * What made the cost change, and what a request cost, in a sentence each: the parts sum up to the change. Nothing where nothing with a
 * price was used, or the usage of before is not at hand.
 */
export function effectsLines({ comparison, metrics, totals }: CostReport): string[] {
  const effects = comparison?.effects ?? null;
  if (effects === null || [effects.before, effects.now].every((cost) => /^[0.]*$/.test(cost))) return [];
  const { per_request } = effects;
  const percent = (name: ReportMetric['name']) => {
    const text = signed(totals.change_percent?.[name], (value) => formatPercent(value, null));
    return text === UNKNOWN ? '' : `, ${text}`;
  };
  const cost = `cost ${formatMoney(effects.before)} → ${formatMoney(effects.now)} (${moneyChange(effects.change)}${percent('cost')}): ${inWords(EFFECTS.map(([part, words]) => [words, moneyChange(effects[part])]))}`;
  if (per_request === null || !metrics.some(({ name }) => name === 'cost_per_request')) return [cost];
  const unit = (amount: string) => signed(amount, formatUnitMoney);
  const each = `cost/request ${formatUnitMoney(per_request.before)} → ${formatUnitMoney(per_request.now)} (${unit(per_request.change)}${percent('cost_per_request')}): ${inWords(REQUEST_EFFECTS.map(([part, words]) => [words, unit(per_request[part])]))}`;
  return [cost, each];
}

function inWords(parts: [words: string, amount: string][]): string {
  return parts.map(([words, amount]) => `${words} ${amount}`).join(', ');
}

function moneyChange(amount: string): string {
  return signed(amount, formatMoney);
}

const REQUEST_EFFECTS: ['mix' | 'tokens' | 'price', string][] = [
  ['mix', 'mix of models'],
  ['tokens', 'tokens per request'],
  ['price', 'price per token'],
];

/** The parts of a change of cost, and what they are called. */
export const EFFECTS: ['volume' | 'mix' | 'tokens' | 'price', string][] = [
  ['volume', 'number of requests'],
  ...REQUEST_EFFECTS,
];
