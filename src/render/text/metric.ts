import type { ReportMetric, ReportMetrics } from '../../query/report/answer.js';
import type { Count } from '../../query/scope/values.js';
import { formatCount, formatMoney, formatPercent, formatUnitMoney } from './number.js';

/** What stands for a value that is not known or makes no sense. */
export const UNKNOWN = '–';

/** A number of requests; the least it can be where some rows do not tell. */
export function requestsCell(requests: Count | null, complete: boolean): string {
  if (requests === null) return 'unknown';
  return complete ? formatCount(requests) : `≥ ${formatCount(requests)}`;
}

/** The value of a metric in a row, as people read it: with its unit, and never rounded to nothing. */
export function metricCell(metric: ReportMetric, metrics: ReportMetrics): string {
  const value = metrics[metric.name] ?? null;
  if (metric.name === 'requests') return requestsCell(value, metrics.requests_complete);
  if (metric.name === 'cost' && value === null) return 'unpriced';
  if (metric.name === 'share' && value !== null) return formatPercent(String(value), metrics.cost ?? null);
  return value === null ? UNKNOWN : metricText(metric, value);
}

/** A value of a metric, or by how much it changed, with its unit: what one thing costs in more places than a sum. */
export function metricText({ name, unit }: Pick<ReportMetric, 'name' | 'unit'>, value: Count | string): string {
  return unit === 'money' && isUnitCost(name) ? formatUnitMoney(String(value)) : valueText(unit, value);
}

function isUnitCost(name: ReportMetric['name']): boolean {
  return name === 'cost_per_request' || /^cost_p\d\d$/.test(name);
}

/** A value with its unit. */
export function valueText(unit: ReportMetric['unit'], value: Count | string): string {
  switch (unit) {
    case 'count':
    case 'tokens':
      return formatCount(value);
    case 'money':
      return formatMoney(String(value));
    case 'percent':
      return formatPercent(String(value), null);
    case 'ratio':
      return `${value}x`;
    case 'ms':
      return `${formatCount(value)} ms`;
    case 'per_second':
    case 'per_minute':
      return tidy(String(value));
    default:
      throw new Error(`no unit ${unit satisfies never}`);
  }
}

/** 12345.60 → 12,345.6 */
function tidy(text: string): string {
  const [whole = '0', rest = ''] = text.split('.');
  const places = rest.replace(/0+$/, '');
  return places === '' ? formatCount(whole) : `${formatCount(whole)}.${places}`;
}
