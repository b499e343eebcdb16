import { stat } from 'node:fs/promises';
import { InputError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { parsePath } from '../declare/fields.js';
import { type AnyFormat, type Format, isLedger } from '../declare/format.js';
import { describesFile, type Mapping, mappedFormat } from '../declare/mapping.js';
import { holdsDocuments } from '../identify/document.js';
import { claimsOfEach, formatNamed, unfound } from '../identify/identify.js';
import { holdsObjects, withMapping } from '../identify/read_plan.js';
import { hasLoneSurrogate } from '../read/lone_surrogates.js';
import type { Named } from '../read/paths.js';
import { headOf, sampleLines } from '../read/sample.js';
import { digestOf, type Source, sourceOf } from '../read/source.js';
import { givenLines, jsonLines, linesOfFiles } from '../rows/lines.js';
import { SMALL_BYTES } from './append.js';
import {
  fileOf,
  type ImportedFile,
  type ImportOptions,
  importFile,
  isOfFile,
  NOTHING,
  settingsText,
} from './import.js';
import { type Load, type Loaded, loadFiles } from './load.js';
import { importedBefore } from './unchanged.js';

/*
 * A statement that imports takes a tenth of a second to be planned, however short the file is. Logs in a bucket are
 * thousands of short files: those of one format are read in one statement, each under an import of its own.
 */
const TOGETHER = { files: 2000, bytes: 1 << 24 };
/** Enough to see the combinations of most files. */
const LINES_OF_EACH = 20;
const SAMPLE_CHARACTERS = 1 << 23;

/** Files in their order, short ones that follow each other in groups. */
export async function groupsOf(files: readonly Named[]): Promise<Named[][]> {
  const groups: Named[][] = [];
  let [open, bytes]: [Named[] | undefined, number] = [undefined, 0];
  for (const file of files) {
    const size = await smallSize(file);
    const fits = open !== undefined && open.length < TOGETHER.files && bytes + (size ?? 0) <= TOGETHER.bytes;
    if (size === undefined || open === undefined || !fits) {
      groups.push([file]);
      [open, bytes] = [size === undefined ? undefined : groups.at(-1), size ?? 0];
    } else {
      open.push(file);
      bytes += size;
    }
  }
  return groups;
}

/** The size of a short regular file; undefined for everything else. */
async function smallSize({ path }: Named): Promise<number | undefined> {
  if (path === '-') return undefined;
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size > 0 && found.size <= SMALL_BYTES ? found.size : undefined;
}

interface Looked {
  /** Where it stands among the files of the group. */
  index: number;
  source: Source;
  digest: string;
  /** Some whole lines of it. */
  lines: readonly string[];
}

/** Imports the files of a group; in the order of the files. What is special about one, `importFile` looks after. */
export async function importGroup(
  store: Store,
  files: readonly Named[],
  options: ImportOptions,
): Promise<ImportedFile[]> {
  const results = new Map<number, ImportedFile>();
  const looked = files.length < 2 ? [] : await lookedAt(files);
  const fresh = await withoutUnchanged(store, looked, { settings: settingsText(options), results });
  for (const batch of await batchesOf(store, fresh, options)) {
    for (const [index, result] of await importBatch(store, batch, options)) results.set(index, result);
  }
  for (const [index, file] of files.entries()) {
    if (!results.has(index)) results.set(index, await importFile(store, file, options));
  }
  return [...results].sort(([one], [other]) => one - other).map(([, result]) => result);
}

/** The files that are JSON lines by all appearances. */
async function lookedAt(files: readonly Named[]): Promise<Looked[]> {
  const looked: Looked[] = [];
  for (const [index, { path, name }] of files.entries()) {
    try {
      const source = await sourceOf(path, name);
      const head = await headOf(source);
      if (!isPlain(source, head) || hasLoneSurrogate(head)) continue;
      const lines = (await sampleLines(source, head)).slice(0, LINES_OF_EACH);
      looked.push({ index, source, digest: await digestOf(path, source.size), lines });
    } catch (error) {
      // `importFile` meets the same problem, and says what it means.
      if (!isOfFile(error)) throw error;
    }
  }
  return looked;
}

function isPlain({ bomBytes, utf16 }: Source, head: string): boolean {
  return (
    bomBytes === 0 &&
    utf16 === undefined &&
    !head.startsWith('\ufeff') &&
    head.trim() !== '' &&
    (head.includes('\n') || !head.trimEnd().includes('\r')) &&
    holdsObjects(head) &&
    !holdsDocuments(head)
  );
}

async function withoutUnchanged(
  store: Store,
  looked: readonly Looked[],
  { settings, results }: { settings: string; results: Map<number, ImportedFile> },
): Promise<Looked[]> {
  if (looked.length === 0) return [];
  const before = await importedBefore(store, looked, settings);
  return looked.filter(({ index, source }, place) => {
    const known = before[place];
    // `importFile` says what is in the way of it.
    if (known === undefined || known instanceof InputError) return known === undefined;
    const { format, import_id } = known;
    results.set(index, { ...NOTHING, source: source.name, format, status: 'unchanged', import_id });
    return false;
  });
}

interface Batch {
  format: Format;
  files: [Looked, ...Looked[]];
}

/** Files that one statement can read: of one format, packed alike. Those of which there is only one are left out. */
async function batchesOf(store: Store, looked: readonly Looked[], options: ImportOptions): Promise<Batch[]> {
  if (looked.length < 2) return [];
  const batches = new Map<string, Batch>();
  const formats = await formatsOf(store, looked, options);
  for (const [place, file] of looked.entries()) {
    const format = formats[place];
    if (format === undefined || !isIndependent(format)) continue;
    const kind = `${format.name} ${file.source.compression}`;
    const batch = batches.get(kind);
    if (batch === undefined) batches.set(kind, { format: asMapped(format, options), files: [file] });
    else batch.files.push(file);
  }
  return [...batches.values()].filter(({ files }) => files.length > 1);
}

/** Lines of other files between those of a file do no harm. */
function isIndependent(format: AnyFormat): format is Format {
  return (
    !isLedger(format) &&
    format.reads === 'ndjson' &&
    format.rows === undefined &&
    format.resolved === undefined &&
    format.carried === undefined &&
    format.repeats !== 'last'
  );
}

function asMapped(format: Format, { mapping }: ImportOptions): Format {
  const mapped = describesFile(mapping) ? format : withMapping(format, mapping);
  if (isLedger(mapped)) throw new Error(`${mapped.name} holds no usage`);
  return mapped;
}

/**
 * The format of each file, as the user names it or as its content tells; undefined where that is not certain, and where
 * lines are not what the user says: they may be pages of it.
 */
async function formatsOf(
  store: Store,
  looked: readonly Looked[],
  { format, mapping, own = [] }: ImportOptions,
): Promise<(AnyFormat | undefined)[]> {
  if (format === undefined && describesFile(mapping)) {
    const mapped = mappedFormat(mapping, 'ndjson');
    return looked.map(({ lines }) => (holdsSome(lines, mapping) ? mapped : undefined));
  }
  const claims = await claimsOfEach(
    store,
    looked.map(({ lines }) => lines),
    own,
  );
  if (format === undefined) return claims.map((formats) => (formats.length === 1 ? formats[0] : undefined));
  const named = formatNamed(format, own);
  return claims.map((formats) => (formats.includes(named) ? named : undefined));
}

/** Whether the first line has, on its top level, anything that a path of the mapping begins with. */
function holdsSome([line = '']: readonly string[], { map }: Mapping): boolean {
  const keys = [...map.values()].flat().map((path) => parsePath(path)?.[0]);
  try {
    return keys.some((key) => key !== undefined && key in Object(JSON.parse(line)));
  } catch {
    // `importFile` says what is wrong with it.
    return false;
  }
}

/** By their places in the group; none where the batch cannot be read as such, for example because a file of it is damaged. */
async function importBatch(
  store: Store,
  { format, files }: Batch,
  options: ImportOptions,
): Promise<[index: number, result: ImportedFile][]> {
  const [first, ...others] = files;
  options.onFile?.({ ...first.source, size: files.reduce((bytes, { source }) => bytes + source.size, 0) });
  const sources: [Source, ...Source[]] = [first.source, ...others.map(({ source }) => source)];
  const sample = { query: givenLines(format), style: 'json' as const };
  const sampled = firstOf(files.flatMap(({ lines }) => lines));
  const reader = {
    lines: { query: linesOfFiles(sources, format), style: 'json' as const },
    sample,
    sampleLines: JSON.stringify(sampled),
  };
  const loadOf = ({ source, digest }: Looked): Load => ({
    ...reader,
    // Only asked for where lines of this file are bad.
    lines: {
      style: 'json',
      get query() {
        return jsonLines(source, format);
      },
    },
    source,
    format,
    digest,
    options: settingsText(options),
    tolerance: options.tolerance,
    now: options.now,
    attribute: options.attribute,
    rehearsal: options.dryRun,
  });
  const missing = await unfound(store, sampled, options.mapping.map);
  const load = () => loadFiles(store, [loadOf(first), ...others.map(loadOf)], reader);
  const loaded = await unlessUnreadable(options.dryRun ? () => store.rehearsal(load) : load);
  return loaded.map((one, place): [number, ImportedFile] => {
    const { index, source } = files[place] ?? first;
    const units = { unit: 'line', rejects_by: 'line' } as const;
    const read = { ...units, source: source.name, continues: null, format, unread: [], unfound: missing };
    const result = fileOf(read, one);
    return [index, options.dryRun ? { ...result, import_id: null } : result];
  });
}

/** As many lines as are not too much to look at; what they do not show is settled afterwards. */
function firstOf(lines: readonly string[]): string[] {
  let left = SAMPLE_CHARACTERS;
  return lines.filter(({ length }) => {
    left -= length;
    return left >= 0;
  });
}

/** Nothing, where a file stands in the way of the others: then each is read by itself, and the one that is bad says so. */
async function unlessUnreadable(load: () => Promise<Loaded[]>): Promise<Loaded[]> {
  try {
    return await load();
  } catch (error) {
    if (!isOfFile(error)) throw error;
    return [];
  }
}
