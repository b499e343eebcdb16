import { identifier, join, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { INPUT_SUM, OUTPUT_SUM } from '../metrics/measures.js';
import { type Dimension, dimensionOf } from '../scope/dimensions.js';
import type { Condition } from '../scope/filter.js';
import { scopeOf, withPeriod, zoneOffsets } from '../scope/scope.js';
import { localDay, wallSql, wallTime } from '../scope/time_zone.js';
import { CLEAN, PROFILE } from './sql.js';

/** What can be projected: what adds up from day to day. */
export const FORECAST_METRICS = ['cost', 'requests', 'total_tokens', 'input_tokens', 'output_tokens'] as const;

export type ForecastMetric = (typeof FORECAST_METRICS)[number];

/** A metric of that name that can be projected; undefined if it cannot. */
export function forecastMetric(name: string): ForecastMetric | undefined {
  return FORECAST_METRICS.find((known) => known === name);
}

/** What is projected, and up to when. */
export interface Projecting {
  metric: ForecastMetric;
  by: readonly string[];
  where: readonly Condition[];
  tz: string;
  /** The period that runs: milliseconds since 1970; `until` is its end. */
  since: number;
  until: number;
  now: Date;
}

const DAY = 86_400_000;
/** Days of history that are read at most. */
const LOOKBACK = 400;

const SUMS: Record<ForecastMetric, Sql> = {
  cost: sql`coalesce(sum(fact.cost_usd), 0)`,
  requests: sql`coalesce(sum(fact.requests), 0)`,
  total_tokens: sql`${INPUT_SUM} + ${OUTPUT_SUM}`,
  input_tokens: INPUT_SUM,
  output_tokens: OUTPUT_SUM,
};

/**
 * The moment that a forecast is made at: usage up to it is known. The last millisecond of a day is the beginning of the next, so that a
 * day that is over is not waited for.
 */
export function presentOf({ now }: Pick<Projecting, 'now'>): Date {
  return new Date(now.getTime() + 1);
}

/**
 * Fills the temporary tables forecast_group (g, k0, k1, … and first_d, the first day of each group), forecast_day (g, d, y: what each
 * group used on each day in the time zone, without gaps from its first day on; late: the part of it after the time of day that it is now),
 * forecast_clean and forecast_profile. d counts days; today is 0 and not over yet.
 */
export async function fillSeries(store: Store, asked: Projecting): Promise<void> {
  const { metric, by, where, tz, since, now } = asked;
  const offsets = await zoneOffsets(store, ['day', ...by, ...where.map(({ dimension }) => dimension)], tz);
  const dimensions = by.map((name) => dimensionOf(name, offsets));
  const earliest = Math.min(since, now.getTime()) - LOOKBACK * DAY;
  const scope = withPeriod(scopeOf(where, offsets), { since: earliest, until: now.getTime() });
  const day = sql`cast(${wallSql(sql`fact.occurred_at`, offsets)} as date)`;
  const present = wallTime(presentOf(asked).getTime(), tz);
  const clock = wallSql(sql`fact.occurred_at`, offsets);
  await store.run(dailySql(dimensions, { day, clock, sum: SUMS[metric], test: scope.test }), {
    ...scope.params,
    today: localDay(presentOf(asked), tz),
    clock_ms: present % DAY,
  });
  const keys = dimensions.map((_, index) => identifier(`k${index}`));
  await store.run(sql`
    create or replace temp table forecast_group as
    select
      row_number() over (order by ${join([...keys, sql`min(d)`])}) as g,
      ${join([...keys, sql`min(d) as first_d`])}
    from forecast_sum
    group by ${keys.length === 0 ? sql`()` : join(keys)}
    having count(*) > 0`);
  const same = keys.map((key) => sql`summed.${key} is not distinct from named.${key}`);
  await store.run(sql`
    create or replace temp table forecast_day as
    with grid as (
      select *, unnest(range(first_d, 1)) as d
      from forecast_group
    )
    select named.g, cast(named.d as integer) as d, coalesce(summed.y, 0) as y, coalesce(summed.late, 0) as late
    from grid as named
    left join forecast_sum as summed on ${join([sql`summed.d = named.d`, ...same], ' and ')}`);
  await store.run(CLEAN);
  await store.run(PROFILE);
}

/** A row that stands for a whole day or more does not tell when in it: it is spread evenly. Parameters: $today, $clock_ms. */
function dailySql(
  dimensions: readonly Dimension[],
  { day, clock, sum, test }: { day: Sql; clock: Sql; sum: Sql; test: Sql },
): Sql {
  const keys = dimensions.map(({ key }, index) => sql`${key} as ${identifier(`k${index}`)}`);
  const labels = dimensions.map(({ label }, index) => {
    const key = identifier(`k${index}`);
    return sql`${label(key)} as ${key}`;
  });
  return sql`
    create or replace temp table forecast_sum as
    with summed as (
      select
        ${join([...keys, sql`date_diff('day', cast($today as date), ${day}) as d`, lateSql(clock), sql`${sum} as y`], ',\n        ')}
      from usage_fact as fact
      left join usage_profile as profile on profile.profile_id = fact.profile_id
      where ${test}
      group by all
    )
    select ${join([...labels, sql`d`, sql`cast(sum(y) as decimal(38, 18)) as y`, sql`sum(late * cast(y as double)) as late`])}
    from summed
    group by all`;
}

/** The part of a row that lies after the time of day that it is now. */
function lateSql(clock: Sql): Sql {
  return sql`case
          when profile.bucket_seconds >= 86400 then 1 - $clock_ms / 86400000.0
          when date_diff('ms', date_trunc('day', ${clock}), ${clock}) >= $clock_ms then 1
          else 0
        end as late`;
}
