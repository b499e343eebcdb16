import { InputError, UserError } from '../../errors.js';
import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Shape } from '../declare/fields.js';
import { columnOf } from '../declare/headers.js';
import { escapedGlob } from './csv.js';
import type { Source } from './source.js';

/** A column of a Parquet file, with its type in DuckDB's words. */
export interface ParquetColumn extends Record<string, string> {
  name: string;
  type: string;
}

/** Whether a file begins as Parquet files do. */
export function isParquet(head: string): boolean {
  return head.startsWith('PAR1');
}

/** The columns of a Parquet file, which stand at its end. */
export async function parquetColumns(store: Store, source: Source): Promise<ParquetColumn[]> {
  if (source.compression !== 'none') {
    throw new InputError(
      `${source.name} is a Parquet file that was packed once more.\nUnpack it first: it can only be read as a whole file.`,
    );
  }
  return store.rows<ParquetColumn>(
    sql`select column_name as name, column_type as type from (describe select * from ${reader(source)})`,
  );
}

/** The reader of all rows, as text under the names that `field` gives to columns; a column that is not there is null. */
export function parquetLines(source: Source, columns: readonly ParquetColumn[], shape: Shape): Sql {
  const names = columns.map(({ name }) => name);
  const texts = Object.keys(shape).map((key) => {
    const column = columns[columnOf(names, key)];
    return sql`${column === undefined ? sql`cast(null as varchar)` : textIn(column)} as ${identifier(`$${key}`)}`;
  });
  return sql`select ${join([...texts, sql`1 as file_number`])} from ${reader(source)}`;
}

/** A value as the text that the same value has in JSON or CSV. */
function textIn({ name, type }: ParquetColumn): Sql {
  const column = identifier(name);
  // As text it would depend on the time zone of this machine; a number counts microseconds in UTC.
  if (type === 'TIMESTAMP WITH TIME ZONE') return sql`cast(epoch_us(${column}) as varchar)`;
  if (type.startsWith('TIMESTAMP')) return sql`cast(cast(${column} as timestamp) as varchar)`;
  if (/^(MAP|STRUCT)\(|\]$/.test(type)) return sql`cast(to_json(${column}) as varchar)`;
  return sql`cast(${column} as varchar)`;
}

/** Some writers do not say that their texts are texts. */
function reader(source: Source): Sql {
  return sql`read_parquet(${literal(escapedGlob(source.path))}, binary_as_string = true)`;
}

/** What DuckDB says of a file that is damaged or cut off, as an error of the file; any other error stays what it is. */
export function parquetError(error: unknown, { name }: Source): unknown {
  if (!(error instanceof Error) || error instanceof UserError || !DAMAGE.test(error.message)) return error;
  return new InputError(
    `${name} begins as a Parquet file, but is damaged or cut off.\nFetch it again; nothing of it was kept.`,
    { cause: error },
  );
}

const DAMAGE = /^(IO|Invalid|Invalid Input|Serialization|Conversion|Not implemented|Out of Range) Error/;
