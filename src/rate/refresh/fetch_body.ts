import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Response } from '../../net/fetch.js';

/** What readBody can unpack: the value of accept-encoding. */
export const ENCODINGS = 'gzip, br, deflate';

/** More came than a price list can have. */
export class TooMuch extends Error {}

/** Packed in a way nobody asked for. */
export class UnknownEncoding extends Error {}

/**
 * All bytes of an answer, unpacked. Never holds more than `maxBytes` of them, whatever the head promises and however
 * small it is packed. Throws TooMuch, UnknownEncoding, and what the connection or zlib throws.
 */
export async function readBody(
  { body, headers }: Response,
  { maxBytes, received }: { maxBytes: number; received?: (bytes: number) => void },
): Promise<Buffer> {
  // An answer that is given up reports that once more on its own; the loop below has thrown it already.
  body.on('error', () => {});
  const unpacker = unpackerOf(headers['content-encoding']);
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw new TooMuch();
  const unpacked: Readable = unpacker === undefined ? body : pipeline(body, unpacker, () => {});
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of unpacked) {
    size += chunk.length;
    if (size > maxBytes) throw new TooMuch();
    chunks.push(chunk);
    received?.(size);
  }
  return Buffer.concat(chunks, size);
}

function unpackerOf(encoding: string | string[] | undefined): Transform | undefined {
  const name = String(encoding ?? '').toLowerCase();
  if (name === '' || name === 'identity') return undefined;
  if (name === 'gzip' || name === 'x-gzip') return createGunzip();
  if (name === 'br') return createBrotliDecompress();
  if (name === 'deflate') return createInflate();
  throw new UnknownEncoding(name);
}
