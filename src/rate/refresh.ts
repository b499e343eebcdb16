import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { InputError, UsageError } from '../errors.js';
import type { Store } from '../store/store.js';
import { type Merged, mergeSource } from './book.js';
import { SOURCES } from './sources/origin.js';
import { stagePrices } from './sources/recognise.js';
import type { SourceName } from './sources/source.js';

export interface PriceFile {
  path: string;
  /** YYYY-MM-DD: the day its prices are of. */
  dataDate: string;
}

export interface Refreshed extends Merged {
  file: string;
  source: SourceName;
  dataDate: string;
  models: number;
}

const DATE_IN_NAME = /(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)/;

/**
 * The files in the order of their dates. The lists say nothing reliable about their own date: it is the one given,
 * else the one in the file's name, else the day the file was last written. Throws InputError, UsageError.
 */
export function datedFiles(paths: readonly string[], date: string | undefined): PriceFile[] {
  if (date !== undefined && paths.length > 1 && paths.some((path) => !DATE_IN_NAME.test(basename(path)))) {
    throw new UsageError('--date dates one file; give several files a date in their names (prices-2026-08-01.json).');
  }
  return paths
    .map((path) => ({ path, dataDate: dateOf(path, paths.length > 1 ? undefined : date) }))
    .sort((a, b) => (a.dataDate < b.dataDate ? -1 : a.dataDate > b.dataDate ? 1 : 0));
}

/**
 * Reads price files and merges each in a transaction of its own. `rebuilding` a history from old files, a source that
 * dates its changes is taken at its word: what it overwrites without a date was an error (genai-prices' policy).
 * Throws PriceSourceError, InputError.
 */
export async function refreshFromFiles(
  store: Store,
  files: readonly PriceFile[],
  purpose: 'refresh' | 'rebuilding' = 'refresh',
): Promise<Refreshed[]> {
  const results: Refreshed[] = [];
  for (const { path, dataDate } of files) {
    const bytes = readBytes(path);
    const staged = stagePrices(bytes.toString('utf8'), path, dataDate);
    const merged = await mergeSource(store, staged, {
      observedAt: dataDate,
      url: SOURCES[staged.source].url,
      licence: SOURCES[staged.source].licence,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      undatedChange: purpose === 'rebuilding' && SOURCES[staged.source].datesChanges ? 'corrected' : 'observed',
    });
    results.push({ ...merged, file: path, source: staged.source, dataDate, models: staged.models.length });
  }
  return results;
}

function dateOf(path: string, date: string | undefined): string {
  const named = date ?? DATE_IN_NAME.exec(basename(path))?.[1];
  return named ?? lastWritten(path).toISOString().slice(0, 10);
}

function lastWritten(path: string): Date {
  try {
    return statSync(path).mtime;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): InputError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new InputError(`The price file ${path} cannot be read: ${detail}\nCheck the path given to --from.`, { cause });
}
