import type { Store } from '../../store/store.js';
import { type MetricRow, metricRows } from '../metrics/metric_rows.js';
import type { MetricName, MetricValues } from '../metrics/metrics.js';
import { metricSeries } from '../metrics/series.js';
import type { CostReport } from '../report/answer.js';
import { costReport } from '../report/report.js';
import { dimensionOf } from '../scope/dimensions.js';
import type { Period } from '../scope/period.js';
import { type Scope, scopeOf, visibleNow, withPeriod, zoneOffsets } from '../scope/scope.js';
import { spansOf } from '../scope/time_buckets.js';
import type { Offset } from '../scope/time_zone.js';
import {
  BY_NAME,
  DASHBOARD_DIMENSIONS,
  type Dashboard,
  type DashboardBreakdown,
  type DashboardQuery,
  type DashboardSpan,
  HEADLINE,
  OVER_TIME,
} from './answer.js';
import { headlineOf } from './headline.js';
import { everyOf, periodBefore, windowOf } from './spans.js';
import { spendOverTime, type Timing } from './spend.js';

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
