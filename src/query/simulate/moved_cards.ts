import { TOKEN_CLASSES } from '../../names/dimensions.js';
import { RATED_CARD } from '../../rate/rating.js';
import { identifier, join, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import type { Adjustments } from './scenario.js';

/*
 * To carry usage over to another model its cards are changed, never its rows: a call that would have 1.17 times the tokens
 * costs what it costs at 1.17 times the rate, and its prompt passes a bound where the own one passes the 1.17th part of it.
 * So one formula (rating.ts) prices rows and groups of rows alike, to the last digit.
 */

/** A place means the same only with the same seller: elsewhere nothing special is asked for. */
const PLACE = sql`if(source.provider = target.provider, source.region, null)`;

/** A rate times factors in millionths, rounded half up to 18 places: once, here, as with the other factors of a card. */
function times(rate: Sql, ...millionths: Sql[]): Sql {
  const factors = millionths.map(
    (factor) => sql`cast(cast(${factor} as decimal(10, 0)) * cast(0.000001 as decimal(6, 6)) as decimal(10, 6))`,
  );
  return sql`cast(${join([sql`cast(${rate} as decimal(24, 18))`, ...factors], ' * ')} as decimal(24, 18))`;
}

/** The rate of a class of the prompt under the cache policy, per token of the target. */
function promptRate(rate: string, adjust: Adjustments): Sql {
  const own = sql`held.${identifier(rate)}`;
  if (adjust.cacheHit !== undefined) {
    return sql`cast((held.cache_read * cast($cache_hit as decimal(5, 2))
        + held.uncached_input * (100 - cast($cache_hit as decimal(5, 2)))) * cast(0.01 as decimal(3, 2)) as decimal(24, 18))`;
  }
  if (adjust.cache === 'none') return sql`held.uncached_input`;
  if (adjust.cache === 'cold' && rate === 'cache_read') {
    return sql`greatest(held.uncached_input, coalesce(held.cache_write, held.uncached_input))`;
  }
  return own;
}

/** The rate of a class for one token as it was logged. */
function movedRate(rate: string, adjust: Adjustments): Sql {
  if (rate === 'reasoning') return adjust.reasoning === 'drop' ? sql`cast(0 as decimal(24, 18))` : sql`held.reasoning`;
  const ratio = sql`pair.ratio`;
  if (rate !== 'text_output') return times(promptRate(rate, adjust), ratio);
  const output = times(
    sql`held.text_output`,
    ratio,
    ...(adjust.outputFactor === undefined ? [] : [sql`$output_factor`]),
  );
  if (adjust.reasoningFactor === undefined) return output;
  return sql`${output} + if(pair.thinks, 0, ${times(sql`held.reasoning`, sql`$reasoning_factor`)})`;
}

/** `min` of a band in tokens as logged: the least count that passes the bound on the target's scale. */
function movedBound(bound: Sql): Sql {
  return sql`(${bound} * 1000000 + pair.ratio - 1) // pair.ratio`;
}

const THINKS = (adjust: Adjustments) =>
  adjust.reasoningFactor === undefined ? sql`(values (cast(null as boolean)))` : sql`(values (true), (false))`;

/**
 * Makes `simulate_card`: for each source, target and end of the tokenizer's range (`mid`, `low`, `high`) the cards that
 * calls of the source are priced by, ready for rating, in tokens as they were logged.
 */
export async function putMovedCards(store: Store, adjust: Adjustments): Promise<void> {
  const rates = join(
    TOKEN_CLASSES.map(({ rate }) => sql`${movedRate(rate, adjust)} as ${identifier(rate)}`),
    ',\n        ',
  );
  await store.run(
    sql`
    create or replace temp table simulate_card as
    with pair as (
      select
        source.*,
        target.id as target_id,
        target.provider as target_provider,
        target.model as target_model,
        coalesce(target.tier, source.service_tier) as target_tier,
        ${PLACE} as target_region,
        ratio.variant,
        ratio.ratio,
        thinking.thinks
      from simulate_source as source
      join simulate_target as target
        on not target.own or (source.price_provider = target.provider and source.price_model = target.model)
      join simulate_ratio as ratio
        on ratio.source_family = source.family and ratio.target_family = target.family
      cross join ${THINKS(adjust)} as thinking (thinks)
    ),
    moved as (
      select
        pair.source_id,
        pair.target_id,
        pair.variant,
        pair.thinks,
        pair.status as call_status,
        pair.gateway_cached,
        held.* replace (
        ${rates},
        ${movedBound(sql`held.min_prompt_tokens`)} as min_prompt_tokens,
        ${movedBound(sql`held.max_prompt_tokens`)} as max_prompt_tokens
        )
      from pair
      join simulate_base as held
        on held.source_provider = pair.target_provider
        and held.model = pair.target_model
        and held.service_tier is not distinct from pair.target_tier
        and held.speed is not distinct from pair.speed
        and held.region is not distinct from pair.target_region
    )
    select
      held.source_id,
      held.target_id,
      held.variant,
      held.thinks,
      held.rate_card_id,${RATED_CARD}
    from moved as held
    cross join lateral (select held.call_status as status, held.gateway_cached) as profile`,
    paramsOf(adjust),
  );
}

function paramsOf({ cacheHit, outputFactor, reasoningFactor }: Adjustments): Params {
  return {
    ...(cacheHit === undefined ? {} : { cache_hit: String(cacheHit) }),
    ...(outputFactor === undefined ? {} : { output_factor: millionths(outputFactor) }),
    ...(reasoningFactor === undefined ? {} : { reasoning_factor: millionths(reasoningFactor) }),
  };
}

function millionths(factor: string): number {
  return Math.round(Number(factor) * 1_000_000);
}
