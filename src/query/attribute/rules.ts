import { resolve } from 'node:path';
import type { AttributionEntry } from '../../config/attribution.js';
import { UsageError } from '../../errors.js';
import { parseDimension } from '../scope/dimensions.js';
import { type Condition, parseCondition } from '../scope/filter.js';

/** A rule that says to whom or to what calls belong, checked. */
export interface AttributionRule {
  /** Where it stands: `llmcost.yaml:3: attribution[0]`. */
  place: string;
  /** What it sets: a column or `tag:NAME`, and the value; null is what `from` says. */
  set: readonly { target: string; value: string | null }[];
  /** A dimension. */
  from: string | null;
  /** What `from` says is looked up in a file. */
  lookup: { path: string; name: string; key: string; value: string } | null;
  where: readonly Condition[];
  overwrite: boolean;
}

export interface DeclaredAttribution {
  entries: readonly AttributionEntry[];
  where: (...path: (string | number)[]) => string;
  /** Files are looked for from here. */
  folder: string;
}

/** The rules of llmcost.yaml in their order. Throws UsageError that names file, line and key. */
export function attributionRules({ entries, where, folder }: DeclaredAttribution): AttributionRule[] {
  return entries.map((entry, index) => {
    const at = (...keys: (string | number)[]) => where('attribution', index, ...keys);
    const { set, from, file, key = '', value = '', where: conditions = [], overwrite = false } = entry;
    return {
      place: at(),
      set: Object.entries<string | null>(set).map(([target, given]) => ({ target, value: given })),
      from: from === undefined ? null : placed(at('from'), () => parseDimension(from)),
      lookup: file === undefined ? null : { path: resolve(folder, file), name: file, key, value },
      where: conditions.map((text, position) => placed(at('where', position), () => parseCondition(text))),
      overwrite,
    };
  });
}

/** What is wrong with a part of a rule, with the place of that part. */
function placed<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${place}: ${error.message.replace(/^--where /, '')}`, { cause: error });
  }
}
