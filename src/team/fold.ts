import type { Loaded } from '../import/load/answer.js';
import { dropSuperseded, FRESH, findShared, judgeShared, NOT_REPEATED } from '../import/load/deduplicate.js';
import type { Attribute } from '../import/load/file_load.js';
import { deleteImports } from '../import/load/history.js';
import { type Range, within } from '../import/load/import_range.js';
import { finishImports, nextImportId } from '../import/load/imports_table.js';
import { rateFresh } from '../import/load/insert_usage.js';
import { settleTraits } from '../import/load/profiles.js';
import { keepProjects } from '../import/load/projects.js';
import { integer, join, literal, type Sql, sql, timestampOf } from '../sql.js';
import type { Store } from '../store/store.js';
import { changeUsage } from '../store/usage.js';
import type { Piece, Push } from './manifest.js';
import { incomingCalls, incomingProjects, type Reading } from './pack.js';

/*
 * Folding takes pushes into a store. The store holds of every call the best of the states that live pushes and its own files have, by the rule
 * of an import (deduplicate.ts), so it is the same in whatever order, and in however many steps, pushes come and are taken back.
 */

/** The format of imports that are pushes. */
export const PUSHED = 'team-push';

export interface Folding {
  /** The id of the place. */
  place: string;
  now: Date;
  attribute?: Attribute | undefined;
  /** The file of a piece that was taken in before. Throws where it is not there any more. */
  fileOf: (piece: Piece) => Promise<string>;
  /** The file of a piece of a push that is new, which was looked at just now. */
  newFileOf: (piece: Piece) => Promise<string>;
}

/** Pushes that are taken in at once, and who takes back whom. */
export interface Batch {
  pushes: readonly Push[];
  replaced: readonly { push_id: string; replaced_by: string }[];
}

/** What became of a batch. */
export interface Folded {
  loaded: Loaded[];
  /** Machines whose usage was taken in. */
  machines: string[];
  /** Pushes whose usage was taken out. */
  removed: number;
  own_removed: { push_id: string; imports: number[] }[];
  reopened: string[];
}

/** Takes a batch in, in the transaction of the caller: all of it or nothing. */
export async function foldBatch(store: Store, batch: Batch, folding: Folding): Promise<Folded> {
  const { place } = folding;
  const ownRemoved = await noteReplaced(store, batch, place);
  const dead = await deadPushes(store, place);
  const removed = await takeBack(store, place);
  const restored = await restorable(store, place, removed);
  if (removed.length > 0) await forget(store, removed);
  const live = batch.pushes.filter(({ push_id }) => !dead.has(push_id));
  const range = { first: await nextImportId(store), count: live.filter(({ rows }) => rows > 0).length };
  const numbers = new Map(
    live.filter(({ rows }) => rows > 0).map((push, index) => [push.push_id, range.first + index]),
  );
  await notePushes(store, batch, { numbers, folding });
  const readings = await readingsOf(live, numbers, folding);
  for (const { import_id, pieces } of restored.readings) {
    for (const piece of pieces)
      readings.push({ ...readingOf(piece, await folding.fileOf(piece)), import_id, only_lost: true });
  }
  const loaded = readings.length === 0 ? [] : await load(store, readings, { range, live, folding });
  const machines = live.flatMap(({ rows, machine }) => (rows === 0 || machine === null ? [] : [machine]));
  return { loaded, machines, removed: removed.length, own_removed: ownRemoved, reopened: restored.reopened };
}

/** Writes down who was taken back. Resolves to the pushes of this store among them. */
async function noteReplaced(store: Store, { replaced }: Batch, place: string): Promise<Folded['own_removed']> {
  if (replaced.length === 0) return [];
  await store.run(
    sql`
    insert into team_replaced (place, push_id, replaced_by)
    select ${literal(place)}, push_id, replaced_by
    from (select unnest(from_json($replaced, '[{"push_id":"VARCHAR","replaced_by":"VARCHAR"}]'), recursive := true))
    except from team_replaced`,
    { replaced: JSON.stringify(replaced) },
  );
  return store.rows<{ push_id: string; imports: number[] }>(sql`
    select mark.push_id, list(mark.import_id order by mark.import_id) as imports
    from team_pushed as mark
    join imports on imports.import_id = mark.import_id and imports.finished_at = mark.finished_at
    where mark.place = ${literal(place)} and mark.push_id in (${join([sql`''`, ...replaced.map(({ push_id }) => literal(push_id))])})
    group by mark.push_id
    order by mark.push_id`);
}

async function deadPushes(store: Store, place: string): Promise<Set<string>> {
  const rows = await store.rows<{ push_id: string }>(
    sql`select distinct push_id from team_replaced where place = ${literal(place)}`,
  );
  return new Set(rows.map(({ push_id }) => push_id));
}

/** The imports of pushes that were taken back; makes the table lost_key of the calls that were kept of them. */
async function takeBack(store: Store, place: string): Promise<number[]> {
  const rows = await store.rows<{ import_id: number }>(sql`
    select import_id
    from team_push
    where place = ${literal(place)} and import_id is not null
      and push_id in (select push_id from team_replaced where place = ${literal(place)})
    order by import_id`);
  const ids = rows.map(({ import_id }) => import_id);
  await store.run(
    sql`create or replace temp table lost_key as
    select distinct event_key from usage_fact where import_id in (${numbersSql(ids)})`,
  );
  return ids;
}

interface Restorable {
  /** Packs that hold other states of lost calls, and the import that these belong to. */
  readings: { import_id: number; pieces: Piece[] }[];
  /** Files of this machine that had left calls to what was taken back. */
  reopened: string[];
}

/**
 * Which imports had left calls to those that are removed, also by way of third ones. States of them are read again from their packs. A file
 * of this machine may have had states that were never stored, and so are in no pack: it no longer counts as read, and importing it again brings
 * back what is still missing.
 */
async function restorable(store: Store, place: string, removed: readonly number[]): Promise<Restorable> {
  if (removed.length === 0) return { readings: [], reopened: [] };
  const losers = sql`
    with recursive loser as (
      select import_id from import_overlap where kept_by in (${numbersSql(removed)})
      union
      select overlap.import_id from import_overlap as overlap join loser on loser.import_id = overlap.kept_by
    )
    select import_id from loser where import_id not in (${numbersSql(removed)})`;
  const folded = await store.rows<{ import_id: number; packs: string }>(sql`
    select import_id, packs from team_push where import_id in (${losers}) order by import_id`);
  const own = await store.rows<{ import_id: number; packs: string }>(sql`
    select min(mark.import_id) as import_id, any_value(push.packs) as packs
    from team_pushed as mark
    join imports on imports.import_id = mark.import_id and imports.finished_at = mark.finished_at
    join team_push as push on push.push_id = mark.push_id and push.place = mark.place
    where mark.place = ${literal(place)} and mark.complete and mark.import_id in (${losers})
      and mark.push_id not in (select push_id from team_replaced where place = ${literal(place)})
    group by mark.push_id
    order by 1`);
  const reopened = await store.rows<{ source: string }>(sql`
    update imports set source_digest = null
    where push_id is null and import_id in (${losers})
    returning source`);
  const readings = [...folded, ...own].map(({ import_id, packs }) => ({ import_id, pieces: piecesOf(packs) }));
  return { readings, reopened: [...new Set(reopened.map(({ source }) => source))].sort() };
}

/** Takes imports of pushes out. What had left calls to them is still known to have left calls to those that they left theirs to. */
async function forget(store: Store, removed: readonly number[]): Promise<void> {
  const ids = numbersSql(removed);
  await store.run(sql`
    insert into import_overlap (import_id, kept_by)
    with recursive path as (
      select import_id, kept_by from import_overlap where kept_by in (${ids}) and import_id not in (${ids})
      union
      select path.import_id, next.kept_by
      from path
      join import_overlap as next on next.import_id = path.kept_by and path.kept_by in (${ids})
    )
    select import_id, kept_by from path where kept_by not in (${ids}) and kept_by <> import_id
    except from import_overlap`);
  await deleteImports(store, ids);
  await store.run(sql`update team_push set import_id = null where import_id in (${ids})`);
}

interface Numbered {
  numbers: ReadonlyMap<string, number>;
  folding: Folding;
}

/** Writes down pushes, and makes an import of each that has rows. */
async function notePushes(
  store: Store,
  { pushes }: Batch,
  { numbers, folding: { place, now } }: Numbered,
): Promise<void> {
  const rows = pushes.map(({ push_id, machine, made_at, rows: count, pieces }) => ({
    push_id,
    machine,
    made_at,
    import_id: numbers.get(push_id) ?? null,
    rows: count,
    packs: JSON.stringify(pieces),
    source: `push ${push_id.slice(0, 12)} of ${machine ?? 'an unnamed machine'}`,
  }));
  const noted = sql`(
    select unnest(from_json($rows, '[{"push_id":"VARCHAR","machine":"VARCHAR","made_at":"VARCHAR","import_id":"INTEGER","rows":"BIGINT","packs":"VARCHAR","source":"VARCHAR"}]'), recursive := true)
  )`;
  const params = { rows: JSON.stringify(rows) };
  await store.run(
    sql`
    insert into team_push (place, push_id, machine, made_at, import_id, rows, packs)
    select ${literal(place)}, push_id, machine, made_at, import_id, rows, packs from ${noted}`,
    params,
  );
  await store.run(
    sql`
    insert into imports (import_id, source, format, options, started_at, machine, push_id, status, price_revision)
    select import_id, source, ${literal(PUSHED)}, '', $now, machine, push_id, 'loading', (select coalesce(max(revision), 0) from price_revision)
    from ${noted}
    where import_id is not null`,
    { ...params, now: timestampOf(now) },
  );
}

async function readingsOf(
  live: readonly Push[],
  numbers: ReadonlyMap<string, number>,
  { newFileOf }: Folding,
): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (const { push_id, pieces } of live) {
    const import_id = numbers.get(push_id);
    if (import_id === undefined) continue;
    for (const piece of pieces) readings.push({ ...readingOf(piece, await newFileOf(piece)), import_id });
  }
  return readings;
}

function readingOf(
  { origin }: Piece,
  file: string,
): Omit<Reading, 'import_id'> & { file: string; origin: string | null; only_lost: boolean } {
  return { file, origin, only_lost: false };
}

interface Loading {
  range: Range;
  live: readonly Push[];
  folding: Folding;
}

/** Rates what the packs hold, decides about calls that are there already, and stores the rest. */
async function load(
  store: Store,
  readings: readonly Reading[],
  { range, live, folding: { now, attribute } }: Loading,
): Promise<Loaded[]> {
  const call = await incomingCalls(store, readings);
  await settleTraits(store, sql`select columns('trait_.*') from (${call}) as calls`, { now });
  await store.run(sql`set preserve_insertion_order = false`);
  await rateFresh(store, { call, importId: sql`call.import_id` }, now);
  await findShared(store, range);
  const known = await judgeShared(store, range);
  const loaded = live
    .filter(({ rows }) => rows > 0)
    .map(({ rows }, index): Loaded => {
      const import_id = range.first + index;
      const { duplicates, updated, differing } = known.get(import_id) ?? NOT_REPEATED;
      return { ...NOTHING_LOADED, rejects: [], import_id, lines: rows, duplicates, updated, differing };
    });
  const done = await finishImports(store, loaded, FRESH);
  await dropSuperseded(store, range);
  const restored = sql`select distinct import_id from ${FRESH} where not (${within(range)})`;
  await changeUsage(store, { imports: restored, statement: sql`insert into usage_fact from ${FRESH}` });
  const projects = incomingProjects(readings);
  if (projects !== undefined) await keepProjects(store, projects);
  await attribute?.(
    store,
    sql`(${within(range, sql`fact.import_id`)} or (fact.import_id, fact.event_key) in (select import_id, event_key from ${FRESH} where not (${within(range)})))`,
  );
  return done;
}

const NOTHING_LOADED = {
  imported: 0,
  skipped: 0,
  rejected: 0,
  skip_reasons: {},
  undated: 0,
  unknown_names: [],
  holds: 'usage',
  cost_usd: '0',
  unpriced: 0,
  first_at: null,
  last_at: null,
  billed: null,
  earned: null,
  kept: true,
} as const;

function numbersSql(ids: readonly number[]): Sql {
  return join([sql`-1`, ...ids.map(integer)]);
}

/** The pieces of a push as this store wrote them down. */
export function piecesOf(packs: string): Piece[] {
  return JSON.parse(packs) as Piece[];
}
