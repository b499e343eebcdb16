import { open, stat } from 'node:fs/promises';
import { StoreForeign, StoreUnreachable } from '../errors.js';

/** What other files begin with that somebody may take for the database. */
const OTHERS: [beginning: string, what: string][] = [
  ['SQLite format 3\0', 'a database of SQLite, not of DuckDB'],
  ['PAR1', 'a Parquet file, not a database'],
];
/** Where a DuckDB database says what it is: eight bytes of checksum, then this. https://duckdb.org/docs/stable/internals/storage */
const MAGIC = { at: 8, text: 'DUCK' };

/**
 * Throws StoreForeign if there is a file of this name that is no database. DuckDB would open a log as an empty database in memory with
 * a view of the file (`--db log.json`): what is written to that is lost.
 */
export async function refuseForeign(path: string): Promise<void> {
  if (!(await stat(path)).isFile()) return;
  const head = await headOf(path);
  if (head.startsWith(MAGIC.text, MAGIC.at)) return;
  const other = OTHERS.find(([beginning]) => head.startsWith(beginning));
  throw new StoreForeign(path, other === undefined ? 'not a DuckDB database' : other[1]);
}

/** The first 16 bytes as letters. */
async function headOf(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new StoreUnreachable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
