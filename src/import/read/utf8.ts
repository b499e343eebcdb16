import { isAscii, isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { Source } from './source.js';

const CHUNK_BYTES = 1 << 20;
const QUOTE = 0x22;

/**
 * Whether a field of a CSV file that is not packed may come out as bytes that are not UTF-8: where they stand in the file,
 * or where DuckDB cuts a character in two, behind a quotation mark in the wrong place. As fast as the disk: a look at 1 GB
 * takes 20 ms besides.
 */
export async function mayHoldOddBytes({ path }: Pick<Source, 'path'>): Promise<boolean> {
  let [ascii, quoted] = [true, false];
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = endOfCharacters(bytes);
    if (!isUtf8(bytes.subarray(0, end))) return true;
    ascii &&= isAscii(bytes);
    quoted ||= bytes.includes(QUOTE);
    if (quoted && !ascii) return true;
    rest = bytes.subarray(end);
  }
  return !isUtf8(rest);
}

/** Where the last character begins, if it may go on in the next chunk; else the end. */
function endOfCharacters(bytes: Buffer): number {
  let at = bytes.length;
  for (let back = 0; back < 3 && at > 0; back++) {
    at--;
    const byte = bytes[at] ?? 0;
    if (byte >= 0xc0) return at;
    if (byte < 0x80) break;
  }
  return bytes.length;
}
