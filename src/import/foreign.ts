import type { Named } from './paths.js';
import { headOf } from './sample.js';
import { sourceOf } from './source.js';

/** Counts of tokens and amounts in JSON. A limit of tokens (`"max_tokens": 4096`) stands in settings, too. */
const COUNTED = /"(?![^"\n]*max)[^"\n]*(?:token|cost|spend)[^"\n]*"\s*:\s*"?\d/i;
const USAGE = /"usage"\s*:\s*\{/i;
/** A header of several columns one of which counts tokens or money. */
const HEADER = /^(?=[^\n]*[,;\t])[^\n]*(?:token|cost|spend)/i;

/**
 * Whether a file that lay in a folder beside logs is none of them: settings, locks, histories. Not where something in
 * it looks like usage, which must not be lost in silence.
 */
export async function isForeign({ path, name, inFolder }: Named): Promise<boolean> {
  if (inFolder !== true) return false;
  const head = (await headOf(await sourceOf(path, name))).trimStart();
  return !COUNTED.test(head) && !USAGE.test(head) && (/^[{[]/.test(head) || !HEADER.test(head));
}
