import { type Combination, resolverOf, settleRateCards } from '../../rate/cards/cards.js';
import type { Resolver } from '../../rate/models/resolve.js';
import { ratedProfiles } from '../../rate/rating.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import { withoutUnseen } from '../declare/convert.js';
import { TRAIT_NAMES, type TraitName } from '../declare/format.js';
import { traitColumn, traitType } from '../rows/statement.js';

/** Traits that usage_profile keeps as the source gives them; provider and region are resolved beside them. */
const PLAIN = TRAIT_NAMES.filter((name) => name !== 'provider' && name !== 'region');

/**
 * A trait as it is kept: text without what nobody sees at its ends (blanks, byte order marks, joiners, NUL), which is no part
 * of a name. The traits of the calls themselves stay as they are: a call finds its profile by what its source writes.
 */
function keptTrait(name: TraitName): Sql {
  const column = traitColumn(name);
  return traitType(name).text === 'varchar' ? withoutUnseen(column) : column;
}

/** The model whose price counts: the one that answered, else the one asked for. */
const KEPT_MODEL = sql`coalesce(${keptTrait('model')}, ${keptTrait('request_model')})`;

interface Origin extends Record<string, string | null> {
  provider: string | null;
  model: string | null;
  region: string | null;
}

/**
 * Gives every combination of traits that a query finds (columns `trait_…`) a profile and rate cards, and makes the
 * temporary table `combo` of them: the traits as the source writes them, the profile and its cards, ready for rating.
 * Combinations are few, so this is the one place of the import where TypeScript looks at data.
 */
export async function settleTraits(
  store: Store,
  found: Sql,
  { params, now }: { params?: Params; now: Date },
): Promise<void> {
  await store.run(
    sql`create or replace temp table seen as select distinct ${join(TRAIT_NAMES.map(traitColumn))} from (${found}) as found`,
    params,
  );
  const resolve = await resolverOf(store);
  await resolveOrigins(store, resolve);
  await addProfiles(store);
  await settleRateCards(store, await combinations(store), { now, resolver: resolve });
  const same = [
    sql`profile.source_provider is not distinct from ${keptTrait('provider')}`,
    sql`profile.region is not distinct from combo.paid_region`,
    ...PLAIN.map((name) => sql`profile.${identifier(name)} is not distinct from ${keptTrait(name)}`),
  ];
  await store.run(sql`
    create or replace temp table combo as
    with met as (
      select combo.*, profile.profile_id
      from (${placed(sql`seen`)}) as combo
      join usage_profile as profile on ${join(same, ' and ')}
    )
    select met.* exclude (paid, paid_region), rated.* exclude (profile_id)
    from met
    join (${ratedProfiles(sql`usage_profile`)}) as rated on rated.profile_id = met.profile_id`);
}

/** Traits of earlier imports: what was seen before needs no second look. */
export function storedTraits(): Sql {
  const columns = TRAIT_NAMES.map((name) => {
    const column = name === 'provider' ? sql`source_provider` : identifier(name);
    return sql`${column} as ${traitColumn(name)}`;
  });
  return sql`select ${join(columns)} from usage_profile`;
}

/** Who was paid, and where, for every (provider, model, region) that was seen. */
async function resolveOrigins(store: Store, resolve: Resolver): Promise<void> {
  const origins = await store.rows<Origin>(sql`
    select distinct ${keptTrait('provider')} as provider, ${KEPT_MODEL} as model, ${keptTrait('region')} as region
    from seen`);
  const resolved = origins.map((origin) => {
    const { provider, region } = resolve(origin);
    return { ...origin, paid: provider, paid_region: region };
  });
  await store.run(
    sql`
    create or replace temp table origin as
    select unnest(from_json($resolved, '[{"provider":"VARCHAR","model":"VARCHAR","region":"VARCHAR","paid":"VARCHAR","paid_region":"VARCHAR"}]'), recursive := true)`,
    { resolved: JSON.stringify(resolved) },
  );
}

function placed(table: Sql): Sql {
  return sql`
    select given.*, origin.paid, origin.paid_region
    from ${table} as given
    join origin on origin.provider is not distinct from ${keptTrait('provider')}
      and origin.model is not distinct from ${KEPT_MODEL}
      and origin.region is not distinct from ${keptTrait('region')}`;
}

async function addProfiles(store: Store): Promise<void> {
  const plain = PLAIN.map((name) => sql`${keptTrait(name)} as ${identifier(name)}`);
  const names = PLAIN.map((name) => identifier(name));
  await store.run(sql`
    insert into usage_profile (profile_id, provider, region, source_provider, ${join(names)})
    with wanted as (
      select distinct paid as provider, paid_region as region, ${keptTrait('provider')} as source_provider, ${join(plain)}
      from (${placed(sql`seen`)}) as placed
    ),
    fresh as (
      select * from wanted
      except
      select provider, region, source_provider, ${join(names)} from usage_profile
    )
    select
      (select coalesce(max(profile_id), 0) from usage_profile) + row_number() over (),
      provider,
      region,
      source_provider,
      ${join(names)}
    from fresh`);
}

async function combinations(store: Store): Promise<Combination[]> {
  return store.rows<Combination & Record<string, string | null>>(sql`
    select distinct
      ${keptTrait('provider')} as source_provider,
      ${KEPT_MODEL} as model,
      ${keptTrait('service_tier')} as service_tier,
      ${keptTrait('speed')} as speed,
      paid_region as region
    from (${placed(sql`seen`)}) as placed`);
}

/** The traits of a call as one text, and back: how a load remembers a combination nobody had seen. */
export function traitsAsText(): Sql {
  const pairs = TRAIT_NAMES.map((name) => sql`${identifier(name)} := call.${traitColumn(name)}`);
  return sql`cast(to_json(struct_pack(${join(pairs)})) as varchar)`;
}

export function traitsFromText(text: Sql): Sql {
  const columns = TRAIT_NAMES.map(
    (name) =>
      sql`try_cast(json_extract_string(${text}, ${literal(`$.${name}`)}) as ${traitType(name)}) as ${traitColumn(name)}`,
  );
  return join(columns, ',\n        ');
}
