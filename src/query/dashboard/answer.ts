import type { Unit } from '../metrics/metric.js';
import type { MetricRow } from '../metrics/metric_rows.js';
import type { MetricName, MetricValues } from '../metrics/metrics.js';
import type { CostReport } from '../report/answer.js';
import type { Condition } from '../scope/filter.js';
import type { Period } from '../scope/period.js';
import type { Every } from '../scope/time_buckets.js';
import type { Count, Money } from '../scope/values.js';

export interface DashboardQuery {
  period: Period;
  /** IANA, checked. */
  tz: string;
  where: readonly Condition[];
  /** The clock. */
  now: Date;
}
/** What is shown of each span of time. */
export const OVER_TIME = [
  'requests',
  'cost',
  'cache_savings',
  'cache_hit_rate',
  'latency_requests',
  'latency_p50',
  'latency_p95',
  'latency_p99',
  'errors',
  'rate_limit_errors',
  'timeout_errors',
  'content_filter_errors',
  'server_errors',
  'client_errors',
  'cancelled_errors',
  'other_errors',
] as const satisfies readonly MetricName[];
/** What is shown of each model, customer and feature. */
export const BY_NAME = [
  'requests',
  'cost',
  'share',
  'cost_per_request',
  'input_tokens',
  'output_tokens',
  'cache_hit_rate',
  'cache_savings',
  'latency_p95',
  'error_rate',
] as const satisfies readonly MetricName[];
export const DASHBOARD_DIMENSIONS = ['model', 'customer', 'feature'] as const;
/** A span of time, without gaps; null is usage without a time, and unknown values. Sums of a span without usage are 0. */
export type DashboardSpan = { time: string | null } & Pick<MetricValues, (typeof OVER_TIME)[number]>;
export type DashboardRow = {
  kind: MetricRow['kind'];
  /** How many names this row stands for. */
  groups: Count;
  /** null is missing in a group, and always so in `other` and `total`. */
  name: string | null;
  /** Rows of usage without a price. */
  unpriced_rows: Count;
} & Pick<MetricValues, (typeof BY_NAME)[number]>;
export interface DashboardBreakdown {
  by: (typeof DASHBOARD_DIMENSIONS)[number];
  /** The dearest first, at most 200, then what is left (`other`), then the total; rows sum to the total. */
  rows: DashboardRow[];
  /** The cost of the eight dearest and of the others, for each of `over_time`; empty for features, and where usage names none. */
  spend: SpendSeries[];
}
export interface Dashboard {
  schema: 'llmcost.dashboard/1';
  query: Pick<CostReport['query'], 'since' | 'until' | 'period' | 'tz' | 'where'> & {
    every: Every;
    /** The period the headline is compared with; null if the period has no beginning or no end. */
    previous: { since: string; until: string; period: string } | null;
  };
  price_book: string;
  currency: 'USD';
  headline: HeadlineFigure[];
  over_time: DashboardSpan[];
  breakdowns: DashboardBreakdown[];
  coverage: CostReport['coverage'];
  unpriced: CostReport['unpriced'];
  flat_costs: CostReport['flat_costs'];
  warnings: CostReport['warnings'];
}

/** What a dashboard begins with. */
export const HEADLINE = [
  'cost',
  'requests',
  'cost_per_request',
  'error_rate',
  'latency_p95',
  'cache_savings',
] as const satisfies readonly MetricName[];
/** One figure of the whole period beside that of the period before. */
export interface HeadlineFigure {
  metric: (typeof HEADLINE)[number];
  unit: Unit;
  title: string;
  /** A whole number, or decimal text; null where it is not known. */
  value: number | string | null;
  /** The same of the period before; null where there is none, or it is not known. */
  previous: number | string | null;
  /** By how many percent of `previous` the value is above it, 2 places, half away from 0; null where `previous` is 0 or not known. */
  change_percent: string | null;
  /** value − previous, exact; null where one of them is not known. */
  change: string | null;
}

/** The cost of one model or customer, or of all that are not among the dearest, over time. */
export interface SpendSeries {
  kind: 'group' | 'other';
  /** null is missing. */
  name: string | null;
  /** How many names this series stands for. */
  groups: Count;
  /** One for each span of time: 0 where nothing was used, null where nothing that was used has a price. */
  costs: (Money | null)[];
}
