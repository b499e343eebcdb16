import type { Readable } from 'node:stream';
import { InputError } from '../errors.js';
import { sql } from '../sql.js';
import type { Store } from '../store/store.js';
import { type Load, type Loaded, loadFile } from './load.js';
import type { Mapping } from './mapping.js';
import type { Named } from './paths.js';
import { type Prepared, prepared } from './prepare.js';
import { headOf } from './sample.js';
import { digestOf, type Source, sourceOf } from './source.js';
import { withoutBom, withSpooled } from './spool.js';

/** How files are to be imported. */
export interface ImportOptions {
  format?: string;
  mapping: Mapping;
  /** How many of a number of lines may be bad before a file is refused. */
  tolerance: (lines: number) => number;
  /** Load, count, and throw away. */
  dryRun: boolean;
  now: Date;
  stdin: Readable;
  /** Called when a file begins. */
  onFile?: (source: Source) => void;
}

/** What became of one file. */
export interface ImportedFile extends Omit<Loaded, 'kept' | 'import_id'> {
  source: string;
  format: string | null;
  status: 'imported' | 'unchanged' | 'empty' | 'failed';
  import_id: number | null;
  /** Why the file failed, in sentences. */
  problem: string | null;
  /** Columns of a CSV file that nothing reads. */
  unread: readonly string[];
}

/** Imports a file; a problem of the file is an answer and stops no other file, a problem of the database is thrown. */
export async function importFile(store: Store, { path, name }: Named, options: ImportOptions): Promise<ImportedFile> {
  try {
    if (path === '-') return await withSpooled(options.stdin, '-', (source) => importSource(store, source, options));
    return await importSource(store, await sourceOf(path, name), options);
  } catch (error) {
    if (error instanceof InputError) return { ...NOTHING, source: name, status: 'failed', problem: error.message };
    const packed = brokenPack(error, name);
    if (packed !== undefined) return { ...NOTHING, source: name, status: 'failed', problem: packed };
    throw error;
  }
}

const NOTHING: Omit<ImportedFile, 'source' | 'status'> = {
  format: null,
  import_id: null,
  lines: 0,
  imported: 0,
  duplicates: 0,
  updated: 0,
  skipped: 0,
  rejected: 0,
  skip_reasons: {},
  rejects: [],
  differing: 0,
  undated: 0,
  cost_usd: '0',
  unpriced: 0,
  first_at: null,
  last_at: null,
  problem: null,
  unread: [],
};

async function importSource(store: Store, source: Source, options: ImportOptions): Promise<ImportedFile> {
  options.onFile?.(source);
  const head = await headOf(source);
  if (head.trim() === '') return { ...NOTHING, source: source.name, status: 'empty' };
  const settings = settingsText(options);
  const digest = await digestOf(source.path, source.size);
  const before = await importedBefore(store, source, digest);
  if (before !== undefined) {
    if (before.options !== settings) throw importedOtherwise(source.name, before.import_id);
    return { ...NOTHING, source: source.name, format: before.format, status: 'unchanged', import_id: before.import_id };
  }
  return withoutBom(source, async (plain) => {
    const readable = { ...plain, name: source.name };
    const ready = await prepared(store, { source: readable, head, ...options });
    const load: Load = {
      ...ready,
      source: { ...readable, size: source.size, mtimeMs: source.mtimeMs },
      options: settings,
      digest,
      tolerance: options.tolerance,
      now: options.now,
      rehearsal: options.dryRun,
    };
    const loaded = options.dryRun ? await store.rehearsal(() => loadFile(store, load)) : await loadFile(store, load);
    return fileOf(source.name, ready, loaded);
  });
}

function fileOf(source: string, { format, unread }: Prepared, { kept, ...loaded }: Loaded): ImportedFile {
  const problem = kept ? null : tooManyRejects(source, loaded);
  return { ...loaded, source, format: format.name, status: kept ? 'imported' : 'failed', problem, unread };
}

function tooManyRejects(name: string, { lines, rejected }: Pick<Loaded, 'lines' | 'rejected'>): string {
  return `${name}: ${rejected} of ${lines} lines could not be read, more than --max-rejects allows. Nothing of the file was kept.`;
}

/** What decides how lines are read, besides the format: the same file under other settings is another import. */
function settingsText({ format, mapping }: ImportOptions): string {
  const { map, set } = mapping;
  return JSON.stringify({
    ...(format === undefined ? {} : { format }),
    map: Object.fromEntries(map),
    set: Object.fromEntries(set),
  });
}

interface Before {
  import_id: number;
  format: string;
  options: string;
}

/** The finished import of this very content under this name, if there is one. */
async function importedBefore(store: Store, source: Source, digest: string): Promise<Before | undefined> {
  const [found] = await store.rows<Before & Record<string, string | number>>(
    sql`
    select import_id, format, options
    from imports
    where source = $name and source_size = $size and source_digest = $digest and status = 'done'
    order by import_id desc
    limit 1`,
    { name: source.name, size: source.size, digest },
  );
  return found;
}

function importedOtherwise(name: string, id: number): InputError {
  return new InputError(
    `${name} was imported before with other --format, --map or --set (import ${id}).\nTo read it anew: llmcost imports remove ${id}, then import it again.`,
  );
}

/** A packed file that is cut off or damaged; undefined for any other error. */
function brokenPack(error: unknown, name: string): string | undefined {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!code.startsWith('Z_') && !/GZIP|zstd|unexpected EOF/i.test(text)) return undefined;
  return `${name} cannot be unpacked: it is damaged or cut off.\nFetch it again; nothing of it was kept.`;
}
