import { StoreDamaged, StoreForeign, StoreFull, StoreLocked } from '../errors.js';

const FOREIGN = 'a DuckDB database of another program';

/** The process that holds the file, or undefined if the failure is not a lock. */
export function lockHolder(error: unknown): string | undefined {
  const text = String(error);
  if (!/could not set lock on file|conflicting lock|being used by another process/i.test(text)) return undefined;
  const held = /held in (.+?) \(PID (\d+)\)/.exec(text);
  return held === null ? 'another process' : `process ${held[2]} (${held[1]})`;
}

export function lockedError(path: string, holder: string, cause: unknown): StoreLocked {
  return new StoreLocked(path, holder, cause);
}

/** What DuckDB says on opening, in our words. */
export function openingError(path: string, error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes(FOREIGN)) return new StoreForeign(path, `${FOREIGN}: it has tables, but none of llmcost's`);
  if (/not a valid DuckDB database/i.test(text)) return new StoreForeign(path, 'not a DuckDB database', error);
  if (/is a directory|Is a directory/.test(text)) return new StoreForeign(path, 'a folder, not a file', error);
  if (/version number \d+, but we can only read/i.test(text)) {
    return new StoreForeign(path, 'written by a newer DuckDB than the one inside this llmcost', error);
  }
  return new StoreDamaged(path, firstLine(text), error);
}

/** A statement failed: a full disk is the user's to mend, anything else is a bug of ours. */
export function writingError(path: string, error: unknown): unknown {
  const text = String(error);
  return /no space left on device|could not write .*space|disk quota/i.test(text) ? new StoreFull(path, error) : error;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
