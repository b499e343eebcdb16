import { integer, join, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import { atto, divided } from '../metrics/division.js';
import { type UsagePart, usageParts } from '../rollups/read.js';
import { storedCost } from '../scope/currency.js';
import { dimensionOf } from '../scope/dimensions.js';
import type { Period } from '../scope/period.js';
import { type Scope, withPeriod, zoneOffsets } from '../scope/scope.js';
import { wallTime } from '../scope/time_zone.js';

/** A day that cost more than days of its kind do. */
export interface UnusualDay {
  /** 2026-10-14, in the time zone of the question. */
  day: string;
  /** USD, exact. */
  cost: string;
  /** What it is compared with: 'Wednesday', 'working day' or 'weekend day'. */
  usual: string;
  /** How many times as much as the median of those; one place, half up. */
  times: string;
}

/** How far back days are compared, how many of the same weekday are enough, and how many of its kind if those are too few. */
const DAY = 86_400_000;
const DAYS_BACK = 56;
const SAME_WEEKDAYS = 4;
const SAME_KIND = 10;

/** By how much a day must exceed the median: times, and in (robust) standard deviations, which are taken to be 10 % at least. */
const TIMES = 2;
const DEVIATIONS = 4;
const LEAST_SCATTER = 0.1;

/** More calls than these would slow the report that asks; a million take 0.03 to 0.05 s. */
const MOST_CALLS = 1_000_000;

interface Asked {
  /** The usage, at any time. */
  scope: Scope;
  period: Period;
  tz: string;
  /** Also of more calls than can be looked at in passing. */
  thorough: boolean;
  /** The cost of all days in scope, where it is at hand: a query of day and cost. */
  daily?: Sql | undefined;
}

/**
 * The days of a period whose cost is out of line for their weekday, dearest first: at least twice the median of the same weekdays of
 * the eight weeks before (if there are four; else of ten working or weekend days), and four times as far above it as days usually scatter
 * (median absolute deviation of the logarithms; https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm). To add up the days call
 * by call would take a third of the time of a report: from a million calls on that are not added up in advance it is left, unless a
 * thorough answer is wanted.
 */
export async function unusualDays(store: Store, asked: Asked): Promise<UnusualDay[]> {
  const { scope, period, tz, thorough, daily } = asked;
  const { since, until } = period;
  const back = since === null ? null : since - DAYS_BACK * DAY;
  const compared = withPeriod(scope, { since: back, until });
  const day = dimensionOf('day', await zoneOffsets(store, ['day'], tz));
  const parts = daily === undefined ? await usageParts(store, compared, day.tables) : [];
  if (!thorough && (await callsIn(store, parts, compared.params)) > MOST_CALLS) return [];
  const added = join(
    parts.map(
      ({
        table,
        added,
        test,
      }) => sql`select ${day.key} as day, sum(${added ? sql`fact.cost` : storedCost(store, sql`fact`)}) as cost
      from ${table} as fact
      where ${test} and fact.occurred_at is not null
      group by all`,
    ),
    ' union all ',
  );
  return store.rows<UnusualDay & Record<string, string>>(
    sql`
    with daily as (
      ${daily ?? sql`select day, sum(cost) as cost from (${added}) group by day`}
    ),
    paid as (
      select day, cost, isodow(day) as weekday, isodow(day) >= 6 as weekend, ln(cast(cost as double)) as size
      from daily
      where cost > 0
    ),
    compared as (
      select
        one.day,
        one.cost,
        one.size,
        one.weekday,
        one.weekend,
        count(*) filter (where past.weekday = one.weekday) >= $same_weekdays as by_weekday,
        quantile_disc(past.cost, 0.5) filter (where past.weekday = one.weekday) as weekday_cost,
        quantile_disc(past.cost, 0.5) as kind_cost,
        mad(past.size) as scatter
      from paid as one
      join paid as past on past.weekend = one.weekend and past.day < one.day and past.day >= one.day - ${integer(DAYS_BACK)}
      where coalesce(one.day >= cast($starts as date), true)
      group by all
      having count(*) >= $same_kind or by_weekday
    ),
    against as (
      select *, if(by_weekday, weekday_cost, kind_cost) as usual_cost from compared
    )
    select
      strftime(day, '%Y-%m-%d') as day,
      cast(cost as varchar) as cost,
      if(by_weekday, dayname(day), if(weekend, 'weekend day', 'working day')) as usual,
      cast(cast(${divided(sql`(10 * ${atto(sql`cost`)})`, atto(sql`usual_cost`))} as decimal(18, 0)) * cast(0.1 as decimal(2, 1)) as varchar) as times
    from against
    where cost >= usual_cost * ${integer(TIMES)}
      and size - ln(cast(usual_cost as double)) >= $deviations * greatest(1.4826 * scatter, $least_scatter)
    order by against.cost desc, against.day`,
    {
      ...(daily === undefined ? compared.params : {}),
      starts: since === null ? null : firstDay(since, tz),
      same_weekdays: SAME_WEEKDAYS,
      same_kind: SAME_KIND,
      deviations: DEVIATIONS,
      least_scatter: LEAST_SCATTER,
    },
  );
}

/** The first day that lies in the period as a whole. */
function firstDay(since: number, tz: string): string {
  return new Date(Math.ceil(wallTime(since, tz) / DAY) * DAY).toISOString().slice(0, 10);
}

/** How many calls have to be looked at one by one. */
async function callsIn(store: Store, parts: readonly UsagePart[], params: Params): Promise<number> {
  const counts = parts
    .filter(({ added }) => !added)
    .map(({ table, test }) => sql`(select count(*) from ${table} as fact where ${test})`);
  if (counts.length === 0) return 0;
  const { calls } = await store.row<{ calls: string }>(sql`select ${join(counts, ' + ')} as calls`, params);
  return Number(calls);
}
