import { type FileHandle, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { InputError } from '../../errors.js';
import { type Source, sourceOf, unpacked } from './source.js';

const PREFIX = 'llmcost-spool-';
const ABANDONED_MS = 86_400_000;

/**
 * Copies of files, as DuckDB reads files only: of what comes from a pipe, of documents, of other encodings. They hold
 * prompts, so nobody else may read them, and they are deleted whatever happens: where the system can still open a file
 * that has no name any more (Linux), it loses its name at once, so that not even a killed import leaves it behind;
 * elsewhere an import does away with it after a day.
 */
export class Scratch {
  private readonly open: { file: FileHandle; folder: string }[] = [];

  /** The same source with other bytes. */
  async copy(source: Source, bytes: AsyncIterable<Uint8Array>): Promise<Source> {
    return { ...source, path: await this.write(Readable.from(bytes)), compression: 'none', bomBytes: 0 };
  }

  /** What comes from a pipe, as a file. */
  async spool(bytes: Readable, name: string): Promise<Source> {
    return sourceOf(await this.write(bytes), name);
  }

  private async write(bytes: Readable): Promise<string> {
    const folder = await spoolFolder();
    const path = join(folder, 'input');
    const file = await open(path, 'wx+', 0o600);
    this.open.push({ file, folder });
    const nameless = `/proc/self/fd/${file.fd}`;
    const reachable = await isSame(path, nameless);
    if (reachable) await rm(folder, { recursive: true });
    await writeFile(file, bytes).catch((error) => Promise.reject(spoolError(error)));
    return reachable ? nameless : path;
  }

  async close(): Promise<void> {
    for (const { file, folder } of this.open.splice(0)) {
      await file.close();
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Hands out a place for copies, and does away with them in the end. */
export async function withScratch<T>(fn: (scratch: Scratch) => Promise<T>): Promise<T> {
  const scratch = new Scratch();
  try {
    return await fn(scratch);
  } finally {
    await scratch.close();
  }
}

/** Hands `fn` an empty folder that nobody else may read, and deletes it whatever happens. */
export async function withTempFolder<T>(fn: (folder: string) => Promise<T>): Promise<T> {
  const folder = await spoolFolder();
  try {
    return await fn(folder).catch((error) => Promise.reject(spoolError(error)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function spoolFolder(): Promise<string> {
  try {
    await removeAbandoned();
    return await mkdtemp(join(tmpdir(), PREFIX));
  } catch (error) {
    throw spoolError(error);
  }
}

/** What stands in the way of writing there; whatever else went wrong with the bytes stays what it is. */
function spoolError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = SPOOL_PROBLEMS[code];
  if (reason === undefined) return error;
  return new InputError(
    `The temporary folder ${tmpdir()} ${reason}.\nName another one with the variable TMPDIR; input from a pipe, documents of JSON and other encodings pass through it.`,
    { cause: error },
  );
}

const SPOOL_PROBLEMS: Readonly<Record<string, string>> = {
  ENOSPC: 'is full',
  EDQUOT: 'is full',
  EFBIG: 'may not hold a file that large',
  ENOENT: 'does not exist',
  ENOTDIR: 'is no folder',
  EACCES: 'may not be written',
  EROFS: 'may not be written',
};

async function isSame(path: string, other: string): Promise<boolean> {
  try {
    const [one, two] = await Promise.all([stat(path), stat(other)]);
    return one.dev === two.dev && one.ino === two.ino;
  } catch {
    return false;
  }
}

async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    try {
      const { mtimeMs } = await stat(folder);
      if (Date.now() - mtimeMs > ABANDONED_MS) await rm(folder, { recursive: true, force: true });
    } catch {
      // Another import was faster, or it belongs to another user.
    }
  }
}

const BOM_BYTES = 3;

/** DuckDB's reader of JSON does not know byte order marks: the file without it, also where it shows only in the unpacked head. */
export async function withoutBom(source: Source, head: string, scratch: Scratch): Promise<Source> {
  if (source.bomBytes === 0 && !head.startsWith('\ufeff')) return source;
  return scratch.copy(source, without(unpacked(source), BOM_BYTES));
}

/**
 * DuckDB stops at a CSV file in which some lines end in CR LF, some in LF: in this copy all end in LF. Such files come
 * about when programs of Windows and others append to one log; nothing tells before they are read.
 */
export function copyEven(source: Source, scratch: Scratch): Promise<Source> {
  return scratch.copy(source, evenLines(unpacked(source)));
}

export function hasUnevenLines(error: unknown): boolean {
  return error instanceof Error && error.message.includes('CSV Parser state machine reached an invalid state');
}

/** A file of 16-bit text as a copy in UTF-8, without byte order mark; any other one as it is. */
export async function inUtf8(source: Source, scratch: Scratch): Promise<Source> {
  const { utf16 } = source;
  if (utf16 === undefined) return source;
  const copy = await scratch.copy(source, utf8Of(unpacked(source), utf16));
  const { size } = await stat(copy.path);
  return { ...copy, size, utf16: undefined };
}

async function* utf8Of(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

async function* without(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of bytes) {
    yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/** A carriage return alone is a line end, too. */
async function* evenLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let after = false;
  for await (const chunk of bytes) {
    // One character for each byte, so that letters cut in two by the end of a chunk stay what they are.
    const text = Buffer.from(chunk).toString('latin1');
    yield Buffer.from((after ? text.replace(/^\n/, '') : text).replaceAll(/\r\n?/g, '\n'), 'latin1');
    after = text.endsWith('\r');
  }
}
