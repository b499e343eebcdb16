import { UsageError } from '../../errors.js';
import { priceBookId } from '../../rate/book/book.js';
import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { metricOf } from '../metrics/metrics.js';
import { runningPeriod } from '../scope/budget_period.js';
import { scopeOf, withPeriod, zoneOffsets } from '../scope/scope.js';
import { type Count, countOf } from '../scope/values.js';
import type { Forecast, ForecastDay, ForecastQuery, ForecastRow, Projection } from './answer.js';
import { daysOf, projections } from './projection.js';
import { FORECAST_METRICS, type ForecastMetric, forecastMetric, localDay, type Projecting } from './series.js';
import { CONFIDENCE } from './sql.js';

/** The metric of that name, if it can be projected. Throws UsageError that lists those that can. */
export function parseForecastMetric(name: string): ForecastMetric {
  const found = forecastMetric(name === 'tokens' ? 'total_tokens' : name);
  if (found !== undefined) return found;
  throw new UsageError(
    `--metric '${name}' cannot be projected: it does not add up from day to day.\nPossible are: ${FORECAST_METRICS.join(', ')}.`,
  );
}

/** What will have been used at the end of the running period, for all and for each group. */
export async function forecast(store: Store, query: ForecastQuery): Promise<Forecast> {
  const { metric, by, where, tz, now } = query;
  const { whole } = runningPeriod(query.period, tz, now);
  const { since, until } = whole;
  if (since === null || until === null) throw new UsageError("--period 'all' has no end that could be forecast.");
  const asked: Projecting = { metric, by, where, tz, since, until, now };
  const groups = by.length === 0 ? [] : await projections(store, asked);
  // The days are those of what was projected last: the whole.
  const [all] = await projections(store, { ...asked, by: [] });
  return {
    schema: 'llmcost.forecast/1',
    query: {
      metric,
      unit: metricOf(metric).unit,
      by,
      where: where.map(({ text }) => text),
      period: whole.label,
      since: new Date(since).toISOString(),
      until: new Date(until).toISOString(),
      at: now.toISOString(),
      tz,
      confidence_percent: CONFIDENCE,
    },
    price_book: await priceBookId(store),
    currency: 'USD',
    rows: groups.map((one) => rowOf(one, by)).sort(byProjection),
    total: all === undefined ? NOTHING : rowOf(all, []),
    days: await daysOfPath(store, asked),
    warnings: await warningsOn(store, asked, all === undefined),
  };
}

const NOTHING: ForecastRow = {
  group: {},
  used: '0',
  history_days: 0,
  projected: null,
  low: null,
  high: null,
  error_percent: null,
  trials: 0,
  note: 'no history',
};

function rowOf({ g: _, key, ...projection }: Projection, by: readonly string[]): ForecastRow {
  return {
    group: Object.fromEntries(by.map((name, index) => [name, key[index] ?? null])),
    ...projection,
    note: historyNote(projection),
  };
}

/** Why a projection, or its interval, is missing; null if neither is. */
export function historyNote({
  projected,
  high,
  history_days,
}: Pick<Projection, 'projected' | 'high' | 'history_days'>): string | null {
  if (high !== null) return null;
  const days = `${history_days} ${history_days === 1 ? 'day' : 'days'}`;
  return projected === null ? `too little history (${days})` : `too little history for an interval (${days})`;
}

/** Only an order: it may look at numbers. */
function byProjection(a: ForecastRow, b: ForecastRow): number {
  return Number(b.projected ?? b.used) - Number(a.projected ?? a.used);
}

async function daysOfPath(store: Store, asked: Projecting): Promise<ForecastDay[]> {
  const { first, last } = daysOf(asked);
  return store.rows<ForecastDay & Record<string, string | null>>(
    sql`
    with days as (
      select cast(unnest(range(cast($first as integer), cast($last as integer) + 1)) as integer) as d
    )
    select
      strftime(cast($today as date) + days.d, '%Y-%m-%d') as day,
      if(days.d <= 0, cast(coalesce(used.y, 0) as varchar), null) as used,
      if(days.d >= 0 and path.is_projected, cast(path.y as varchar), null) as expected
    from days
    left join forecast_path as path on path.d = days.d
    left join forecast_day as used on used.d = days.d
    order by days.d`,
    { first, last, today: localDay(asked.now, asked.tz) },
  );
}

async function warningsOn(store: Store, asked: Projecting, empty: boolean): Promise<Forecast['warnings']> {
  if (empty) {
    return [
      { code: 'no_usage', message: 'There is no usage in this scope. Import something: llmcost import <files>.' },
    ];
  }
  if (asked.metric !== 'cost') return [];
  const offsets = await zoneOffsets(
    store,
    asked.where.map(({ dimension }) => dimension),
    asked.tz,
  );
  const scope = withPeriod(scopeOf(asked.where, offsets), {
    since: asked.since,
    until: asked.now.getTime(),
    label: '',
  });
  const { unpriced } = await store.row<{ unpriced: string }>(
    sql`select count(*) as unpriced from usage_fact as fact where fact.cost_status = 1 and ${scope.test}`,
    scope.params,
  );
  const rows: Count = countOf(unpriced);
  if (rows === 0) return [];
  const what = rows === 1 ? '1 row of usage has' : `${rows} rows of usage have`;
  return [
    { code: 'unpriced', message: `${what} no price: the forecast is the least it can be. See: llmcost pricing status` },
  ];
}
