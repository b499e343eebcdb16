import { formatCount, formatMoney, formatPercent } from './number.js';
import type { PageCell } from './page_data.js';

type Value = number | string | null;
type MetricUnit = import('../query/metrics/metric.js').Unit;

/** The value of a metric as people read it, with its unit; a dash where it is not known. */
export function unitText(unit: MetricUnit, value: Value): string {
  if (value === null) return '–';
  switch (unit) {
    case 'count':
    case 'tokens':
      return formatCount(value);
    case 'money':
      return formatMoney(String(value));
    case 'percent':
      return formatPercent(String(value), null);
    case 'ms':
      return `${formatCount(value)} ms`;
    case 'ratio':
      return `${value}×`;
    case 'per_second':
    case 'per_minute':
      return String(value);
    default:
      throw new Error(`no unit ${unit satisfies never}`);
  }
}

/** The same as a cell, sorted and drawn by the value. */
export function unitCell(unit: MetricUnit, value: Value): PageCell {
  return { text: unitText(unit, value), value };
}

/** What usage cost; not a number where it has no price. */
export function costCell(cost: string | null): PageCell {
  return cost === null ? { text: 'unpriced', value: null } : unitCell('money', cost);
}

/** A part of a whole; what is not nothing never looks like it. */
export function shareCell(share: string | null, cost: string | null): PageCell {
  return share === null ? { text: '–', value: null } : { text: formatPercent(share, cost), value: share };
}

/** A name from data; missing is (none). */
export function nameCell(name: string | null): PageCell {
  return { text: name ?? '(none)' };
}
