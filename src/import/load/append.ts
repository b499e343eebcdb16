import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { integer, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type AnyFormat, type Format, isLedger } from '../declare/format.js';
import { mappedFormat } from '../declare/mapping.js';
import { FORMATS } from '../formats/index.js';
import type { Own } from '../identify/identify.js';
import { digestOf, type Source } from '../read/source.js';
import { withCopy } from '../read/temp_file.js';
import { type Range, within } from './import_range.js';

/*
 * A log that is appended to costs only its new part: where the beginning of a file is what an earlier import read, the
 * rest of it is read alone, as an import of its own.
 */

/** To read a file of this size costs no more than to plan how it is read. */
export const SMALL_BYTES = 1 << 18;
const CANDIDATES = 3;

/** The import whose file is the beginning of a file, and where its last whole line ends. */
export interface Continued {
  import_id: number;
  format: string;
  bytes: number;
}

/** The new part of a file cannot be told from the old one: all of it has to be read. */
export class ReadWhole extends Error {}

/**
 * The longest earlier import of which a file is the continuation: same name and options, and the digest of as many
 * bytes is the same. Undefined for packed files, for formats in which lines need those before them, and for documents.
 */
export async function continuedImport(
  store: Store,
  source: Source,
  { settings, own }: { settings: string; own: Own },
): Promise<Continued | undefined> {
  if (source.compression !== 'none') return undefined;
  const found = await store.rows<{ import_id: number; format: string; size: string; digest: string }>(
    sql`
    select import_id, format, source_size as size, source_digest as digest
    from imports
    where status = 'done'
      and source = $name
      and options = $settings
      and source_digest is not null
      and source_size >= ${integer(SMALL_BYTES)}
      and source_size < $size
    order by source_size desc, import_id desc
    limit ${integer(CANDIDATES)}`,
    { name: source.name, settings, size: source.size },
  );
  for (const { import_id, format, size, digest } of found) {
    if (!readsLineByLine(format, own) || (await digestOf(source.path, Number(size))) !== digest) continue;
    const bytes = await endOfLines(source.path, Number(size));
    if (bytes !== undefined) return { import_id, format, bytes };
  }
  return undefined;
}

/** Whether a line of a format means the same whatever stands before it, and is counted by itself. */
function readsLineByLine(name: string, own: Own): boolean {
  const found = [...FORMATS, ...own, MAPPED].find((format) => format.name === name);
  return found !== undefined && isLineByLine(found);
}

const MAPPED = mappedFormat({ map: new Map(), set: new Map() }, 'ndjson');

function isLineByLine(format: AnyFormat): boolean {
  return (
    !isLedger(format) &&
    format.reads === 'ndjson' &&
    format.rows === undefined &&
    format.resolved === undefined &&
    format.carried === undefined &&
    format.earns === undefined
  );
}

const LOOKED_BACK = 1 << 20;

/** Where the last whole line of the first `size` bytes ends; a line that was still being written is read again. */
async function endOfLines(path: string, size: number): Promise<number | undefined> {
  const file = await open(path, 'r');
  try {
    const start = Math.max(0, size - LOOKED_BACK);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const last = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    return last < 0 ? undefined : start + last + 1;
  } finally {
    await file.close();
  }
}

/** Hands `fn` the lines of a file after so many bytes, in a copy that is thrown away in the end. */
export async function withNewPart<T>(source: Source, bytes: number, fn: (part: Source) => Promise<T>): Promise<T> {
  const [size, before] = [source.size - bytes, { path: source.path, bytes }];
  const added = createReadStream(source.path, { start: bytes, end: source.size - 1 });
  return withCopy(source, added, (part) => fn({ ...part, size, before }));
}

/** How many lines stand in a file before a part of it that is read alone. */
export async function linesBefore({ before }: Source): Promise<number> {
  if (before === undefined) return 0;
  let lines = 0;
  for await (const chunk of createReadStream(before.path, { end: before.bytes - 1, highWaterMark: LOOKED_BACK })) {
    const bytes = Buffer.from(chunk);
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++;
  }
  return lines;
}

/**
 * Equal lines without an id are calls of their own, numbered by their place among the equal ones of the whole file:
 * where the new part repeats one of before, only the whole file tells. Throws ReadWhole then.
 */
export async function refuseEqualLines(store: Store, range: Range, format: Format): Promise<void> {
  if (format.key !== undefined) return;
  const fresh = sql`select event_key from usage_fact where ${within(range)} and request_id is null`;
  const [some] = await store.rows(sql`${fresh} limit 1`);
  if (some === undefined) return;
  const [equal] = await store.rows(sql`
    select event_key
    from usage_fact
    where not (${within(range)}) and event_key in (${fresh})
    limit 1`);
  if (equal !== undefined) throw new ReadWhole('a line of the new part is equal to one of before');
}
