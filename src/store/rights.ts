import { statSync } from 'node:fs';
import { setUmask } from '../io.js';

/** A new database is for its owner alone: it says who the customers of a company are and what they cost. */
export const OWN_RIGHTS = 0o600;

/** The rights of the files that DuckDB makes for a database: those of the database, which its owner may have widened. */
export function rightsOf(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? OWN_RIGHTS) & 0o666;
}

/** Does `fn`, in which every new file gets these rights at most; the process has its own ones again afterwards. */
export async function withRights<T>(rights: number | undefined, fn: () => Promise<T>): Promise<T> {
  if (rights === undefined) return fn();
  const mask = setUmask(0o777 & ~rights);
  try {
    return await fn();
  } finally {
    setUmask(mask);
  }
}
