import { integer, literal, type Sql, sql } from '../sql.js';
import { escapedGlob } from './csv.js';
import { readerColumns, renamed, type Shape, structureOf } from './fields.js';
import type { Source } from './source.js';

/** DuckDB's longest line of JSON; its default of 16 MB is short for calls with images in them. */
const LONGEST_LINE = 1 << 26;

/**
 * One row for every line that is not blank. A line that is no JSON object, and a field of another type than text or
 * object, become null: `ignore_errors` costs nothing, and what is null is looked at again.
 */
export function jsonLines(source: Source, shape: Shape): Sql {
  return sql`select ${renamed(shape)} from read_json(
    ${literal(escapedGlob(source.path))}, format = 'newline_delimited', ignore_errors = true,
    compression = ${literal(source.compression === 'none' ? 'uncompressed' : source.compression)},
    maximum_object_size = ${integer(LONGEST_LINE)}, columns = ${readerColumns(shape)}
  )`;
}

/** The same for lines at hand: `$lines`. */
export function givenLines(shape: Shape): Sql {
  return sql`select ${renamed(shape)} from (
    select unnest(if(json_valid(line), json_transform(line, ${structureOf(shape)}), null))
    from unnest(from_json($lines, '["VARCHAR"]')) as given(line)
  )`;
}
