import { createReadStream } from 'node:fs';
import { InputError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { type AnyFormat, isLedger } from '../declare/format.js';
import { describesFile } from '../declare/mapping.js';
import { readableText } from '../identify/database.js';
import { holdsDocuments, possibleRecords } from '../identify/document.js';
import { Claims, UnknownFormat } from '../identify/identify.js';
import { type Asking, type Bench, type Opened, openRepaired, openSource } from '../identify/open_source.js';
import { holdsObjects } from '../identify/read_plan.js';
import { isParquet, parquetError } from '../read/parquet.js';
import type { Named } from '../read/paths.js';
import { firstLines, headOf, sampleLines } from '../read/sample.js';
import { digestOf, kindOf, type Seen, type Source, seeFile, sourceOf } from '../read/source.js';
import { withScratch } from '../read/temp_file.js';
import { findForeignKind } from '../read/unrecognized_file.js';
import { hidesFileNumber, jsonLines } from '../rows/lines.js';
import { type ImportedFile, NOTHING } from './answer.js';
import { type Continued, continuedImports, copyNewPart } from './append.js';
import { explainFailure, isOfFile, resultOf, settingsText } from './file_answer.js';
import type { ImportOptions, Load } from './file_load.js';
import { loadLedger } from './ledger.js';
import { type Batch, loadBatch, type Outcome, plainBytes, ReadWhole } from './load.js';
import { findUnchanged } from './unchanged.js';

/*
 * The way of files into the store, whatever their number and size: they are looked at, those that did not change are left
 * alone, the others are opened (what are they, how are they read), and all that are read alike are loaded by one
 * statement. A problem of a file is an answer and stops no other file, a problem of the database is thrown.
 */

/** Files that are looked at, copied and loaded together, so that memory, temporary space and open files are bounded. */
const TOGETHER = { files: 5000, bytes: 1 << 29, copies: 500 };
/** So many files of so little are better gathered before they are converted: see Lines.ofShortFiles. */
const SHORT_BYTES = 1 << 17;

/** Files in their order, in groups that are imported together. */
export function groupFiles(files: readonly Named[]): Named[][] {
  const groups: Named[][] = [];
  let bytes = 0;
  for (const file of files) {
    const size = sizeOf(file);
    const group = groups.at(-1);
    bytes += size;
    if (group === undefined || group.length >= TOGETHER.files || bytes > TOGETHER.bytes) {
      groups.push([file]);
      bytes = size;
    } else group.push(file);
  }
  return groups;
}

/** What a file may come to when it is unpacked; nobody knows of a pipe. */
function sizeOf({ path, name }: Named): number {
  const kind = path === '-' ? 'pipe' : kindOf(path, name);
  if (kind !== 'file') return kind === 'pipe' ? TOGETHER.bytes : 0;
  const packed = /\.(gz|zst)$/i.test(path) ? 'gzip' : 'none';
  return plainBytes({ size: seeFile(path, name).size, compression: packed });
}

/** A file as it is seen, or a pipe as it was read. */
interface Found {
  file: Named;
  seen: Seen | Source;
}

/** A file on its way. */
interface Entry {
  file: Named;
  /** As it was found, with its size and times. */
  source: Source;
  digest: string;
  /** What of it is read, if not all. */
  added?: Continued;
  asking: Asking;
  opened?: Opened;
}

/** An entry that was opened. */
type Ready = Entry & { opened: Opened };

/** Imports the files of a group; one answer for each, in their order. */
export async function importFiles(
  store: Store,
  files: readonly Named[],
  options: ImportOptions,
): Promise<ImportedFile[]> {
  return withScratch(async (scratch) => {
    const run = new Run(store, options, { store, scratch });
    return run.import(files);
  });
}

class Run {
  private readonly claims: Claims;
  private readonly settings: string;
  private readonly answers = new Map<Named, ImportedFile>();

  constructor(
    private readonly store: Store,
    private readonly options: ImportOptions,
    private readonly bench: Bench,
  ) {
    this.claims = new Claims(store, options.own ?? []);
    this.settings = settingsText(options);
  }

  async import(files: readonly Named[]): Promise<ImportedFile[]> {
    const changed = await this.changed(await this.found(files));
    const entries = await this.begun(changed);
    await this.learn(entries);
    const ready: Ready[] = [];
    for (const entry of entries) {
      const opened = await this.open(entry);
      if (opened !== undefined) ready.push(opened);
    }
    const bytes = ready.reduce((sum, { source }) => sum + source.size, 0);
    if (bytes > 0) this.options.onFile?.({ size: bytes });
    for (const batch of batchesOf(ready)) await this.load(batch);
    return files.map((file) => this.answers.get(file) ?? { ...NOTHING, source: file.name, status: 'empty' });
  }

  /** Does something with a file; a problem of it is its answer. */
  private async attempt<T>(file: Named, source: Source | undefined, fn: () => Promise<T>): Promise<T | undefined> {
    try {
      return await fn();
    } catch (error) {
      await this.fail(file, source, error);
      return undefined;
    }
  }

  private async fail(file: Named, source: Source | undefined, error: unknown): Promise<void> {
    const failure = source === undefined ? error : explainFailure(error, source);
    if (!(failure instanceof InputError)) throw failure;
    const foreign = error instanceof UnknownFormat ? await findForeignKind(file, error.counts) : undefined;
    this.answers.set(file, { ...NOTHING, source: file.name, status: foreign ?? 'failed', problem: failure.message });
  }

  /** What is at each path; pipes are read to their end. */
  private async found(files: readonly Named[]): Promise<Found[]> {
    const found: Found[] = [];
    for (const file of files) {
      const seen = await this.attempt(file, undefined, () => this.see(file));
      if (seen !== undefined) found.push({ file, seen });
    }
    return found;
  }

  private async see({ path, name }: Named): Promise<Seen | Source> {
    const { scratch } = this.bench;
    if (path === '-') return readableText(await scratch.spool(this.options.stdin, name), scratch);
    if (kindOf(path, name) === 'pipe') return readableText(await scratch.spool(createReadStream(path), name), scratch);
    return seeFile(path, name);
  }

  /** Those that are not as an earlier import read them. */
  private async changed(found: readonly Found[]): Promise<{ file: Named; source: Source }[]> {
    const { settings } = this;
    const before = await findUnchanged(
      this.store,
      found.map(({ seen }) => seen),
      { settings, verify: this.options.verify === true },
    );
    const changed: { file: Named; source: Source }[] = [];
    for (const [index, { file, seen }] of found.entries()) {
      const known = before[index];
      if (known !== undefined && !(known instanceof InputError)) {
        this.unchanged(file, known);
        continue;
      }
      const source = await this.attempt(file, undefined, async () => {
        if (known !== undefined) throw known;
        return 'compression' in seen ? seen : sourceOf(seen.path, seen.name);
      });
      if (source !== undefined) changed.push({ file, source });
    }
    return changed;
  }

  private unchanged(file: Named, { format, import_id }: { format: string; import_id: number }): void {
    this.answers.set(file, { ...NOTHING, source: file.name, format, status: 'unchanged', import_id });
  }

  /** Looks at the beginnings of files; of logs that go on after what an earlier import read, at that of the rest. */
  private async begun(found: readonly { file: Named; source: Source }[]): Promise<Entry[]> {
    const { settings, options, bench } = this;
    const own = options.own ?? [];
    const parts = await continuedImports(
      this.store,
      found.map(({ source }) => source),
      { settings, own },
    );
    const entries: Entry[] = [];
    for (const [index, { file, source }] of found.entries()) {
      const entry = await this.attempt(file, source, async () => {
        const added = parts[index];
        const text =
          added === undefined
            ? await readableText(source, bench.scratch)
            : await copyNewPart(source, added.bytes, bench.scratch);
        const asking = await this.asking(text, added);
        if (asking.head.trim() !== '')
          return { file, source, digest: digestOf(source.path, source.size), added, asking };
        if (added !== undefined) this.unchanged(file, added);
        return undefined;
      });
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  private async asking(source: Source, added?: Continued): Promise<Asking> {
    const { mapping, format } = this.options;
    // A mapping that describes the file is no format that has a name.
    const known = added === undefined || describesFile(mapping) ? format : added.format;
    return { source, head: await headOf(source), format: known, mapping, claims: this.claims };
  }

  /** Asks about the first lines, or records, of all files at once what format they are of. */
  private async learn(entries: readonly Entry[]): Promise<void> {
    const { format, mapping } = this.options;
    if (format === undefined && describesFile(mapping)) return;
    await this.claims.learn(
      entries.flatMap(({ asking: { source, head } }) => {
        if (isParquet(head) || !holdsObjects(head)) return [];
        return holdsDocuments(head) ? possibleRecords(head) : [firstLines(source, head)];
      }),
    );
  }

  private async open(entry: Entry): Promise<Ready | undefined> {
    try {
      const opened = await openSource(entry.asking, this.bench);
      if (entry.added !== undefined && opened?.plain.longestRecord !== undefined)
        throw new ReadWhole('the new part is a document');
      return opened && { ...entry, opened };
    } catch (error) {
      return this.reopen(entry, error);
    }
  }

  /** A file that could not be read as it was to be read: in another way, or not at all. */
  private async reopen(entry: Entry, error: unknown): Promise<Ready | undefined> {
    const { file, source, opened, asking } = entry;
    if (!(error instanceof ReadWhole) && !isOfFile(error)) throw error;
    return this.attempt(file, source, async () => {
      if (entry.added !== undefined) {
        const whole = { ...entry, added: undefined, asking: await this.asking(source) };
        return this.open(whole);
      }
      const repaired = opened && (await openRepaired({ asking, plain: opened.plain }, error, this.bench));
      if (repaired === undefined) throw error;
      return { ...entry, opened: repaired };
    });
  }

  /** Loads files that are read alike; those that stand in the way of the others by themselves. */
  private async load(entries: readonly Ready[]): Promise<void> {
    const [first, ...others] = entries;
    if (first === undefined) return;
    let outcomes: readonly Outcome[];
    try {
      outcomes = await this.loadTogether(first, others);
    } catch (thrown) {
      const error = first.opened.format.reads === 'parquet' ? parquetError(thrown, first.source) : thrown;
      if (!(error instanceof ReadWhole) && !isOfFile(error)) throw error;
      if (others.length === 0) return this.loadOtherwise(first, error);
      const half = Math.ceil(entries.length / 2);
      await this.load(entries.slice(0, half));
      return this.load(entries.slice(half));
    }
    for (const [index, outcome] of outcomes.entries()) {
      const entry = entries[index];
      if (entry === undefined) continue;
      if ('error' in outcome) await this.loadOtherwise(entry, outcome.error);
      else {
        const answer = resultOf(entry, outcome);
        this.answers.set(entry.file, this.options.dryRun ? { ...answer, import_id: null } : answer);
      }
    }
  }

  private async loadOtherwise(entry: Ready, error: unknown): Promise<void> {
    const next = await this.reopen(entry, error);
    if (next !== undefined) await this.load([next]);
  }

  private async loadTogether(first: Ready, others: readonly Ready[]): Promise<readonly Outcome[]> {
    const { dryRun } = this.options;
    const { format } = first.opened;
    const load = async (): Promise<readonly Outcome[]> => {
      if (isLedger(format)) return [await loadLedger(this.store, { ...this.loadOf(first), format })];
      const loads: Batch['loads'] = [
        { ...this.loadOf(first), format },
        ...others.map((other) => ({ ...this.loadOf(other), format })),
      ];
      return loadBatch(this.store, { loads, lines: linesOf(loads) });
    };
    return dryRun ? this.store.rehearsal(load) : load();
  }

  private loadOf({ source, digest, opened, added }: Ready): Omit<Load<AnyFormat>, 'format'> {
    const { tolerance, now, attribute, dryRun, machine } = this.options;
    const { plain, lines, sample } = opened;
    return {
      source: { ...plain, size: source.size, mtimeMs: source.mtimeMs, inode: source.inode },
      lines,
      sample,
      sampleLines: async () => (isJson(opened.format) ? JSON.stringify(await sampleLines(plain)) : undefined),
      options: this.settings,
      digest,
      continues: added?.import_id,
      tolerance,
      now,
      attribute,
      machine,
      rehearsal: dryRun,
    };
  }
}

/** The lines of all files of a batch. */
function linesOf(loads: Batch['loads']): Batch['lines'] {
  const [{ lines, format }, ...others] = loads;
  if (others.length === 0) return lines;
  const [first, ...more] = loads.map(({ source }) => source);
  if (first === undefined) throw new Error('a batch without files');
  const bytes = loads.reduce((sum, { source }) => sum + plainBytes(source), 0);
  return {
    query: jsonLines([first, ...more], format),
    style: 'json',
    ofShortFiles: bytes / loads.length < SHORT_BYTES,
  };
}

function isJson({ reads }: AnyFormat): boolean {
  return reads === 'ndjson' || reads === 'json';
}

/** Files that one statement can read: JSON of one format, compressed alike. */
function batchesOf(ready: readonly Ready[]): Ready[][] {
  const batches = new Map<unknown, Ready[]>();
  for (const entry of ready) {
    const { format, plain } = entry.opened;
    const alone =
      !isJson(format) || isLedger(format) || hidesFileNumber(format) || plainBytes(entry.source) > TOGETHER.bytes;
    const kind = alone ? entry : `${format.name} ${plain.compression}`;
    const batch = batches.get(kind);
    if (batch === undefined) batches.set(kind, [entry]);
    else batch.push(entry);
  }
  return [...batches.values()];
}
