import { DATABASE_PROGRAMS, queryOf } from '../formats/databases.js';
import type { Source } from '../read/source.js';
import { type Tables, withDatabaseRows } from '../read/sqlite.js';
import { UnknownFormat } from './identify.js';

const TABLES_SHOWN = 10;

/** Hands `fn` the rows of an SQLite database as JSON lines, and any other file as it is. */
export async function withLines<T>(source: Source, fn: (lines: Source) => Promise<T>): Promise<T> {
  return source.database === true
    ? withDatabaseRows(source, { query: queryOf, unknown: unknownDatabase }, fn)
    : fn(source);
}

function unknownDatabase(name: string, { tables, counts }: { tables: Tables; counts: boolean }): UnknownFormat {
  const names = [...tables.keys()];
  const shown = names.length === 0 ? 'no tables' : names.slice(0, TABLES_SHOWN).join(', ');
  return new UnknownFormat(
    `${name} is an SQLite database of a program that llmcost does not know. Tables in it: ${shown}.\nRead are those of ${DATABASE_PROGRAMS.join(', ')}; export any other table as CSV.`,
    counts,
  );
}
