import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { InputError, UserError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { type AnyFormat, isLedger } from '../declare/format.js';
import { describesFile, type Mapping } from '../declare/mapping.js';
import { withLines } from '../identify/database.js';
import { type Own, UnknownFormat } from '../identify/identify.js';
import { isTooLong, withReady } from '../identify/open_source.js';
import type { Prepared } from '../identify/read_plan.js';
import { LoneSurrogates } from '../read/lone_surrogates.js';
import type { Named } from '../read/paths.js';
import { headOf } from '../read/sample.js';
import { digestOf, isGone, kindOf, type Source, sourceOf, unreadable } from '../read/source.js';
import { withSpooled, withUtf8 } from '../read/temp_file.js';
import { hasOpenLines } from '../read/unclosed_lines.js';
import { foreignKind } from '../read/unrecognized_file.js';
import { type Continued, continuedImport, ReadWhole, withNewPart } from './append.js';
import { loadLedger } from './ledger.js';
import { type Attribute, type Load, type Loaded, loadFile } from './load.js';
import { importedBefore } from './unchanged.js';

/** How files are to be imported. */
export interface ImportOptions {
  format?: string;
  mapping: Mapping;
  /** The formats of the configuration. */
  own?: Own;
  /** How many of a number of lines may be bad before a file is refused. */
  tolerance: (lines: number) => number;
  /** Load, count, and throw away. */
  dryRun: boolean;
  now: Date;
  /** Says to whom new usage belongs, in the transaction that makes it visible: a test over usage_fact (aliased fact). */
  attribute?: Attribute;
  stdin: Readable;
  /** Called when a file begins. */
  onFile?: (source: Source) => void;
}

type Unit = 'line' | 'record';

/** What became of one file. */
export interface ImportedFile extends Omit<Loaded, 'kept' | 'import_id'> {
  source: string;
  format: string | null;
  /** `ignored`: it lay in a folder and is no log; `unknown`: the same, but it counts tokens or money. */
  status: 'imported' | 'unchanged' | 'empty' | 'ignored' | 'unknown' | 'failed';
  /** Null where no import was recorded: nothing was loaded, or only for a rehearsal. */
  import_id: number | null;
  /** The import that read the beginning of a log that grew, where only the rest was read. */
  continues: number | null;
  /** What is counted: lines, or the records of documents and of lines that hold several. */
  unit: Unit;
  /** What the numbers of rejects count: a line that holds several records is named as a line. */
  rejects_by: Unit;
  /** Why the file failed or was ignored, in sentences. */
  problem: string | null;
  /** Columns of a CSV file that nothing reads. */
  unread: readonly string[];
  /** What `--map` looks for in places where nothing was found. */
  unfound: readonly string[];
}

/** Imports a file; a problem of the file is an answer and stops no other file, a problem of the database is thrown. */
export async function importFile(store: Store, file: Named, options: ImportOptions): Promise<ImportedFile> {
  const { path, name } = file;
  try {
    const importing = (source: Source) =>
      withLines(source, (lines) => withUtf8(lines, (text) => importSource(store, text, options)));
    if (path === '-') return await withSpooled(options.stdin, name, importing);
    if ((await kindOf(path, name)) === 'pipe') return await withSpooled(createReadStream(path), name, importing);
    return await importing(await sourceOf(path, name));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const foreign = error instanceof UnknownFormat ? await foreignKind(file, error.counts) : undefined;
    return { ...NOTHING, source: name, status: foreign ?? 'failed', problem: error.message };
  }
}

/** Of a file of which nothing was loaded. */
export const NOTHING: Omit<ImportedFile, 'source' | 'status'> = {
  format: null,
  import_id: null,
  continues: null,
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
  holds: null,
  cost_usd: '0',
  unpriced: 0,
  billed: null,
  earned: null,
  first_at: null,
  last_at: null,
  unit: 'line',
  rejects_by: 'line',
  problem: null,
  unread: [],
  unfound: [],
};

async function importSource(store: Store, source: Source, options: ImportOptions): Promise<ImportedFile> {
  options.onFile?.(source);
  try {
    const head = await headOf(source);
    if (head.trim() === '') return { ...NOTHING, source: source.name, status: 'empty' };
    const settings = settingsText(options);
    const digest = await digestOf(source.path, source.size);
    const [before] = await importedBefore(store, [{ source, digest }], settings);
    if (before instanceof InputError) throw before;
    if (before === undefined) return await loadGrown(store, { source, head, digest, settings }, options);
    const { format, import_id } = before;
    return { ...NOTHING, source: source.name, format, status: 'unchanged', import_id };
  } catch (error) {
    throw fileError(error, source);
  }
}

interface Known {
  source: Source;
  head: string;
  digest: string;
  settings: string;
  /** What of it is read, if not all. */
  added?: Continued & { part: Source };
}

/** Of a log that goes on after what an earlier import read, only the rest; where that does not do, all of it. */
async function loadGrown(store: Store, known: Known, options: ImportOptions): Promise<ImportedFile> {
  const { source, settings } = known;
  const continued = await continuedImport(store, source, { settings, own: options.own ?? [] });
  if (continued === undefined) return loadSource(store, known, options);
  const { import_id, bytes } = continued;
  // A mapping that describes the file is no format that has a name.
  const format = describesFile(options.mapping) ? options.format : continued.format;
  try {
    return await withNewPart(source, bytes, async (part) => {
      const head = await headOf(part);
      if (head.trim() !== '')
        return loadSource(store, { ...known, head, added: { ...continued, part } }, { ...options, format });
      return { ...NOTHING, source: source.name, format: continued.format, status: 'unchanged', import_id };
    });
  } catch (error) {
    if (!(error instanceof ReadWhole) && !isOfFile(error)) throw error;
    return loadSource(store, known, options);
  }
}

async function loadSource(
  store: Store,
  { source, head, digest, settings, added }: Known,
  options: ImportOptions,
): Promise<ImportedFile> {
  const load = async (ready: Prepared, plain: Source): Promise<ImportedFile> => {
    if (added !== undefined && plain.longestRecord !== undefined) throw new ReadWhole('the new part is a document');
    const file: Omit<Load, 'format'> = {
      ...ready,
      source: { ...plain, size: source.size, mtimeMs: source.mtimeMs },
      options: settings,
      digest,
      continues: added?.import_id,
      tolerance: options.tolerance,
      now: options.now,
      attribute: options.attribute,
      rehearsal: options.dryRun,
    };
    const { format } = ready;
    const fill = () =>
      isLedger(format) ? loadLedger(store, { ...file, format }) : loadFile(store, { ...file, format });
    const loaded = options.dryRun ? await store.rehearsal(fill) : await fill();
    const read = { ...ready, ...unitsOf(format, plain), source: source.name, continues: added?.import_id ?? null };
    const result = fileOf(read, loaded);
    return options.dryRun ? { ...result, import_id: null } : result;
  };
  const loaded = await withReady(store, { ...options, source: added?.part ?? source, head }, { ready: load });
  return loaded ?? { ...NOTHING, source: source.name, status: 'empty' };
}

function unitsOf(format: AnyFormat, { longestRecord }: Source): Pick<ImportedFile, 'unit' | 'rejects_by'> {
  const records = longestRecord !== undefined || format.rows !== undefined || format.reads === 'parquet';
  return {
    unit: records || format.severalRows === true ? 'record' : 'line',
    rejects_by: records ? 'record' : 'line',
  };
}

type Read = Pick<ImportedFile, 'source' | 'unit' | 'rejects_by' | 'continues'> &
  Pick<Prepared, 'format' | 'unread' | 'unfound'>;

/** What is told of a file that was loaded. */
export function fileOf({ format, unread, unfound, ...read }: Read, { kept, ...loaded }: Loaded): ImportedFile {
  const { source, unit, rejects_by, continues } = read;
  const problem = kept ? null : tooManyRejects({ source, unit, continues, ...loaded });
  const status = kept ? 'imported' : 'failed';
  return { ...loaded, source, unit, rejects_by, continues, format: format.name, status, problem, unread, unfound };
}

function tooManyRejects({
  source,
  unit,
  continues,
  lines,
  rejected,
}: Pick<ImportedFile, 'source' | 'unit' | 'continues' | 'lines' | 'rejected'>): string {
  const others = lines - rejected;
  const remedy = others === 0 ? '' : ` (--max-rejects ${rejected} keeps the other ${others})`;
  const [units, what] = continues === null ? [`${unit}s`, 'the file'] : [`new ${unit}s`, 'them'];
  return `${source}: ${rejected} of ${lines} ${units} could not be read, more than --max-rejects allows. Nothing of ${what} was kept${remedy}.`;
}

/** What decides how lines are read, besides the format: the same file under other settings is another import. */
export function settingsText({ format, mapping }: ImportOptions): string {
  const { map, set } = mapping;
  return JSON.stringify({
    ...(format === undefined ? {} : { format }),
    map: Object.fromEntries(map),
    set: Object.fromEntries(set),
  });
}

/** Whether a failure is that of a file: a line that is too long, or what cannot be unpacked to its end. */
export function isOfFile(error: unknown): boolean {
  return (
    error instanceof InputError ||
    error instanceof LoneSurrogates ||
    isTooLong(error) ||
    isUnpacking(error) ||
    isGone(error) ||
    hasOpenLines(error)
  );
}

/** What the unpackers of Node, fzstd and DuckDB say of a damaged file. */
function isUnpacking(error: unknown): boolean {
  if (error instanceof UserError || !(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (
    typeof code === 'number' ||
    (typeof code === 'string' && code.startsWith('Z_')) ||
    error.message.startsWith('IO Error')
  );
}

/** The failure of a file in words for people; any other error stays what it is. */
export function fileError(error: unknown, { name, compression }: Source): unknown {
  if (isTooLong(error)) {
    const what = `${name} has a line of more than 64 MB; nothing of it was kept.\nTake the line out, or the pictures in it: jq -c 'del(.request)' ${name} > shorter.jsonl`;
    return new InputError(what, { cause: error });
  }
  if (isGone(error)) return unreadable(name, error);
  if (compression === 'none' || !isUnpacking(error)) return error;
  const what = `${name} cannot be unpacked: it is damaged or cut off.\nFetch it again; nothing of it was kept.`;
  return new InputError(what, { cause: error });
}
