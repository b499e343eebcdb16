import { InputError } from '../errors.js';
import { literal, sql } from '../sql.js';
import type { Store } from '../store/store.js';
import type { RefusedPush, SyncedPlace } from './answer.js';
import { listPushes, PackFiles, pushesIn, type Read, readManifests, refusal } from './fetch_pushes.js';
import { type Batch, type Folding, foldBatch } from './fold.js';
import { DamagedPush, type Piece, type Push } from './manifest.js';
import { type Inspected, inspectPacks } from './pack.js';
import { inParallel } from './place.js';
import type { TeamPlace } from './team_place.js';

/** So many rows are taken in at once: what a transaction and the memory of the database can hold. */
const BATCH_ROWS = 1_000_000;
/** The packs of so many pushes are fetched at once. */
const PUSHES_AT_ONCE = 16;

/** The pushes of a place that a store knows. */
export async function knownPushes(store: Store, place: string): Promise<Set<string>> {
  const rows = await store.rows<{ push_id: string }>(
    sql`select push_id from team_push where place = ${literal(place)}`,
  );
  return new Set(rows.map(({ push_id }) => push_id));
}

/** What is new in a place, with its packs on this machine. */
export interface News {
  target: TeamPlace;
  read: Read[];
  pushes: Push[];
  incomplete: SyncedPlace['incomplete'];
  refused: RefusedPush[];
  files: PackFiles;
}

/** Looks for pushes that are not known, and fetches their packs. Needs no database, so nobody waits for it. */
export async function fetchNews(target: TeamPlace, known: ReadonlySet<string>, cache: string): Promise<News> {
  const { place } = target;
  const ids = (await listPushes(place)).filter((id) => !known.has(id));
  const { read, refused } = await readManifests(place, ids);
  const found = pushesIn(read);
  const files = new PackFiles(place, cache);
  const incomplete: SyncedPlace['incomplete'] = [];
  const bad = [...refused, ...found.refused];
  const fresh = found.pushes.filter(({ push_id }) => !known.has(push_id));
  const pushes = await inParallel(fresh, PUSHES_AT_ONCE, async (push): Promise<Push | undefined> => {
    const { push_id, machine } = push;
    try {
      if ((await files.pathsOf(push)) !== undefined) return push;
      incomplete.push({ push_id, machine });
    } catch (error) {
      bad.push(refusal(push_id, error, machine));
    }
    return undefined;
  });
  const byId = (a: { push_id: string }, b: { push_id: string }) => a.push_id.localeCompare(b.push_id);
  incomplete.sort(byId);
  bad.sort(byId);
  return { target, read, pushes, incomplete, refused: bad, files };
}

/** Takes what was fetched into a store. Each batch is a transaction, so that a sync that is interrupted goes on where it was. */
export async function foldNews(
  store: Store,
  news: News,
  { batchRows = BATCH_ROWS, ...options }: Pick<Folding, 'now' | 'attribute'> & { batchRows?: number },
): Promise<SyncedPlace> {
  const { target, files } = news;
  const known = await knownPushes(store, target.team.id);
  const refused = [...news.refused];
  const good: Push[] = [];
  const fresh = news.pushes.filter(({ push_id }) => !known.has(push_id));
  const faults = await faultsOf(store, fresh, files);
  for (const push of fresh) {
    const reason = faults.get(push.push_id);
    if (reason === undefined) good.push(push);
    else refused.push({ push_id: push.push_id, machine: push.machine, reason });
  }
  const whole = withoutParted(good, news.read, known);
  const folding: Folding = {
    ...options,
    place: target.team.id,
    fileOf: (piece) => fileAgain(store, files, { piece, target }),
    newFileOf: async (piece) =>
      (await files.pathOf(piece)) ?? Promise.reject(missing(piece, target.place.name, `it ${GONE}`)),
  };
  const answer = emptyAnswer(news, refused);
  const machines = new Set<string>();
  const taken = new Set(whole.map(({ push_id }) => push_id));
  for (const batch of batchesOf(whole, replacementsOf(news.read, taken), batchRows)) {
    const folded = await store.transaction(() => foldBatch(store, batch, folding));
    answer.pushes += folded.loaded.length;
    answer.removed += folded.removed;
    for (const machine of folded.machines) machines.add(machine);
    answer.own_removed.push(...folded.own_removed);
    answer.reopened.push(...folded.reopened);
    for (const { lines, imported, updated, duplicates, unpriced } of folded.loaded) {
      answer.rows += lines;
      answer.imported += imported;
      answer.updated += updated;
      answer.duplicates += duplicates;
      answer.unpriced += unpriced;
    }
  }
  answer.machines = [...machines].sort();
  await renewPieces(store, news, taken);
  return answer;
}

/** The answer where nothing was taken in. */
export function emptyAnswer({ target, incomplete }: News, refused: readonly RefusedPush[]): SyncedPlace {
  return {
    place: target.place.name,
    pushes: 0,
    removed: 0,
    machines: [],
    rows: 0,
    imported: 0,
    updated: 0,
    duplicates: 0,
    unpriced: 0,
    incomplete,
    refused: [...refused],
    own_removed: [],
    reopened: [],
  };
}

/** What is wrong with pushes, by their ids: their packs are no packs, or do not hold what their manifests say. */
export async function faultsOf(store: Store, pushes: readonly Push[], files: PackFiles): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const push of pushes) for (const [name, path] of (await files.pathsOf(push)) ?? []) paths.set(name, path);
  const inspected = await inspectPacks(store, [...new Set(paths.values())]);
  const faults = new Map<string, string>();
  for (const { push_id, pieces } of pushes) {
    const names = new Set(pieces.map(({ name }) => name));
    const fault =
      names.size < pieces.length
        ? 'its manifest names a pack twice'
        : pieces
            .map((piece) => faultIn(piece, inspected.get(paths.get(piece.name) ?? '')))
            .find((one) => one !== undefined);
    if (fault !== undefined) faults.set(push_id, fault);
  }
  return faults;
}

function faultIn({ name, origin, rows, sums }: Piece, held: Inspected | undefined): string | undefined {
  if (held === undefined) return `the pack ${name} ${GONE}`;
  if ('wrong' in held) return `the pack ${name}: ${held.wrong}`;
  const own = held.find((one) => one.origin === origin);
  const others = origin === null && held.some((one) => one.origin !== null);
  if (own === undefined || others || own.rows !== rows)
    return `the pack ${name} has ${own?.rows ?? 0} rows of it, not ${rows}`;
  if (own.calls !== own.rows) return `the pack ${name} has the same call twice`;
  if (own.least.startsWith('-')) return `the pack ${name} counts less than nothing`;
  const wrong = Object.entries(own.sums).find(([column, sum]) => !isSame(sum, sums[column]));
  if (wrong === undefined) return undefined;
  return `the sum of ${wrong[0]} in the pack ${name} is ${wrong[1]}, not ${sums[wrong[0]] ?? 'told'}`;
}

/** A compaction is known only when all that it holds is: until then its manifest is read again. */
function withoutParted(good: readonly Push[], read: readonly Read[], known: ReadonlySet<string>): Push[] {
  const there = new Set([...known, ...good.map(({ push_id }) => push_id)]);
  const parted = new Set(
    read
      .filter(({ manifest }) => manifest.contains.some(({ push_id }) => !there.has(push_id)))
      .map(({ push_id }) => push_id),
  );
  return good.filter(({ push_id }) => !parted.has(push_id));
}

/** Decimal texts: 1.50 is 1.5. */
function isSame(sum: string, told: string | undefined): boolean {
  const plain = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  return told !== undefined && plain(sum) === plain(told);
}

/** Who takes back whom, by manifests that are taken in themselves. */
function replacementsOf(read: readonly Read[], good: ReadonlySet<string>): Batch['replaced'] {
  return read
    .filter(({ push_id }) => good.has(push_id))
    .flatMap(({ push_id, manifest }) => manifest.replaces.map((id) => ({ push_id: id, replaced_by: push_id })));
}

/** Batches of bounded size. Removals come with the first: they may be of pushes that are still to come. */
function batchesOf(pushes: readonly Push[], replaced: Batch['replaced'], most: number): Batch[] {
  const batches: { pushes: Push[]; replaced: Batch['replaced'] }[] = [];
  let rows = 0;
  for (const push of pushes) {
    const last = batches.at(-1);
    if (last === undefined || rows + push.rows > most) {
      batches.push({ pushes: [push], replaced: last === undefined ? replaced : [] });
      rows = push.rows;
    } else {
      last.pushes.push(push);
      rows += push.rows;
    }
  }
  return batches;
}

/** The file of a piece that may have been taken in long ago: what is there now must still be readable. */
async function fileAgain(
  store: Store,
  files: PackFiles,
  { piece, target: { place } }: { piece: Piece; target: TeamPlace },
): Promise<string> {
  try {
    const path = await files.pathOf(piece);
    const held = path === undefined ? undefined : (await inspectPacks(store, [path])).get(path);
    if (held !== undefined && 'wrong' in held) throw new DamagedPush(held.wrong);
    if (path !== undefined) return path;
  } catch (error) {
    if (!(error instanceof DamagedPush)) throw error;
    throw missing(piece, place.name, error.reason);
  }
  throw missing(piece, place.name, `it ${GONE}`);
}

const GONE = 'is not there any more';

function missing({ name }: Piece, place: string, reason: string): InputError {
  return new InputError(
    `The pack ${name} of ${place} is needed again, because a push was taken back whose calls it holds as well: ${reason}.\nRestore it there, and run llmcost sync again; the database is as it was.`,
  );
}

/** A push that is part of a compaction may lose its own packs: from now on it is read from those of the compaction. */
async function renewPieces(store: Store, { read, target }: News, taken: ReadonlySet<string>): Promise<void> {
  const held = pushesIn(
    read.filter(({ push_id, manifest }) => manifest.contains.length > 0 && taken.has(push_id)),
  ).pushes;
  if (held.length === 0) return;
  const renewed = held
    .filter(({ pieces }) => pieces.length > 0)
    .map(({ push_id, rows, pieces }) => ({ push_id, rows, packs: JSON.stringify(pieces) }));
  await store.run(
    sql`
    update team_push set packs = held.packs
    from (select unnest(from_json($renewed, '[{"push_id":"VARCHAR","rows":"BIGINT","packs":"VARCHAR"}]'), recursive := true)) as held
    where team_push.push_id = held.push_id and team_push.rows = held.rows and team_push.place = ${literal(target.team.id)}`,
    { renewed: JSON.stringify(renewed) },
  );
}
