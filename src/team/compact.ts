import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join as pathOf } from 'node:path';
import { UsageError } from '../errors.js';
import { withTempFolder } from '../import/read/temp_file.js';
import type { Store } from '../store/store.js';
import type { TeamCompaction } from './answer.js';
import { PackFiles, refusal } from './fetch_pushes.js';
import { readWhole } from './look.js';
import { digest, type Manifest, manifestBytes, type Piece, type Push } from './manifest.js';
import { concatenatedRows, inspectPacks, type Reading, writePack } from './pack.js';
import { MANIFESTS, PACKS } from './place.js';
import { faultsOf } from './sync.js';
import type { TeamPlace } from './team_place.js';

/** What nothing needs is kept so long: somebody may be reading it, or about to name it. */
const KEPT_MS = 7 * 86_400_000;

/** The month before which pushes are put together: as it was given, else the current one. Throws UsageError. */
export function parseMonth(text: string | undefined, now: Date): string {
  if (text === undefined) return now.toISOString().slice(0, 7);
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new UsageError(`--before '${text}' is not a month.\nWrite it as YYYY-MM, for example --before 2026-10.`);
}

export interface Compacting {
  target: TeamPlace;
  cache: string;
  machine: string | undefined;
  tool: string;
  now: Date;
  /** Only pushes all of whose usage is of months before this one (YYYY-MM). */
  before: string;
  dryRun: boolean;
}

/**
 * Puts many small pushes into one pack a month. Every row keeps the push that it is of, so that nothing is forgotten: a push can still be taken
 * back, and a store that knows a push does not take it in again. Two who do it at once do no harm.
 */
export async function compactTeam(store: Store, compacting: Compacting): Promise<TeamCompaction> {
  const { target, cache, before, dryRun } = compacting;
  const { read, pushes, removed } = await readWhole(target);
  const files = new PackFiles(target.place, cache);
  const joined = new Set(read.flatMap(({ manifest }) => manifest.contains.map(({ push_id }) => push_id)));
  const small = pushes.filter(
    ({ push_id, pieces }) =>
      !removed.has(push_id) &&
      !joined.has(push_id) &&
      pieces.every(({ origin, name }) => origin === null && monthOf(name) < before),
  );
  const there: Push[] = [];
  for (const push of small) {
    try {
      if ((await files.pathsOf(push)) !== undefined) there.push(push);
    } catch (error) {
      // A damaged push stays as it is: llmcost team check names it.
      refusal(push.push_id, error);
    }
  }
  const faults = await faultsOf(store, there, files);
  const whole = there.filter(({ push_id }) => !faults.has(push_id));
  const answer: TeamCompaction = {
    schema: 'llmcost.team-compact/1',
    place: target.place.name,
    dry_run: dryRun,
    push_id: null,
    pushes: 0,
    rows: 0,
    packs: 0,
    bytes: 0,
    deleted: await deleteUnneeded(compacting, { read, pushes }),
  };
  if (whole.length < 2) return answer;
  const counted = { ...answer, pushes: whole.length, rows: whole.reduce((sum, { rows }) => sum + rows, 0) };
  return withTempFolder(async (folder) => {
    const packs = await joinPacks(store, whole, { files, folder });
    const manifest = manifestOf(packs, whole, { ...compacting, replaces: [...removed.keys()].sort() });
    const { push_id, bytes } = manifestBytes(manifest);
    const made = {
      ...counted,
      packs: packs.length,
      bytes: packs.reduce((sum, pack) => sum + pack.bytes, bytes.length),
    };
    if (dryRun) return made;
    for (const { name, path } of packs) await target.place.put(name, await readFile(path));
    await target.place.put(`${MANIFESTS}${push_id}.json`, bytes);
    return { ...made, push_id };
  });
}

function monthOf(name: string): string {
  return /month=([^/]+)\//.exec(name)?.[1] ?? 'none';
}

type Joined = Omit<Piece, 'origin'> & { path: string; pieces: Map<string, Pick<Piece, 'rows' | 'sums'>> };

async function joinPacks(
  store: Store,
  pushes: readonly Push[],
  { files, folder }: { files: PackFiles; folder: string },
): Promise<Joined[]> {
  const months = new Map<string, Reading[]>();
  for (const { push_id, pieces } of pushes) {
    for (const piece of pieces) {
      const file = await files.pathOf(piece);
      if (file === undefined) throw new Error(`${piece.name} was there a moment ago`);
      const month = monthOf(piece.name);
      const reading = { file, import_id: 0, origin: push_id, only_lost: false };
      months.set(month, [...(months.get(month) ?? []), reading]);
    }
  }
  const joined: Joined[] = [];
  for (const [month, readings] of [...months].sort()) {
    const path = pathOf(folder, `${month}.parquet`);
    await writePack(store, await concatenatedRows(store, readings), path, true);
    const bytes = await readFile(path);
    const sha256 = digest(bytes);
    const held = (await inspectPacks(store, [path])).get(path) ?? [];
    if ('wrong' in held) throw new Error(held.wrong);
    joined.push({
      name: `${PACKS}month=${month}/${sha256}.parquet`,
      path,
      sha256,
      bytes: bytes.length,
      rows: held.reduce((sum, { rows }) => sum + rows, 0),
      sums: {},
      pieces: new Map(held.map(({ origin, rows, sums }) => [origin ?? '', { rows, sums }])),
    });
  }
  return joined;
}

function manifestOf(
  packs: readonly Joined[],
  pushes: readonly Push[],
  { machine, tool, now, replaces }: Compacting & { replaces: string[] },
): Manifest {
  return {
    machine: machine ?? null,
    tool,
    nonce: randomUUID(),
    made_at: now.toISOString(),
    packs: packs.map(({ path, pieces, ...pack }) => pack),
    // What was taken back must stay so when the manifests that say it are deleted.
    replaces,
    contains: pushes.map(({ push_id, machine: of, made_at }) => ({
      push_id,
      machine: of,
      made_at,
      pieces: packs.flatMap(({ name, pieces }) => {
        const piece = pieces.get(push_id);
        return piece === undefined ? [] : [{ name, ...piece }];
      }),
    })),
  };
}

/**
 * Deletes what is older than a week and needed by nothing: manifests and packs that a compaction of more than a week ago holds, and packs that no
 * manifest names. Resolves to how many things they are.
 */
async function deleteUnneeded(
  { target: { place }, now, dryRun }: Compacting,
  { read }: Pick<Awaited<ReturnType<typeof readWhole>>, 'read' | 'pushes'>,
): Promise<number> {
  const isOld = async (key: string) => {
    const modified = await place.modified(key);
    return modified !== undefined && now.getTime() - modified.getTime() > KEPT_MS;
  };
  const compactions = read.filter(({ manifest }) => manifest.contains.length > 0);
  const settled: typeof read = [];
  for (const one of compactions) if (await isOld(`${MANIFESTS}${one.push_id}.json`)) settled.push(one);
  const held = new Set(
    settled.flatMap(({ manifest }) => [...manifest.contains.map(({ push_id }) => push_id), ...manifest.replaces]),
  );
  const needless = read.filter(({ push_id, manifest }) => held.has(push_id) && manifest.contains.length === 0);
  const kept = read.filter((one) => !needless.includes(one));
  const named = new Set(kept.flatMap(({ manifest }) => manifest.packs.map(({ name }) => name)));
  const orphans = (await place.list(PACKS)).filter((key) => !named.has(key));
  const keys = [...needless.map(({ push_id }) => `${MANIFESTS}${push_id}.json`), ...orphans];
  let deleted = 0;
  for (const key of keys) {
    if (!(await isOld(key))) continue;
    deleted++;
    if (!dryRun) await place.remove(key);
  }
  return deleted;
}
