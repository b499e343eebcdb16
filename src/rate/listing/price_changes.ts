import { literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { inRevision } from '../revision.js';
import { SOURCE_RANK } from '../sources/precedence.js';
import { CONDITIONS, IN_TOKENS } from './listing.js';

/** A state of the prices: the book of a revision, as it holds at a time (UTC timestamp). */
export interface PricePoint {
  revision: number;
  at: string;
}

/** A price that is another one at the second point; USD per million tokens, or per one of anything else, as decimal text. */
export type PriceChange = {
  provider: string;
  model: string;
  dimension: string;
  /** The conditions it holds under, in words; '' for none. */
  conditions: string;
  /** null: there was, or is, no price. */
  before: string | null;
  after: string | null;
  /** After ÷ before − 1 in percent, 2 places, half up; null where one of them is missing or was 0. */
  change_percent: string | null;
};

/** Two points to compare, and of which models: globs, null is any. */
export interface Comparison {
  before: PricePoint;
  after: PricePoint;
  provider: string | null;
  model: string | null;
}

/** The prices in force that differ between two points, of each the one of the source that counts; the biggest changes first. */
export async function priceChanges(store: Store, comparison: Comparison): Promise<PriceChange[]> {
  const { before, after, provider, model } = comparison;
  await inForce(store, 'before', before);
  await inForce(store, 'after', after);
  return store.rows<PriceChange>(
    sql`
    with paired as (
      select
        coalesce(after.provider, before.provider) as provider,
        coalesce(after.model, before.model) as model,
        coalesce(after.dimension, before.dimension) as dimension,
        coalesce(after.conditions, before.conditions) as conditions,
        before.usd_per_unit as old,
        after.usd_per_unit as new,
        if(coalesce(after.in_tokens, before.in_tokens), 1000000, 1) as units
      from prices_before as before
      full join prices_after as after on after.price_key = before.price_key
    ),
    changed as (
      select
        *,
        cast(replace(cast(old as varchar), '.', '') as hugeint) as old_atto,
        cast(replace(cast(new as varchar), '.', '') as hugeint) as new_atto
      from paired
      where old is distinct from new
        and coalesce(provider glob $provider, true)
        and coalesce(lower(model) glob lower($model), true)
    )
    select
      provider,
      model,
      dimension,
      conditions,
      rtrim(rtrim(cast(cast(old * units as decimal(38, 18)) as varchar), '0'), '.') as before,
      rtrim(rtrim(cast(cast(new * units as decimal(38, 18)) as varchar), '0'), '.') as after,
      case when old > 0 and new is not null then cast(
        cast(sign(new_atto - old_atto) * ((2 * 10000 * abs(new_atto - old_atto) + old_atto) // (2 * old_atto)) as decimal(18, 0))
          * cast(0.01 as decimal(3, 2)) as varchar)
      end as change_percent
    from changed
    order by
      (old is null) :: integer + (new is null) :: integer,
      if(old > 0 and new > 0, 1000000 * greatest(old_atto, new_atto) // least(old_atto, new_atto), 0) desc,
      provider, model, dimension, conditions`,
    { provider, model },
  );
}

/** How a factor on all prices, or on those of one dimension, is named among them. */
const FACTOR = 'factor on listed prices';

/**
 * The user's own prices in force; where several are for the same, the newest counts. A factor stands for itself: what it makes of each price
 * shows in the bill. Parameters: $revision, $at.
 */
const OWN: Sql = sql`
      select
        coalesce(provider, '(any)') as provider,
        model,
        coalesce(dimension, 'all') as dimension,
        concat_ws(', ', 'own price', if(factor is null, null, ${literal(FACTOR)}), service_tier, region) as conditions,
        cast(coalesce(usd_per_unit, factor) as decimal(24, 18)) as usd_per_unit,
        factor is null and ${IN_TOKENS} as in_tokens,
        concat_ws('|', 'own', provider, lower(model), dimension, service_tier, region, factor is null) as price_key
      from price_override
      where ${inRevision(sql`price_override`)}
        and coalesce(effective_from <= cast($at as timestamp), true)
        and coalesce(effective_to > cast($at as timestamp), true)
      qualify row_number() over (
        partition by provider, lower(model), dimension, service_tier, region, factor is null
        order by made_at desc, override_id desc
      ) = 1`;

/** prices_before or prices_after: the price that counts for each model, dimension and condition. */
async function inForce(store: Store, name: 'before' | 'after', { revision, at }: PricePoint): Promise<void> {
  const table = name === 'before' ? sql`prices_before` : sql`prices_after`;
  await store.run(
    sql`
    create or replace temp table ${table} as
    with own as (
      ${OWN}
    ),
    named as (
      select
        rate.*,
        ${IN_TOKENS} as in_tokens,
        ${CONDITIONS} as conditions
      from price_rate as rate
      where ${inRevision(sql`rate`)}
        and coalesce(effective_from <= cast($at as timestamp), true)
        and coalesce(effective_to > cast($at as timestamp), true)
    )
    select
      provider, model, dimension, conditions, usd_per_unit, in_tokens,
      concat_ws('|', lower(provider), lower(model), dimension, conditions) as price_key
    from named
    qualify row_number() over (
      partition by lower(provider), lower(model), dimension, conditions
      order by ${SOURCE_RANK}, effective_from desc nulls last, rate_id
    ) = 1
    union all
    from own`,
    { revision, at },
  );
}
