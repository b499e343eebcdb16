import { UsageError } from '../../errors.js';
import { currencyMark } from '../../names/currency_mark.js';
import { priceBookId } from '../../rate/book/book.js';
import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Unit } from '../metrics/metric.js';
import { metricOf } from '../metrics/metrics.js';
import { runningPeriod } from '../scope/budget_period.js';
import { currencyOf, shownMoney } from '../scope/currency.js';
import { patternHint } from '../scope/filter.js';
import { lastUsage, lateSince } from '../scope/freshness.js';
import { type Scope, scopeOf, withPeriod, zoneOffsets } from '../scope/scope.js';
import { localDay } from '../scope/time_zone.js';
import { type Count, countOf, isoText } from '../scope/values.js';
import type { Forecast, ForecastDay, ForecastQuery, ForecastRow, ForecastSpike, Projection } from './answer.js';
import { daysOf, projections } from './projection.js';
import { FORECAST_METRICS, type ForecastMetric, forecastMetric, type Projecting, presentOf } from './series.js';
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
  const days = await daysOfPath(store, asked);
  const spikes = await spikesOf(store, asked);
  const last = await lastUsage(store, now);
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
    ...shownMoney(store),
    rows: groups.map((one) => rowOf(one, by)).sort(byProjection),
    total: all === undefined ? NOTHING : rowOf(all, []),
    days,
    spikes,
    data_until: isoText(last),
    warnings: [
      ...(await warningsOn(store, asked, all === undefined)),
      ...endedNote(last, asked, all === undefined),
      ...spikeNote(spikes, { unit: metricOf(metric).unit, currency: currencyOf(store) }),
    ],
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
    { first, last, today: localDay(presentOf(asked), asked.tz) },
  );
}

/** Spikes are looked for as far back as they could still raise a mean. */
const SPIKE_DAYS = 56;

async function spikesOf(store: Store, asked: Projecting): Promise<ForecastSpike[]> {
  return store.rows<ForecastSpike>(
    sql`
    select
      strftime(cast($today as date) + clean.d, '%Y-%m-%d') as day,
      cast(used.y as varchar) as used,
      cast(cast(clean.usual as decimal(38, 6)) as varchar) as usual
    from forecast_clean as clean
    join forecast_day as used on used.g = clean.g and used.d = clean.d
    where clean.later < clean.y and clean.d >= -cast($days as integer)
    order by clean.d`,
    { today: localDay(presentOf(asked), asked.tz), days: SPIKE_DAYS },
  );
}

/** How many spikes a note names; the answer has all. */
const SPIKES_NAMED = 3;

function spikeNote(spikes: readonly ForecastSpike[], of: Measured): Forecast['warnings'] {
  if (spikes.length === 0) return [];
  const named = spikes
    .slice(-SPIKES_NAMED)
    .map(({ day, used, usual }) => `${day} (${amountOf(used, of)}, usually about ${amountOf(usual, of)})`);
  const more = spikes.length - named.length;
  const [what, counts] = spikes.length === 1 ? ['One day stands', 'it counts'] : ['Some days stand', 'they count'];
  return [
    {
      code: 'spike',
      message: `${what} alone: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}; ${counts} as used and not for what is to come.`,
    },
  ];
}

const AMOUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const CENTS = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

interface Measured {
  unit: Unit;
  currency: string;
}

/** Rounded from the digits: nothing is calculated. */
function amountOf(amount: string, { unit, currency }: Measured): string {
  const digits = amount as `${number}`;
  return unit === 'money' ? `${currencyMark(currency)}${CENTS.format(digits)}` : AMOUNT.format(digits);
}

function endedNote(last: number | null, { now, tz }: Projecting, empty: boolean): Forecast['warnings'] {
  const late = lateSince(last, { now, tz });
  if (empty || late === null) return [];
  const { day, days } = late;
  return [
    {
      code: 'data_ends',
      message: `There is usage until ${day} only, ${days} days before: the days since count as days without usage. Import it, or ask as of then: --at ${day}.`,
    },
  ];
}

async function warningsOn(store: Store, asked: Projecting, empty: boolean): Promise<Forecast['warnings']> {
  if (empty) {
    return [
      {
        code: 'no_usage',
        message: `There is no usage in this scope. Import something: llmcost import <files>.${patternHint(asked.where)}`,
      },
    ];
  }
  if (asked.metric === 'requests') return uncountedNote(store, asked);
  if (asked.metric !== 'cost') return [];
  const scope = await scopeSoFar(store, asked);
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

/** The usage of the period up to now. */
async function scopeSoFar(store: Store, { where, tz, since, now }: Projecting): Promise<Scope> {
  const offsets = await zoneOffsets(
    store,
    where.map(({ dimension }) => dimension),
    tz,
  );
  return withPeriod(scopeOf(where, offsets), { since, until: now.getTime() });
}

async function uncountedNote(store: Store, asked: Projecting): Promise<Forecast['warnings']> {
  const scope = await scopeSoFar(store, asked);
  const { uncounted } = await store.row<{ uncounted: string }>(
    sql`select count(*) as uncounted from usage_fact as fact where fact.requests is null and ${scope.test}`,
    scope.params,
  );
  if (uncounted === '0') return [];
  const what = uncounted === '1' ? '1 row of usage does' : `${uncounted} rows of usage do`;
  return [
    {
      code: 'unknown_requests',
      message: `${what} not tell how many requests it stands for: the forecast is the least it can be. Tokens and cost are known: --metric cost`,
    },
  ];
}
