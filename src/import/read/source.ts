import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzipSync } from 'node:zlib';
import { InputError } from '../../errors.js';
import { zstdDecompressed } from './zstd.js';

/** A file to import, as it is at this moment. */
export interface Source {
  /** Where the bytes are. */
  path: string;
  /** How the user knows it: the path as given, or `-`. */
  name: string;
  size: number;
  mtimeMs: number;
  /** With the device: which file it is, whatever its name. */
  inode: string;
  compression: 'none' | 'gzip' | 'zstd';
  /** The bytes before the first line: 3 for a UTF-8 byte order mark, else 0. */
  bomBytes: number;
  /** Spreadsheets export text of 16-bit units; it is read as a copy in UTF-8 (see withUtf8). */
  utf16?: 'utf-16le' | 'utf-16be';
  /** Each line is a record of a document that was cut up, so its number is no line of the file: the bytes of the longest. */
  longestRecord?: number;
  /** It is an SQLite database, which is read as the lines that its rows make (see withLines). */
  database?: true;
  /** It is the rest of a file of which so many bytes are not read again. */
  before?: { path: string; bytes: number };
}

const SQLITE = 'SQLite format 3\0';
const MAGIC = { gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5, 0x2f, 0xfd] } as const;

/** What is seen of a file without opening it. */
export type Seen = Pick<Source, 'path' | 'name' | 'size' | 'mtimeMs' | 'inode'>;

/** Size, time and identity of a file, by a call that waits: thousands of files are looked at. */
export function seeFile(path: string, name: string): Seen {
  try {
    return seenOf(statSync(path), path, name);
  } catch (error) {
    throw unreadable(name, error);
  }
}

function seenOf({ size, mtimeMs, ino, dev }: Stats, path: string, name: string): Seen {
  return { path, name, size, mtimeMs: Math.round(mtimeMs), inode: `${dev}:${ino}${logOf(path)}` };
}

/** SQLite writes new rows into a log beside the database, which itself stays as it is: its state is part of what the file is. */
function logOf(path: string): string {
  if (!/\.(?:db|sqlite3?|vscdb)$/i.test(path)) return '';
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  return log === undefined ? '' : `:${log.size}:${Math.round(log.mtimeMs)}`;
}

/** Looks at a file: size, time, and by its first bytes how it is packed. */
export function sourceOf(path: string, name: string): Source {
  const head = Buffer.alloc(SQLITE.length);
  const file = openFile(path, name);
  try {
    const seen = seenOf(fstatSync(file), path, name);
    readSync(file, head, 0, head.length, 0);
    const compression = compressionOf(head);
    const promised = /\.(gz|zst)$/i.exec(name)?.[1]?.toLowerCase();
    if (promised !== undefined && seen.size > 0 && compression === 'none') {
      throw new InputError(
        `${name} ends in .${promised}, but its content is not compressed that way.\nRename it if it is plain text, or fetch it again if it was cut off.`,
      );
    }
    const utf16 = compression === 'none' ? utf16Of(head) : undefined;
    const bomBytes = compression === 'none' && hasBom(head) ? 3 : 0;
    const plain = { ...seen, compression, bomBytes };
    if (head.toString('latin1') === SQLITE) return { ...plain, database: true };
    return { ...plain, ...(utf16 && { utf16 }) };
  } finally {
    closeSync(file);
  }
}

/** The bytes of a file, unpacked. */
export function unpacked(source: Source): Readable {
  const bytes = createReadStream(source.path);
  switch (source.compression) {
    case 'none':
      return bytes;
    case 'gzip': {
      const gunzip = createGunzip();
      bytes.on('error', (error) => gunzip.destroy(error));
      return bytes.pipe(gunzip);
    }
    case 'zstd':
      return Readable.from(zstdDecompressed(bytes));
    default:
      throw new Error(`no compression ${source.compression satisfies never}`);
  }
}

const DRAIN_BYTES = 1 << 18;
/** Unpacked, at most a thousand times as much. */
const SHORT_BYTES = 1 << 16;

/**
 * Unpacks a gzip file to its end and throws if its checksum does not match: DuckDB does not look at it, and a damaged
 * file would be read with other numbers in it. Zstandard's is checked by DuckDB.
 */
export async function checkPacked({ path, compression, size }: Source): Promise<void> {
  if (compression !== 'gzip') return;
  if (size <= SHORT_BYTES) {
    gunzipSync(await readFile(path));
    return;
  }
  const nowhere = new Writable({ highWaterMark: DRAIN_BYTES, write: (_chunk, _encoding, done) => done() });
  const [bytes, gunzip] = [
    createReadStream(path, { highWaterMark: DRAIN_BYTES }),
    createGunzip({ chunkSize: DRAIN_BYTES }),
  ];
  await pipeline(bytes, gunzip, nowhere);
}

const BLOCKS = 16;
const BLOCK_BYTES = 4096;
const END_BYTES = 16_384;
/** Up to this size a digest covers every byte. */
export const FULLY_DIGESTED = 1 << 17;

/**
 * A digest of the first `size` bytes of a file: of all of a short one, else of its head, its tail and 16 blocks between.
 * Enough to tell a file from its earlier self together with its size and time; to read all of a large log would cost more
 * than to import the part that is new.
 */
export function digestOf(path: string, size: number): string {
  const hash = createHash('sha256').update(String(size));
  const file = openSync(path, 'r');
  try {
    for (const [start, length] of size <= FULLY_DIGESTED ? [[0, size] as const] : digestBlocks(size)) {
      const block = Buffer.allocUnsafe(length);
      hash.update(block.subarray(0, readSync(file, block, 0, length, start)));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

function digestBlocks(size: number): [start: number, length: number][] {
  const between = Array.from({ length: BLOCKS }, (_, index): [number, number] => [
    Math.floor((size * (index + 1)) / (BLOCKS + 1)),
    BLOCK_BYTES,
  ]);
  return [[0, END_BYTES], ...between, [size - END_BYTES, END_BYTES]];
}

/** How many lines stand in a file before a part of it that is read alone. */
export async function linesBefore({ before }: Source): Promise<number> {
  if (before === undefined) return 0;
  let lines = 0;
  for await (const chunk of createReadStream(before.path, { end: before.bytes - 1, highWaterMark: 1 << 20 })) {
    const bytes = Buffer.from(chunk);
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++;
  }
  return lines;
}

function openFile(path: string, name: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

/** Whether something failed because a file is not there (any more). */
export function isGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || error.message.startsWith('IO Error: No files found');
}

/** What a failure of the file system means for the user. */
export function unreadable(name: string, cause: unknown): InputError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (isGone(cause)) return new InputError(`There is no file ${name}.\nCheck the path.`, { cause });
  if (code === 'EACCES') {
    return new InputError(`${name} may not be read.\nChange its permissions, or run as a user who may.`, { cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new InputError(`${name} could not be read: ${reason}`, { cause });
}

function compressionOf(head: Buffer): Source['compression'] {
  const starts = (magic: readonly number[]) => magic.every((byte, index) => head[index] === byte);
  if (starts(MAGIC.gzip)) return 'gzip';
  return starts(MAGIC.zstd) ? 'zstd' : 'none';
}

function hasBom(head: Buffer): boolean {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
}

/** The encoding of a text of 16-bit units, by its mark or by the zero in every letter of its beginning. */
function utf16Of([first, second, third, fourth]: Buffer): Source['utf16'] {
  if ((first === 0xff && second === 0xfe) || (second === 0 && fourth === 0 && first && third)) return 'utf-16le';
  return (first === 0xfe && second === 0xff) || (first === 0 && third === 0 && second && fourth)
    ? 'utf-16be'
    : undefined;
}

/** What a path leads to; a pipe (`<(zcat calls.gz)`) can be read once and from its beginning only. */
export type Kind = 'file' | 'folder' | 'pipe';

/** What stands at a path; undefined if there is nothing. */
export function kindOf(path: string, name: string): Kind | undefined {
  try {
    const found = statSync(path);
    if (found.isDirectory()) return 'folder';
    return found.isFIFO() || found.isCharacterDevice() || found.isSocket() ? 'pipe' : 'file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw unreadable(name, error);
  }
}
