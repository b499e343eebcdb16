import { integer, join, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Source } from '../read/source.js';
import { type BadFile, keepRejects, nameBadLines, REJECTS_OF_FAILED } from '../rejects/rejects.js';
import { type Lines, stagedUsageOf, usageOf } from '../rows/statement.js';
import type { Loaded } from './answer.js';
import { type Counted, countBadLines, countLines } from './count_lines.js';
import {
  dropRepeats,
  dropSuperseded,
  FRESH,
  findShared,
  judgeShared,
  NOT_REPEATED,
  type Repeated,
} from './deduplicate.js';
import type { Load } from './file_load.js';
import { type Range, within } from './import_range.js';
import { failImports, finishImports, insertImports, nextImportId, withdrawImports } from './imports_table.js';
import { rateFresh, storeRated } from './insert_usage.js';
import { settleTraits, storedTraits, traitsFromText } from './profiles.js';
import { noteProjects } from './projects.js';
import { readVerified } from './read_verified.js';
import { dropForked, dropSums } from './sessions.js';
import { namesOfLarge, unknownNamesIn } from './unknown_names.js';

/** Files of one format that one statement can read. */
export interface Batch {
  loads: readonly [Load, ...Load[]];
  /** The lines of all of them; see Lines. */
  lines: Lines;
}

/** What became of a file; or why it could not be loaded with the others, and nothing of it was. */
export type Outcome = Loaded | { error: unknown };

/** The new part of a file cannot be told from the old one: all of it has to be read. */
export class ReadWhole extends Error {}

/** A larger file is stored as it is read: to keep its lines in between would cost as much again. */
const STAGED_BYTES = 1 << 29;
const PACKED_RATIO = 8;

/** Bytes of a file when it is unpacked, about. */
export function plainBytes({ size, compression }: Pick<Source, 'size' | 'compression'>): number {
  return compression === 'none' ? size : size * PACKED_RATIO;
}

/**
 * Loads files of one format, in the order of `loads`: all or nothing of each. One statement reads their lines, checks and
 * converts them. What is no usage is counted, what is bad is named, the rest is rated, freed of copies and stored.
 */
export async function loadBatch(store: Store, batch: Batch): Promise<Outcome[]> {
  const [{ source }, ...others] = batch.loads;
  return others.length === 0 && plainBytes(source) > STAGED_BYTES
    ? [await loadDirect(store, batch.loads[0])]
    : loadStaged(store, batch);
}

/** Lines of a batch, read and converted, before they are rated. */
const STAGED = sql`staged_usage`;

async function loadStaged(store: Store, { loads, lines }: Batch): Promise<Outcome[]> {
  const [{ format, now, rehearsal }] = loads;
  await prepareReading(store, loads[0]);
  const damage = await readVerified(
    loads.map(({ source }) => source),
    store.run(sql`create or replace temp table ${STAGED} as ${stagedUsageOf(format, lines)}`),
  );
  const counted = await countLines(store, { usage: STAGED, by: sql`file`, mark: sql`trouble`, lines: sql`lines` });
  const range = { first: await nextImportId(store), count: loads.length };
  const names = await unknownNamesIn(store, sql`select * from ${STAGED} as staged where trouble is null`);
  const outcomes = (await withRejects(store, loads, { range, counted, damage })).map((one, index) =>
    withNames(one, names.get(index + 1)),
  );
  const stored = async (): Promise<Outcome[]> => {
    const tried = outcomes.flatMap((one) => ('error' in one ? [] : [one]));
    await insertImports(
      store,
      tried.map(({ import_id }) => ({ import_id, load: loads[import_id - range.first] ?? loads[0] })),
    );
    await keepRejects(store, tried);
    const call = sql`
      select *
      from ${STAGED} as staged
      where trouble is null and file in (${join([sql`0`, ...tried.filter(({ kept }) => kept).map(({ import_id }) => integer(import_id - range.first + 1))])})`;
    await settleTraits(store, sql`select columns('trait_.*') from (${call}) as calls`, { now });
    await preserveOrder(store, loads[0]);
    await rateFresh(store, { call, format, importId: sql`call.file + ${integer(range.first - 1)}` }, now);
    return finish(store, { loads, range, outcomes, usage: FRESH });
  };
  return rehearsal ? stored() : store.transaction(stored);
}

function withNames(outcome: Outcome, names: Loaded['unknown_names'] = []): Outcome {
  return 'error' in outcome ? outcome : { ...outcome, unknown_names: outcome.kept ? names : [] };
}

interface Finishing {
  loads: readonly [Load, ...Load[]];
  range: Range;
  outcomes: readonly Outcome[];
  /** All calls that the files brought, in FRESH or already in the store. */
  usage: Sql;
}

/** Frees FRESH of copies, publishes the imports, and stores it. */
async function finish(store: Store, { loads, range, outcomes, usage }: Finishing): Promise<Outcome[]> {
  const [{ format }] = loads;
  const own = await dropRepeats(store, format);
  await findShared(store, range);
  const unclear = await equalLines(store, loads, range);
  const known = await judgeShared(store, range, format);
  const summed = await dropSums(store, { range, format, usage });
  const forked = await dropForked(store, range, format);
  const settled = outcomes.map(
    (one): Outcome =>
      !('error' in one) && unclear.has(one.import_id)
        ? { error: new ReadWhole('a new line is equal to one of before') }
        : one,
  );
  const tried = settled.flatMap((one) => ('error' in one ? [] : [one]));
  const refused = await failImports(
    store,
    tried.filter(({ kept }) => !kept),
  );
  const done = await finishImports(
    store,
    tried
      .filter(({ kept }) => kept)
      .map((one) =>
        withRepeated(one, {
          own: own.get(one.import_id),
          known: known.get(one.import_id),
          elsewhere: (summed.get(one.import_id) ?? 0) + (forked.get(one.import_id) ?? 0),
        }),
      ),
    usage,
  );
  await dropSuperseded(store, range);
  await store.run(sql`insert into usage_fact from ${FRESH}`);
  if (done.length > 0 && format.tellsFolder === true) await noteProjects(store, within(range, sql`fact.import_id`));
  if (done.length > 0) await loads[0].attribute?.(store, within(range, sql`fact.import_id`));
  const closed = new Map(
    [...refused, ...(await withEarned(store, loads, { done, range }))].map((one) => [one.import_id, one]),
  );
  return settled.map((one) => ('error' in one ? one : (closed.get(one.import_id) ?? one)));
}

/**
 * Equal lines without an id are calls of their own, numbered by their place among the equal ones of the whole file: where
 * the new part of a file repeats one of before, only the whole file tells. Takes such imports out and resolves to them.
 */
async function equalLines(store: Store, loads: readonly Load[], { first }: Range): Promise<ReadonlySet<number>> {
  const parts = loads.flatMap(({ continues }, index) => (continues === undefined ? [] : [integer(first + index)]));
  if (parts.length === 0 || loads[0]?.format.key !== undefined) return new Set();
  const rows = await store.rows<{ import_id: number }>(sql`
    select distinct import_id
    from ${FRESH}
    where request_id is null and import_id in (${join(parts)}) and event_key in (from shared_key)`);
  const found = rows.map(({ import_id }) => integer(import_id));
  if (found.length > 0) {
    await store.run(sql`delete from ${FRESH} where import_id in (${join(found)})`);
    await store.run(sql`delete from rejects where import_id in (${join(found)})`);
    await store.run(sql`delete from imports where import_id in (${join(found)})`);
  }
  return new Set(rows.map(({ import_id }) => import_id));
}

const PARTIAL = 'an earlier state of a call';

/** What is known of the repeated calls of a file: in it, in other imports, and in sessions it repeats. */
interface Repeats {
  own: Repeated | undefined;
  known: Repeated | undefined;
  elsewhere: number;
}

function withRepeated(loaded: Loaded, { own = NOT_REPEATED, known = NOT_REPEATED, elsewhere }: Repeats): Loaded {
  const { skip_reasons: reasons } = loaded;
  return {
    ...loaded,
    duplicates: own.duplicates + known.duplicates + elsewhere,
    updated: known.updated,
    skipped: loaded.skipped + own.partial,
    skip_reasons: own.partial === 0 ? reasons : { ...reasons, [PARTIAL]: own.partial },
    differing: own.differing + known.differing,
  };
}

/** Earnings beside usage become visible together with it. */
async function withEarned(
  store: Store,
  loads: readonly Load[],
  { done, range }: { done: readonly Loaded[]; range: Range },
): Promise<readonly Loaded[]> {
  if (loads[0]?.format.earns === undefined) return done;
  const { loadEarned } = await import('./ledger.js');
  const earned: Loaded[] = [];
  for (const loaded of done) {
    const load = loads[loaded.import_id - range.first];
    if (load === undefined) throw new Error('a file was loaded and nothing is known of it');
    earned.push({ ...loaded, earned: await loadEarned(store, load, loaded.import_id) });
  }
  return earned;
}

interface Read {
  range: Range;
  /** What is known of the lines of each file, by its number, from 1. */
  counted: ReadonlyMap<number, Counted>;
  /** What is wrong with files that were damaged, by their places. */
  damage: ReadonlyMap<number, unknown>;
}

/** Names the bad lines of files, and decides whether there are too many. Not of those that have to be read in another way. */
async function withRejects(store: Store, loads: readonly Load[], { range, counted, damage }: Read): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const bad: { index: number; file: BadFile }[] = [];
  for (const [index, load] of loads.entries()) {
    if (damage.has(index)) {
      outcomes.push({ error: damage.get(index) });
      continue;
    }
    const { unread, ...marked } = counted.get(index + 1) ?? NO_LINES;
    const broken = await countBadLines(store, load);
    const [lines, rejected] = [marked.lines + broken, marked.rejected + broken];
    const kept = rejected <= load.tolerance(lines);
    const limit = kept ? rejected : Math.min(rejected, REJECTS_OF_FAILED);
    if (limit > 0) bad.push({ index, file: { ...load, limit, allUnread: unread === rejected } });
    outcomes.push({ ...NOT_LOADED, ...marked, lines, rejected, import_id: range.first + index, rejects: [], kept });
  }
  const [{ format } = { format: undefined }] = loads;
  if (format === undefined) return [];
  const named = await nameBadLines(
    store,
    format,
    bad.map(({ file }) => file),
  );
  for (const [place, { index }] of bad.entries()) {
    const rejects = named[place];
    const outcome = outcomes[index];
    if (outcome === undefined || 'error' in outcome) continue;
    outcomes[index] = Array.isArray(rejects) ? { ...outcome, rejects } : { error: rejects };
  }
  return outcomes;
}

const NO_LINES: Counted = {
  lines: 0,
  skipped: 0,
  rejected: 0,
  unread: 0,
  skip_reasons: {},
  undated: 0,
  first_at: null,
  last_at: null,
};

const NOT_LOADED = {
  imported: 0,
  duplicates: 0,
  updated: 0,
  differing: 0,
  unknown_names: [],
  holds: 'usage',
  cost_usd: '0',
  unpriced: 0,
  billed: null,
  earned: null,
} as const;

/** Before lines are read: in their order, where it tells something, and without what an earlier file left behind. */
async function prepareReading(store: Store, load: Load): Promise<void> {
  await preserveOrder(store, load);
  if (load.format.reads === 'csv')
    await store.run(sql`drop table if exists csv_rejects; drop table if exists csv_scans`);
}

async function preserveOrder(store: Store, { format }: Load): Promise<void> {
  const ordered = format.carried !== undefined || format.resolved !== undefined || format.repeats === 'last';
  await store.run(ordered ? sql`set preserve_insertion_order = true` : sql`set preserve_insertion_order = false`);
}

/**
 * Loads a large file in two steps. First all lines go in, rated by the combinations that a sample shows, under an import
 * that nobody sees yet; lines that need a second look are marked. Then what is marked or met elsewhere is settled, and the
 * import becomes visible, in one transaction. Deleting the few marked rows is free once they are committed; in the
 * transaction that wrote them it would cost half of the load again.
 */
async function loadDirect(store: Store, load: Load): Promise<Outcome> {
  const { rehearsal } = load;
  const step = <T>(fn: () => Promise<T>) => (rehearsal ? fn() : store.transaction(fn));
  await step(() => settleSample(store, load));
  const first = await nextImportId(store);
  const range = { first, count: 1 };
  await step(() => fill(store, load, first));
  try {
    return await step(() => settle(store, load, range));
  } catch (error) {
    if (!rehearsal) await withdrawImports(store, range);
    throw error;
  }
}

async function settleSample(store: Store, { format, now, sample, sampleLines }: Load): Promise<void> {
  const found = sql`select * from (${usageOf(format, sample)}) as usage where trouble is null`;
  const traits = sql`select columns('trait_.*') from (${found}) as sampled union all by name ${storedTraits()}`;
  const lines = await sampleLines();
  await settleTraits(store, traits, { now, params: lines === undefined ? undefined : { lines } });
}

/** The one pass over the file. */
async function fill(store: Store, load: Load, id: number): Promise<void> {
  const { format, lines, source, now } = load;
  await insertImports(store, [{ import_id: id, load }]);
  await prepareReading(store, load);
  const call = usageOf(format, lines);
  const damage = await readVerified([source], storeRated(store, { call, format, importId: integer(id) }, { now }));
  if (damage.size > 0) throw damage.get(0);
}

/** The second step: moves what the first one marked, and calls that are met several times, to FRESH and settles them there. */
async function settle(store: Store, load: Load, range: Range): Promise<Outcome> {
  const { now } = load;
  const counted = await countLines(store, {
    usage: sql`(select * from usage_fact where ${within(range)}) as read`,
    by: sql`1`,
    mark: sql`case when not starts_with(unsettled, '{') then unsettled end`,
  });
  const [outcome = { error: new Error('a file was loaded and nothing is known of it') }] = await withRejects(
    store,
    [load],
    {
      range,
      counted,
      damage: new Map(),
    },
  );
  if ('error' in outcome) throw outcome.error;
  await keepRejects(store, [outcome]);
  if (!outcome.kept) {
    await store.run(sql`delete from usage_fact where ${within(range)}`);
    const [refused = outcome] = await failImports(store, [outcome]);
    return refused;
  }
  // A thousand calls may have the same traits: each text is taken apart once.
  await store.run(sql`
    create or replace temp table late as
    with told as (
      select unsettled, ${traitsFromText(sql`unsettled`)}
      from (select distinct unsettled from usage_fact where ${within(range)} and starts_with(unsettled, '{')) as texts
    )
    select fact.* exclude (unsettled), told.* exclude (unsettled), cast(null as varchar) as trouble
    from usage_fact as fact
    join told on told.unsettled = fact.unsettled
    where ${within(range, sql`fact.import_id`)}`);
  await settleTraits(store, sql`select columns('trait_.*') from late`, { now });
  await store.run(sql`delete from usage_fact where ${within(range)} and unsettled is not null`);
  await preserveOrder(store, load);
  await rateFresh(store, { call: sql`select * from late`, importId: sql`call.import_id` }, now);
  await moveRepeated(store, range);
  const usage = sql`(select * from usage_fact where ${within(range)} union all from ${FRESH})`;
  const [settled = outcome] = await finish(store, { loads: [load], range, outcomes: [outcome], usage });
  if ('error' in settled) throw settled.error;
  return { ...settled, unknown_names: await namesOfLarge(store, load, range) };
}

/** Moves calls of a new import that are met several times from the store to FRESH. */
async function moveRepeated(store: Store, range: Range): Promise<void> {
  const { others } = await store.row<{ others: boolean }>(
    sql`select exists (from imports where status = 'done' and imported > 0) as others`,
  );
  const known = sql`
    union
    select old.event_key
    from usage_fact as old
    where not (${within(range, sql`old.import_id`)}) and old.event_key in (select event_key from usage_fact where ${within(range)})`;
  await store.run(sql`
    create or replace temp table moved_key as
    select event_key from usage_fact where ${within(range)} group by event_key having count(*) > 1
    union
    select event_key from ${FRESH}
    ${others ? known : sql``}`);
  const found = await store.run(
    sql`insert into ${FRESH} from usage_fact where ${within(range)} and event_key in (from moved_key)`,
  );
  if (found > 0) await store.run(sql`delete from usage_fact where ${within(range)} and event_key in (from moved_key)`);
}
