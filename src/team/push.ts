import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join as pathOf } from 'node:path';
import { UsageError } from '../errors.js';
import { withTempFolder } from '../import/read/temp_file.js';
import { integer, join, literal, type Sql, sql } from '../sql.js';
import type { Store } from '../store/store.js';
import type { PushAnswer } from './answer.js';
import { digest, type Manifest, manifestBytes, pushesOf } from './manifest.js';
import { outgoingMonths, type Privacy, selectOutgoing, writePack } from './pack.js';
import { MANIFESTS, type Place } from './place.js';
import { keyedDigest, type TeamKey, type TeamPlace } from './team_place.js';

export interface Pushing {
  target: TeamPlace;
  /** The name of this machine; undefined where it is not told. */
  machine: string | undefined;
  privacy: Privacy;
  key: TeamKey;
  /** The version of this program. */
  tool: string;
  now: Date;
  /** Pushes everything anew, in the place of earlier pushes of this database. */
  again: boolean;
  dryRun: boolean;
}

/** Finished imports of files of this machine. What came from a team is for others to push. */
const OWN = sql`select import_id, finished_at, format from imports where status = 'done' and push_id is null and imported + updated > 0`;

/** Imports of this database that are in no push of a place, or whose push has to be made again. */
export async function unpushedImports(store: Store, place: string): Promise<number> {
  const { some } = await store.row<{ some: string }>(sql`
    select count(*) as some
    from (${OWN}) as own
    where not exists (from ${currentMarks(place)} as mark where mark.import_id = own.import_id and mark.finished_at = own.finished_at)`);
  return Number(some);
}

/** What was pushed to a place, and still is as it was pushed. */
function currentMarks(place: string): Sql {
  return sql`(
    select import_id, finished_at from team_pushed
    where place = ${literal(place)} and push_id not in (${outdated(place)})
  )`;
}

/**
 * Pushes of this database that have to be made again: one of their imports was removed, or gave way to others, or nobody knows whether the
 * push reached its place.
 */
function outdated(place: string): Sql {
  return sql`
    select mark.push_id
    from team_pushed as mark
    left join imports on imports.import_id = mark.import_id and imports.finished_at = mark.finished_at and imports.status = 'done'
    where mark.place = ${literal(place)} and (imports.import_id is null or mark.changed or not mark.complete)`;
}

/**
 * Writes what this database has and the place has not: a pack for each month, then the manifest, which makes them visible. What is about to be
 * pushed is written down before, so that a push that was interrupted is made again, in the place of the one that may have got through.
 */
export async function pushUsage(store: Store, pushing: Pushing): Promise<PushAnswer> {
  const { target, dryRun, again } = pushing;
  const { place, team } = target;
  const old = again ? sql`select push_id from team_pushed where place = ${literal(team.id)}` : outdated(team.id);
  const replaced = await store.rows<{ push_id: string }>(sql`select distinct push_id from (${old}) order by push_id`);
  const replaces = replaced.map(({ push_id }) => push_id);
  const done = sql`(select import_id, finished_at from team_pushed where place = ${literal(team.id)} and push_id not in (${join([sql`''`, ...replaces.map(literal)])}))`;
  const imports = await store.rows<{ import_id: number }>(sql`
    select import_id
    from (${OWN}) as own
    where not exists (from ${done} as mark where mark.import_id = own.import_id and mark.finished_at = own.finished_at)
    order by import_id`);
  const ids = imports.map(({ import_id }) => import_id);
  const left = await store.row<{ rows: string }>(
    sql`select (select count(*) from ledger_entry) + (select count(*) from revenue_entry) as rows`,
  );
  const answer: PushAnswer = {
    schema: 'llmcost.push/1',
    place: place.name,
    dry_run: dryRun,
    machine: shownMachine(pushing) ?? null,
    push_id: null,
    rows: 0,
    imports: ids.length,
    packs: 0,
    bytes: 0,
    replaces,
    left_here: Number(left.rows),
  };
  if (ids.length === 0 && replaces.length === 0) return answer;
  return withTempFolder(async (folder) => {
    const files = await writePacks(store, ids, { ...pushing, folder });
    const manifest = manifestOf(files, replaces, pushing);
    const { push_id, bytes } = manifestBytes(manifest);
    const made: PushAnswer = {
      ...answer,
      push_id,
      rows: files.reduce((sum, { rows }) => sum + rows, 0),
      packs: files.length,
      bytes: files.reduce((sum, file) => sum + file.bytes, bytes.length),
    };
    if (dryRun) return { ...made, push_id: null };
    await markPushed(store, { place: team.id, push_id, ids, manifest });
    for (const { name, path } of files) await place.put(name, await readFile(path));
    await place.put(`${MANIFESTS}${push_id}.json`, bytes);
    await completePush(store, { place: team.id, push_id, replaces });
    return made;
  });
}

function shownMachine({ machine, key, privacy, target }: Pushing): string | undefined {
  if (machine === undefined || !hiddenBy(privacy, target).includes('machine')) return machine;
  return `h:${keyedDigest(needed(key, target.place), machine).slice(0, 32)}`;
}

function hiddenBy({ hide }: Privacy, { team }: TeamPlace): string[] {
  return [...new Set([...hide, ...team.hides])];
}

function needed(key: TeamKey, place: Place): string {
  if (key !== undefined) return key;
  throw new UsageError(
    `To hide values from ${place.name} takes a key that all machines share.\nSet LLMCOST_TEAM_KEY to the key of the team, or take hide out of llmcost.yaml.`,
  );
}

interface PackFile {
  name: string;
  path: string;
  sha256: string;
  bytes: number;
  rows: number;
  sums: Record<string, string>;
}

async function writePacks(
  store: Store,
  ids: readonly number[],
  { folder, privacy, key, target }: Pushing & { folder: string },
): Promise<PackFile[]> {
  const hide = hiddenBy(privacy, target).filter((name) => name !== 'machine');
  const pads = hide.length === 0 ? undefined : padsOf(needed(key, target.place));
  await selectOutgoing(store, join([sql`-1`, ...ids.map(integer)]), { ...privacy, hide }, pads);
  const files: PackFile[] = [];
  for (const { month, rows, sums } of await outgoingMonths(store)) {
    const path = pathOf(folder, `${month}.parquet`);
    await writePack(store, sql`select * from outgoing where month = ${literal(month)}`, path);
    const bytes = await readFile(path);
    const sha256 = digest(bytes);
    files.push({ name: `packs/month=${month}/${sha256}.parquet`, path, sha256, bytes: bytes.length, rows, sums });
  }
  await store.run(sql`drop table outgoing`);
  return files;
}

/** The key of HMAC-SHA256, in blocks of 64 bytes, with the two constants of RFC 2104, hexadecimal. */
function padsOf(key: string): { ipad: string; opad: string } {
  const given = Buffer.from(key);
  const block = Buffer.alloc(64);
  (given.length > 64 ? createHash('sha256').update(given).digest() : given).copy(block);
  const padded = (constant: number) => Buffer.from(block.map((byte) => byte ^ constant)).toString('hex');
  return { ipad: padded(0x36), opad: padded(0x5c) };
}

function manifestOf(files: readonly PackFile[], replaces: string[], pushing: Pushing): Manifest {
  return {
    machine: shownMachine(pushing) ?? null,
    tool: pushing.tool,
    nonce: randomUUID(),
    made_at: pushing.now.toISOString(),
    packs: files.map(({ path, ...pack }) => pack),
    replaces,
    contains: [],
  };
}

interface Marked {
  place: string;
  push_id: string;
  ids: readonly number[];
  manifest: Manifest;
}

async function markPushed(store: Store, { place, push_id, ids, manifest }: Marked): Promise<void> {
  const [push] = pushesOf(push_id, manifest);
  const pieces = JSON.stringify(push?.pieces ?? []);
  await store.transaction(async () => {
    await store.run(sql`
      insert into team_pushed (place, push_id, import_id, finished_at, complete, changed)
      select ${literal(place)}, ${literal(push_id)}, import_id, finished_at, false, false
      from imports
      where import_id in (${join([sql`-1`, ...ids.map(integer)])})`);
    await store.run(
      sql`
      insert into team_push (place, push_id, machine, made_at, import_id, rows, packs)
      values ($place, $push_id, $machine, $made_at, null, ${integer(push?.rows ?? 0)}, $pieces)`,
      { place, push_id, machine: manifest.machine, made_at: manifest.made_at, pieces },
    );
  });
}

async function completePush(
  store: Store,
  { place, push_id, replaces }: { place: string; push_id: string; replaces: readonly string[] },
): Promise<void> {
  await store.transaction(async () => {
    await store.run(
      sql`update team_pushed set complete = true where place = ${literal(place)} and push_id = ${literal(push_id)}`,
    );
    if (replaces.length === 0) return;
    await store.run(
      sql`delete from team_pushed where place = ${literal(place)} and push_id in (${join(replaces.map(literal))})`,
    );
    await store.run(sql`
      insert into team_replaced (place, push_id, replaced_by)
      values ${join(replaces.map((id) => sql`(${literal(place)}, ${literal(id)}, ${literal(push_id)})`))}`);
  });
}
