import { integer, type Sql, sql } from '../../sql.js';

/** Imports of files that are loaded together have consecutive numbers. */
export interface Range {
  first: number;
  count: number;
}

/** Whether a column holds one of the numbers. */
export function within({ first, count }: Range, column: Sql = sql`import_id`): Sql {
  if (count === 1) return sql`${column} = ${integer(first)}`;
  return sql`${column} between ${integer(first)} and ${integer(first + count - 1)}`;
}
