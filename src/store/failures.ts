import { StoreDamaged, StoreForeign, StoreFull, StoreLocked, StoreOutOfMemory, StoreUnreachable } from '../errors.js';

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

/** Translates a failure to open a database into a UserError with its cause. */
export function openingError(path: string, error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes(FOREIGN)) return new StoreForeign(path, `${FOREIGN}: it has tables, but none of llmcost's`);
  if (/not a valid DuckDB database/i.test(text)) return new StoreForeign(path, 'not a DuckDB database', error);
  if (/is a directory|Is a directory/.test(text)) return new StoreForeign(path, 'a folder, not a file', error);
  const version = /version number (\d+), but we can only read/i.exec(text)?.[1];
  if (version !== undefined) {
    const writer = Number(version) >= 69 ? 'DuckDB 2' : 'a newer DuckDB';
    return new StoreForeign(
      path,
      `written by ${writer} (storage version ${version}), which the DuckDB inside this llmcost cannot read; with that DuckDB, copy it into a file of the older form: ATTACH 'new.duckdb' (STORAGE_VERSION 'v1.5.0')`,
      error,
    );
  }
  const refused = /cannot open file .*: (no such file or directory|permission denied|read-only file system)/i.exec(
    text,
  );
  if (refused !== null) return new StoreUnreachable(path, refused[1] ?? text, error);
  return new StoreDamaged(path, firstLine(text), error);
}

/** Translates a failed statement: a full disk, a damaged file and a question too large are the user's to repair, anything else is a bug and returned as it is. */
export function statementError(path: string, error: unknown): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (/no space left on device|could not write .*space|disk quota|file too large/i.test(text)) {
    return new StoreFull(path, error);
  }
  if (/^(Error: )?Out of Memory Error/i.test(text)) return new StoreOutOfMemory(path, error);
  // DuckDB reads blocks on demand, so damage may show long after opening.
  const cut = /could not read enough bytes from file/i.test(text) && text.includes(path);
  return cut || /corrupt database file/i.test(text) ? new StoreDamaged(path, firstLine(text), error) : error;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
