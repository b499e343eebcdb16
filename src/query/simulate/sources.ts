import { ORDINARY_CONDITIONS, resolverOf } from '../../rate/cards/cards.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { familyOf, undatedName } from '../quality/model_family.js';
import type { Scope } from '../scope/scope.js';

/** A model the usage in scope is on, with whose price holds for it. */
export interface UsedModel {
  model_id: number;
  source_provider: string | null;
  model: string | null;
  region: string | null;
  /** Who was paid, canonical. */
  provider: string | null;
  price_provider: string | null;
  price_model: string | null;
  family: string;
}

/** The models of the usage in scope, each once for every way a log names it. */
export async function usedModels(store: Store, scope: Scope, revision?: number): Promise<UsedModel[]> {
  const rows = await store.rows<{ source_provider: string | null; model: string | null; region: string | null }>(
    sql`
    select distinct source_provider, coalesce(model, request_model) as model, region
    from usage_profile
    where profile_id in (select distinct fact.profile_id from usage_fact as fact where ${scope.test})
    order by all`,
    scope.params,
  );
  const resolve = await resolverOf(store, revision);
  return rows.map((row, index) => {
    const found = resolve({ provider: row.source_provider, model: row.model, region: row.region });
    const priced = found.kind === 'priced';
    return {
      ...row,
      model_id: index + 1,
      provider: found.provider,
      price_provider: priced ? found.price_provider : null,
      price_model: priced ? found.price_model : null,
      family: familyOf(priced ? found.price_model : (row.model ?? '')),
    };
  });
}

/** Whether a model of usage is what a name (`gpt-4o`, `azure/gpt-4o`, `claude-*`) means: as written or as priced. */
export function isCalled(used: UsedModel, provider: string | null, name: RegExp, plain: string): boolean {
  const sold = provider === null || used.provider === provider || used.price_provider === provider;
  const names = [used.model, used.price_model, used.model === null ? null : `${used.provider}/${used.model}`];
  if (provider === null && names.some((one) => one !== null && name.test(one))) return true;
  return (
    sold && [used.model, used.price_model].some((one) => one !== null && (name.test(one) || undatedName(one) === plain))
  );
}

/** The tiers, speeds and regions that a price or a factor of the book, or of the user, is for. */
const PRICED_CONDITIONS = sql`conditions as (
      select provider, service_tier, speed, region from price_rate
      union all
      select provider, service_tier, speed, region from price_multiplier
      union all
      select null as provider, service_tier, null as speed, region from price_override
    ),
    condition as materialized (
      select distinct provider, 'service_tier' as kind, lower(service_tier) as value from conditions where service_tier is not null
      union
      select distinct provider, 'speed', lower(speed) from conditions where speed is not null
      union
      select distinct provider, 'region', lower(region) from conditions where region is not null
    )`;

/** A condition of a profile where a price can depend on it; one that nobody prices is as good as any other that nobody does. */
function priced(kind: 'service_tier' | 'speed' | 'region', unpriced: Sql): Sql {
  const given = sql`lower(trim(profile.${identifier(kind)}))`;
  const seller = kind === 'region' ? sql`and coalesce(condition.provider = profile.provider, true)` : sql``;
  return sql`case
          when ${given} in (${join([...ORDINARY_CONDITIONS, 'fast'].map(literal))}) or exists (
            from condition where condition.kind = ${literal(kind)} ${seller} and ${given} glob condition.value
          ) then profile.${identifier(kind)}
          when profile.${identifier(kind)} is not null then ${unpriced}
        end`;
}

/**
 * Makes `simulate_profile` (profile_id, model_id, source_id) and `simulate_source`: what all calls of a source have in
 * common that the price on another model, or whether they fit there, can depend on. `perModel` keeps the models apart.
 */
export async function putSources(store: Store, used: readonly UsedModel[], perModel: boolean): Promise<void> {
  const own = perModel
    ? sql`price_provider, price_model`
    : sql`cast(null as varchar) as price_provider, cast(null as varchar) as price_model`;
  await store.run(
    sql`
    create or replace temp table simulate_profile as
    with used as (
      select unnest(from_json(cast($used as json), '[{
        "model_id": "INTEGER", "source_provider": "VARCHAR", "model": "VARCHAR", "region": "VARCHAR", "provider": "VARCHAR",
        "price_provider": "VARCHAR", "price_model": "VARCHAR", "family": "VARCHAR"
      }]'), recursive := true)
    ),
    ${PRICED_CONDITIONS},
    described as (
      select
        profile.profile_id,
        used.model_id,
        profile.provider,
        used.family,
        ${own},
        ${priced('service_tier', sql`'other'`)} as service_tier,
        ${priced('speed', sql`'other'`)} as speed,
        ${priced('region', sql`null`)} as region,
        profile.status,
        profile.gateway_cached,
        coalesce(profile.has_images, false) as has_images,
        coalesce(profile.has_tools, false) as has_tools,
        coalesce(profile.has_json_schema, false) as has_json_schema,
        profile.max_output_tokens
      from usage_profile as profile
      join used
        on used.source_provider is not distinct from profile.source_provider
        and used.model is not distinct from coalesce(profile.model, profile.request_model)
        and used.region is not distinct from profile.region
    )
    select
      *,
      dense_rank() over (order by
        provider, family, price_provider, price_model, service_tier, speed, region, status, gateway_cached,
        has_images, has_tools, has_json_schema, max_output_tokens
      ) as source_id
    from described`,
    { used: JSON.stringify(used) },
  );
  await store.run(sql`
    create or replace temp table simulate_source as
    select distinct * exclude (profile_id, model_id)
    from simulate_profile`);
}
