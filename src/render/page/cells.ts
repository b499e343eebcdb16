import { UNKNOWN, valueText } from '../text/metric.js';
import { formatPercent, formatUnitMoney } from '../text/number.js';
import type { PageCell } from './data.js';

type Value = number | string | null;
type MetricUnit = Parameters<typeof valueText>[0];

/** The value of a metric as people read it, with its unit; a dash where it is not known. */
export function unitText(unit: MetricUnit, value: Value): string {
  return value === null ? UNKNOWN : valueText(unit, value);
}

/** The same as a cell, sorted and drawn by the value. */
export function unitCell(unit: MetricUnit, value: Value): PageCell {
  return { text: unitText(unit, value), value };
}

/** What one request cost. */
export function unitCostCell(cost: string | null): PageCell {
  return { text: cost === null ? UNKNOWN : formatUnitMoney(cost), value: cost };
}

/** What usage cost; not a number where it has no price. */
export function costCell(cost: string | null): PageCell {
  return cost === null ? { text: 'unpriced', value: null } : unitCell('money', cost);
}

/** A part of a whole; what is not nothing never looks like it. */
export function shareCell(share: string | null, cost: string | null): PageCell {
  return share === null ? { text: UNKNOWN, value: null } : { text: formatPercent(share, cost), value: share };
}

/** A name from data; missing is (none). */
export function nameCell(name: string | null): PageCell {
  return { text: name ?? '(none)' };
}
