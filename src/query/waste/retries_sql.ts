import { type Sql, sql } from '../../sql.js';
import { FAILED, IS_CALL, JOINED, PROMPT } from './found_sql.js';

/**
 * Makes waste_attempt: the calls of logical requests that took more than one, (call, place, kept, cost). The calls of one
 * trace, customer and feature in the order of time are cut into requests: where attempts are numbered, at each first attempt;
 * else a call goes on with the request before it if that one failed and was as long (or does not tell how long it was). `kept` is the
 * call that answered: the last one that did not fail.
 */
export function attempts(test: Sql): Sql {
  return sql`
create or replace temp table waste_attempt as
with troubled as (
  select distinct fact.trace_id
  from ${JOINED}
  where ${test} and ${IS_CALL} and fact.trace_id is not null and (${FAILED} or profile.attempt > 1)
),
member as (
  select
    fact.rowid as call,
    -- A number of 64 bits sorts faster than the names.
    hash(fact.trace_id, fact.customer, profile.feature) as trace,
    fact.occurred_at,
    profile.attempt,
    ${FAILED} as failed,
    ${PROMPT} as prompt,
    coalesce(fact.cost_usd, 0) as cost
  from ${JOINED}
  where ${test} and ${IS_CALL} and fact.trace_id in (select trace_id from troubled)
),
cut as (
  select
    *,
    case when attempt is not null then attempt <= 1
      else not coalesce(lag(failed) over ordered and lag(prompt) over ordered in (0, prompt), false)
    end as begins
  from member
  window ordered as (partition by trace order by occurred_at, attempt, call)
),
numbered as (
  select *, sum(cast(begins as integer)) over (
      partition by trace order by occurred_at, attempt, call rows unbounded preceding
    ) as request
  from cut
),
placed as (
  select
    *,
    count(*) over request_calls as calls,
    row_number() over (request_calls order by occurred_at, attempt, call) as place,
    last_value(if(failed, null, call) ignore nulls) over (
      request_calls order by occurred_at, attempt, call rows between unbounded preceding and unbounded following
    ) as answered
  from numbered
  window request_calls as (partition by trace, request)
)
select
  call,
  place,
  coalesce(call = answered, false) as kept,
  cost
from placed
where calls > 1`;
}

/** All attempts but the one that answered. */
export const RETRIED: Sql = sql`select call, cost as saving from waste_attempt where not kept`;
