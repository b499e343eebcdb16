import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { aliasesIn, concerns, overridesIn } from '../custom/matching.js';
import { knownModels } from '../models/index.js';
import { buildResolver, type Resolution, type Resolver } from '../models/resolve.js';
import { LATEST_REVISION } from '../revision.js';

/** What decides the price of a call, as it stands in `usage_profile`. A card is found by all five, nulls included. */
export interface Combination {
  /** The provider as the log names it. */
  source_provider: string | null;
  /** The model that answered; where the log does not tell, the model asked for. */
  model: string | null;
  service_tier: string | null;
  speed: string | null;
  /** As resolved. */
  region: string | null;
}

/** A combination with whose price holds for it, in the words of the price book. */
export interface WantedCard extends Combination {
  number: number;
  kind: Resolution['kind'];
  /** Who was paid, canonical. */
  provider: string | null;
  price_provider: string | null;
  price_model: string | null;
  rule: string;
  assumed: boolean;
  /** The conditions a rate can have: 'standard' or a tier of its own; null where nothing special was asked for. */
  rate_tier: string;
  rate_speed: string | null;
  rate_region: string | null;
  /** The numbers of the user's own rates and factors for the model. */
  overrides: number[];
}

/**
 * The function that finds whose price holds for a model string, by the book of a revision, the present one if none is
 * given (0.05 s: build it once).
 */
export async function resolverOf(store: Store, revision = LATEST_REVISION): Promise<Resolver> {
  const [known, aliases, own] = [
    await knownModels(store, revision),
    await aliasesIn(store, revision),
    await overridesIn(store, revision),
  ];
  return buildResolver(
    known,
    aliases,
    own.filter(({ prices_model }) => prices_model),
  );
}

/** Whose price holds for each combination and what the user has to say about it, by the book of a revision. */
export async function wantedCards(
  store: Store,
  combinations: readonly Combination[],
  { resolver, revision = LATEST_REVISION }: { resolver?: Resolver | undefined; revision?: number },
): Promise<WantedCard[]> {
  const resolve = resolver ?? (await resolverOf(store, revision));
  const own = await overridesIn(store, revision);
  return combinations.map((combination, index) => {
    const wanted = wantedCard(combination, index, resolve);
    const { price_provider: provider, price_model: model } = wanted;
    const overrides = provider === null || model === null ? [] : own.filter((one) => concerns(one, provider, model));
    return { ...wanted, overrides: overrides.map(({ override_id }) => override_id) };
  });
}

/** The combinations, each once, that have no card in force. */
export async function unsettled(store: Store, combinations: readonly Combination[]): Promise<Combination[]> {
  return store.rows<{ [name in keyof Combination]: string | null }>(
    sql`
    with given as (
      select unnest(from_json(cast($combinations as json), '[{
        "source_provider": "VARCHAR", "model": "VARCHAR", "service_tier": "VARCHAR", "speed": "VARCHAR", "region": "VARCHAR"
      }]'), recursive := true)
    )
    select distinct *
    from given
    where not exists (
      from rate_card as card
      where card.retired_at is null
        and card.source_provider is not distinct from given.source_provider
        and card.model is not distinct from given.model
        and card.service_tier is not distinct from given.service_tier
        and card.speed is not distinct from given.speed
        and card.region is not distinct from given.region
    )
    order by all`,
    { combinations: JSON.stringify(combinations) },
  );
}

/** Whose price holds for a combination, and under which conditions. */
function wantedCard(combination: Combination, number: number, resolve: Resolver): Omit<WantedCard, 'overrides'> {
  const { source_provider: provider, model, region } = combination;
  const found = resolve({ provider, model, region });
  const priced = found.kind === 'priced';
  return {
    ...combination,
    number,
    kind: found.kind,
    provider: found.provider,
    price_provider: priced ? found.price_provider : null,
    price_model: priced ? found.price_model : null,
    rule: found.kind === 'unpriced' ? `${found.rule}: ${found.reason}` : found.rule,
    assumed: priced && found.assumed,
    rate_tier: rateTier(combination.service_tier, priced ? found.price_provider : null),
    rate_speed: special(combination.speed),
    rate_region: rateRegion(found.region, priced ? found.price_provider : null),
  };
}

/** Words for the ordinary way of being served. `on_demand`: Google, Groq and Bedrock for pay as you go. */
export const ORDINARY_CONDITIONS: ReadonlySet<string> = new Set([
  '',
  'standard',
  'default',
  'auto',
  'on_demand',
  'normal',
]);

/** The tier as price lists call it. OpenAI renamed priority to fast. */
function rateTier(tier: string | null, provider: string | null): string {
  const name = special(tier) ?? 'standard';
  return name === 'fast' && provider === 'openai' ? 'priority' : name;
}

/**
 * The region as price lists call it. All of Azure Government has one price, whichever of its regions a log names:
 * https://learn.microsoft.com/en-us/azure/azure-government/documentation-government-welcome
 */
function rateRegion(region: string | null, provider: string | null): string | null {
  const name = special(region);
  return provider === 'azure' && name !== null && /^us-?gov/.test(name) ? 'us-gov' : name;
}

function special(condition: string | null): string | null {
  const name = (condition ?? '').trim().toLowerCase();
  return ORDINARY_CONDITIONS.has(name) ? null : name;
}
