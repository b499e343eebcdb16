import { putCards, wantedCards } from '../../rate/cards/cards.js';
import type { Combination } from '../../rate/cards/combinations.js';
import { CARD_MATCH, COST_STATUS, COST_USD, ratedProfiles } from '../../rate/rating.js';
import { currentRevision } from '../../rate/revision.js';
import { type Sql, sql, timestampOf } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import { inShownCurrency, storedCost } from '../scope/currency.js';
import { FAILED, found, IS_CALL, JOINED, OUTPUT } from './found_sql.js';

interface Asked {
  /** Which usage, over usage_fact (fact). */
  test: Sql;
  params: Params;
  now: Date;
}

/** Names that say that nobody waits for the answer. */
const PATIENT_NAME = '(^|[^a-z])(batch|offline|nightly|backfill|cron|evals?|etl|jobs?|bulk)([^a-z]|$)';

/**
 * Adds to waste_found, as `batch`, calls that nobody waits for, at the price of the batch tier: of a feature or environment whose name says
 * so, or of a feature whose calls come from no user and no session, nearly all (90 %) in the same two hours of the day (UTC), 100 of them at
 * least on five days. None of them streams (tells a time to the first token). Only where the price book knows a batch price of the model.
 */
export async function batchable(store: Store, { test, params, now }: Asked): Promise<void> {
  await store.run(
    sql`
    create or replace temp table waste_profile as
    with hours as (
      select
        profile.feature,
        profile.environment,
        hour(fact.occurred_at) as hour,
        count(*) as calls,
        count(*) filter (where fact.user_id is not null or fact.session_id is not null) as personal,
        count(fact.ttft_ms) as streamed,
        count(distinct cast(fact.occurred_at as date)) as days
      from ${JOINED}
      where ${test} and ${IS_CALL}
      group by all
    ),
    ranked as (
      select *, row_number() over (partition by feature, environment order by calls desc) as rank from hours
    ),
    rhythm as (
      select
        feature,
        environment,
        sum(calls) as calls,
        sum(personal) as personal,
        sum(streamed) as streamed,
        max(days) as days,
        sum(calls) filter (where rank <= 2) as in_two_hours
      from ranked
      group by feature, environment
    ),
    patient as (
      select feature, environment
      from rhythm
      where streamed * 10 < calls and (
        regexp_matches(lower(coalesce(feature, '')), $patient) or regexp_matches(lower(coalesce(environment, '')), $patient)
        or (feature is not null and calls >= 100 and days >= 5 and personal * 10 <= calls and in_two_hours * 10 >= calls * 9)
      )
    )
    select profile.profile_id, 'batch' as service_tier, coalesce(profile.model, profile.request_model) as model, profile.source_provider
    from usage_profile as profile
    join patient on patient.feature is not distinct from profile.feature
      and patient.environment is not distinct from profile.environment
    where lower(coalesce(profile.service_tier, 'standard')) in ('standard', 'default', 'auto', 'on_demand', 'normal', '')
      and not ${FAILED}`,
    { ...params, patient: PATIENT_NAME },
  );
  await atOtherPrice(store, 'batch', { test, params, now });
}

/** An answer of so few tokens needs no large model; one that costs at least so many times as much as another is large. */
export const SMALL_ANSWER = 20;
const DEARER = 3;
const PROVEN_CALLS = 20;

/**
 * Adds to waste_found, as `small_answers`, calls whose whole answer (with reasoning) has 20 tokens at most, at the price of the cheapest
 * model of the same provider that is already in use for the same operation (20 calls that did not fail) and costs less than a third, for
 * input and output together. Calls with images or tools only where it is used with them, too; calls that used a cache not at all, because the
 * other model cannot read it.
 */
export async function smallAnswers(store: Store, { test, params, now }: Asked): Promise<void> {
  await store.run(
    sql`
    create or replace temp table waste_profile as
    with used as (
      select
        profile.provider,
        profile.source_provider,
        profile.operation,
        coalesce(profile.model, profile.request_model) as model,
        bool_or(coalesce(profile.has_tools, false)) as tools,
        bool_or(coalesce(profile.has_images, false)) as images,
        count(*) as calls,
        arg_max(fact.rate_card_id, fact.occurred_at) as rate_card_id
      from ${JOINED}
      where ${test} and ${IS_CALL} and not ${FAILED} and fact.cost_usd > 0
      group by profile.provider, profile.source_provider, profile.operation, coalesce(profile.model, profile.request_model)
    ),
    known as (
      select used.*, card.uncached_input + card.text_output as price
      from used
      join rate_card as card on card.rate_card_id = used.rate_card_id
      where used.model is not null
    ),
    choice as (
      select
        profile.profile_id,
        cheap.model,
        cheap.source_provider,
        row_number() over (partition by profile.profile_id order by cheap.price, cheap.model) as rank
      from usage_profile as profile
      join known as dear on dear.provider is not distinct from profile.provider
        and dear.source_provider is not distinct from profile.source_provider
        and dear.operation is not distinct from profile.operation
        and dear.model = coalesce(profile.model, profile.request_model)
      join known as cheap on cheap.provider is not distinct from dear.provider
        and cheap.operation is not distinct from dear.operation
        and cheap.calls >= $proven and cheap.price * $dearer < dear.price
      where not ${FAILED}
        and (cheap.tools or not coalesce(profile.has_tools, false))
        and (cheap.images or not coalesce(profile.has_images, false))
    )
    select choice.profile_id, profile.service_tier, choice.model, choice.source_provider
    from choice
    join usage_profile as profile on profile.profile_id = choice.profile_id
    where choice.rank = 1`,
    { ...params, proven: PROVEN_CALLS, dearer: DEARER },
  );
  const small = sql`${test} and ${OUTPUT} between 1 and $small
    and coalesce(fact.cache_read_tokens, 0) + coalesce(fact.cache_write_tokens, 0) + coalesce(fact.cache_write_1h_tokens, 0) = 0`;
  await atOtherPrice(store, 'small_answers', { test: small, params: { ...params, small: SMALL_ANSWER }, now });
}

/**
 * Adds to waste_found what calls of the profiles in waste_profile (profile_id and the tier, model and provider to price them by) would have
 * cost less. A price that is not known for certain saves nothing.
 */
async function atOtherPrice(store: Store, category: 'batch' | 'small_answers', asked: Asked): Promise<void> {
  const { test, params, now } = asked;
  const other = sql`(
    select profile.* replace (chosen.service_tier as service_tier, chosen.model as model, chosen.source_provider as source_provider)
    from usage_profile as profile
    join waste_profile as chosen on chosen.profile_id = profile.profile_id
  )`;
  const combinations = await store.rows<{ [name in keyof Combination]: string | null }>(sql`
    select distinct source_provider, model, service_tier, speed, region from ${other} order by all`);
  if (combinations.length === 0) return;
  const revision = await currentRevision(store);
  const table = sql`waste_card`;
  await store.run(sql`create or replace temp table ${table} as from rate_card limit 0`);
  await putCards(store, table, { wanted: await wantedCards(store, combinations, { revision }), now, revision });
  const name = category === 'batch' ? sql`'batch'` : sql`'small_answers'`;
  await store.run(
    found(
      name,
      sql`
    select call.rowid as call, ${inShownCurrency(store, sql`(${storedCost(store, sql`call`)} - ${COST_USD})`, sql`call`)} as saving
    from (select fact.rowid as rowid, fact.* from usage_fact as fact where ${test} and fact.requests = 1) as call
    join (${ratedProfiles(other, table)}) as card on card.profile_id = call.profile_id and ${CARD_MATCH}
    where call.cost_usd > 0 and call.occurred_at is not null and ${COST_STATUS} = 0`,
    ),
    { ...params, now: timestampOf(now) },
  );
}
