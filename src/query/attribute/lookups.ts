import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { InputError, UsageError } from '../../errors.js';
import { identifier, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { AttributionRule } from './rules.js';

/** The table that holds the file of the n-th rule: `key`, each once, and `value`. */
export function lookupTable(index: number): Sql {
  return identifier(`attribution_lookup_${index}`);
}

/**
 * Reads the files of rules into temporary tables. Lines without key or value say nothing. Throws InputError for a file
 * that cannot be read, and UsageError for a column that is not there or a key with two values.
 */
export async function readLookups(store: Store, rules: readonly AttributionRule[]): Promise<void> {
  for (const [index, rule] of rules.entries()) {
    if (rule.lookup !== null) await readLookup(store, rule, lookupTable(index));
  }
}

async function readLookup(store: Store, { lookup, place }: AttributionRule, table: Sql): Promise<void> {
  if (lookup === null) return;
  const { path, name } = lookup;
  if (!existsSync(path)) {
    throw new InputError(
      `${place}.file: there is no file ${name}.\nIt is looked for from the folder of the configuration.`,
    );
  }
  // Of such a file DuckDB tells a column named column0.
  if (await isBlank(path, `${place}.file: ${name}`)) {
    throw new InputError(
      `${place}.file: ${name} is empty.\nIt needs a line with the names of its columns, '${lookup.key}' and '${lookup.value}' among them.`,
    );
  }
  const reader = sql`read_csv(${literal(path.replaceAll(/[*?[]/g, '[$&]'))}, all_varchar = true, header = true, null_padding = true)`;
  const columns = await readable(name, () =>
    store.rows<{ column: string }>(sql`select column_name as "column" from (describe select * from ${reader})`),
  );
  const names = columns.map(({ column }) => column);
  const [key, value] = [columnNamed(lookup.key), columnNamed(lookup.value)];
  function columnNamed(wanted: string): Sql {
    const found = names.find((column) => column === wanted) ?? names.find((column) => isSame(column, wanted));
    if (found !== undefined) return identifier(found);
    throw new UsageError(`${place}: ${name} has no column '${wanted}'.\nIts columns are: ${names.join(', ')}.`);
  }
  await readable(name, () =>
    store.run(sql`
    create or replace temp table ${table} as
    select distinct trim(${key}) as "key", trim(${value}) as "value"
    from ${reader}
    where trim(${key}) <> '' and trim(${value}) <> ''`),
  );
  const [twice] = await store.rows<{ key: string; first: string; last: string }>(sql`
    select "key", min("value") as first, max("value") as last
    from ${table}
    group by "key"
    having count(*) > 1
    order by "key"
    limit 1`);
  if (twice === undefined) return;
  throw new UsageError(
    `${place}: ${name} has two values for '${twice.key}': '${twice.first}' and '${twice.last}'.\nKeep one of them.`,
  );
}

const HEAD_BYTES = 4096;

/** Whether nothing but blanks stands at the beginning of a file. Throws InputError where it cannot be read. */
async function isBlank(path: string, named: string): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.toString('utf8', 0, bytesRead).trim() === '';
    } finally {
      await file.close();
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`${named} cannot be read: ${reason}.\nName a CSV file that you may read.`, { cause });
  }
}

function isSame(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

async function readable<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof Error) || !/^(Invalid Input|IO|Invalid|Conversion) Error/.test(cause.message)) throw cause;
    throw new InputError(`${name} could not be read as a CSV file with a header line.\nSave it as CSV in UTF-8.`, {
      cause,
    });
  }
}
