import type { Store } from '../../store/store.js';
import { describesFile } from '../declare/mapping.js';
import type { Cut } from '../read/json_splitter.js';
import { copyWhole, LoneSurrogates } from '../read/lone_surrogates.js';
import { isParquet, parquetError } from '../read/parquet.js';
import { headOf } from '../read/sample.js';
import type { Source } from '../read/source.js';
import { copyEven, hasUnevenLines, type Scratch, withoutBom } from '../read/temp_file.js';
import { copyClosed, hasOpenLines } from '../read/unclosed_lines.js';
import { type Asked, copyRecords, cutOf, holdsDocuments, pagesCut } from './document.js';
import { UnknownFormat } from './identify.js';
import { type Prepared, prepared } from './read_plan.js';

export interface Asking extends Asked {
  source: Source;
}

/** A file and how it is read. */
export interface Opened extends Prepared {
  /** The file as DuckDB reads it: without byte order mark, documents cut up into lines. */
  plain: Source;
}

/** Where copies of files are kept, and the database that is asked about them. */
export interface Bench {
  store: Store;
  scratch: Scratch;
}

/** Finds out what a file is; undefined for one that has no rows. Throws InputError for one that cannot be read. */
export async function openSource(asking: Asking, bench: Bench): Promise<Opened | undefined> {
  const { source, head } = asking;
  if (isParquet(head)) {
    const found = await prepared(bench.store, asking).catch((error) => Promise.reject(parquetError(error, source)));
    return found && { ...found, plain: source };
  }
  if (holdsDocuments(head)) return openRecords(asking, await cutOf(asking), bench);
  // Where the user says what it is nobody else is asked, so this comes first.
  const pages = asking.format !== undefined || describesFile(asking.mapping) ? await pagesCut(asking) : undefined;
  if (pages !== undefined) return openRecords(asking, pages, bench);
  const plain = await withoutBom(source, head, bench.scratch);
  try {
    return await openLines({ ...asking, source: plain }, bench);
  } catch (error) {
    const cut = error instanceof UnknownFormat ? await pagesCut(asking) : undefined;
    if (cut === undefined) throw error;
    return openRecords(asking, cut, bench);
  }
}

/** Documents, cut up into lines. */
async function openRecords(asking: Asking, cut: Cut, bench: Bench): Promise<Opened | undefined> {
  const source = await copyRecords(asking.source, cut, bench.scratch);
  return openLines({ ...asking, source, head: await headOf(source) }, bench);
}

async function openLines(asking: Asking, bench: Bench): Promise<Opened | undefined> {
  if (asking.head === '') return undefined;
  try {
    const found = await prepared(bench.store, asking);
    return found && { ...found, plain: asking.source };
  } catch (error) {
    if (error instanceof UnknownFormat) error.seen ??= { source: asking.source, head: asking.head };
    if (!(error instanceof LoneSurrogates)) throw error;
    const source = await copyWhole(asking.source, bench.scratch);
    return openLines({ ...asking, source, head: await headOf(source) }, bench);
  }
}

/**
 * A file that could not be read as it is, once more, as a copy without what was in the way: half characters, open lines,
 * lines that end in two ways, pages of many megabytes on one line. Undefined where nothing can be done about it.
 */
export async function openRepaired(
  { asking, plain }: { asking: Asking; plain: Source },
  error: unknown,
  bench: Bench,
): Promise<Opened | undefined> {
  const reopened = async (source: Source) => openLines({ ...asking, source, head: await headOf(source) }, bench);
  if (error instanceof LoneSurrogates) return reopened(await copyWhole(plain, bench.scratch));
  if (hasOpenLines(error)) return reopened(await copyClosed(plain, bench.scratch));
  if (hasUnevenLines(error)) return reopened(await copyEven(plain, bench.scratch));
  const cut = isTooLong(error) && plain.longestRecord === undefined ? await cutOf(asking) : undefined;
  return cut?.list === undefined || !cut.wrapped ? undefined : openRecords(asking, cut, bench);
}

/** DuckDB's word for a line that does not fit into its buffer; pages in lines may be longer than those of logs. */
export function isTooLong(error: unknown): boolean {
  return error instanceof Error && error.message.includes('"maximum_object_size" of');
}
