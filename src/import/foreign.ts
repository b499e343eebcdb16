import type { Named } from './paths.js';
import { headOf } from './sample.js';
import { sourceOf } from './source.js';

/** Counts of tokens and amounts in JSON. A limit of tokens (`"max_tokens": 4096`) stands in settings, too. */
const COUNTED = /"(?![^"\n]*max)[^"\n]*(?:token|cost|spend)[^"\n]*"\s*:\s*"?\d/i;
const USAGE = /"usage"\s*:\s*\{/i;
/** A header of several columns one of which counts tokens or money. */
const HEADER = /^(?=[^\n]*[,;\t])[^\n]*(?:token|cost|spend)/i;

/**
 * What a file of no known format is that lay in a folder beside logs: `ignored` if it is no log (settings, locks,
 * histories), `unknown` if something in it looks like usage, which must not be lost in silence. Undefined for a file
 * that the user named: that one is meant.
 */
export async function foreignKind({ path, name, inFolder }: Named): Promise<'ignored' | 'unknown' | undefined> {
  if (inFolder !== true) return undefined;
  const head = (await headOf(await sourceOf(path, name))).trimStart();
  const counts = COUNTED.test(head) || USAGE.test(head) || (!/^[{[]/.test(head) && HEADER.test(head));
  return counts ? 'unknown' : 'ignored';
}
