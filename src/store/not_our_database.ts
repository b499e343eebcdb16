import { open, readFile, rm, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreForeign, StoreUnreachable } from '../errors.js';

const SQLITE = 'SQLite format 3\0';
/** What other files begin with that somebody may take for the database. */
const OTHERS: [beginning: string, what: string][] = [
  [SQLITE, 'a database of SQLite, not of DuckDB'],
  ['PAR1', 'a Parquet file, not a database'],
];
/** The magic bytes of a DuckDB database: eight bytes of checksum, then these. https://duckdb.org/docs/stable/internals/storage */
const MAGIC = { at: 8, text: 'DUCK' };

/**
 * Throws StoreForeign if the file exists and is not a DuckDB database. DuckDB would open a log as an empty database in memory with
 * a view of the file (`--db log.json`): whatever is written to it is lost.
 */
export async function refuseForeign(path: string): Promise<void> {
  const found = await stat(path);
  if (found.isDirectory()) return;
  // To open a pipe that nobody writes to would wait without end.
  if (!found.isFile()) throw new StoreForeign(path, 'a pipe, socket or device, not a file');
  const head = await headOf(path);
  if (head.startsWith(MAGIC.text, MAGIC.at)) return;
  const other = OTHERS.find(([beginning]) => head.startsWith(beginning));
  throw new StoreForeign(path, other === undefined ? 'not a DuckDB database' : other[1]);
}

/** DuckDB writes the three headers of a database first; a shorter file holds no data yet. */
const HEADER_BYTES = 4096;
/** A write that a full disk cut short ends at a sector. A database truncated later, by a copy, is damaged and is kept. */
const SECTOR_BYTES = 512;
/** How long another process may take to write the headers. */
const CREATION_MS = 1000;

/**
 * Whether the creation of the database was interrupted (kill, full disk): the file is empty, zeros, or part of DuckDB's headers, so
 * nothing in it can be lost.
 */
export async function isUnfinished(path: string): Promise<boolean> {
  const found = await stat(path);
  const { size } = found;
  if (!found.isFile() || size >= 3 * HEADER_BYTES) return false;
  const bytes = await readFile(path);
  if (bytes.every((byte) => byte === 0)) return true;
  const cut = size < HEADER_BYTES || size % SECTOR_BYTES === 0;
  return cut && bytes.toString('latin1', 0, 16).startsWith(MAGIC.text, MAGIC.at);
}

/** Removes a database whose creation was interrupted, unless another process completes it meanwhile. */
export async function removeUnfinished(path: string): Promise<void> {
  for (let waited = 0; waited < CREATION_MS; waited += 100) {
    if (!(await isUnfinished(path))) return;
    await pause(100);
  }
  await rm(path);
}

/** Whether a file is a database, of DuckDB or of SQLite. Throws what the file system throws where it cannot be read. */
export async function isDatabase(path: string): Promise<boolean> {
  if (!(await stat(path)).isFile()) return false;
  const head = await firstLetters(path);
  return head.startsWith(MAGIC.text, MAGIC.at) || head.startsWith(SQLITE);
}

/** The first 16 bytes as letters. */
async function firstLetters(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The same of a file that has to be a database. Throws StoreUnreachable. */
async function headOf(path: string): Promise<string> {
  try {
    return await firstLetters(path);
  } catch (cause) {
    throw new StoreUnreachable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
