import type { Store } from '../../store/store.js';
import { describesFile } from '../declare/mapping.js';
import type { Cut } from '../read/json_splitter.js';
import { withWholeCharacters } from '../read/lone_surrogates.js';
import { isParquet, parquetError } from '../read/parquet.js';
import { headOf } from '../read/sample.js';
import type { Source } from '../read/source.js';
import { withEvenLines, withoutBom } from '../read/temp_file.js';
import { withClosedLines } from '../read/unclosed_lines.js';
import { type Asked, cutOf, holdsDocuments, pagesCut, withRecords } from './document.js';
import { UnknownFormat } from './identify.js';
import { type Prepared, prepared } from './read_plan.js';

export interface Opened extends Asked {
  source: Source;
}

/** What is done with a file once it is known how to read it. */
export interface Reading<T> {
  /** `plain` is the file as DuckDB reads it: without byte order mark, documents cut up into lines. */
  ready: (found: Prepared, plain: Source) => Promise<T>;
  /** Instead of an error where nobody knows the file; `head` is its beginning. */
  unknown?: (error: UnknownFormat, plain: { source: Source; head: string }) => Promise<T>;
}

/** Finds out what a file is and hands it on; undefined for one that has no rows. Throws InputError for one that cannot be read. */
export async function withReady<T>(
  store: Store,
  opened: Opened,
  { ready, unknown }: Reading<T>,
): Promise<T | undefined> {
  const { source, head } = opened;
  const read = (file: Source, start: string, pages?: () => Promise<Cut | undefined>) =>
    withWholeCharacters(file, (whole) => withClosedLines(whole, (plain) => readAsIs(plain, start, pages)));
  const readAsIs = async (plain: Source, start: string, pages?: () => Promise<Cut | undefined>) => {
    if (start === '') return undefined;
    let found: Prepared | undefined;
    try {
      found = await prepared(store, { ...opened, source: plain, head: start });
    } catch (error) {
      if (!(error instanceof UnknownFormat)) throw error;
      const cut = await pages?.();
      if (cut !== undefined) return cutUp(cut);
      if (unknown === undefined) throw error;
      return unknown(error, { source: plain, head: start });
    }
    return found === undefined ? undefined : ready(found, plain);
  };
  const cutUp = (cut: Cut): Promise<T | undefined> =>
    withRecords(source, cut, async (lines) => read(lines, await headOf(lines)));
  if (isParquet(head)) return read(source, head).catch((error) => Promise.reject(parquetError(error, source)));
  if (holdsDocuments(head)) return cutUp(await cutOf(store, opened));
  // Where the user says what it is nobody else is asked, so this comes first.
  const said = opened.format !== undefined || describesFile(opened.mapping) ? await pagesCut(store, opened) : undefined;
  if (said !== undefined) return cutUp(said);
  try {
    const pages = () => pagesCut(store, opened);
    return await withoutBom(source, head, (plain) => withEvenLines(plain, (even) => read(even, head, pages)));
  } catch (error) {
    const cut = isTooLong(error) ? await cutOf(store, opened) : undefined;
    if (cut?.list === undefined || !cut.wrapped) throw error;
    return cutUp(cut);
  }
}

/** DuckDB's word for a line that does not fit into its buffer; pages in lines may be longer than those of logs. */
export function isTooLong(error: unknown): boolean {
  return error instanceof Error && error.message.includes('"maximum_object_size" of');
}
