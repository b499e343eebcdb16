import { type Sql, sql } from '../../sql.js';

/** The whole prompt and answer of a call. Other units (audio, images) are left out: sizes are compared, not priced. */
export const PROMPT = sql`(coalesce(fact.uncached_input_tokens, 0) + coalesce(fact.cache_read_tokens, 0)
      + coalesce(fact.cache_write_tokens, 0) + coalesce(fact.cache_write_1h_tokens, 0))`;
export const OUTPUT = sql`(coalesce(fact.text_output_tokens, 0) + coalesce(fact.reasoning_tokens, 0))`;

export const FAILED = sql`coalesce(profile.status = 'error', false)`;

/** One call a row, not answered by a gateway's cache. Joined to its `profile`. */
export const IS_CALL = sql`fact.requests = 1 and fact.occurred_at is not null and profile.bucket_seconds is null
      and not coalesce(profile.gateway_cached, false)`;

export const JOINED = sql`usage_fact as fact
    join usage_profile as profile on profile.profile_id = fact.profile_id`;

/** (call, category, saving): what was found, a row of usage by its rowid. A call may be found more than once; see SETTLED. */
export const NEW_FOUND = sql`
create or replace temp table waste_found (call bigint, category varchar, saving decimal(38, 18))`;

/** Puts what a query finds into waste_found, under the name of its category. */
export function found(category: Sql, query: Sql): Sql {
  return sql`
insert into waste_found
select call, ${category}, saving
from (${query})
where saving > 0`;
}

/** A failed call that was paid for. */
export function failedCalls(test: Sql): Sql {
  return sql`
  select fact.rowid as call, fact.cost_usd as saving
  from ${JOINED}
  where ${test} and ${IS_CALL} and ${FAILED} and fact.cost_usd > 0`;
}
