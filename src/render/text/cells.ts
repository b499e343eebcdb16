import { NONE, type ValuedCell } from '../document.js';
import { UNKNOWN, valueText } from './metric.js';
import { formatCount, formatMoney, formatPercent, formatUnitMoney } from './number.js';

type Value = number | string | null;
type MetricUnit = Parameters<typeof valueText>[0];

/** The value of a metric as people read it, with its unit; a dash where it is not known. */
export function unitText(unit: MetricUnit, value: Value): string {
  return value === null ? UNKNOWN : valueText(unit, value);
}

/** The same as a cell, sorted and drawn by the value. */
export function unitCell(unit: MetricUnit, value: Value): ValuedCell {
  return { text: unitText(unit, value), value };
}

/** USD; a dash where the amount is not known. */
export function moneyCell(amount: string | null): ValuedCell {
  return { text: amount === null ? UNKNOWN : formatMoney(amount), value: amount };
}

/** A number of things. */
export function countCell(count: number | string): ValuedCell {
  return { text: formatCount(count), value: count };
}

/** A number as it is; a dash where it is not known. */
export function plainCell(value: Value): ValuedCell {
  return { text: value === null ? UNKNOWN : String(value), value };
}

/** What one request cost. */
export function unitCostCell(cost: string | null): ValuedCell {
  return { text: cost === null ? UNKNOWN : formatUnitMoney(cost), value: cost };
}

/** What usage cost; not a number where it has no price. */
export function costCell(cost: string | null): ValuedCell {
  return cost === null ? { text: 'unpriced', value: null } : unitCell('money', cost);
}

/** A part of a whole; what is not nothing never looks like it. */
export function shareCell(share: string | null, cost: string | null): ValuedCell {
  return share === null ? { text: UNKNOWN, value: null } : { text: formatPercent(share, cost), value: share };
}

/** A name from data; missing is (none). */
export function nameCell(name: string | null): ValuedCell {
  return { text: name ?? NONE };
}
