import { integer, type Sql, sql } from '../../sql.js';

/*
 * How the rest of a period is projected. A day to come is expected to be like the mean of the last eight days of its weekday, at the level
 * of the last 14 days; before there are two weeks, like the mean of all days. A day far above its like that stays alone is a spike: it
 * counts as used and is left out of what is expected. Of today only the hours to come are expected, by the hours of the last four weeks.
 *
 * How sure that is, is told by the user's own past: the same was asked at the end of every earlier day, for as many days ahead, and
 * the errors, in units of the mean of 14 and of 56 days, are kept. The interval lies between quantiles of them (split conformal
 * prediction, https://arxiv.org/abs/1604.04173). Neighbouring errors share most of their days: the more days one is about and the fewer
 * there are, the further out the quantiles lie. Where the past is too short for that, it is
 * Student's interval of a sum of days (https://www.itl.nist.gov/div898/handbook/prc/section1/prc14.htm).
 *
 * Projections are estimates and calculated in floating point; what was used is exact. The comparison with plainer rules is in
 * docs/decisions/questions.md.
 */

/** Without two whole days nothing is projected. */
export const LEAST_DAYS = 2;
/** Without two weeks there is no profile of weekdays. */
export const HISTORY_DAYS = 14;
/** With fewer earlier projections the interval does not rest on them. */
export const EARLIER_PROJECTIONS = 10;
/** The share of periods that end within the interval, in percent. */
export const CONFIDENCE = 80;

/** A spike is this many times its like at least, and this many robust deviations above it. */
const SPIKE_TIMES = 3;
const SPIKE_DEVIATIONS = 5;

/**
 * Makes the temporary table `forecast_clean` (g, d, y, usual, outlier, seen, later): `usual` is the median of the last eight days of the
 * weekday (of 14 days, where there are not three), `seen` is y without what looks like a spike at the end of the day itself, and `later`
 * the same when the next day is known. An outlier that follows another, or that two of the last four weeks preceded, is no spike: it is
 * how things are. What the next day shows counts for the days after it only.
 */
export const CLEAN: Sql = sql`
create or replace temp table forecast_clean as
with valued as (
  select g, d, cast(y as double) as y
  from forecast_day
  where d < 0
),
placed as (
  select
    *,
    case when count(*) over same_weekday >= 3 then median(y) over same_weekday else median(y) over two_weeks end as usual,
    avg(y) over (partition by g order by d rows between 28 preceding and 1 preceding) as level,
    count(*) over (partition by g order by d rows between unbounded preceding and 1 preceding) as history
  from valued
  window
    same_weekday as (partition by g, (d % 7 + 7) % 7 order by d rows between 8 preceding and 1 preceding),
    two_weeks as (partition by g order by d rows between 14 preceding and 1 preceding)
),
strayed as (
  select
    *,
    1.4826 * median(abs(y - usual)) over (partition by g order by d rows between 56 preceding and 1 preceding) as deviation
  from placed
),
judged as (
  select
    *,
    history >= 7 and y > ${integer(SPIKE_TIMES)} * usual and y > usual + ${integer(SPIKE_DEVIATIONS)} * deviation
      and y > ${integer(SPIKE_TIMES)} * if(usual > 0, 0, level) as outlier
  from strayed
),
followed as (
  select
    *,
    lag(outlier, 1, false) over (partition by g order by d) as after_another,
    lead(outlier, 1, false) over (partition by g order by d) as before_another,
    count(*) filter (where outlier) over (partition by g order by d rows between 28 preceding and 1 preceding) as earlier
  from judged
)
select
  g, d, y, usual,
  outlier and not after_another and earlier < 2 as alone,
  if(alone, usual, y) as seen,
  if(alone and not before_another, usual, y) as later
from followed`;

/**
 * Makes the temporary table `forecast_profile`: for the end of each day d of each group, what the days up to it tell. The last day counts
 * as it was seen then, all others as they are known a day later; `unsettled` is what that makes of the mean of its weekday.
 */
export const PROFILE: Sql = sql`
create or replace temp table forecast_profile as
with weekdays as (
  select
    g,
    d,
    y,
    avg(later) over same_weekday as weekday_mean,
    (seen - later) / count(*) over same_weekday as unsettled,
    (sum(later) over two_weeks - later + seen) / count(*) over two_weeks as two_weeks,
    (sum(later) over eight_weeks - later + seen) / count(*) over eight_weeks as eight_weeks,
    stddev_samp(y) over two_weeks as scatter,
    (sum(later) over two_weeks - max(later) over two_weeks) / nullif(count(*) over two_weeks - 1, 0) as but_largest,
    max(later) over two_weeks as largest,
    sum(y) over (partition by g order by d) as so_far,
    count(*) over (partition by g order by d) as history
  from forecast_clean
  window
    same_weekday as (partition by g, (d % 7 + 7) % 7 order by d rows between 7 preceding and current row),
    two_weeks as (partition by g order by d rows between 13 preceding and current row),
    eight_weeks as (partition by g order by d rows between 55 preceding and current row)
)
select
  * exclude (but_largest, largest, two_weeks),
  -- Of a few days one may be far above all others: it counts as one of them.
  two_weeks - if(history < ${integer(HISTORY_DAYS)} and history > 2 and largest > ${integer(SPIKE_TIMES)} * but_largest, (largest - but_largest) / history, 0) as two_weeks,
  sum(weekday_mean) over latest + unsettled as week,
  coalesce(least(2, greatest(0.5, two_weeks / nullif((sum(weekday_mean) over latest + unsettled) / count(*) over latest, 0))), 1) as growth
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
    scatter,
    (two_weeks + eight_weeks) / 2 as scale,
    if(history < ${integer(HISTORY_DAYS)}, ${integer(horizon)} * two_weeks,
      growth * (${integer(Math.floor(horizon / 7))} * week + ${begun})) as ahead
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

/** How far out a quantile lies: a sixth of the days ahead is how many errors count for one, as the back-test has it. */
function spreadOf(errors: Sql, horizon: number): Sql {
  return sql`(0.9 * (1 + ${integer(horizon)} / (6 * cast(len(${errors}) as double))))`;
}

/** The lower end in a sorted list of n errors of so many days ahead; beyond its least where n is small. */
export function lowEnd(errors: Sql, horizon: number): Sql {
  const spread = spreadOf(errors, horizon);
  return sql`(least(0, ${errors}[greatest(1, len(${errors}) + 1 - cast(ceil(len(${errors}) * least(1, ${spread})) as integer))])
    * greatest(1, ${spread}))`;
}

/** The same at the upper end. */
export function highEnd(errors: Sql, horizon: number): Sql {
  const spread = spreadOf(errors, horizon);
  return sql`(greatest(0, ${errors}[least(len(${errors}), cast(ceil(len(${errors}) * least(1, ${spread})) as integer))])
    * greatest(1, ${spread}))`;
}

/** Student's t that 10 % lie above, by degrees of freedom from 1 on (https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm). */
const STUDENT = sql`[3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350]`;

/** Half the width of an interval of a sum of `horizon` days from a short history, whose days and whose mean scatter. */
export function shortHalf(
  { history, scatter, ahead }: { history: Sql; scatter: Sql; ahead: Sql },
  horizon: number,
): Sql {
  const days = sql`least(${history}, ${integer(HISTORY_DAYS)})`;
  return sql`greatest(
    ${STUDENT}[cast(${days} - 1 as integer)] * ${scatter} * sqrt(${integer(horizon)} + ${integer(horizon * horizon)} / cast(${days} as double)),
    ${ahead} / sqrt(${days})
  )`;
}

/** No guess is surer than this part of it. */
export const LEAST_HALF = sql`0.05`;

/**
 * `forecast_path`: each day d of the running period with what was used (exact) or is expected, and how much that is from its first day
 * on. A day to come is like that of the last week with the same weekday; of today the part that lies after now is expected, $rest of it
 * where no earlier day was used. Parameters: $first, $last (days, today is 0; before 0 the period is over), $rest. What is expected is
 * rounded to 6 places, but kept with 18.
 */
export const PATH: Sql = sql`
create or replace temp table forecast_path as
with now as (
  select g, growth, history, two_weeks
  from forecast_profile
  where d = -1
),
clock as (
  select g, coalesce(sum(late) / nullif(sum(cast(y as double)), 0), $rest) as rest
  from forecast_day
  where d between -28 and -1
  group by g
),
to_come as (
  select now.*, unnest(range(0, cast($last as integer) + 1)) as d
  from now
  where now.history >= ${integer(LEAST_DAYS)}
),
expected as (
  select
    to_come.g,
    to_come.d,
    cast(cast(
      if(to_come.history < ${integer(HISTORY_DAYS)}, to_come.two_weeks, to_come.growth * profile.weekday_mean) * if(to_come.d = 0, clock.rest, 1)
    as decimal(38, 6)) as decimal(38, 18)) as y
  from to_come
  join clock on clock.g = to_come.g
  left join forecast_profile as profile on profile.g = to_come.g and profile.d = to_come.d % 7 - 7
),
days as (
  select
    coalesce(used.g, expected.g) as g,
    coalesce(used.d, expected.d) as d,
    coalesce(used.y, 0) + coalesce(expected.y, 0) as y,
    expected.g is not null as is_projected
  from (
    select g, d, y from forecast_day where d between cast($first as integer) and cast($last as integer)
  ) as used
  full join expected on expected.g = used.g and expected.d = used.d
)
select *, sum(y) over (partition by g order by d) as so_far
from days`;
