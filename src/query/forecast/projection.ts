import { identifier, integer, join, type Sql, sql } from '../../sql.js';
import type { Row, Store } from '../../store/store.js';
import { localDay, wallTime } from '../scope/time_zone.js';
import { countOf, textOf } from '../scope/values.js';
import type { Projection } from './answer.js';
import { fillSeries, type Projecting, presentOf } from './series.js';
import { EARLIER_PROJECTIONS, highEnd, judgedSql, LEAST_HALF, lowEnd, PATH, shortHalf } from './sql.js';

const DAY = 86_400_000;

/** Days of a period in its time zone, counted from today, which is 0; the last is in it, and before 0 where the period is over. */
export function daysOf({ since, until, tz, now }: Pick<Projecting, 'since' | 'until' | 'tz' | 'now'>): {
  first: number;
  last: number;
} {
  const today = floorDay(wallTime(presentOf({ now }).getTime(), tz));
  const dayOf = (instant: number) => Math.round((floorDay(wallTime(instant, tz)) - today) / DAY);
  return { first: dayOf(since), last: dayOf(until - 1) };
}

function floorDay(wall: number): number {
  return Math.floor(wall / DAY) * DAY;
}

/**
 * What each group used in a running period, and what it will have used at its end. Leaves the temporary tables forecast_group,
 * forecast_day and forecast_path behind, for questions about single days.
 */
export async function projections(store: Store, asked: Projecting): Promise<Projection[]> {
  const { first, last } = daysOf(asked);
  const horizon = Math.max(last + 1, 1);
  await fillSeries(store, asked);
  await store.run(PATH, { first, last, rest: restOfDay(asked) });
  const keys = asked.by.map((_, index) => identifier(`k${index}`));
  const rows = await store.rows(
    sql`
    with ${judgedSql(horizon)},
    used as (
      select
        g,
        coalesce(sum(y) filter (where d >= cast($first as integer)), 0) as used
      from forecast_day
      group by g
    ),
    at_end as (
      select g, so_far as projected
      from forecast_path
      where d = cast($last as integer) and is_projected
    ),
    settled as (
      select
        used.g,
        used.used,
        if(cast($last as integer) < 0, used.used, at_end.projected) as projected,
        coalesce(latest.history, 0) as history,
        coalesce(judged.trials, 0) as trials,
        judged.error_share,
        latest.scale,
        latest.ahead,
        latest.scatter,
        if(judged.trials >= ${integer(EARLIER_PROJECTIONS)} and len(judged.errors) > 0, judged.errors, null) as errors
      from used
      left join (select g, history, scale, scatter, ahead from expected where d = -1) as latest on latest.g = used.g
      left join judged on judged.g = used.g
      left join at_end on at_end.g = used.g
    ),
    ended as (
      select
        *,
        cast(projected - used as double) as rest,
        ${shortHalf({ history: sql`history`, scatter: sql`scatter`, ahead: sql`ahead` }, horizon)} as half,
        if(errors is null, -half * ahead / nullif(ahead + half, 0), scale * ${lowEnd(sql`errors`, horizon)}) as below,
        if(errors is null, half, scale * ${highEnd(sql`errors`, horizon)}) as above
      from settled
    ),
    -- The errors are of whole days: of a part of them they are as much smaller as of fewer days.
    bounded as (
      select
        *,
        sqrt(least(1, rest / nullif(ahead, 0))) as part,
        greatest(0, rest + least(part * below, -${LEAST_HALF} * rest)) as low,
        rest + greatest(part * above, ${LEAST_HALF} * rest) as high
      from ended
    )
    select
      bounded.g,
      ${join(
        keys.map((key) => sql`named.${key},`),
        '\n      ',
      )}
      cast(used as varchar) as used,
      history as history_days,
      trials,
      cast(projected as varchar) as projected,
      ${endSql(sql`low`)} as low,
      ${endSql(sql`high`)} as high,
      cast(cast(100 * error_share as decimal(18, 1)) as varchar) as error_percent
    from bounded
    join forecast_group as named on named.g = bounded.g
    order by bounded.g`,
    { first, last },
  );
  return rows.map((row) => projectionOf(row, asked.by.length));
}

function projectionOf(row: Row, dimensions: number): Projection {
  const key = Array.from({ length: dimensions }, (_, index) => textOf(row[`k${index}`]));
  const projected = textOf(row.projected);
  const bounded = projected !== null && row.low !== null;
  return {
    g: Number(row.g),
    key,
    used: String(row.used),
    history_days: countOf(row.history_days),
    projected,
    low: bounded ? String(row.low) : null,
    high: bounded ? String(row.high) : null,
    error_percent: projected === null ? null : textOf(row.error_percent),
    trials: projected === null ? 0 : countOf(row.trials),
  };
}

/** An end of the interval: what was used, exact, and an estimate of 6 places; of a period that is over what was used. */
function endSql(rest: Sql): Sql {
  return sql`case
        when cast($last as integer) < 0 then cast(used as varchar)
        when ${rest} is not null then cast(used + cast(cast(${rest} as decimal(38, 6)) as decimal(38, 18)) as varchar)
      end`;
}

/** The part of the present day that is to come, 0 to 1. */
function restOfDay({ now, tz }: Pick<Projecting, 'now' | 'tz'>): number {
  const wall = wallTime(presentOf({ now }).getTime(), tz);
  return 1 - (wall - floorDay(wall)) / DAY;
}

/** A limit of a group, as decimal text. */
export interface GroupLimit {
  g: number;
  limit: string;
}

/** The days on which groups reach their limits, as dates; groups that never do are left out. Asks the forecast that was made last. */
export async function daysOfExhaustion(
  store: Store,
  limits: readonly GroupLimit[],
  { now, tz }: Pick<Projecting, 'now' | 'tz'>,
): Promise<Map<number, string>> {
  const rows = await store.rows<{ g: number; day: string }>(
    sql`
    with wanted as (
      select unnest(from_json(cast($limits as json), '[{"g": "integer", "limit": "decimal(38, 18)"}]'), recursive := true)
    ),
    reached as (
      select path.g, min(path.d) as d
      from forecast_path as path
      join wanted on wanted.g = path.g and path.so_far >= wanted."limit"
      group by path.g
    )
    select g, strftime(cast($today as date) + cast(d as integer), '%Y-%m-%d') as day
    from reached`,
    { limits: JSON.stringify(limits), today: localDay(presentOf({ now }), tz) },
  );
  return new Map(rows.map(({ g, day }) => [Number(g), day]));
}
