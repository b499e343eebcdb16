import { open } from 'node:fs/promises';
import { isParquet } from './parquet.js';
import type { Named } from './paths.js';
import { headOf } from './sample.js';
import { type Source, sourceOf } from './source.js';

/** Counts of tokens and amounts in JSON. A limit of tokens (`"max_tokens": 4096`) stands in settings, too. */
const COUNTED = /"(?![^"\n]*max)[^"\n]*(?:token|cost|spend)[^"\n]*"\s*:\s*"?\d/i;
const USAGE = /"usage"\s*:\s*\{/i;
/** A header of several columns one of which counts tokens or money. */
const HEADER = /^(?=[^\n]*[,;\t])[^\n]*(?:token|cost|spend)/i;

/** The same among the columns of Parquet, whose names stand at its end. */
const NAMED = /token|cost|spend|usage/i;
const END_BYTES = 1 << 16;

async function endOf({ path, size }: Source): Promise<string> {
  const file = await open(path, 'r');
  try {
    const length = Math.min(size, END_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await file.close();
  }
}

/**
 * What a file of no known format is that lay in a folder beside logs: `ignored` if it is no log (settings, locks,
 * histories), `unknown` if something in it looks like usage, which must not be lost in silence. Undefined for a file
 * that the user named: that one is meant.
 */
export async function findForeignKind(
  { path, name, inFolder }: Named,
  counts?: boolean,
): Promise<'ignored' | 'unknown' | undefined> {
  if (inFolder !== true) return undefined;
  if (counts !== undefined) return counts ? 'unknown' : 'ignored';
  const source = sourceOf(path, name);
  const head = (await headOf(source)).trimStart();
  const looksLikeUsage = isParquet(head) ? NAMED.test(await endOf(source)) : countsTokens(head);
  return looksLikeUsage ? 'unknown' : 'ignored';
}

function countsTokens(head: string): boolean {
  return COUNTED.test(head) || USAGE.test(head) || (!/^[{[]/.test(head) && HEADER.test(head));
}
