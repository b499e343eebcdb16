import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Io } from '../../io.js';
import type { Status } from '../../query/status/answer.js';

/*
 * The last status of a database, in the user's folder for caches: a prompt asks several times a minute, and as long as neither the
 * database nor the configuration has changed, the answer is the same and DuckDB need not be loaded.
 */

/** A status and what it depends on. */
export interface Kept {
  database: string;
  /** Size and time of the files that were read. */
  stamps: string;
  /** When it must be asked again, in milliseconds since 1970: another day may have begun. */
  until: number;
  answer: Status;
}

/** Where the status of a question is kept; undefined where the environment names no folder. `asked` tells questions apart. */
export function cacheFile(asked: readonly (string | undefined)[], { env }: Io): string | undefined {
  const home = env.HOME || env.USERPROFILE;
  const folder = env.XDG_CACHE_HOME || env.LOCALAPPDATA || (home && join(home, '.cache'));
  if (folder === undefined || folder === '') return undefined;
  const name = createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 24);
  return join(folder, 'llmcost', `status-${name}.json`);
}

/** What is kept in a file; undefined where there is nothing that can be read. */
export function readKept(file: string | undefined): Kept | undefined {
  if (file === undefined) return undefined;
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isKept(kept) ? kept : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isOfSystem(error)) return undefined;
    throw error;
  }
}

function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'answer' in value && 'stamps' in value && 'until' in value;
}

/** Keeps a status. A folder that cannot be written is no failure: the next one is worked out anew. */
export function keep(file: string | undefined, kept: Kept): void {
  if (file === undefined) return;
  try {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    if (!isOfSystem(error)) throw error;
  }
}

/** Size and time of files and of the log that DuckDB writes beside a database. */
export function stampsOf(database: string, config: string | undefined): string {
  return [database, `${database}.wal`, ...(config === undefined ? [] : [config])].map(stampOf).join(' ');
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? '-' : `${found.size}:${found.mtimeMs}`;
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
