import { UsageError } from '../../errors.js';
import { nearestOf } from '../../names/nearest.js';

/** `share` is a number from 0 to 1. */
export type Unit = 'ms' | 'tokens' | 'usd' | 'share';

export interface DriftMetric {
  name: string;
  unit: Unit;
  /** How the table calls it. */
  title: string;
  /** Of a latency: the quantile, in percent. */
  quantile?: number;
}

const METRICS: readonly DriftMetric[] = [
  { name: 'cost_per_request', unit: 'usd', title: 'cost per request' },
  { name: 'input_tokens', unit: 'tokens', title: 'input tokens per request' },
  { name: 'output_tokens', unit: 'tokens', title: 'output tokens per request' },
  { name: 'cache_hit_rate', unit: 'share', title: 'cache hit rate' },
  { name: 'latency_p50', unit: 'ms', title: 'latency p50', quantile: 50 },
  { name: 'latency_p95', unit: 'ms', title: 'latency p95', quantile: 95 },
  { name: 'latency_p99', unit: 'ms', title: 'latency p99', quantile: 99 },
  { name: 'error_rate', unit: 'share', title: 'error rate' },
];

const ERROR_CLASS = 'error_rate:';

/** Every metric there is; `error_rate:CLASS` stands for the classes of errors found in usage. */
export const DRIFT_METRICS: readonly string[] = [...METRICS.map(({ name }) => name), `${ERROR_CLASS}CLASS`];

/** A metric by its name; the classes of errors come from the data. */
export function driftMetric(name: string): DriftMetric {
  const known = METRICS.find((metric) => metric.name === name);
  if (known !== undefined) return known;
  if (!name.startsWith(ERROR_CLASS)) throw new Error(`no metric ${name}`);
  return { name, unit: 'share', title: `errors: ${name.slice(ERROR_CLASS.length)}` };
}

/** Which metrics a question is about; `latency` stands for its three quantiles, `error_rate` for its classes too. */
export function parseDriftMetrics(names: readonly string[]): string[] {
  const chosen = names.flatMap((name) => {
    if (name === 'latency') return ['latency_p50', 'latency_p95', 'latency_p99'];
    if (name === 'refusals') return [`${ERROR_CLASS}content_filter`];
    if (METRICS.some((metric) => metric.name === name) || /^error_rate:./.test(name)) return [name];
    const possible = [...DRIFT_METRICS, 'latency', 'refusals'];
    const nearest = nearestOf(name, possible);
    throw new UsageError(
      `There is no metric '${name}'.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}\nPossible are: ${possible.join(', ')}.`,
    );
  });
  return [...new Set(chosen)];
}

/** Whether a metric found in usage is asked for; without a choice all are. */
export function isChosen(name: string, chosen: readonly string[] | undefined): boolean {
  if (chosen === undefined || chosen.includes(name)) return true;
  return name.startsWith(ERROR_CLASS) && chosen.includes('error_rate');
}
