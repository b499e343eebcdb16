import { type Sql, sql } from '../../sql.js';
import { divided } from '../metrics/division.js';

/** The unit of a metric's sums. */
const UNIT = sql`if(metric = 'cost_per_request', 1e18, 1e9)`;

/** The quantile that a metric of latency is about; null for the others. */
const quantileOf = (side: Sql) => sql`case metric
      when 'latency_p50' then ${side}.v500 when 'latency_p95' then ${side}.v950 when 'latency_p99' then ${side}.v990
    end`;

/** A sum divided by what it is per, as decimal text: USD with 18 places, others with 9, half up. */
function perRequest(sum: Sql): Sql {
  const quotient = sql`cast(${divided(sum, sql`base`)} as decimal(38, 0))`;
  return sql`if(metric = 'cost_per_request',
    cast(${quotient} * cast(0.000000000000000001 as decimal(18, 18)) as varchar),
    cast(${quotient} * cast(0.000000001 as decimal(9, 9)) as varchar))`;
}

/**
 * Compares the window with what its own calls would have used by the baseline: for every feature and model, on the same weekday. One row
 * for each metric and group of drift_daily, columns of `Compared`. A weekday that the baseline has once only, or not at all, is compared
 * with all of its days; a feature or model that the baseline has on fewer than two days, or the window not at all, with nothing.
 *
 * - observed and expected are exact (in units of 10^-9, USD 10^-18); expected is rounded once for each feature, model and weekday.
 * - dispersion: how far days scatter, as variance ÷ expectation in natural units. Each day of the baseline is compared with its other
 *   days (the deleted residual), so that few days look no quieter than they are. Of tokens and costs it is at least what the calls of the
 *   window alone make it: one enormous call is no change.
 * - spread: by how much observed − expected varies if nothing changed, for a dispersion of 1; spread_before the part of the baseline
 *   in it.
 * - change_percent: exact, rounded half up at the ninth place; null where nothing was before. Parameter: $threshold, in percent.
 */
export const COMPARED: Sql = sql`
with both_sides as (
  select metric, stratum_id
  from drift_daily
  group by all
  having count(distinct day) filter (where not recent) >= 2 and count(*) filter (where recent) > 0
),
used as (
  select drift_daily.*
  from drift_daily
  join both_sides on both_sides.metric = drift_daily.metric and both_sides.stratum_id = drift_daily.stratum_id
),
weekday_rate as (
  select metric, stratum_id, weekday, sum(y) as y, sum(x) as x
  from used
  where not recent
  group by all
  having count(*) >= 2
),
whole_rate as (
  select metric, stratum_id, sum(y) as y, sum(x) as x
  from used
  where not recent
  group by all
),
fitted as (
  select
    used.metric,
    used.group_id,
    used.stratum_id,
    if(weekday_rate.x is null, -1, used.weekday) as weekday,
    used.day,
    used.recent,
    used.y,
    used.x,
    used.n,
    used.squares,
    coalesce(weekday_rate.y, whole_rate.y) as base_y,
    coalesce(weekday_rate.x, whole_rate.x) as base_x
  from used
  join whole_rate on whole_rate.metric = used.metric and whole_rate.stratum_id = used.stratum_id
  left join weekday_rate on weekday_rate.metric = used.metric and weekday_rate.stratum_id = used.stratum_id
    and weekday_rate.weekday = used.weekday
),
cell as (
  select metric, group_id, stratum_id, weekday, base_y, base_x, sum(y) as y, sum(x) as x, sum(n) as n, sum(squares) as squares
  from fitted
  where recent
  group by all
),
after as (
  select
    metric,
    group_id,
    sum(y) as observed,
    sum(${divided(sql`(x * base_y)`, sql`base_x`)}) as expected,
    sum(x) as base,
    sum(n) as n,
    sum((cast(base_y as double) + y) / (cast(base_x as double) + x) * x * (1 + x / cast(base_x as double))) as spread,
    sum(cast(base_y as double) / base_x * x * (x / cast(base_x as double))) as spread_before,
    coalesce(sum(greatest(0, squares - y / ${UNIT} * y / ${UNIT} / x) * if(x > 1, x / cast(x - 1 as double), 1))
      / nullif(sum(y / ${UNIT}), 0), 0) as call_dispersion
  from cell
  group by all
),
day_residual as (
  select
    metric,
    group_id,
    day,
    sum((y - cast(base_y as double) / base_x * x) * (base_x / cast(base_x - x as double))) as off,
    sum(cast(base_y as double) / base_x * x * (base_x / cast(base_x - x as double))) as allowed,
    sum(n) as n
  from fitted
  where not recent and base_x > x
  group by all
),
before as (
  select
    metric,
    group_id,
    coalesce(avg(off * off / allowed) filter (where allowed > 0), 0) as dispersion,
    count(*) as days,
    sum(n) as n
  from day_residual
  group by all
),
freedom as (
  select metric, group_id, count(distinct weekday) as weekdays, count(distinct day) filter (where recent) as days
  from fitted
  group by all
),
compared as (
  select
    after.* exclude (n),
    after.n as n_after,
    before.n as n_before,
    freedom.days as days_after,
    before.days as days_before,
    before.days - freedom.weekdays as freedom,
    before.dispersion
  from after
  join before on before.metric = after.metric and before.group_id = after.group_id
  join freedom on freedom.metric = after.metric and freedom.group_id = after.group_id
),
sized as (
  select
    compared.*,
    ${quantileOf(sql`was`)} as was_ms,
    ${quantileOf(sql`now`)} as now_ms,
    case when was_ms is null then expected else was_ms end as size_before,
    case when was_ms is null then observed else now_ms end as size_after
  from compared
  left join drift_latency as was on was.group_id = compared.group_id and not was.recent
  left join drift_latency as now on now.group_id = compared.group_id and now.recent
),
changed as (
  select
    *,
    case when size_before > 0 then cast(
      if(size_after < size_before, -1, 1) * ${divided(sql`(abs(size_after - size_before) * 100000000000)`, sql`size_before`)}
      as decimal(38, 0)) * cast(0.000000001 as decimal(9, 9)) end as change_percent
  from sized
)
select
  metric,
  group_id,
  case when was_ms is not null then cast(was_ms as varchar) else ${perRequest(sql`expected`)} end as before,
  case when was_ms is not null then cast(now_ms as varchar) else ${perRequest(sql`observed`)} end as after,
  cast(change_percent as varchar) as change_percent,
  coalesce(abs(change_percent) >= cast($threshold as decimal(18, 9)), size_after > 0) as exceeds,
  cast(observed as double) / ${UNIT} as observed,
  cast(expected as double) / ${UNIT} as expected,
  cast(base as double) as base,
  greatest(dispersion / ${UNIT}, call_dispersion) as dispersion,
  spread / ${UNIT} as spread,
  spread_before / ${UNIT} as spread_before,
  n_before,
  n_after,
  days_before,
  days_after,
  freedom
from changed
-- What neither side has (no cache, no answers) is nothing to compare; no errors, however, is a finding.
where observed > 0 or expected > 0 or metric = 'error_rate'
order by group_id, metric`;
