import { integer, type Sql, sql } from '../../sql.js';

/*
 * How the rest of a period is projected. From the end of a day, a day to come is expected to be like the mean of the last eight days
 * of its weekday, times the growth: the mean of the last 14 days against that profile, between a half and two.
 *
 * How sure that is, is told by the user's own past: the same was asked at the end of every earlier day, for as many days ahead, and
 * the errors, in units of the mean of 14 and of 56 days, are kept. The interval lies between their tenth and their ninetieth
 * percentile, as if there were one error more than there are (split conformal prediction, https://arxiv.org/abs/1604.04173), so 8 of
 * 10 periods end within it. On recorded usage of five real series 77 to 81 of 100 did (test/shared/forecast.test.ts).
 *
 * Projections are estimates and calculated in floating point; what was used is exact.
 */

/** Without two weeks there is no profile of weekdays. */
export const HISTORY_DAYS = 14;
/** With fewer earlier projections there is no interval. */
export const EARLIER_PROJECTIONS = 10;
/** The share of periods that end within the interval, in percent. */
export const CONFIDENCE = 80;

/** Makes the temporary table `forecast_profile`: for the end of each day d of each group, what the days up to it tell. */
export const PROFILE: Sql = sql`
create or replace temp table forecast_profile as
with weekdays as (
  select
    g,
    d,
    avg(y) over (partition by g, (d % 7 + 7) % 7 order by d rows between 7 preceding and current row) as weekday_mean,
    avg(y) over (partition by g order by d rows between 13 preceding and current row) as two_weeks,
    avg(y) over (partition by g order by d rows between 55 preceding and current row) as eight_weeks,
    sum(y) over (partition by g order by d) as so_far,
    count(*) over (partition by g order by d) as history
  from (select g, d, cast(y as double) as y from forecast_day where d < 0)
)
select
  *,
  sum(weekday_mean) over latest as week,
  coalesce(least(2, greatest(0.5, two_weeks / nullif(avg(weekday_mean) over latest, 0))), 1) as growth
from weekdays
window latest as (partition by g order by d rows between 6 preceding and current row)`;

/**
 * The steps up to `judged`, for `horizon` days ahead: `ahead` is what the days after d were expected to use together, and `judged` how
 * wrong that was. A day beyond whole weeks is like the first days of the week before.
 */
export function judgedSql(horizon: number): Sql {
  const rest = horizon % 7;
  const begun =
    rest === 0
      ? sql`0`
      : sql`sum(weekday_mean) over (partition by g order by d rows between 6 preceding and ${integer(7 - rest)} preceding)`;
  return sql`expected as (
  select
    g,
    d,
    so_far,
    history,
    growth,
    (two_weeks + eight_weeks) / 2 as scale,
    growth * (${integer(Math.floor(horizon / 7))} * week + ${begun}) as ahead
  from forecast_profile
),
tried as (
  select
    before.g,
    before.d,
    after.so_far - before.so_far as actual,
    before.ahead,
    before.scale
  from expected as before
  join forecast_profile as after on after.g = before.g and after.d = before.d + ${integer(horizon)}
  where before.history >= ${integer(HISTORY_DAYS)}
),
judged as (
  select
    g,
    count(*) as trials,
    list_sort(list((actual - ahead) / scale) filter (where scale > 0)) as errors,
    sum(abs(actual - ahead)) / nullif(sum(actual), 0) as error_share
  from tried
  group by g
)`;
}

/** The position of a percentile in a sorted list of n errors, as if there were one more; at its ends the list is not exceeded. */
export function lowEnd(errors: Sql): Sql {
  return sql`${errors}[greatest(1, cast(floor((len(${errors}) + 1) * 0.1) as integer))]`;
}

/** The same at the upper end. */
export function highEnd(errors: Sql): Sql {
  return sql`${errors}[least(len(${errors}), cast(ceil((len(${errors}) + 1) * 0.9) as integer))]`;
}

/**
 * `forecast_path`: each day d of the running period with what was used (exact) or is expected, and how much that is from its first day
 * on. A day to come is like that of the last week with the same weekday. Parameters: $first, $last (days, today is 0). What is expected
 * is rounded to 6 places, but kept with 18: greatest() of amounts of two scales would cut the exact one.
 */
export const PATH: Sql = sql`
create or replace temp table forecast_path as
with now as (
  select g, growth, history
  from forecast_profile
  where d = -1
),
to_come as (
  select now.g, unnest(range(0, cast($last as integer) + 1)) as d, now.growth
  from now
  where now.history >= ${integer(HISTORY_DAYS)}
),
expected as (
  select to_come.g, to_come.d, cast(cast(to_come.growth * profile.weekday_mean as decimal(38, 6)) as decimal(38, 18)) as y
  from to_come
  join forecast_profile as profile on profile.g = to_come.g and profile.d = to_come.d % 7 - 7
),
days as (
  select
    coalesce(used.g, expected.g) as g,
    coalesce(used.d, expected.d) as d,
    greatest(coalesce(used.y, 0), coalesce(expected.y, 0)) as y,
    expected.g is not null as is_projected
  from (select g, d, y from forecast_day where d >= cast($first as integer)) as used
  full join expected on expected.g = used.g and expected.d = used.d
)
select *, sum(y) over (partition by g order by d) as so_far
from days`;
