import { UsageError } from '../../errors.js';
import { nearestOf } from '../../names/nearest.js';
import type { Count } from '../scope/values.js';
import { CALL_METRICS } from './call_metrics.js';
import { COST_METRICS } from './cost_metrics.js';
import { type Metric, PRESETS, type Preset, type Unit } from './metric.js';

/** Every metric there is, in the order presets show them. */
export const METRICS = { ...COST_METRICS, ...CALL_METRICS } as const;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES: readonly MetricName[] = Object.keys(METRICS).filter(isMetric);

/** Whole numbers are numbers (digits where JavaScript could not hold them); what was divided, and money, is decimal text. */
type ValueOf<U extends Unit> = U extends 'count' | 'tokens' | 'ms' ? Count : string;

/** The values of a row; null where one is not known. */
export type MetricValues = { [N in MetricName]: ValueOf<(typeof METRICS)[N]['unit']> | null };

/** Shorter names, and those of other tools. */
const ALIASES: Record<string, MetricName> = {
  input: 'input_tokens',
  output: 'output_tokens',
  cached: 'cached_tokens',
  unpriced: 'unpriced_requests',
  p50: 'latency_p50',
  p95: 'latency_p95',
  p99: 'latency_p99',
  avg: 'latency_avg',
  max: 'latency_max',
  ttft: 'ttft_p50',
  cache_read_tokens: 'cached_tokens',
  tokens_per_min: 'tokens_per_minute',
  share_percent: 'share',
};

/** A metric by its (checked) name. */
export function metricOf(name: MetricName): Metric {
  return METRICS[name];
}

/** Whether it is the name of a metric. */
export function isMetric(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name);
}

/** The metrics of a preset, in their order. */
export function presetOf(preset: Preset): MetricName[] {
  if (preset === 'all') return METRIC_NAMES.filter((name) => metricOf(name).timed !== true);
  return METRIC_NAMES.filter((name) => metricOf(name).presets.includes(preset));
}

/**
 * The metrics that a list of names and presets asks for, each once, in that order. `cost` and `errors` are both: they are presets
 * where the list has nothing but presets. Throws a UsageError that lists what there is.
 */
export function parseMetrics(names: readonly string[]): MetricName[] {
  const words = names.map((name) => name.trim().toLowerCase());
  const allPresets = words.every((word) => presetNamed(word) !== undefined);
  return [...new Set(words.flatMap((word) => named(word, allPresets)))];
}

/** The metric of this name, or of this shorter name. */
export function metricByName(name: string): MetricName | undefined {
  if (isMetric(name)) return name;
  return Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
}

function presetNamed(word: string): Preset | undefined {
  return PRESETS.find((known) => known === word);
}

function named(name: string, asPreset: boolean): MetricName[] {
  const preset = presetNamed(name);
  if (preset !== undefined && (asPreset || !isMetric(name))) return presetOf(preset);
  const metric = metricByName(name);
  if (metric !== undefined) return [metric];
  const nearest = nearestOf(name, [...METRIC_NAMES, ...PRESETS]);
  throw new UsageError(
    `There is no metric '${name}'.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}\nPossible are: ${METRIC_NAMES.join(', ')}; and the presets ${PRESETS.join(', ')}.`,
  );
}
