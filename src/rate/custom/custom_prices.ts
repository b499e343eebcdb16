import { UsageError } from '../../errors.js';
import type { Dimension } from '../../names/dimensions.js';
import { type Sql, sql, timestampOf } from '../../sql.js';
import type { Row, Store } from '../../store/store.js';
import { canonicalProvider } from '../models/providers.js';
import { trimmed } from '../rating_lines.js';
import { applyPrices, NO_EFFECT, type PriceEffect } from '../rerate/rerate.js';
import { newRevision, type RevisionKind } from '../revision.js';
import type { RawUnit } from '../sources/price_text.js';
import { refuseContradictions, refuseSecondFlat, settleTargets } from './custom_prices_checks.js';
import {
  given,
  insertSql,
  missingSql,
  OWN_TABLES,
  type OwnKind,
  sameScope,
  sameWords,
  stageSql,
  surplusSql,
} from './custom_prices_sql.js';

/** Whose usage is meant: globs with * and ?, a null provider is any. */
interface Scope<Model = string> {
  provider: string | null;
  model: Model;
  note: string | null;
  /** Where it was said, for messages: an option, or file, line and key. */
  where: string;
}

interface Validity {
  /** YYYY-MM-DD, UTC, `[from, to)`; null is unlimited. */
  effective_from: string | null;
  effective_to: string | null;
}

/** A name of a model as logs write it, and the model of the price book it stands for. */
export interface OwnAlias extends Scope {
  price_provider: string;
  price_model: string;
}

/** A price of the user's own, or a factor on the published ones: decimal text as it was written, and for how much. */
export interface OwnOverride extends Scope, Validity {
  /** null: whatever is counted in tokens; of a factor only. */
  dimension: Dimension | null;
  raw_value: string;
  raw_unit: RawUnit | 'factor' | 'percent_off';
  service_tier: string | null;
  region: string | null;
}

/** What is paid by time: USD as decimal text. */
export interface OwnFlat extends Scope<string | null>, Validity {
  name: string;
  usd: string;
  per: 'hour' | 'day' | 'month';
  effective_from: string;
}

/** Everything a user says about prices. */
export interface OwnPrices {
  aliases: readonly OwnAlias[];
  overrides: readonly OwnOverride[];
  flats: readonly OwnFlat[];
}

/** What became of prices that were given by a command: their numbers. */
export interface AddedPrices {
  added: number[];
  /** Said already, by these. */
  known: number[];
  /** In force as well, for the same at an overlapping time: the newest, one of `added`, wins. */
  outdone: number[];
  effect: PriceEffect;
}

/** How many rows a change brought and took, by kind. */
export type Changes = Record<OwnKind, { added: number; removed: number }>;

const KINDS: readonly OwnKind[] = ['override', 'alias', 'flat'];
const ANYONE = ['command', 'configuration'] as const;

/**
 * Adds what a command says of one kind, as one revision of the prices; what is in force already is left as it is. Throws UsageError
 * if two of them contradict each other, if an alias stands for nothing, or if a flat price would be counted twice.
 */
export async function addOwnPrices(
  store: Store,
  { kind, ...prices }: Partial<OwnPrices> & { kind: OwnKind },
  now: Date,
): Promise<AddedPrices> {
  await stage(store, { aliases: [], overrides: [], flats: [], ...prices });
  const known = await knownIds(store, kind);
  const missing = await count(store, missingSql(kind, ANYONE));
  if (missing === 0) return { added: [], known, outdone: [], effect: NO_EFFECT };
  if (kind === 'flat') await refuseSecondFlat(store, ANYONE);
  const revision = {
    kind: kind === 'alias' ? kind : 'override',
    detail: `${counted(missing, kind)} added`,
    now,
  } as const;
  return changing(store, revision, async (number) => {
    await store.run(insertSql(kind, ANYONE), { origin: 'command', now: timestampOf(now), revision: number });
    return { ...(await effectOf(store, kind, number)), known };
  });
}

/** What was removed: its numbers, and those of them that the configuration said. */
export interface RemovedPrices {
  removed: number[];
  configured: number[];
  effect: PriceEffect;
}

/** Ends rows of one kind by number, as one revision of the prices; they are kept. Throws UsageError if one is not in force. */
export async function removeOwnPrices(
  store: Store,
  { kind, ids }: { kind: OwnKind; ids: readonly number[] },
  now: Date,
): Promise<RemovedPrices> {
  const { table, id } = OWN_TABLES[kind];
  const wanted = sql`removed_in is null and list_contains(from_json($ids, '["INTEGER"]'), ${id})`;
  const params = { ids: JSON.stringify(ids) };
  const held = await store.rows<{ id: number; origin: string }>(
    sql`select ${id} as id, origin from ${table} where ${wanted} order by ${id}`,
    params,
  );
  const lost = ids.find((number) => !held.some((row) => row.id === number));
  if (lost !== undefined) throw notInForce(kind, lost);
  const detail = `${counted(held.length, kind)} removed`;
  const configured = held.filter(({ origin }) => origin === 'configuration');
  return changing(store, { kind: kind === 'alias' ? kind : 'override', detail, now }, async (revision) => {
    await store.run(sql`update ${table} set removed_in = $revision where ${wanted}`, { ...params, revision });
    return { removed: held.map((row) => row.id), configured: configured.map((row) => row.id) };
  });
}

function notInForce(kind: OwnKind, number: number): UsageError {
  return new UsageError(`There is no ${NOUNS[kind][0]} ${number} in force.
The numbers are in: llmcost pricing ${kind} list`);
}

/**
 * Makes the store say what the configuration says: adds what is new there, ends what is there no more, as one revision. Resolves to the
 * changes, or to undefined if there was nothing to do. Throws UsageError as `addOwnPrices` does, naming the line of the file.
 */
export async function syncConfiguredPrices(store: Store, prices: OwnPrices, now: Date): Promise<Changes | undefined> {
  const changes = await configuredChanges(store, prices);
  if (changes === undefined) return undefined;
  await refuseSecondFlat(store, ['command']);
  await changing(store, { kind: 'configuration', detail: detailOf(changes), now }, async (revision) => {
    for (const kind of KINDS) {
      const { table, id } = OWN_TABLES[kind];
      const surplus = sql`select ${id} ${surplusSql(kind)}`;
      await store.run(sql`update ${table} set removed_in = $revision where ${id} in (${surplus})`, { revision });
      await store.run(insertSql(kind, ['configuration']), { origin: 'configuration', now: timestampOf(now), revision });
    }
    return {};
  });
  return changes;
}

/** What `syncConfiguredPrices` would change, or undefined; nothing is written, so a store opened for reading will do. */
export async function configuredChanges(store: Store, prices: OwnPrices): Promise<Changes | undefined> {
  await stage(store, prices);
  const changesOf = async (kind: OwnKind) => ({
    added: await count(store, missingSql(kind, ['configuration'])),
    removed: await count(store, surplusSql(kind)),
  });
  const changes = {
    override: await changesOf('override'),
    alias: await changesOf('alias'),
    flat: await changesOf('flat'),
  };
  return KINDS.some((kind) => changes[kind].added + changes[kind].removed > 0) ? changes : undefined;
}

/** The one way own prices change: a revision, what it brings, and what follows from it; or nothing at all. */
function changing<T extends object>(
  store: Store,
  { kind, detail, now }: { kind: RevisionKind; detail: string; now: Date },
  write: (revision: number) => Promise<T>,
): Promise<T & { effect: PriceEffect }> {
  return store.transaction(async () => {
    const result = await write(await newRevision(store, kind, detail, now));
    return { ...result, effect: await applyPrices(store, now) };
  });
}

/** Puts what was given into temporary tables and checks it. */
async function stage(store: Store, { aliases, overrides, flats }: OwnPrices): Promise<void> {
  const rows = {
    alias: aliases.map((row) => ({ ...row, price_provider: canonicalProvider(row.price_provider) })),
    override: overrides,
    flat: flats,
  };
  for (const kind of KINDS) {
    await store.run(stageSql(kind), { rows: JSON.stringify(rows[kind].map(staged)) });
    await refuseContradictions(store, kind);
  }
  if (aliases.length > 0) await settleTargets(store);
}

function staged<S extends Scope<string | null>>({ where, provider, ...row }: S, position: number) {
  return { ...row, provider: provider === null ? null : providerGlob(provider), position, place: where };
}

function providerGlob(provider: string): string {
  return /[*?]/.test(provider) ? provider.trim().toLowerCase() : canonicalProvider(provider);
}

async function knownIds(store: Store, kind: OwnKind): Promise<number[]> {
  const { table, id } = OWN_TABLES[kind];
  const rows = await store.rows<{ id: number }>(sql`
    select held.${id} as id
    from ${table} as held
    join ${given(kind)} as given on ${sameWords(kind, sql`given`, sql`held`)}
    where held.removed_in is null
    order by id`);
  return rows.map((row) => row.id);
}

/** What a revision added, and what it outdid. */
async function effectOf(
  store: Store,
  kind: OwnKind,
  revision: number,
): Promise<{ added: number[]; outdone: number[] }> {
  const { table, id } = OWN_TABLES[kind];
  const added = await store.rows<{ id: number }>(
    sql`select ${id} as id from ${table} where added_in = $revision and removed_in is null order by id`,
    { revision },
  );
  const outdone = await store.rows<{ id: number }>(
    sql`
    select distinct older.${id} as id
    from ${table} as newer
    join ${table} as older on older.${id} < newer.${id} and older.removed_in is null and ${sameScope(kind, sql`newer`, sql`older`)}
    where newer.added_in = $revision and older.added_in <> $revision
    order by id`,
    { revision },
  );
  return { added: added.map((row) => row.id), outdone: outdone.map((row) => row.id) };
}

async function count(store: Store, rows: Sql): Promise<number> {
  const { found } = await store.row<{ found: number }>(sql`select cast(count(*) as integer) as found ${rows}`);
  return found;
}

const NOUNS: Record<OwnKind, [one: string, several: string]> = {
  alias: ['alias', 'aliases'],
  override: ['override', 'overrides'],
  flat: ['flat price', 'flat prices'],
};

/** 2 aliases */
function counted(number: number, kind: OwnKind): string {
  return `${number} ${NOUNS[kind][number === 1 ? 0 : 1]}`;
}

/** 2 overrides added, 1 alias removed */
function detailOf(changes: Changes): string {
  return KINDS.flatMap((kind) => {
    const { added, removed } = changes[kind];
    return [
      ...(added === 0 ? [] : [`${counted(added, kind)} added`]),
      ...(removed === 0 ? [] : [`${counted(removed, kind)} removed`]),
    ];
  }).join(', ');
}

/** What is listed: all in force, those of before as well, or these numbers. */
export interface OwnFilter {
  all?: boolean;
  ids?: readonly number[];
}

const FROM_TO = sql`strftime(effective_from, '%Y-%m-%d') as "from", strftime(effective_to, '%Y-%m-%d') as "to"`;

const LISTED: Record<OwnKind, Sql> = {
  alias: sql`alias_id as id, provider, model, price_provider || '/' || price_model as "is"`,
  override: sql`override_id as id, provider, model, dimension, ${trimmed(sql`usd_per_unit`)} as usd_per_unit,
      ${trimmed(sql`factor`)} as factor, raw_value, raw_unit, service_tier, region, ${FROM_TO}`,
  flat: sql`flat_id as id, name, provider, model, ${trimmed(sql`usd`)} as usd, per, ${FROM_TO}`,
};

/** The user's own prices of a kind, oldest first; all values are text or null. */
export async function listOwnPrices(store: Store, kind: OwnKind, { all = false, ids }: OwnFilter): Promise<Row[]> {
  const { table, id } = OWN_TABLES[kind];
  return store.rows(
    sql`
    select ${LISTED[kind]}, origin, note, strftime(made_at, '%Y-%m-%dT%H:%M:%SZ') as made_at, added_in, removed_in
    from ${table}
    where ($all or removed_in is null) and coalesce(list_contains(from_json($ids, '["INTEGER"]'), ${id}), true)
    order by ${id}`,
    { all, ids: ids === undefined ? null : JSON.stringify(ids) },
  );
}
