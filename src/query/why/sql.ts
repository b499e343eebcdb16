import { TOKEN_CLASSES } from '../../names/dimensions.js';
import { UNCACHED_ONLY } from '../../rate/cards/candidates.js';
import { KINDS, TOKEN_DIMENSIONS } from '../../rate/cards/rates.js';
import { RATED_CARD } from '../../rate/rating.js';
import { COST_LINES, trimmed } from '../../rate/rating_lines.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { VISIBLE } from '../scope/scope.js';
import type { Billed, CallTraits, Decimal, FormerCost, RateSource, WhyCard, WhyImport, WhyPart } from './answer.js';

/**
 * Makes the temporary table `found`: the rows of usage with $id as request or trace, numbered from 1 in the order they happened.
 * Two searches, one for each column, are quicker than one for either (5 million rows: 0.17 s, 0.35 s).
 */
export const FOUND_SQL = sql`
create or replace temp table found as
with hit as (
  from usage_fact as fact
  where fact.request_id = $id and ${VISIBLE}
  union all
  from usage_fact as fact
  where fact.trace_id = $id and fact.request_id is distinct from $id and ${VISIBLE}
)
select
  hit.*,
  row_number() over (order by hit.occurred_at nulls last, profile.attempt nulls last, hit.event_key) as call
from hit
left join usage_profile as profile on profile.profile_id = hit.profile_id`;

function iso(time: Sql): Sql {
  return sql`strftime(${time}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
}

/** A struct of named expressions. */
function struct(fields: Record<string, Sql>): Sql {
  return sql`{
    ${join(
      Object.entries(fields).map(([name, value]) => sql`${literal(name)}: ${value}`),
      ',\n    ',
    )}
  }`;
}

/** Columns of one alias, under their own names. */
function columns(alias: Sql, ...names: string[]): Record<string, Sql> {
  return Object.fromEntries(names.map((name) => [name, sql`${alias}.${identifier(name)}`]));
}

const TRAITS = [
  'provider',
  'source_provider',
  'model',
  'request_model',
  'operation',
  'service_tier',
  'speed',
  'region',
  'status',
  'error_class',
  'feature',
  'environment',
];

const SHOWN = struct({
  ...columns(sql`found`, 'request_id', 'trace_id'),
  attempt: sql`profile.attempt`,
  occurred_at: iso(sql`found.occurred_at`),
  bucket_end: iso(sql`found.occurred_at + to_seconds(profile.bucket_seconds)`),
  requests: sql`cast(found.requests as varchar)`,
  ...columns(sql`profile`, ...TRAITS),
  customer: sql`found.customer`,
});

const IMPORT = struct({
  number: sql`found.import_id`,
  ...columns(sql`imports`, 'source', 'format'),
  finished_at: iso(sql`imports.finished_at`),
});

const CARD = struct({
  number: sql`held.rate_card_id`,
  ...columns(sql`held`, 'status', 'price_provider', 'price_model', 'rule'),
  min_prompt_tokens: sql`cast(held.min_prompt_tokens as varchar)`,
  max_prompt_tokens: sql`cast(held.max_prompt_tokens as varchar)`,
  valid_from: iso(sql`held.valid_from`),
  valid_to: iso(sql`held.valid_to`),
  week_from: sql`held.week_from`,
  week_to: sql`held.week_to`,
  created_at: iso(sql`held.created_at`),
  assumed: sql`held.assumed`,
});

const BILLED = struct({
  cost: sql`cast(found.billed_cost as varchar)`,
  currency: sql`coalesce(upper(profile.billed_currency), 'USD')`,
  difference: sql`if(coalesce(upper(profile.billed_currency), 'USD') = 'USD', cast(found.cost_usd - found.billed_cost as varchar), null)`,
});

/** What the call cost before it was rated again, the last time first. */
const BEFORE = sql`(
    select list(${struct({
      cost: sql`cast(log.cost_usd as varchar)`,
      until: iso(sql`rerating.made_at`),
      reason: sql`rerating.reason`,
      price_book: sql`rerating.revision`,
    })} order by log.rerating_id desc)
    from rerated_usage as log
    join rerating on rerating.rerating_id = log.rerating_id
    where log.import_id = found.import_id and log.event_key = found.event_key
  )`;

/** One row for each call found: who, what, when, and its rate card. */
export const CALLS_SQL = sql`
select
  cast(found.call as integer) as call,
  ${SHOWN} as shown,
  ${IMPORT} as import,
  cast(found.cost_usd as varchar) as cost,
  found.cost_status,
  coalesce(profile.gateway_cached, false) as gateway_cached,
  if(held.rate_card_id is null, null, ${CARD}) as card,
  if(found.billed_cost is null, null, ${BILLED}) as billed,
  coalesce(${BEFORE}, []) as before
from found
left join usage_profile as profile on profile.profile_id = found.profile_id
left join imports on imports.import_id = found.import_id
left join rate_card as held on held.rate_card_id = found.rate_card_id
order by found.call`;

/** What several calls cost together. */
export const TOTALS_SQL = sql`
select
  cast(sum(found.cost_usd) as varchar) as cost,
  cast(count(*) filter (found.cost_usd is null) as integer) as unpriced
from found`;

/** Rates that are shown by the million: those of tokens. */
const BY_MILLION = sql`(ends_with(line.rate, '_tokens') or line.rate in (${join(TOKEN_CLASSES.map(({ rate }) => literal(rate)))}))`;

/** What a multiplier of each kind is about: it was used unless the price itself was for that condition. */
const CONDITIONS: Record<(typeof KINDS)[number], Sql> = {
  batch: sql`price.service_tier = 'standard' and not (${UNCACHED_ONLY(sql`batch`)} and starts_with(price.dimension, 'cache_'))`,
  speed: sql`price.speed is null`,
  region: sql`price.region is null`,
};

const LISTED = struct({
  ...columns(sql`price`, 'dimension', 'source', 'raw_value', 'raw_unit', 'service_tier', 'region'),
  min_prompt_tokens: sql`cast(price.min_prompt_tokens as varchar)`,
  effective_from: iso(sql`price.effective_from`),
  effective_to: iso(sql`price.effective_to`),
  observed_at: iso(sql`price.observed_at`),
  ...columns(sql`book`, 'url', 'upstream_rev'),
});

/** The same of a rate the user gave; cards know it by the negative of its number. */
const GIVEN = struct({
  dimension: sql`own.dimension`,
  source: sql`if(own.origin = 'configuration', 'llmcost.yaml', 'pricing override ' || own.override_id)`,
  ...columns(sql`own`, 'raw_value', 'raw_unit'),
  service_tier: sql`coalesce(own.service_tier, 'standard')`,
  region: sql`own.region`,
  min_prompt_tokens: sql`'0'`,
  effective_from: iso(sql`own.effective_from`),
  effective_to: iso(sql`own.effective_to`),
  observed_at: iso(sql`own.made_at`),
  url: sql`own.note`,
  upstream_rev: sql`cast(null as varchar)`,
});

const SOURCE = sql`if(own.override_id is null, ${LISTED}, ${GIVEN})`;

const FACTORS = join(
  KINDS.map((kind) => sql`${trimmed(sql`${identifier(kind)}.factor`)} as ${identifier(`${kind}_factor`)}`),
  ',\n  ',
);

const FACTOR_JOINS = join(
  KINDS.map(
    (kind) => sql`left join price_multiplier as ${identifier(kind)}
  on ${identifier(kind)}.multiplier_id = held.rate_ids[${literal(`multiplier_${kind}`)}]
  and price.dimension in (${TOKEN_DIMENSIONS}) and ${CONDITIONS[kind]}`,
  ),
  '\n',
);

/** One row for each line of each call: quantity, rate, cost, and where the rate comes from. */
export const PARTS_SQL = sql`
with priced as (
  select call.call, card.rate_card_id, ${COST_LINES} as lines
  from found as call
  join (
    select found.call, held.rate_card_id, ${RATED_CARD}
    from found
    join usage_profile as profile on profile.profile_id = found.profile_id
    join rate_card as held on held.rate_card_id = found.rate_card_id
  ) as card on card.call = call.call
),
line as (
  select call, rate_card_id, generate_subscripts(lines, 1) as position, unnest(lines, max_depth := 2)
  from priced
)
select
  cast(line.call as integer) as call,
  line.rate,
  line.quantity,
  line.usd_per_unit,
  if(${BY_MILLION}, ${trimmed(sql`cast(line.usd_per_unit as decimal(24, 18)) * 1000000`)}, null) as usd_per_million,
  line.cost,
  line.billed,
  line.assumed,
  if(coalesce(price.rate_id, own.override_id) is null, null, ${SOURCE}) as source,
  ${FACTORS},
  ${trimmed(sql`contract.factor`)} as own_factor,
  coalesce(line.rate = 'cache_write_1h' and price.dimension = 'input' and held.cache_write_1h = 2 * held.uncached_input
    and held.uncached_input > 0, false) as doubled
from line
join rate_card as held on held.rate_card_id = line.rate_card_id
left join price_rate as price on price.rate_id = held.rate_ids[line.rate]
left join price_book as book on book.book_id = price.book_id
left join price_override as own on own.override_id = -held.rate_ids[line.rate]
left join price_override as contract on contract.override_id = held.rate_ids['own_factor_' || line.rate]
${FACTOR_JOINS}
order by line.call, line.position`;

/** An interface as a type a row of the store can have. */
type Plain<T> = { [field in keyof T]: T[field] };
/** A row of CALLS_SQL. */
export type CallRow = {
  call: number;
  shown: Plain<CallTraits>;
  import: Plain<WhyImport>;
  cost: Decimal | null;
  cost_status: number;
  gateway_cached: boolean;
  card: (Plain<Omit<WhyCard, 'rule_in_words'>> & { assumed: string[] }) | null;
  billed: Plain<Billed> | null;
  before: Plain<FormerCost>[];
};
/** A row of PARTS_SQL. */
export type PartRow = Plain<Omit<WhyPart, 'factors' | 'note' | 'source'>> & {
  call: number;
  source: Plain<RateSource> | null;
  batch_factor: Decimal | null;
  speed_factor: Decimal | null;
  region_factor: Decimal | null;
  own_factor: Decimal | null;
  doubled: boolean;
};
