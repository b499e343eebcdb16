import { integer, sql } from '../sql.js';
import type { Store } from '../store/store.js';
import { brokenLineCount } from './csv_rejects.js';
import { failed, finished, withdraw } from './ending.js';
import { ratedUsage } from './facts.js';
import type { AnyFormat, Format } from './format.js';
import { nameBadLines, type Reject } from './rejects.js';
import { dropKnown, type Repeated, repairRepeats } from './repeats.js';
import { checkPacked, type Source } from './source.js';
import { type Lines, usageOf } from './statement.js';
import { settleTraits, storedTraits, traitsFromText } from './traits.js';

/** A file that is known in every respect, ready to be loaded. */
export interface Load<F extends AnyFormat = Format> {
  source: Source;
  format: F;
  lines: Lines;
  /** The same reader over a sample, and its parameters: where combinations are looked for first. */
  sample: Lines;
  sampleLines?: string;
  /** What `--map` and `--set` said, as text. */
  options: string;
  digest: string;
  /** How many of a number of lines may be bad. */
  tolerance: (lines: number) => number;
  now: Date;
  /** The whole load is one transaction of the caller's, to be rolled back. */
  rehearsal: boolean;
}

/** The sum of the entries of a ledger in one currency. */
export interface Billed {
  currency: string;
  amount: string;
}

/** What became of every line of a file: lines = imported + duplicates + updated + skipped + rejected. */
export interface Loaded {
  import_id: number;
  lines: number;
  imported: number;
  duplicates: number;
  updated: number;
  skipped: number;
  rejected: number;
  skip_reasons: Record<string, number>;
  rejects: Reject[];
  /** Duplicates with other token counts than what they are a copy of. */
  differing: number;
  /** Calls without a time. */
  undated: number;
  /** What the imported calls cost, a decimal string, without the unpriced ones. */
  cost_usd: string;
  unpriced: number;
  first_at: string | null;
  last_at: string | null;
  /** What was billed, by currency, where the file tells that instead of usage; decimal strings. */
  billed: readonly Billed[] | null;
  /** False if too many lines were bad: then nothing was kept. */
  kept: boolean;
}

/** How many bad lines of a file are remembered that was refused for them. */
export const REJECTS_OF_FAILED = 1000;
const PARTIAL = 'an earlier state of a call';

/**
 * Loads a file in two steps. First all lines go in, in one statement that reads, checks, rates and stores them, under
 * an import that nobody sees yet; lines that need a second look are marked. Then what is marked is settled, repeated
 * calls are taken out and the import becomes visible, in one transaction. Deleting the few marked rows is free once
 * they are committed; in the transaction that wrote them it would cost half of the load again.
 */
export async function loadFile(store: Store, load: Load): Promise<Loaded> {
  const step = <T>(fn: () => Promise<T>) => (load.rehearsal ? fn() : store.transaction(fn));
  await step(() => settleSample(store, load));
  const id = await step(() => fill(store, load));
  try {
    return await step(() => settle(store, load, id));
  } catch (error) {
    if (!load.rehearsal) await withdraw(store, id);
    throw error;
  }
}

async function settleSample(store: Store, { format, sample, sampleLines, now }: Load): Promise<void> {
  const found = sql`select * from (${usageOf(format, sample)}) as usage where trouble is null`;
  const traits = sql`select columns('trait_.*') from (${found}) as sampled union all by name ${storedTraits()}`;
  await settleTraits(store, traits, { now, params: sampleLines === undefined ? undefined : { lines: sampleLines } });
}

/** Writes the beginning of an import down. Resolves to its number. */
export async function begun(store: Store, { source, format, options, digest, now }: Load<AnyFormat>): Promise<number> {
  const { id } = await store.row<{ id: number }>(sql`select coalesce(max(import_id), 0) + 1 as id from imports`);
  await store.run(
    sql`
    insert into imports (import_id, source, source_size, source_mtime_ms, source_digest, format, options, status, started_at)
    values ($id, $source, $size, $mtime, $digest, $format, $options, 'loading', cast($now as timestamp))`,
    {
      id,
      source: source.name,
      size: source.size,
      mtime: source.mtimeMs,
      digest,
      format: format.name,
      options,
      now: asTimestamp(now),
    },
  );
  if (format.reads === 'csv') await store.run(sql`drop table if exists csv_rejects; drop table if exists csv_scans`);
  return id;
}

/** The one pass over the file. Resolves to the number of the import. */
async function fill(store: Store, load: Load): Promise<number> {
  const { source, format, lines, now } = load;
  const id = await begun(store, load);
  const ordered = format.carried !== undefined || format.repeats === 'last';
  await store.run(ordered ? sql`set preserve_insertion_order = true` : sql`set preserve_insertion_order = false`);
  const read = store.run(ratedUsage({ call: usageOf(format, lines), format, importId: id }), { now: asTimestamp(now) });
  await readSoundly(source, read);
  return id;
}

/** Waits for a reading of the file, and for the check that it was not damaged. */
export async function readSoundly(source: Source, read: Promise<unknown>): Promise<void> {
  // Whichever fails first, the other one must have ended before the transaction does.
  const [filled, checked] = await Promise.allSettled([read, checkPacked(source)]);
  if (filled.status === 'rejected') throw filled.reason;
  if (checked.status === 'rejected') throw checked.reason;
}

async function settle(store: Store, load: Load, id: number): Promise<Loaded> {
  const marked = await countMarked(store, load, id);
  const tolerated = load.tolerance(marked.lines);
  const kept = marked.rejected <= tolerated;
  const limit = kept ? marked.rejected : Math.min(marked.rejected, REJECTS_OF_FAILED);
  const rejects = limit === 0 ? [] : await nameBadLines(store, { ...load, limit });
  await keepRejects(store, id, rejects);
  const loaded: Loaded = {
    ...marked,
    import_id: id,
    imported: 0,
    duplicates: 0,
    updated: 0,
    rejects,
    differing: 0,
    cost_usd: '0',
    unpriced: 0,
    billed: null,
    kept,
  };
  if (!kept) return failed(store, loaded);
  await settleMarked(store, load, id);
  const own = await repairRepeats(store, id, load.format);
  const known = await dropKnown(store, id, load.format, {
    from: marked.first_at,
    to: marked.last_at,
    dated: load.format.dated,
  });
  return finished(store, withRepeated(loaded, own, known));
}

interface Marked {
  lines: number;
  skipped: number;
  rejected: number;
  skip_reasons: Record<string, number>;
  undated: number;
  first_at: string | null;
  last_at: string | null;
}

async function countMarked(store: Store, { source, lines: { csv } }: Load, id: number): Promise<Marked> {
  const reasons = await store.rows<{ mark: string; lines: string }>(sql`
    select unsettled as mark, count(*) as lines
    from usage_fact
    where import_id = ${integer(id)} and unsettled is not null and not starts_with(unsettled, '{')
    group by unsettled
    order by unsettled`);
  const { lines, undated, first_at, last_at } = await store.row<
    Record<'lines' | 'undated', string> & Record<'first_at' | 'last_at', string | null>
  >(sql`
    select
      count(*) as lines,
      count(*) filter (where occurred_at is null and (unsettled is null or starts_with(unsettled, '{'))) as undated,
      min(occurred_at) as first_at,
      max(occurred_at) as last_at
    from usage_fact
    where import_id = ${integer(id)}`);
  const skips = reasons.filter(({ mark }) => mark.startsWith('skip:'));
  const bad = reasons.find(({ mark }) => mark === 'bad')?.lines ?? '0';
  const broken = csv === undefined ? 0 : await brokenLineCount(store, { source, layout: csv });
  return {
    lines: Number(lines) + broken,
    skipped: skips.reduce((sum, skip) => sum + Number(skip.lines), 0),
    rejected: Number(bad) + broken,
    skip_reasons: Object.fromEntries(skips.map((skip) => [skip.mark.slice('skip:'.length), Number(skip.lines)])),
    undated: Number(undated),
    first_at,
    last_at,
  };
}

/** Combinations that the sample did not show are settled now; lines that are no usage or bad go. */
async function settleMarked(store: Store, { format, now }: Load, importId: number): Promise<void> {
  const id = integer(importId);
  const { marked, late } = await store.row<{ marked: string; late: string }>(sql`
    select count(*) as marked, count(*) filter (where starts_with(unsettled, '{')) as late
    from usage_fact
    where import_id = ${id} and unsettled is not null`);
  if (marked === '0') return;
  if (late !== '0') {
    await store.run(sql`
      create or replace temp table late as
      select fact.* exclude (unsettled), ${traitsFromText(sql`fact.unsettled`)}, cast(null as varchar) as trouble
      from usage_fact as fact
      where fact.import_id = ${id} and starts_with(fact.unsettled, '{')`);
    await settleTraits(store, sql`select columns('trait_.*') from late`, { now });
  }
  await store.run(sql`delete from usage_fact where import_id = ${id} and unsettled is not null`);
  if (late === '0') return;
  await store.run(ratedUsage({ call: sql`select * from late`, format, importId, anyTrait: true }), {
    now: asTimestamp(now),
  });
  const { left } = await store.row<{ left: string }>(
    sql`select count(*) as left from usage_fact where import_id = ${id} and unsettled is not null`,
  );
  if (left !== '0') throw new Error(`${left} rows found no rate card`);
}

/** Remembers bad lines. */
export async function keepRejects(store: Store, id: number, rejects: readonly Reject[]): Promise<void> {
  if (rejects.length === 0) return;
  await store.run(
    sql`
    insert into rejects (import_id, line, field, reason)
    select $id, unnest(from_json($rejects, '[{"line":"BIGINT","field":"VARCHAR","reason":"VARCHAR"}]'), recursive := true)`,
    { id, rejects: JSON.stringify(rejects) },
  );
}

function withRepeated(loaded: Loaded, own: Repeated, known: Repeated): Loaded {
  const { skip_reasons: reasons } = loaded;
  return {
    ...loaded,
    duplicates: own.duplicates + known.duplicates,
    updated: known.updated,
    skipped: loaded.skipped + own.partial,
    skip_reasons: own.partial === 0 ? reasons : { ...reasons, [PARTIAL]: own.partial },
    differing: own.differing + known.differing,
  };
}

/** The form in which a timestamp without zone, UTC, travels as a parameter. */
function asTimestamp(time: Date): string {
  return time.toISOString().replace('Z', '');
}
