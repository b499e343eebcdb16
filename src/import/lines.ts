import { identifier, integer, join, literal, type Sql, sql } from '../sql.js';
import { escapedGlob } from './csv.js';
import { merged, readerColumns, renamed, type Shape, structureOf } from './fields.js';
import type { Level, Reading, Rows } from './format.js';
import type { Source } from './source.js';

/** DuckDB's longest line of JSON; its default of 16 MB is short for calls with images in them. */
const LONGEST_LINE = 1 << 26;

type Nested = Pick<Reading, 'fields' | 'rows'>;

/**
 * One row for every line that is not blank, or for every element of the lists in it (see Reading.rows). A line that is no
 * JSON object, and a field of another type than text or object, become null: `ignore_errors` costs nothing, and what
 * is null is looked at again.
 */
export function jsonLines(source: Source, format: Nested): Sql {
  const shape = lineShape(format);
  return rowsOf(
    format,
    sql`read_json(
    ${literal(escapedGlob(source.path))}, format = 'newline_delimited', ignore_errors = true,
    compression = ${literal(source.compression === 'none' ? 'uncompressed' : source.compression)},
    maximum_object_size = ${integer(LONGEST_LINE)}, columns = ${readerColumns(shape)}
  )`,
  );
}

/** The same for lines at hand: `$lines`. */
export function givenLines(format: Nested): Sql {
  return rowsOf(
    format,
    sql`(
    select unnest(if(json_valid(line), json_transform(line, ${structureOf(lineShape(format))}), null))
    from unnest(from_json($lines, '["VARCHAR"]')) as given(line)
  )`,
  );
}

/** The column that tells an element which is there but cannot be read from an empty list. */
export const NO_ROW = identifier('$no_row');

/** What is read of a line: the fields, or the lists around them. */
function lineShape({ fields, rows }: Nested): Shape {
  if (rows === undefined) return fields;
  return rows.reduceRight<Shape>(
    (inner, { list, beside }) => merged(read(beside, fields), { [list]: [inner] }),
    own(fields, rows),
  );
}

/** Of what is read of an element, what stands beside the lists and not in it: `--map` may name either. */
function own(fields: Shape, rows: Rows): Shape {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([key]) => !rows.some(({ beside, position }) => Object.hasOwn(beside, key) || key === position),
    ),
  );
}

function read(beside: Shape, fields: Shape): Shape {
  const more = Object.entries(fields).filter(([key]) => Object.hasOwn(beside, key));
  return merged(beside, Object.fromEntries(more));
}

/** Goes down the lists step by step. A list that is empty or no list gives one row, so that nothing is lost in silence. */
function rowsOf({ fields, rows }: Nested, lines: Sql): Sql {
  if (rows === undefined) return sql`select ${renamed(fields)} from ${lines}`;
  const [first, ...others] = rows;
  const top = identifier(first.list);
  const outer = besideOf(first.beside, undefined);
  const told = sql`coalesce(len(${top}) = 0, false) as ${NO_ROW}`;
  const some = first.empty === undefined ? sql`where ${top} is null or len(${top}) > 0` : sql``;
  let query = sql`select ${join([...outer, told, ...elements(top, first)])} from ${lines} ${some}`;
  const passed = namesOf(first);
  for (const level of others) {
    const held = sql`part.${identifier(level.list)}`;
    const columns = [...passed.map(dollar), ...besideOf(level.beside, sql`part`)];
    const empty = sql`outside.${NO_ROW} or coalesce(len(${held}) = 0, false) as ${NO_ROW}`;
    query = sql`select ${join([...columns, empty, ...elements(held, level)])}
      from (${query}) as outside`;
    passed.push(...namesOf(level));
  }
  const inner = Object.keys(own(fields, rows)).map((key) => sql`part.${identifier(key)} as ${dollar(key)}`);
  return sql`select ${join([...passed.map(dollar), NO_ROW, ...inner])} from (${query}) as inside`;
}

function besideOf(beside: Shape, holder: Sql | undefined): Sql[] {
  return Object.keys(beside).map((key) => {
    const at = holder === undefined ? identifier(key) : sql`${holder}.${identifier(key)}`;
    return sql`${at} as ${dollar(key)}`;
  });
}

/** The fields that a level gives to its rows. */
function namesOf({ beside, position }: Level): string[] {
  return [...Object.keys(beside), ...(position === undefined ? [] : [position])];
}

function elements(list: Sql, { position }: Level): Sql[] {
  const held = sql`case when len(${list}) > 0 then ${list} else [null] end`;
  const part = sql`unnest(${held}) as part`;
  if (position === undefined) return [part];
  const place = sql`case when len(${list}) > 0 then cast(generate_subscripts(${held}, 1) as varchar) end`;
  return [part, sql`${place} as ${dollar(position)}`];
}

function dollar(key: string): Sql {
  return identifier(`$${key}`);
}
