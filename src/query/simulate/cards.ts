import { putCards, wantedCards } from '../../rate/cards/cards.js';
import type { Combination } from '../../rate/cards/combinations.js';
import type { Resolver } from '../../rate/models/resolve.js';
import { currentRevision } from '../../rate/revision.js';
import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
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
