import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Source, sourceOf, unpacked } from './source.js';

/** DuckDB reads files only: what comes from a pipe, as a file. */
export async function withSpooled<T>(bytes: Readable, name: string, fn: (source: Source) => Promise<T>): Promise<T> {
  return withFile(bytes, async (path) => fn(await sourceOf(path, name)));
}

/** Writes bytes to a file that nobody else may read, hands its path to `fn`, and deletes it whatever happens. */
async function withFile<T>(bytes: Readable, fn: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'llmcost-'));
  try {
    const path = join(folder, 'input');
    await pipeline(bytes, createWriteStream(path, { mode: 0o600 }));
    return await fn(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const BOM_BYTES = 3;

/** DuckDB's reader of JSON does not know byte order marks: the file without it, also where it shows only in the unpacked head. */
export async function withoutBom<T>(source: Source, head: string, fn: (source: Source) => Promise<T>): Promise<T> {
  if (source.bomBytes === 0 && !head.startsWith('\ufeff')) return fn(source);
  return withCopy(source, without(unpacked(source), BOM_BYTES), fn);
}

/**
 * DuckDB stops at a CSV file in which some lines end in CR LF, some in LF: then it gets a copy in which all end in LF.
 * Such files come about when programs of Windows and others append to one log; nothing tells before they are read.
 */
export async function withEvenLines<T>(source: Source, fn: (source: Source) => Promise<T>): Promise<T> {
  try {
    return await fn(source);
  } catch (error) {
    if (!hasUnevenLines(error)) throw error;
    return withCopy(source, evenLines(unpacked(source)), fn);
  }
}

function hasUnevenLines(error: unknown): boolean {
  return error instanceof Error && error.message.includes('CSV Parser state machine reached an invalid state');
}

async function withCopy<T>(
  source: Source,
  bytes: AsyncIterable<Uint8Array>,
  fn: (source: Source) => Promise<T>,
): Promise<T> {
  return withFile(Readable.from(bytes), (path) => fn({ ...source, path, compression: 'none', bomBytes: 0 }));
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
