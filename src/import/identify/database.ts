import { DATABASE_PROGRAMS, queryOf } from '../formats/databases.js';
import type { Source } from '../read/source.js';
import { copyDatabaseRows, type Tables } from '../read/sqlite.js';
import { inUtf8, type Scratch } from '../read/temp_file.js';
import { UnknownFormat } from './identify.js';

const TABLES_SHOWN = 10;

/** A file as text that can be read: the rows of an SQLite database as JSON lines, any other encoding in UTF-8. */
export async function readableText(source: Source, scratch: Scratch): Promise<Source> {
  return source.database === true
    ? copyDatabaseRows(source, { query: queryOf, unknown: unknownDatabase }, scratch)
    : inUtf8(source, scratch);
}

function unknownDatabase(name: string, { tables, counts }: { tables: Tables; counts: boolean }): UnknownFormat {
  const names = [...tables.keys()];
  const shown = names.length === 0 ? 'no tables' : names.slice(0, TABLES_SHOWN).join(', ');
  return new UnknownFormat(
    `${name} is an SQLite database of a program that llmcost does not know. Tables in it: ${shown}.\nRead are those of ${DATABASE_PROGRAMS.join(', ')}; export any other table as CSV.`,
    counts,
  );
}
