import { identifier, join, type Sql, sql } from '../../sql.js';
import { EFFECTS } from '../effects/effects.js';
import { atto, fromAtto, proportion } from '../metrics/division.js';
import { type Offset, wallSql } from '../scope/time_zone.js';

/** In what steps of time a change is looked at. */
export type Step = 'day' | 'hour';

const stepOf = (step: Step) => (step === 'day' ? sql`interval 1 day` : sql`interval 1 hour`);

/** The table explain_time: cost by `side`, day or hour (of the wall clock), customer, feature and model. `test` and `side` are over usage (aliased fact). */
export function timeSql({ test, side }: { test: Sql; side: Sql }, step: Step, offsets: readonly Offset[]): Sql {
  return sql`
create or replace temp table explain_time as
with summed as (
  select
    ${side} as side,
    date_trunc('${step === 'day' ? sql`day` : sql`hour`}', ${wallSql(sql`fact.occurred_at`, offsets)}) as slot,
    fact.customer,
    fact.profile_id,
    sum(fact.cost_usd) as cost
  from usage_fact as fact
  where fact.cost_usd is not null and ${test}
  group by all
)
select
  summed.side, summed.slot, summed.customer, profile.feature,
  coalesce(profile.model, profile.request_model) as model,
  sum(summed.cost) as cost
from summed
left join usage_profile as profile on profile.profile_id = summed.profile_id
group by all`;
}

/** All slots of the time before, those without usage too. Parameters: $before_from, $before_to (wall clock). */
const SLOTS_BEFORE = (step: Step) => sql`
slot_before as (
  select slot
  from unnest(generate_series(
    date_trunc('${step === 'day' ? sql`day` : sql`hour`}', cast($before_from as timestamp)), cast($before_to as timestamp), ${stepOf(step)}
  )) as series(slot)
  where slot < cast($before_to as timestamp)
)`;

/** How much the cost of an hour scatters in the time before: a statistic, so a double. Parameters: $before_from, $before_to. */
export const HOURLY_SCATTER: Sql = sql`
with ${SLOTS_BEFORE('hour')},
spent as (
  select slot, sum(cost) as cost from explain_time where side = 1 group by slot
)
select
  count(*) as slots,
  count(*) - 1 as freedom,
  coalesce(stddev_samp(coalesce(cast(spent.cost as double), 0)), 0) as deviation
from slot_before
left join spent on spent.slot = slot_before.slot`;

/**
 * How much the cost of a day scatters, from the first use on: around the mean of its weekday where there are two weeks, but not more
 * than one and a half times what the median distance from the median tells: one mad day is no usual scatter.
 * `test` is over usage (aliased fact) of that time. Parameters: those of `test`, and $history_from, $history_to, its ends by the wall clock.
 */
export function dailyScatterSql(test: Sql, offsets: readonly Offset[]): Sql {
  return sql`
with spent as (
  select cast(${wallSql(sql`fact.occurred_at`, offsets)} as date) as day, sum(cast(fact.cost_usd as double)) as cost
  from usage_fact as fact
  where fact.cost_usd is not null and ${test}
  group by day
),
slot as (
  select cast(slot as date) as day
  from unnest(generate_series(
    greatest(cast($history_from as timestamp), (select min(day) from spent)), cast($history_to as timestamp), interval 1 day
  )) as series(slot)
  where slot < cast($history_to as timestamp) and (select min(day) from spent) is not null
),
filled as (
  select slot.day, coalesce(spent.cost, 0) as cost, count(*) over () >= 14 as weeks
  from slot
  left join spent on spent.day = slot.day
),
strayed as (
  select
    cost - avg(cost) over (partition by case when weeks then isodow(day) else 0 end) as "by",
    abs(cost - median(cost) over ()) as far,
    weeks
  from filled
),
deviations as (
  select
    count(*) as slots,
    count(*) - case when any_value(weeks) then 7 else 1 end as freedom,
    sqrt(sum("by" * "by") / nullif(count(*) - case when any_value(weeks) then 7 else 1 end, 0)) as deviation,
    1.5 * 1.4826 * median(far) as robust
  from strayed
)
select slots, freedom, case when robust > 0 then least(deviation, robust) else deviation end as deviation
from deviations`;
}

/**
 * How much each part of a day's cost scatters: the effects of the single days of `explain_day_effect` around the mean of their weekday, as
 * the cost itself does in `dailyScatterSql`. No row where there are no days.
 */
export const PART_SCATTER: Sql = sql`
with daily as (
  select
    span,
    ${join(
      EFFECTS.map((effect) => sql`cast(sum(${identifier(effect)}) as double) / 1e18 as ${identifier(effect)}`),
      ',\n    ',
    )}
  from explain_day_effect
  group by span
),
long as (
  unpivot daily on ${join(EFFECTS.map(identifier))} into name effect value amount
),
filled as (
  select *, count(*) over (partition by effect) >= 14 as weeks from long
),
strayed as (
  select
    effect,
    amount - avg(amount) over (partition by effect, case when weeks then isodow(span) else 0 end) as "by",
    abs(amount - median(amount) over (partition by effect)) as far,
    weeks
  from filled
),
deviations as (
  select
    effect,
    sqrt(sum("by" * "by") / nullif(count(*) - case when any_value(weeks) then 7 else 1 end, 0)) as deviation,
    1.5 * 1.4826 * median(far) as robust
  from strayed
  group by effect
)
select effect, case when robust > 0 then least(deviation, robust) else deviation end as deviation
from deviations`;

/**
 * The slots whose cost lies furthest above what their like (the same weekday, if the time before has a week; the same hour)
 * cost before on average, with who is furthest above in each. Parameters: $before_from, $before_to, $weekdays.
 */
export function peaksSql(step: Step): Sql {
  const alike = (slot: Sql) =>
    step === 'day' ? sql`case when $weekdays then isodow(${slot}) else 0 end` : sql`hour(${slot})`;
  const expected = sql`coalesce(${proportion(atto(sql`cast(before.cost as decimal(38, 18))`), sql`1`, sql`cast(before.slots as hugeint)`)}, 0)`;
  return sql`
with ${SLOTS_BEFORE(step)},
like_before as (
  select ${alike(sql`slot`)} as alike, count(*) as slots from slot_before group by 1
),
member_before as (
  select like_before.alike, like_before.slots, spent.customer, spent.feature, spent.model, sum(spent.cost) as cost
  from explain_time as spent
  join like_before on like_before.alike = ${alike(sql`spent.slot`)}
  where spent.side = 1
  group by all
),
whole_before as (
  select alike, any_value(slots) as slots, sum(cost) as cost from member_before group by alike
),
slot_after as (
  select
    spent.slot,
    ${atto(sql`cast(sum(spent.cost) as decimal(38, 18))`)} as cost
  from explain_time as spent
  where spent.side = 2
  group by spent.slot
),
judged as (
  select slot_after.slot, slot_after.cost, slot_after.cost - ${expected} as above
  from slot_after
  left join whole_before as before on before.alike = ${alike(sql`slot_after.slot`)}
),
highest as (
  select * from judged where above > 0 order by above desc, slot limit 3
),
who as (
  select
    highest.slot,
    arg_max(
      {'customer': spent.customer, 'feature': spent.feature, 'model': spent.model},
      ${atto(sql`spent.cost`)} - ${expected}
    ) as most
  from highest
  join explain_time as spent on spent.side = 2 and spent.slot = highest.slot
  left join member_before as before
    on before.alike = ${alike(sql`spent.slot`)}
    and before.customer is not distinct from spent.customer
    and before.feature is not distinct from spent.feature
    and before.model is not distinct from spent.model
  group by highest.slot
)
select
  strftime(highest.slot, ${step === 'day' ? sql`'%Y-%m-%d'` : sql`'%Y-%m-%d %H:00'`}) as time,
  ${fromAtto(sql`highest.cost`)} as cost,
  ${fromAtto(sql`highest.above`)} as above,
  who.most.customer as customer,
  who.most.feature as feature,
  who.most.model as model
from highest
join who on who.slot = highest.slot
order by highest.above desc, highest.slot`;
}
