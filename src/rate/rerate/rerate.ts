import { TOKEN_CLASSES } from '../../names/dimensions.js';
import { identifier, join, type Sql, sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { changeUsage } from '../../store/usage.js';
import { putCards, wantedCards } from '../cards/cards.js';
import type { Combination } from '../cards/combinations.js';
import { CARD_MATCH, COST_STATUS, COST_USD, ratedProfiles } from '../rating.js';
import { currentRevision } from '../revision.js';

/** What a new state of the prices did to usage. */
export interface Rerated {
  /** Rate cards that were replaced. */
  cards: number;
  /** Rows of usage whose cost is another one now. */
  rows: number;
  /** The requests they stand for. */
  requests: number;
  /** Sums of their costs, decimal strings; unpriced rows count 0. */
  cost_before: string;
  cost_after: string;
}

const NOTHING: Rerated = { cards: 0, rows: 0, requests: 0, cost_before: '0', cost_after: '0' };

/**
 * Brings usage in line with a new state of the prices: cards that would be different now are replaced by new ones, and
 * calls that had no price get one. What was priced keeps its cost to the last digit (`correctUsage` is the other way).
 * In the transaction of the caller. 2,000 combinations: 1 s; only the unpriced rows are looked at.
 */
export async function rateUnpriced(store: Store, now: Date): Promise<Rerated> {
  const cards = await renewCards(store, now);
  if (cards === 0) return NOTHING;
  const unpriced = sql`call.cost_status = 1 and call.profile_id in (select profile_id from renewed_profile)`;
  return { ...(await rateAgain(store, { scope: unpriced, reason: 'priced', now })), cards };
}

/** What a new state of the prices did, and what it would do to calls that keep the cost they have. */
export interface PriceEffect {
  priced: Rerated;
  kept: Omit<Rerated, 'cards'>;
}

export const NO_EFFECT: PriceEffect = { priced: NOTHING, kept: NOTHING };

/** `rateUnpriced`, and what became outdated by it: the calls that `pricing correct` would rate otherwise. */
export async function applyPrices(store: Store, now: Date): Promise<PriceEffect> {
  const priced = await rateUnpriced(store, now);
  if (priced.cards === 0) return NO_EFFECT;
  const scope = sql`call.cost_status <> 1 and call.profile_id in (select profile_id from renewed_profile)`;
  await compareRatings(store, { scope, reason: '', now });
  return { priced, kept: await store.row<Sums>(SUMS) };
}

/** Combinations whose cards the book would make differently now get new ones. Resolves to how many cards came. */
export async function renewCards(store: Store, now: Date): Promise<number> {
  const combinations = await store.rows<{ [name in keyof Combination]: string | null }>(sql`
    select distinct source_provider, model, service_tier, speed, region
    from rate_card
    where retired_at is null
    order by all`);
  const revision = await currentRevision(store);
  await store.run(sql`create or replace temp table fresh_card as from rate_card limit 0`);
  if (combinations.length > 0) {
    const wanted = await wantedCards(store, combinations, {});
    await putCards(store, sql`fresh_card`, { wanted, now, revision });
  }
  await store.run(sql`
    create or replace temp table renewed as
    with said as (
      ${contentOf(sql`rate_card`)}
    ),
    fresh as (
      ${contentOf(sql`fresh_card`)}
    )
    select said.* exclude (content)
    from said
    join fresh on ${SAME_COMBINATION(sql`said`, sql`fresh`)}
    where said.content is distinct from fresh.content;
    create or replace temp table renewed_profile as
    select distinct profile.profile_id
    from usage_profile as profile
    join renewed
      on renewed.source_provider is not distinct from profile.source_provider
      and renewed.model is not distinct from coalesce(profile.model, profile.request_model)
      and renewed.service_tier is not distinct from profile.service_tier
      and renewed.speed is not distinct from profile.speed
      and renewed.region is not distinct from profile.region`);
  await store.run(
    sql`
    update rate_card
    set retired_at = cast($now as timestamp), retired_in = $revision
    from renewed
    where rate_card.retired_at is null and ${SAME_COMBINATION(sql`rate_card`, sql`renewed`)}`,
    { now: now.toISOString(), revision },
  );
  const cards = await store.run(sql`
    insert into rate_card
    select fresh.*
    from fresh_card as fresh
    where exists (from renewed where ${SAME_COMBINATION(sql`fresh`, sql`renewed`)})`);
  await namePayees(store);
  return cards;
}

/** Who was paid, where nobody could tell before. */
async function namePayees(store: Store): Promise<void> {
  await store.run(sql`
    update usage_profile
    set provider = card.provider
    from rate_card as card
    where usage_profile.provider is null
      and card.provider is not null
      and card.retired_at is null
      and card.source_provider is not distinct from usage_profile.source_provider
      and card.model is not distinct from coalesce(usage_profile.model, usage_profile.request_model)
      and card.service_tier is not distinct from usage_profile.service_tier
      and card.speed is not distinct from usage_profile.speed
      and card.region is not distinct from usage_profile.region`);
}

const KEY = ['source_provider', 'model', 'service_tier', 'speed', 'region'];

const SAME_COMBINATION = (a: Sql, b: Sql) =>
  join(
    KEY.map((name) => sql`${a}.${identifier(name)} is not distinct from ${b}.${identifier(name)}`),
    ' and ',
  );

/** What the cards in force of each combination say, as one list; numbers and times of making left out. */
function contentOf(table: Sql): Sql {
  const said = [
    'min_prompt_tokens',
    'max_prompt_tokens',
    'valid_from',
    'valid_to',
    'week_from',
    'week_to',
    'status',
    ...TOKEN_CLASSES.map(({ rate }) => rate),
    'unit_rates',
    'provider',
    'price_provider',
    'price_model',
    'rule',
    'assumed',
  ].map((name) => sql`${identifier(name)} := ${identifier(name)}`);
  return sql`select
        ${join(KEY.map(identifier))},
        list(struct_pack(${join(said)}) order by valid_from nulls first, min_prompt_tokens, week_from) as content
      from ${table}
      where retired_at is null
      group by all`;
}

export interface RatingAgain {
  /** A test over usage_fact, aliased `call`. */
  scope: Sql;
  params?: Record<string, string>;
  reason: string;
  now: Date;
}

/**
 * Rates the usage in scope by the cards in force and writes down what it cost before. Rows that come to the same are
 * left as they are; rows that still have no price too. In the transaction of the caller. 5 million rows: README, "Speed".
 */
export async function rateAgain(store: Store, again: RatingAgain): Promise<Omit<Rerated, 'cards'>> {
  await compareRatings(store, again);
  return storeRatings(store, again);
}

/** The second half of `rateAgain`: stores what `compareRatings` found, and what it was before. */
export async function storeRatings(
  store: Store,
  { reason, now }: Pick<RatingAgain, 'reason' | 'now'>,
): Promise<Omit<Rerated, 'cards'>> {
  const { rows, ...sums } = await store.row<{
    rows: number;
    requests: number;
    cost_before: string;
    cost_after: string;
  }>(SUMS);
  if (rows === 0) return { rows, ...sums };
  const { id } = await store.row<{ id: number }>(sql`select coalesce(max(rerating_id), 0) + 1 as id from rerating`);
  await store.run(
    sql`
    insert into rerating
    select $id, cast($now as timestamp), (select max(revision) from price_revision), $reason, count(*),
      coalesce(sum(cost_before), 0), coalesce(sum(cost_usd), 0)
    from rerated`,
    { id, now: now.toISOString(), reason },
  );
  await store.run(
    sql`
    insert into rerated_usage
    select $id, import_id, event_key, card_before, cost_before, status_before
    from rerated`,
    { id },
  );
  await changeUsage(store, {
    imports: sql`select import_id from rerated`,
    statement: sql`
    update usage_fact
    set rate_card_id = rerated.rate_card_id, cost_usd = rerated.cost_usd, cost_status = rerated.cost_status
    from rerated
    where usage_fact.import_id = rerated.import_id and usage_fact.event_key = rerated.event_key`,
  });
  return { rows, ...sums };
}

type Sums = { rows: number; requests: number; cost_before: string; cost_after: string };

const SUMS = sql`
  select
    cast(count(*) as integer) as rows,
    cast(coalesce(sum(requests), 0) as integer) as requests,
    cast(coalesce(sum(cost_before), 0) as varchar) as cost_before,
    cast(coalesce(sum(cost_usd), 0) as varchar) as cost_after
  from rerated`;

/** Makes the temporary table `rerated`: the rows in scope whose cost would change, with what they cost before. */
export async function compareRatings(store: Store, { scope, params, now }: RatingAgain): Promise<void> {
  await store.run(
    sql`
    create or replace temp table rerated as
    with again as (
      select
        call.import_id,
        call.event_key,
        call.profile_id,
        call.requests,
        call.customer,
        call.rate_card_id as card_before,
        call.cost_usd as cost_before,
        call.cost_status as status_before,
        card.rate_card_id,
        ${COST_USD} as cost_usd,
        ${COST_STATUS} as cost_status
      from usage_fact as call
      join (${ratedProfiles(sql`usage_profile`)}) as card on card.profile_id = call.profile_id and ${CARD_MATCH}
      where ${scope}
    )
    select *
    from again
    where cost_usd is distinct from cost_before or cost_status <> status_before`,
    { ...params, now: timestampOf(now) },
  );
}
