import { sql } from '../sql.js';
import type { Row, Store } from '../store/store.js';
import { SOURCE_RANK } from './precedence.js';

/** Prices in force of one model: USD per million tokens as decimal text, null where none is known. */
export interface ListedModel extends Row {
  provider: string;
  model: string;
  input: string | null;
  output: string | null;
  cache_read: string | null;
  cache_write: string | null;
  source: string;
}

/** One rate with its conditions, validity and provenance; USD per one unit as decimal text. */
export interface ShownRate extends Row {
  provider: string;
  model: string;
  dimension: string;
  usd_per_unit: string;
  raw_value: string;
  raw_unit: string;
  min_prompt_tokens: string;
  service_tier: string;
  speed: string | null;
  region: string | null;
  effective_from: string | null;
  effective_to: string | null;
  source: string;
  data_date: string;
  withdrawn: string | null;
}

/** Decimal text without idle zeros: 2.500000 → 2.5. */
const TRIMMED = sql`rtrim(rtrim(cast(usd as varchar), '0'), '.')`;

/** Every model with a price now, without conditions. `model` is a glob (`gpt-5*`), both filters may be null. */
export async function listModels(
  store: Store,
  filter: { provider: string | null; model: string | null; now: string },
): Promise<ListedModel[]> {
  return store.rows<ListedModel>(
    sql`
    with in_force as (
      select
        lower(provider) as provider,
        model,
        dimension,
        source,
        cast(usd_per_unit * 1000000 as decimal(38, 12)) as usd,
        row_number() over (
          partition by lower(provider), lower(model), dimension
          order by ${SOURCE_RANK}, effective_from desc nulls last
        ) as rank
      from price_rate
      where removed_in is null
        and dimension in ('input', 'output', 'cache_read', 'cache_write')
        and min_prompt_tokens = 0
        and service_tier = 'standard'
        and speed is null
        and region is null
        and coalesce(effective_from <= cast($now as timestamp), true)
        and coalesce(effective_to > cast($now as timestamp), true)
        and coalesce(provider = $provider, true)
        and coalesce(lower(model) glob lower($model), true)
    )
    select
      provider,
      min(model) as model,
      max(${TRIMMED}) filter (dimension = 'input') as input,
      max(${TRIMMED}) filter (dimension = 'output') as output,
      max(${TRIMMED}) filter (dimension = 'cache_read') as cache_read,
      max(${TRIMMED}) filter (dimension = 'cache_write') as cache_write,
      string_agg(distinct source, '+' order by source) as source
    from in_force
    where rank = 1
    group by provider, lower(model)
    order by provider, model`,
    { ...filter },
  );
}

/** Every rate of a model, those of the past and those withdrawn included. Names compare without case. */
export async function showModel(
  store: Store,
  wanted: { model: string; provider: string | null },
): Promise<ShownRate[]> {
  return store.rows<ShownRate>(
    sql`
    with found as (
      select *, usd_per_unit as usd
      from price_rate
      where lower(model) = lower($model)
        and coalesce(provider = $provider, true)
        and supersede_reason is distinct from 'new_end'
    )
    select
      found.provider,
      found.model,
      found.dimension,
      ${TRIMMED} as usd_per_unit,
      found.raw_value,
      found.raw_unit,
      cast(found.min_prompt_tokens as varchar) as min_prompt_tokens,
      found.service_tier,
      found.speed,
      found.region,
      strftime(found.effective_from, '%Y-%m-%dT%H:%M:%SZ') as effective_from,
      strftime(found.effective_to, '%Y-%m-%dT%H:%M:%SZ') as effective_to,
      found.source,
      cast(book.data_date as varchar) as data_date,
      found.supersede_reason as withdrawn
    from found
    left join price_book as book on book.book_id = found.book_id
    order by
      found.provider, found.source, found.region nulls first, found.service_tier <> 'standard', found.service_tier,
      found.min_prompt_tokens, found.dimension, found.effective_from nulls first`,
    wanted,
  );
}
