import type { Store } from '../../store/store.js';
import { type MetricRow, metricRows } from '../metrics/metric_rows.js';
import type { MetricName, MetricValues } from '../metrics/metrics.js';
import { metricSeries } from '../metrics/series.js';
import { type CostReport, costReport } from '../report/report.js';
import type { Count } from '../scope/count.js';
import { dimensionOf } from '../scope/dimensions.js';
import type { Condition } from '../scope/filter.js';
import type { Period } from '../scope/period.js';
import { type Scope, scopeOf, visibleNow, withPeriod, zoneOffsets } from '../scope/scope.js';
import { type Every, spansOf } from '../scope/time_buckets.js';
import type { Offset } from '../scope/time_zone.js';
import { HEADLINE, type HeadlineFigure, headlineOf } from './headline.js';
import { everyOf, periodBefore, windowOf } from './spans.js';
import { type SpendSeries, spendOverTime, type Timing } from './spend.js';

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

const ROWS = 200;

interface Asking {
  store: Store;
  scope: Scope;
  offsets: readonly Offset[];
  timing: Timing;
}

/** Everything a page about the cost and use of LLMs shows, of one period. */
export async function dashboard(store: Store, query: DashboardQuery): Promise<Dashboard> {
  const { period, tz, where, now } = query;
  const offsets = await zoneOffsets(store, ['day', ...where.map(({ dimension }) => dimension)], tz, period);
  const inAnyTime = scopeOf(where, offsets, await visibleNow(store));
  const scope = withPeriod(inAnyTime, period);
  const window = await windowOf(store, scope, period, now);
  const every = window === undefined ? 'day' : everyOf(window);
  const spans = window === undefined ? [] : spansOf(window, every, tz);
  const asking: Asking = { store, scope, offsets, timing: { time: dimensionOf(every, offsets), spans } };
  const about = await costReport(store, { by: ['model'], metrics: ['cost'], period, tz, where, now });
  const before = periodBefore(period, tz, now);
  const over_time = await overTime(asking);
  const breakdowns: DashboardBreakdown[] = [];
  for (const by of DASHBOARD_DIMENSIONS) breakdowns.push(await breakdown(asking, by));
  const total = await totalOf(store, scope);
  const earlier = before === undefined ? undefined : await totalOf(store, withPeriod(inAnyTime, before));
  return {
    schema: 'llmcost.dashboard/1',
    query: { ...asked(about), every, previous: before === undefined ? null : described(before) },
    price_book: about.price_book,
    currency: 'USD',
    headline: await headlineOf(store, total, earlier),
    over_time,
    breakdowns,
    coverage: about.coverage,
    unpriced: about.unpriced,
    flat_costs: about.flat_costs,
    warnings: about.warnings,
  };
}

function asked({
  query: { since, until, period, tz, where },
}: CostReport): Omit<Dashboard['query'], 'every' | 'previous'> {
  return { since, until, period, tz, where };
}

function described({ since, until, label }: Period): Dashboard['query']['previous'] {
  if (since === null || until === null) throw new Error('a period to compare with that has no bounds');
  return { since: new Date(since).toISOString(), until: new Date(until).toISOString(), period: label };
}

async function totalOf(store: Store, scope: Scope): Promise<MetricRow> {
  return whole(await metricRows(store, { dimensions: [], scope, metrics: HEADLINE }));
}

function whole<R extends MetricRow>(rows: readonly R[]): R {
  const total = rows.find(({ kind }) => kind === 'total');
  if (total === undefined) throw new Error('metrics without a total');
  return total;
}

async function overTime({ store, scope, timing }: Asking): Promise<DashboardSpan[]> {
  const rows = await metricSeries(store, { dimensions: [], scope, metrics: OVER_TIME }, timing);
  return whole(rows).cells.map(({ label, values }) => ({ time: label, ...complete(OVER_TIME, values) }));
}

function complete<N extends MetricName>(names: readonly N[], values: Partial<MetricValues>): Pick<MetricValues, N> {
  return Object.fromEntries(names.map((name) => [name, values[name] ?? null])) as Pick<MetricValues, N>;
}

async function breakdown(
  { store, scope, offsets, timing }: Asking,
  by: DashboardBreakdown['by'],
): Promise<DashboardBreakdown> {
  const dimension = dimensionOf(by, offsets);
  const rows = await metricRows(store, { dimensions: [dimension], scope, metrics: BY_NAME, top: ROWS });
  const named = rows.some(({ kind, keys }) => kind === 'group' && (keys[0] ?? null) !== null);
  const groups = Number(whole(rows).groups);
  return {
    by,
    rows: rows.map(({ kind, groups: stands, keys, base, values }) => ({
      kind,
      groups: stands,
      name: keys[0] ?? null,
      unpriced_rows: base.unpriced_rows,
      ...complete(BY_NAME, values),
    })),
    spend:
      groups > 0 && (by === 'model' || (by === 'customer' && named))
        ? await spendOverTime(store, { by: dimension, scope, groups }, timing)
        : [],
  };
}
