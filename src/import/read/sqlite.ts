import { constants, copyFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../errors.js';
import type { Source } from './source.js';
import { type Scratch, withTempFolder } from './temp_file.js';
import { zstdText } from './zstd.js';

/** How often a database that is being written is copied anew before we give up. */
const ATTEMPTS = 5;
const BATCH_CHARACTERS = 1 << 18;
/** How many rows of a table, and characters of a value, are searched for usage where no program is recognised. */
const ROWS_SEARCHED = 200;
const CHARACTERS_SEARCHED = 1 << 16;

/** A table that counts tokens or money, by the names of its columns or of keys in its JSON texts. */
const COUNTING_COLUMN = /token|usage|cost|spend/i;
const COUNTING_KEY = /"(?![^"\n]{0,80}max)[^"\n]{0,80}(?:token|cost|spend)[^"\n]{0,80}"\s*:\s*"?\d|"usage"\s*:\s*\{/i;

/** The columns of each table of a database, by the name of the table, in lower case. */
export type Tables = ReadonlyMap<string, ReadonlySet<string>>;

/** A query in SQLite's dialect whose only column is one JSON object per row, as text. */
export type RowQuery = string;

export interface Reading {
  /** The query for a database with these tables; undefined where no known program wrote them. */
  query: (tables: Tables) => RowQuery | undefined;
  /** The error for a database that no known program wrote. */
  unknown: (name: string, found: { tables: Tables; counts: boolean }) => Error;
}

/**
 * The rows of an SQLite database as a temporary file with one JSON object per line. The database is copied together with its
 * write-ahead log and only the copy is opened: the program that owns it is neither locked nor disturbed, and rows that stand only in the
 * log (`-wal`) are read. Throws InputError for a database that is damaged, encrypted or keeps changing.
 */
export async function copyDatabaseRows(source: Source, reading: Reading, scratch: Scratch): Promise<Source> {
  return withTempFolder(async (folder) => {
    const path = join(folder, 'database');
    await copyConsistently(source, path);
    const { default: sqlite } = await import('node-sqlite3-wasm');
    const database = openCopy(new sqlite.Database(path), source.name);
    try {
      const tables = database.tables();
      // The copy holds prompts. Where an open file may lose its name (not on Windows), not even a killed import leaves it.
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      const query = reading.query(tables);
      if (query === undefined) throw reading.unknown(source.name, { tables, counts: database.counts(tables) });
      const rows = await scratch.copy(source, database.lines(query));
      const { size } = await stat(rows.path);
      return { ...rows, size, database: undefined };
    } finally {
      database.close();
    }
  });
}

/** Copies a database and its log; again where either changed meanwhile, so that both are of one moment. */
async function copyConsistently({ path, name }: Source, copy: string): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await stateOf(path);
    for (const suffix of ['', '-wal', '-journal']) await copyIfThere(`${path}${suffix}`, `${copy}${suffix}`);
    if ((await stateOf(path)) === before) return;
  }
  throw new InputError(
    `${name} is being written all the time, so that no whole copy could be made of it.\nImport it when its program is idle.`,
  );
}

async function stateOf(path: string): Promise<string> {
  const states = ['', '-wal', '-journal'].map(async (suffix) => {
    const found = await stat(`${path}${suffix}`).catch(() => undefined);
    return found === undefined ? '-' : `${found.ino} ${found.size} ${found.mtimeMs}`;
  });
  return (await Promise.all(states)).join(', ');
}

async function copyIfThere(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** What is used of node-sqlite3-wasm. */
interface Engine {
  all(sql: string): Record<string, unknown>[];
  exec(sql: string): void;
  prepare(sql: string): { iterate(): Iterable<Record<string, unknown>>; finalize(): void };
  function(name: string, fn: (value: unknown) => string | null, options: { deterministic: boolean }): unknown;
  close(): void;
}

interface OpenDatabase {
  tables(): Tables;
  counts(tables: Tables): boolean;
  lines(query: RowQuery): AsyncGenerator<Uint8Array>;
  close(): void;
}

function openCopy(engine: Engine, name: string): OpenDatabase {
  const guarded = <R>(read: () => R): R => {
    try {
      return read();
    } catch (error) {
      throw unreadableDatabase(name, error);
    }
  };
  const rows = (query: string) => guarded(() => engine.all(query));
  // Without it a database in WAL mode needs shared memory, which the WebAssembly build does not have.
  guarded(() => engine.exec('pragma locking_mode = exclusive'));
  engine.function('zstd_text', zstdText, { deterministic: true });
  return {
    tables() {
      const names = rows(
        `select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'`,
      );
      return new Map(
        names.map(({ name: table }) => [
          String(table).toLowerCase(),
          new Set(
            rows(`select name from pragma_table_info(${quoted(String(table))})`).map((column) =>
              String(column.name).toLowerCase(),
            ),
          ),
        ]),
      );
    },
    counts(tables) {
      return [...tables].some(([table, columns]) => {
        if (rows(`select 1 from "${table.replaceAll('"', '""')}" limit 1`).length === 0) return false;
        if ([...columns].some((column) => COUNTING_COLUMN.test(column))) return true;
        const values = [...columns].map((column) => {
          const at = `"${column.replaceAll('"', '""')}"`;
          return `case when typeof(${at}) in ('text', 'blob') then substr(cast(${at} as text), 1, ${CHARACTERS_SEARCHED}) end`;
        });
        const some = rows(
          `select concat_ws(char(10), ${values.join(', ')}) as texts from "${table.replaceAll('"', '""')}" limit ${ROWS_SEARCHED}`,
        );
        return some.some(({ texts }) => COUNTING_KEY.test(String(texts)));
      });
    },
    async *lines(query) {
      const statement = guarded(() => engine.prepare(query));
      try {
        const found = guarded(() => statement.iterate()[Symbol.iterator]());
        let batch = '';
        for (let next = guarded(() => found.next()); next.done !== true; next = guarded(() => found.next())) {
          batch += `${String(Object.values(next.value)[0])}\n`;
          if (batch.length < BATCH_CHARACTERS) continue;
          yield Buffer.from(batch);
          batch = '';
        }
        yield Buffer.from(batch);
      } finally {
        statement.finalize();
      }
    },
    close: () => engine.close(),
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function unreadableDatabase(name: string, cause: unknown): InputError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new InputError(
    `${name} is an SQLite database that cannot be read: ${reason}.\nIt may be damaged or encrypted. See what SQLite says: sqlite3 ${name} 'pragma integrity_check'`,
    { cause },
  );
}
