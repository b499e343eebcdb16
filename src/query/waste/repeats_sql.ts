import { integer, type Sql, sql } from '../../sql.js';
import { FAILED, IS_CALL, JOINED, OUTPUT, PROMPT } from './found_sql.js';

/** Seconds within which a call that is sent again was probably not answered in time. */
export const RETRY_SECONDS = 30;

/** By how much repeats must exceed those that would be there by chance, and how many there must be. */
const BEYOND_CHANCE = integer(3);
const LEAST = integer(3);

/**
 * Makes waste_repeat: answered calls for which the same customer has sent one with the same feature, model and size of prompt before,
 * within a day: (call, customer, feature, model, sent_again, by_chance, same_answer, cost). `sent_again`: 1 to 30 seconds before, not in
 * the same trace. `by_chance`: so was one 60 to 90 seconds before, which no retry explains: as many of `sent_again` must be expected to
 * mean nothing. What is alike has one number of 64 bits (two that differ share one in 1 of 10^5 stores of 20 million calls), which is
 * a third faster than to sort by the names; the second look is at the few that have a neighbour.
 */
export function repeats(test: Sql): Sql {
  return sql`
create or replace temp table waste_repeat as
with sized as (
  select
    fact.rowid as call,
    hash(fact.customer, profile.feature, coalesce(profile.model, profile.request_model), ${PROMPT}) as alike,
    ${OUTPUT} as output,
    fact.occurred_at,
    if(fact.trace_id is null, null, hash(fact.trace_id)) as trace
  from ${JOINED}
  where ${test} and ${IS_CALL} and not ${FAILED} and fact.cost_usd > 0 and fact.units is null and ${PROMPT} > 0
),
neighboured as (
  select
    *,
    lag(occurred_at) over ordered as previous_at,
    lag(output) over ordered as previous_output,
    lag(trace) over ordered as previous_trace,
    lead(occurred_at) over ordered as next_at
  from sized
  window ordered as (partition by alike order by occurred_at, call)
),
repeated as (
  select * from neighboured where previous_at >= occurred_at - interval 1 day or next_at <= occurred_at + to_seconds(90)
),
close as (
  select
    call,
    count(*) over (
      partition by alike order by occurred_at range between to_seconds(90) preceding and to_seconds(60) preceding
    ) as earlier
  from repeated
  where previous_at >= occurred_at - to_seconds(90) or next_at <= occurred_at + to_seconds(90)
)
select
  repeated.call,
  fact.customer,
  profile.feature,
  coalesce(profile.model, profile.request_model) as model,
  repeated.previous_at <= repeated.occurred_at - to_seconds(1)
    and repeated.previous_at >= repeated.occurred_at - to_seconds(${integer(RETRY_SECONDS)})
    and coalesce(repeated.previous_trace <> repeated.trace, true) as sent_again,
  coalesce(close.earlier > 0, false) as by_chance,
  repeated.previous_output = repeated.output as same_answer,
  fact.cost_usd as cost
from repeated
left join close on close.call = repeated.call
join usage_fact as fact on fact.rowid = repeated.call
join usage_profile as profile on profile.profile_id = fact.profile_id
where repeated.previous_at >= repeated.occurred_at - interval 1 day`;
}

const SAME_GROUP = sql`chance.customer is not distinct from again.customer and chance.feature is not distinct from again.feature
    and chance.model is not distinct from again.model`;

/** Calls sent again within seconds, of customers, features and models where that is not what chance brings. */
export const SENT_AGAIN: Sql = sql`
  with chance as (
    select customer, feature, model
    from waste_repeat
    group by all
    having count(*) filter (where sent_again) >= ${LEAST}
      and count(*) filter (where sent_again) > ${BEYOND_CHANCE} * count(*) filter (where by_chance)
  )
  select again.call, again.cost as saving
  from waste_repeat as again
  join chance on ${SAME_GROUP}
  where again.sent_again`;

/**
 * Calls with the size of prompt and of answer of the one before: of customers, features and models where answers of equal prompts are alike
 * far more often than answers in general are.
 */
export function sameCalls(test: Sql): Sql {
  return sql`
  with concerned as (
    select customer, feature, model, count(*) as repeated, count(*) filter (where same_answer) as same
    from waste_repeat
    where not sent_again
    group by all
    having count(*) filter (where same_answer) >= ${LEAST}
  ),
  answers as (
    select concerned.customer, concerned.feature, concerned.model, ${OUTPUT} as output, count(*) as calls
    from ${JOINED}
    join concerned on concerned.customer is not distinct from fact.customer
      and concerned.feature is not distinct from profile.feature
      and concerned.model is not distinct from coalesce(profile.model, profile.request_model)
    where ${test} and ${IS_CALL} and not ${FAILED} and fact.cost_usd > 0
    group by all
  ),
  alike as (
    select customer, feature, model, sum(calls * calls) / (sum(calls) * cast(sum(calls) as double)) as share
    from answers
    group by all
  ),
  chance as (
    select concerned.customer, concerned.feature, concerned.model
    from concerned
    join alike on alike.customer is not distinct from concerned.customer
      and alike.feature is not distinct from concerned.feature
      and alike.model is not distinct from concerned.model
    where concerned.same > ${BEYOND_CHANCE} * concerned.repeated * alike.share
  )
  select again.call, again.cost as saving
  from waste_repeat as again
  join chance on ${SAME_GROUP}
  where again.same_answer and not again.sent_again`;
}
