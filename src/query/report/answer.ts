import type { EffectPart } from '../effects/effects.js';
import type { Unit } from '../metrics/metric.js';
import type { MetricName, MetricValues } from '../metrics/metrics.js';
import type { Coverage } from '../scope/coverage.js';
import type { Every } from '../scope/time_buckets.js';
import type { Count, ExchangeNote, Money } from '../scope/values.js';

/** The metrics asked for, under their names, and how far they can be trusted. */
export interface ReportMetrics extends Partial<MetricValues> {
  /** false if some rows do not tell how many requests they stand for: then `requests` is the least it can be. */
  requests_complete: boolean;
  unpriced_requests: Count;
  /** Rows of usage without a price; may be above 0 while `unpriced_requests` is 0, where rows do not tell their requests. */
  unpriced_rows: Count;
}
export interface ReportRow extends ReportMetrics {
  /** `other` is the sum of all groups that are not shown. */
  kind: 'group' | 'other';
  /** How many groups this row stands for. */
  groups: Count;
  /** Dimension → value; null is missing. Empty in `other`. */
  group: Record<string, string | null>;
  /** With --every and --by: the same in each of the `spans`. */
  series?: (ReportMetrics & Partial<Change>)[];
}
/** A span of a series, half open; all null is usage without time. */
export interface ReportSpan {
  label: string | null;
  since: string | null;
  until: string | null;
}
/** What a metric is. */
export interface ReportMetric {
  name: MetricName;
  unit: Unit;
  title: string;
  means: string;
}
export interface UnpricedModel {
  provider: string | null;
  model: string | null;
  requests: Count;
  input_tokens: Count;
  output_tokens: Count;
}
export interface ReportWarning {
  code:
    | 'unpriced'
    | 'assumed'
    | 'undated'
    | 'unknown_requests'
    | 'no_usage'
    | 'counted_twice'
    | 'open_bucket'
    | 'unusual_day';
  message: string;
}
export interface CostReport {
  schema: 'llmcost.report/1';
  query: {
    by: readonly string[];
    since: string | null;
    until: string | null;
    period: string;
    tz: string;
    where: string[];
    sort: string;
    top: number | null;
    min_cost: Money | null;
    every: Every | null;
  };
  price_book: string;
  /** Of all amounts that do not name their own. */
  currency: string;
  /** By which rates USD became it; only where it is not USD. */
  exchange?: ExchangeNote;
  metrics: ReportMetric[];
  /** With --every and --by. */
  spans?: (ReportSpan & Partial<Pick<ComparedSpan, 'before'>>)[];
  rows: (ReportRow & Partial<Change>)[];
  totals: ReportMetrics & Partial<Change> & { series?: (ReportMetrics & Partial<Change>)[] };
  /** With --compare. */
  comparison?: Comparison;
  coverage: Coverage;
  unpriced: UnpricedModel[];
  /** What was paid by time and not by use: beside the totals, not in them. */
  flat_costs: FlatCost[];
  warnings: ReportWarning[];
}

/** What was paid by time in a period: a rented GPU, committed capacity. Beside the cost of usage, never part of it. */
export type FlatCost = {
  name: string;
  provider: string | null;
  model: string | null;
  /** USD for one `per`. */
  usd: Money;
  per: 'hour' | 'day' | 'month';
  /** The part of the period it ran, UTC. */
  from: string;
  to: string;
  /** Exact to 18 places, half up. */
  cost: Money;
};

/** How a row changed. */
export interface Change {
  before: ReportMetrics;
  /** now − before, in the unit of each metric; null where one of them is not known. */
  change: Partial<Record<MetricName, Count | null>>;
  /** The same in percent of before; 2 places, half up; null where there was nothing before. */
  change_percent: Partial<Record<MetricName, string | null>>;
  presence: 'both' | 'new' | 'vanished';
  /** Why the cost of the row changed; null where it is not known. Not there where the usage of before is not at hand, and in spans of time. */
  effects?: CostEffects | null;
  /** What the span of a series without --by is set beside; null if the former period has none there. */
  before_span?: ReportSpan | null;
}
export interface Comparison {
  /** The period, or the file. */
  with: string;
  since: string | null;
  until: string | null;
  /** Of the total; null where the usage of before is not at hand. */
  effects: CostEffects | null;
}

/** A span of the present period, and what it is set beside; a label of null where that period has no such span. */
export interface ComparedSpan extends ReportSpan {
  before: ReportSpan | null;
}

/** Why a cost changed: the effects of `llmcost explain`, in four. Those that are known sum up to `change` to the last digit. */
export type CostEffects = {
  before: Money;
  now: Money;
  change: Money;
  /** More or fewer requests, of everybody or of single customers, or as repeated attempts; null where some rows do not tell how many they stand for. */
  volume: Money | null;
  /** Other features and models were asked. */
  mix: Money;
  /** Longer or shorter prompts and answers, other parts of them from the cache, other units; where `volume` is null, more or fewer tokens at all. */
  tokens: Money;
  /** What the same tokens cost by other prices. */
  price: Money;
  /** The same of what a request cost; null where one of the times has none, or their number is not known. */
  per_request: RequestEffects | null;
  /** Of the total: all effects of `llmcost explain`, in its order; where `volume` is null tokens stand for requests in them. */
  parts?: EffectPart[];
};
/** Why what a request cost changed. The three effects sum up to `change` to the last digit. */
export type RequestEffects = Omit<CostEffects, 'volume' | 'per_request' | 'parts'>;
