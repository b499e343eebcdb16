import { TOKEN_CLASSES } from '../../names/dimensions.js';
import { putCards, wantedCards } from '../../rate/cards/cards.js';
import type { Combination } from '../../rate/cards/combinations.js';
import type { Resolver } from '../../rate/models/resolve.js';
import { RATED_CARD } from '../../rate/rating.js';
import { currentRevision } from '../../rate/revision.js';
import { identifier, join, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import type { Adjustments, OwnRatio, Target } from './scenario.js';
import type { UsedModel } from './sources.js';
import { type FamilyRatio, type TokenRatio, tokenRatio, unadjusted } from './tokenizers.js';

/** The price book names these models itself: nothing is left to resolve. */
const AS_NAMED: Resolver = ({ provider, model, region }) => ({
  kind: 'priced',
  provider: provider ?? '',
  region,
  price_provider: provider ?? '',
  price_model: model ?? '',
  rule: 'exact',
  assumed: false,
});

interface Condition {
  provider: string | null;
  price_provider: string | null;
  price_model: string | null;
  service_tier: string | null;
  speed: string | null;
  region: string | null;
}

/**
 * Makes `simulate_base`: the rate cards of each target under the conditions (tier, speed, region) usage asked for. A model
 * that was not on sale yet when a call was made takes its first price, flagged `early`.
 */
export async function putBaseCards(
  store: Store,
  targets: readonly Target[],
  { revision, now }: { revision: number | undefined; now: Date },
): Promise<void> {
  const conditions = await store.rows<{ [name in keyof Condition]: string | null }>(sql`
    select distinct provider, price_provider, price_model, service_tier, speed, region
    from simulate_source
    order by all`);
  const made = revision ?? (await currentRevision(store));
  const wanted = await wantedCards(store, combinationsOf(targets, conditions), { resolver: AS_NAMED, revision: made });
  await store.run(sql`create or replace temp table simulate_base as from rate_card limit 0`);
  await putCards(store, sql`simulate_base`, { wanted, now, revision: made });
  await store.run(EARLY);
}

function combinationsOf(targets: readonly Target[], conditions: readonly Condition[]): Combination[] {
  const all = new Map<string, Combination>();
  for (const target of targets) {
    for (const condition of conditions.filter((one) => !target.own || isOn(one, target))) {
      const combination = {
        source_provider: target.provider,
        model: target.model,
        service_tier: target.tier ?? condition.service_tier,
        speed: condition.speed,
        region: condition.provider === target.provider ? condition.region : null,
      };
      all.set(JSON.stringify(combination), combination);
    }
  }
  return [...all.values()];
}

function isOn(condition: Condition, { provider, model }: Target): boolean {
  return condition.price_provider === provider && condition.price_model === model;
}

const EARLY = sql`
    create or replace temp table simulate_early as
    with first_price as (
      select source_provider, model, service_tier, speed, region, min(valid_from) as first_at
      from simulate_base
      group by all
      having bool_or(status = 'unpriced' and valid_from is null and valid_to is not null)
        and min(valid_from) filter (status = 'priced') = min(valid_from)
    )
    select held.* replace (
      cast(null as timestamp) as valid_from, held.valid_from as valid_to, list_append(held.assumed, 'early') as assumed
    )
    from simulate_base as held
    join first_price as first
      on first.first_at = held.valid_from
      and first.source_provider is not distinct from held.source_provider
      and first.model is not distinct from held.model
      and first.service_tier is not distinct from held.service_tier
      and first.speed is not distinct from held.speed
      and first.region is not distinct from held.region;
    delete from simulate_base as held
    where held.status = 'unpriced' and held.valid_from is null and exists (
      from simulate_early as early
      where early.source_provider is not distinct from held.source_provider
        and early.model is not distinct from held.model
        and early.service_tier is not distinct from held.service_tier
        and early.speed is not distinct from held.speed
        and early.region is not distinct from held.region
    );
    insert into simulate_base from simulate_early`;

/** Makes `simulate_target` and `simulate_ratio` (source_family, target_family, variant, ratio in millionths); only `mid` where no ratio has a range. */
export async function putTargets(
  store: Store,
  targets: readonly Target[],
  { used, families, adjust }: { used: readonly UsedModel[]; families: readonly FamilyRatio[]; adjust: Adjustments },
): Promise<void> {
  const rows = targets.map(({ facts, ...target }) => ({
    ...target,
    ...facts,
    tier: target.tier ?? null,
    spare: target.spare === true,
  }));
  await store.run(
    sql`
    create or replace temp table simulate_target as
    select unnest(from_json(cast($targets as json), '[{
      "id": "INTEGER", "rule": "INTEGER", "provider": "VARCHAR", "model": "VARCHAR", "share": "INTEGER", "own": "BOOLEAN",
      "tier": "VARCHAR", "spare": "BOOLEAN", "family": "VARCHAR", "context_window": "BIGINT", "max_input_tokens": "BIGINT",
      "max_output_tokens": "BIGINT", "supports_tools": "BOOLEAN", "supports_images": "BOOLEAN", "supports_json_schema": "BOOLEAN"
    }]'), recursive := true)`,
    { targets: JSON.stringify(rows) },
  );
  const ratios = ratioRows(used, targets, { families, adjust });
  await store.run(
    sql`
    create or replace temp table simulate_ratio as
    select unnest(from_json(cast($ratios as json), '[{
      "source_family": "VARCHAR", "target_family": "VARCHAR", "variant": "VARCHAR", "ratio": "BIGINT"
    }]'), recursive := true)`,
    { ratios: JSON.stringify(ratios) },
  );
}

/** The ratio between two families, by the user's word if there is one. */
export function ratioOf(
  source: string,
  target: string,
  { families, adjust }: { families: readonly FamilyRatio[]; adjust: Adjustments },
): TokenRatio {
  const own = adjust.ownRatios.find((one) => one.source === source && one.target === target);
  if (own !== undefined) return measured(own);
  const [from, to] = [plainFamily(source), plainFamily(target)];
  if (from === to) return unadjusted('same');
  return adjust.tokenizers ? tokenRatio(families, from, to) : unadjusted('off');
}

/** A family the user measured is called `own:MODEL:FAMILY`. */
export function plainFamily(family: string): string {
  return family.replace(/^own:.*?:(?=[^:]+$|unknown:)/, '');
}

function measured({ ratio, low = ratio, high = ratio }: OwnRatio): TokenRatio {
  const millionths = (text: string) => Math.round(Number(text) * 1_000_000);
  return { low: millionths(low), mid: millionths(ratio), high: millionths(high), status: 'own' };
}

function ratioRows(
  used: readonly UsedModel[],
  targets: readonly Target[],
  known: { families: readonly FamilyRatio[]; adjust: Adjustments },
) {
  const sources = [...new Set(used.map(({ family }) => family))];
  const aims = [...new Set(targets.map(({ family }) => family))];
  const pairs = sources.flatMap((source_family) =>
    aims.map((target_family) => ({
      source_family,
      target_family,
      ratio: ratioOf(source_family, target_family, known),
    })),
  );
  const exact = pairs.every(({ ratio: { low, mid, high } }) => low === mid && high === mid);
  const ends = exact ? (['mid'] as const) : (['mid', 'low', 'high'] as const);
  return pairs.flatMap(({ ratio, ...families }) =>
    ends.map((variant) => ({ ...families, variant, ratio: ratio[variant] })),
  );
}

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
