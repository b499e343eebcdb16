import { integer, type Sql, sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { AnyFormat, Format } from '../declare/format.js';
import { checkPacked, type Source } from '../read/source.js';
import type { Reject } from '../rejects/rejects.js';
import { type Lines, usageOf } from '../rows/statement.js';
import { settle } from './finalize.js';
import type { Range } from './import_range.js';
import { withdraw } from './imports_table.js';
import { storeRated } from './insert_usage.js';
import { settleTraits, storedTraits } from './profiles.js';

/** How something is read. */
export interface Reader {
  lines: Lines;
  /** The same reader over a sample, and its parameters: where combinations are looked for first. */
  sample: Lines;
  sampleLines?: string;
}

/** What is done with usage that a test over usage_fact (aliased fact) finds, before anybody sees it. */
export type Attribute = (store: Store, usage: Sql) => Promise<void>;

/** A file that is known in every respect, ready to be loaded. */
export interface Load<F extends AnyFormat = Format> extends Reader {
  source: Source;
  format: F;
  /** What `--map` and `--set` said, as text. */
  options: string;
  digest: string;
  /** The import that read what stands before these lines in their file. */
  continues?: number;
  /** How many of a number of lines may be bad. */
  tolerance: (lines: number) => number;
  now: Date;
  attribute?: Attribute;
  /** The whole load is one transaction of the caller's, to be rolled back. */
  rehearsal: boolean;
}

/** The sum of the entries of a ledger in one currency. */
export interface Billed {
  currency: string;
  amount: string;
}

/** The sum of entries of revenue in one currency; `per` is the interval of what recurs. */
export interface Earned extends Billed {
  per: string | null;
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
  /** What the file tells; null where nothing was loaded. */
  holds: 'usage' | 'ledger' | 'revenue' | null;
  /** What the imported calls cost, a decimal string, without the unpriced ones. */
  cost_usd: string;
  unpriced: number;
  first_at: string | null;
  last_at: string | null;
  /** What was billed, by currency, where the file tells that instead of usage; decimal strings. */
  billed: readonly Billed[] | null;
  /** What was earned, after refunds, by currency, where the file tells that; decimal strings. */
  earned: readonly Earned[] | null;
  /** False if too many lines were bad: then nothing was kept. */
  kept: boolean;
}

/** Loads one file. */
export async function loadFile(store: Store, load: Load): Promise<Loaded> {
  const [loaded] = await loadFiles(store, [load], load);
  if (loaded === undefined) throw new Error('a file was loaded and nothing is known of it');
  return loaded;
}

/**
 * Loads files of one format in two steps. First all lines go in, in one statement that reads, checks, rates and stores
 * them, under imports that nobody sees yet; lines that need a second look are marked. Then what is marked is settled,
 * repeated calls are taken out and the imports become visible, in one transaction. Deleting the few marked rows is free
 * once they are committed; in the transaction that wrote them it would cost half of the load again.
 *
 * Of several files `reader` reads the lines of all; its column `$file` counts the files from 1.
 */
export async function loadFiles(store: Store, loads: readonly [Load, ...Load[]], reader: Reader): Promise<Loaded[]> {
  const [{ rehearsal, format }] = loads;
  const step = <T>(fn: () => Promise<T>) => (rehearsal ? fn() : store.transaction(fn));
  await step(() => settleSample(store, loads[0], reader));
  const range = await step(() => fill(store, loads, reader));
  try {
    return await step(async () => {
      const settled = await settle(store, loads, range);
      return format.earns === undefined ? settled : withEarned(store, loads, settled);
    });
  } catch (error) {
    if (!rehearsal) await withdraw(store, range);
    throw error;
  }
}

/** Earnings beside usage become visible together with it. */
async function withEarned(store: Store, loads: readonly Load[], settled: readonly Loaded[]): Promise<Loaded[]> {
  const { loadEarned } = await import('./ledger.js');
  const done: Loaded[] = [];
  for (const [index, loaded] of settled.entries()) {
    const load = loads[index];
    if (load === undefined) throw new Error('a file was loaded and nothing is known of it');
    done.push(loaded.kept ? { ...loaded, earned: await loadEarned(store, load, loaded.import_id) } : loaded);
  }
  return done;
}

async function settleSample(store: Store, { format, now }: Load, { sample, sampleLines }: Reader): Promise<void> {
  const found = sql`select * from (${usageOf(format, sample)}) as usage where trouble is null`;
  const traits = sql`select columns('trait_.*') from (${found}) as sampled union all by name ${storedTraits()}`;
  await settleTraits(store, traits, { now, params: sampleLines === undefined ? undefined : { lines: sampleLines } });
}

/** Writes the beginning of imports down. Resolves to the number of the first. */
export async function begun(store: Store, loads: readonly Load<AnyFormat>[]): Promise<number> {
  const { id } = await store.row<{ id: number }>(sql`select coalesce(max(import_id), 0) + 1 as id from imports`);
  const files = loads.map(({ source, format, options, digest, continues, now }, index) => ({
    import_id: id + index,
    source: source.name,
    source_size: source.size,
    source_mtime_ms: source.mtimeMs,
    source_digest: digest,
    continues,
    format: format.name,
    options,
    started_at: timestampOf(now),
  }));
  await store.run(
    sql`
    insert into imports (
      import_id, source, source_size, source_mtime_ms, source_digest, continues, format, options, started_at, status, price_revision
    )
    select unnest(from_json($files, '[{
      "import_id":"INTEGER", "source":"VARCHAR", "source_size":"BIGINT", "source_mtime_ms":"BIGINT",
      "source_digest":"VARCHAR", "continues":"INTEGER", "format":"VARCHAR", "options":"VARCHAR", "started_at":"TIMESTAMP"
    }]'), recursive := true), 'loading', (select coalesce(max(revision), 0) from price_revision)`,
    { files: JSON.stringify(files) },
  );
  if (loads.some(({ format }) => format.reads === 'csv'))
    await store.run(sql`drop table if exists csv_rejects; drop table if exists csv_scans`);
  return id;
}

/** The one pass over the files. Resolves to the numbers of their imports. */
async function fill(store: Store, loads: readonly [Load, ...Load[]], { lines }: Reader): Promise<Range> {
  const [{ format, now }] = loads;
  const first = await begun(store, loads);
  const ordered = format.carried !== undefined || format.repeats === 'last';
  await store.run(ordered ? sql`set preserve_insertion_order = true` : sql`set preserve_insertion_order = false`);
  const one = loads.length === 1;
  const importId = one ? integer(first) : sql`call.file + ${integer(first - 1)}`;
  const call = usageOf(format, one ? lines : { ...lines, file: sql`"$file"` });
  await readSoundly(
    loads.map(({ source }) => source),
    storeRated(store, { call, format, importId }, { now }),
  );
  return { first, count: loads.length };
}

/** Waits for a reading of files, and for the check that none was damaged. */
export async function readSoundly(sources: readonly Source[], read: Promise<unknown>): Promise<void> {
  // Whichever fails first, the other one must have ended before the transaction does.
  const [filled, checked] = await Promise.allSettled([read, checkEach(sources)]);
  if (filled.status === 'rejected') throw filled.reason;
  if (checked.status === 'rejected') throw checked.reason;
}

async function checkEach(sources: readonly Source[]): Promise<void> {
  for (const source of sources) await checkPacked(source);
}
