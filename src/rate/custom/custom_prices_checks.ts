import { UsageError } from '../../errors.js';
import { join, literal, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { given, type Origin, type OwnKind, sameScope, TARGETS } from './custom_prices_sql.js';

const CONTRADICTIONS: Record<OwnKind, string> = {
  alias: 'already says what this name stands for.\nKeep one of them.',
  override:
    'already sets this price for an overlapping time.\nKeep one of them, or let the one end where the other begins.',
  flat: 'already has this name at an overlapping time, and both would be counted.\nGive it another name, or let the one end where the other begins.',
};

/** What was given must not say two things about the same. Throws UsageError that names both places. */
export async function refuseContradictions(store: Store, kind: OwnKind): Promise<void> {
  const [pair] = await store.rows<{ first: string; second: string }>(sql`
    select one.place as first, other.place as second
    from ${given(kind)} as one
    join ${given(kind)} as other on other.position > one.position and ${sameScope(kind, sql`one`, sql`other`)}
    order by one.position, other.position
    limit 1`);
  if (pair !== undefined) throw new UsageError(`${pair.second}: ${pair.first} ${CONTRADICTIONS[kind]}`);
}

/**
 * What an alias stands for must be known: it gets the spelling of the book. Needs given_override. Throws UsageError with names that
 * begin alike; nothing is ever taken for another name by itself.
 */
export async function settleTargets(store: Store): Promise<void> {
  const [lost] = await store.rows<{ place: string; price_provider: string; price_model: string }>(sql`
    select place, price_provider, price_model
    from given_alias as given
    where not exists (
      from ${TARGETS} as known
      where known.provider = given.price_provider and lower(known.model) = lower(given.price_model)
    )
    order by position
    limit 1`);
  if (lost !== undefined) throw await unknownTarget(store, lost);
  await store.run(sql`
    update given_alias
    set price_model = known.model
    from (
      select provider, lower(model) as name, min(model) as model
      from ${TARGETS}
      group by provider, lower(model)
    ) as known
    where known.provider = given_alias.price_provider and known.name = lower(given_alias.price_model)`);
}

async function unknownTarget(
  store: Store,
  {
    place,
    price_provider: provider,
    price_model: model,
  }: { place: string; price_provider: string; price_model: string },
): Promise<UsageError> {
  const near = await nearNames(store, provider, model);
  const hint = near.length === 0 ? '' : `Names that begin like it: ${near.join(', ')}.\n`;
  return new UsageError(
    `${place}: the price book has no model ${provider}/${model}.\n${hint}All names of a provider: llmcost pricing list --provider ${provider}. A model that is in no list needs prices first: llmcost pricing override ${provider}/${model} --input USD --output USD.`,
  );
}

/** Names of the provider that share the longest beginning, three letters at least; else the same name at others. */
async function nearNames(store: Store, provider: string, model: string): Promise<string[]> {
  const rows = await store.rows<{ name: string }>(
    sql`
    with known as (
      select distinct provider, model from ${TARGETS}
    ),
    near as (
      select
        *,
        coalesce(list_max(list_filter(range(1, length($model) + 1), lambda n: starts_with(lower(model), left(lower($model), n)))), 0) as shared
      from known
      where provider = $provider
    )
    select provider || '/' || model as name
    from (
      select provider, model, 1 as rank from near where shared >= 3 and shared = (select max(shared) from near)
      union all
      select provider, model, 2 as rank from known where lower(model) = lower($model)
    )
    qualify rank = min(rank) over ()
    order by length(model), name
    limit 5`,
    { provider, model },
  );
  return rows.map(({ name }) => name);
}

/** Two flat prices of one name at one time would both be counted. Throws UsageError. */
export async function refuseSecondFlat(store: Store, origins: readonly Origin[]): Promise<void> {
  const [clash] = await store.rows<{ place: string; name: string; flat_id: number }>(
    sql`
    select given.place, held.name, held.flat_id
    from given_flat as given
    join price_flat as held
      on held.removed_in is null and held.origin in (${join(origins.map(literal))}) and ${sameScope('flat', sql`given`, sql`held`)}
    order by given.position
    limit 1`,
  );
  if (clash === undefined) return;
  throw new UsageError(
    `${clash.place}: the flat price ${clash.flat_id} has the name ${clash.name} at an overlapping time, and both would be counted.\nGive it another name, or take that one out: llmcost pricing flat remove ${clash.flat_id}`,
  );
}
