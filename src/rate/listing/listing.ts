import { type Sql, sql } from '../../sql.js';
import type { Row, Store } from '../../store/store.js';
import { DATED } from '../cards/candidates.js';
import { EVIDENCE_ORDER, weighedBy } from '../cards/evidence.js';
import { SOURCE_RANK } from '../sources/precedence.js';

/** Prices in force of one model: USD per million tokens as decimal text, null where none is known. */
export interface ListedModel extends Row {
  provider: string;
  model: string;
  input: string | null;
  output: string | null;
  cache_read: string | null;
  cache_write: string | null;
  operation: string | null;
  context_window: string | null;
  max_output_tokens: string | null;
  deprecation_date: string | null;
  source: string;
}

/** One rate with its conditions, validity and provenance; USD per one unit as decimal text. */
export interface ShownRate extends Row {
  provider: string;
  model: string;
  dimension: string;
  conditions: string;
  usd_per_unit: string;
  /** Per million tokens, or per one of anything else. */
  usd: string;
  per: string;
  raw_value: string;
  raw_unit: string;
  min_prompt_tokens: string;
  service_tier: string;
  speed: string | null;
  region: string | null;
  effective_from: string | null;
  effective_to: string | null;
  source: string;
  /** Of several sources the lowest counts. */
  source_rank: number;
  data_date: string;
  withdrawn: string | null;
}

/** Decimal text without idle zeros: 2.500000 → 2.5. */
const TRIMMED = sql`rtrim(rtrim(cast(usd as varchar), '0'), '.')`;

/** What a price list can be sorted by. */
export const LIST_SORTS = ['name', 'input', 'output', 'cache_read', 'context'] as const;

export interface ListFilter {
  /** Canonical; null is any. */
  provider: string | null;
  /** A glob; null is any. */
  model: string | null;
  /** chat, embedding, image, …; null is any. */
  operation: string | null;
  /** Cheapest first by one of the prices, or the largest window first. */
  sort: (typeof LIST_SORTS)[number];
  /** UTC timestamp. */
  now: string;
}

const ORDERS: Record<ListFilter['sort'], Sql> = {
  name: sql`provider, model`,
  input: sql`cast(input as decimal(38, 12)) nulls last, provider, model`,
  output: sql`cast(output as decimal(38, 12)) nulls last, provider, model`,
  cache_read: sql`cast(cache_read as decimal(38, 12)) nulls last, provider, model`,
  context: sql`cast(context_window as bigint) desc nulls last, provider, model`,
};

/**
 * The steps up to `weighed`: the rates of price lists in force at $now for which a test holds, the newest of each source, with
 * what speaks for each of them (`weighedBy`). A conflict is between rates of one `cell_key`.
 */
export function presentRates(test: Sql): Sql {
  return sql`seen as (
      select source, cast(max(data_date) as timestamp) as last_list
      from price_book
      group by source
    ),
    present as (
      select
        rate.*,
        ${CONDITIONS} as conditions,
        ${IN_TOKENS} as in_tokens,
        concat_ws('|', lower(provider), lower(model), dimension, ${CONDITIONS}) as cell_key,
        ${SOURCE_RANK} as source_rank,
        coalesce(effective_from, timestamp '-infinity') as began,
        least(
          coalesce(effective_to, timestamp 'infinity'),
          greatest(read_until, observed_at)
        ) as last_seen,
        ${DATED(sql`rate`)} as dated,
        false as unseen
      from (
        select rate.*, coalesce(cast(facts.last_listed as timestamp), seen.last_list) as read_until
        from price_rate as rate
        left join seen on seen.source = rate.source
        left join price_model as facts
          on facts.source = rate.source and facts.provider = rate.provider and facts.model = rate.model
      ) as rate
      where removed_in is null
        and not contains(model, '*')
        and coalesce(effective_from <= cast($now as timestamp), true)
        and coalesce(effective_to > cast($now as timestamp), true)
        and ${test}
      qualify row_number() over (partition by cell_key, source order by effective_from desc nulls last, rate_id desc) = 1
    ),
    ${weighedBy(sql`present`, sql`cell_key`)}`;
}

/** Every model with a price now, without conditions. `model` is a glob (`gpt-5*`), both filters may be null. */
export async function listModels(store: Store, { sort, ...filter }: ListFilter): Promise<ListedModel[]> {
  return store.rows<ListedModel>(
    sql`
    with ${presentRates(sql`dimension in ('input', 'output', 'cache_read', 'cache_write')
        and min_prompt_tokens = 0
        and service_tier = 'standard'
        and speed is null
        and region is null
        and coalesce(provider = $provider, true)
        and coalesce(lower(model) glob lower($model), true)`)},
    in_force as (
      select
        lower(provider) as provider,
        model,
        dimension,
        source,
        cast(usd_per_unit * 1000000 as decimal(38, 12)) as usd,
        row_number() over (partition by lower(provider), lower(model), dimension order by ${EVIDENCE_ORDER}, rate_id) as rank
      from weighed
    ),
    facts as (
      select
        lower(provider) as provider,
        lower(model) as model,
        any_value(operation) as operation,
        max(context_window) as context_window,
        max(max_output_tokens) as max_output_tokens,
        max(deprecation_date) as deprecation_date
      from price_model
      group by 1, 2
    )
    select
      in_force.provider,
      min(in_force.model) as model,
      max(${TRIMMED}) filter (dimension = 'input') as input,
      max(${TRIMMED}) filter (dimension = 'output') as output,
      max(${TRIMMED}) filter (dimension = 'cache_read') as cache_read,
      max(${TRIMMED}) filter (dimension = 'cache_write') as cache_write,
      any_value(facts.operation) as operation,
      cast(any_value(facts.context_window) as varchar) as context_window,
      cast(any_value(facts.max_output_tokens) as varchar) as max_output_tokens,
      cast(any_value(facts.deprecation_date) as varchar) as deprecation_date,
      string_agg(distinct source, '+' order by source) as source
    from in_force
    left join facts on facts.provider = in_force.provider and facts.model = lower(in_force.model)
    where rank = 1 and coalesce(facts.operation = $operation, $operation is null)
    group by in_force.provider, lower(in_force.model)
    order by ${ORDERS[sort]}`,
    { ...filter },
  );
}

/** The conditions of a rate in words: batch, us-east-1, prompts from 200001, 01:00–04:00 UTC, days 1,2; '' for none. */
export const CONDITIONS = sql`concat_ws(', ',
        nullif(service_tier, 'standard'),
        speed,
        region,
        if(min_prompt_tokens > 0, 'prompts from ' || min_prompt_tokens, null),
        if(utc_start is null, null,
          strftime(date '2000-01-01' + utc_start, '%H:%M') || '–' || strftime(date '2000-01-01' + utc_end, '%H:%M') || ' UTC'),
        if(iso_weekdays is null, null, 'days ' || array_to_string(iso_weekdays, ','))
      )`;

/** Whether a dimension is counted in tokens: its price is told by the million. */
export const IN_TOKENS = sql`(ends_with(dimension, '_tokens')
        or dimension in ('input', 'output', 'cache_read', 'cache_write', 'cache_write_1h', 'reasoning'))`;

/** Every rate of a model, those of the past and those withdrawn included. Names compare without case. */
export async function showModel(
  store: Store,
  wanted: { model: string; provider: string | null },
): Promise<ShownRate[]> {
  return store.rows<ShownRate>(
    sql`
    with found as (
      select
        *,
        ${CONDITIONS} as conditions,
        ${IN_TOKENS} as in_tokens,
        ${SOURCE_RANK} as source_rank
      from price_rate
      where lower(model) = lower($model)
        and coalesce(provider = $provider, true)
        and supersede_reason is distinct from 'new_end'
    )
    select
      found.provider,
      found.model,
      found.dimension,
      found.conditions,
      rtrim(rtrim(cast(found.usd_per_unit as varchar), '0'), '.') as usd_per_unit,
      rtrim(rtrim(cast(cast(found.usd_per_unit * if(in_tokens, 1000000, 1) as decimal(38, 18)) as varchar), '0'), '.') as usd,
      if(in_tokens, 'per million', 'each') as per,
      found.raw_value,
      found.raw_unit,
      cast(found.min_prompt_tokens as varchar) as min_prompt_tokens,
      found.service_tier,
      found.speed,
      found.region,
      strftime(found.effective_from, '%Y-%m-%dT%H:%M:%SZ') as effective_from,
      strftime(found.effective_to, '%Y-%m-%dT%H:%M:%SZ') as effective_to,
      found.source,
      cast(found.source_rank as integer) as source_rank,
      cast(book.data_date as varchar) as data_date,
      found.supersede_reason as withdrawn
    from found
    left join price_book as book on book.book_id = found.book_id
    order by
      found.provider, found.region nulls first, found.service_tier <> 'standard', found.service_tier,
      found.min_prompt_tokens, found.utc_start nulls first, found.dimension, found.source, found.effective_from nulls first`,
    wanted,
  );
}
