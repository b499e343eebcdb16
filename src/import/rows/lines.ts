import { identifier, integer, join, literal, type Sql, sql } from '../../sql.js';
import { merged, readerColumns, renamed, type Shape, structureOf, within } from '../declare/fields.js';
import type { Level, Reading, Rows } from '../declare/format.js';
import { escapedGlob } from '../read/csv.js';
import type { Source } from '../read/source.js';

/** DuckDB's longest line of JSON; its default of 16 MB is short for calls with images in them. */
const LONGEST_LINE = 1 << 26;
/**
 * The same for lines of which all is read, lists of rows: DuckDB takes a buffer of twice that size at once, and all
 * that is in it. Longer ones are cut up first; see Cutter.
 */
export const LONGEST_LIST = 1 << 23;
const SHORTEST_BUFFER = 1 << 21;

type Nested = Pick<Reading, 'fields' | 'rows' | 'resolved' | 'attributes'>;

/**
 * The lines of files that are compressed alike: one row for every line that is not blank, or for every element of the
 * lists in it (see Reading.rows); `file_number` counts the files from 1. A line that is no JSON object, and a field of
 * another type than text or object, become null: `ignore_errors` costs nothing, and what is null is looked at again.
 */
export function jsonLines(files: readonly [Source, ...Source[]], format: Nested): Sql {
  return resolved(format, rowsOf(format, fileLines(files, format)));
}

/** The same, numbered from 1 in the order of each file: `line_ordinal`. */
export function numberedLines(files: readonly [Source, ...Source[]], format: Nested): Sql {
  return resolved(format, numberedRows(files, format));
}

/** The numbered lines as they stand there, before what `resolved` makes of several of them. */
export function numberedRows(files: readonly [Source, ...Source[]], format: Nested): Sql {
  const rows = rowsOf(format, fileLines(files, format));
  // Of one file by itself: the window that tells files apart would give its lines in another order.
  if (files.length === 1) return sql`select *, row_number() over () as line_ordinal from (${rows}) as line`;
  return sql`
    select * exclude (place), place - min(place) over (partition by file_number) + 1 as line_ordinal
    from (select *, row_number() over () as place from (${rows}) as line) as placed`;
}

function fileLines(files: readonly [Source, ...Source[]], format: Nested): Sql {
  const [{ compression }, ...others] = files;
  const number = others.length === 0 ? sql`1` : sql`cast(file_index as integer) + 1`;
  return sql`(select *, ${number} as ${FILE} from read_json(
    [${join(files.map(({ path }) => literal(escapedGlob(path))))}], format = 'newline_delimited', records = true, ignore_errors = true,
    compression = ${literal(compression === 'none' ? 'uncompressed' : compression)},
    maximum_object_size = ${integer(Math.max(...files.map((file) => longestLine(file, format))))}, columns = ${readerColumns(lineShape(format))}
  )) as line`;
}

/** A field of this name hides the column by which DuckDB numbers the files that it reads: then only one can be read at once. */
export function hidesFileNumber(format: Nested): boolean {
  return Object.keys(lineShape(format)).some((key) => key.toLowerCase() === 'file_index');
}

/** The number of a file beside fields, which may have any other name. */
const FILE = identifier('$file');

/** How long a line may be. Of records that were cut out of a document the longest is known, and no line is longer than its file. */
function longestLine({ longestRecord, compression, size, before }: Source, { rows }: Nested): number {
  if (longestRecord !== undefined) return Math.max(SHORTEST_BUFFER, longestRecord + (1 << 10));
  const longest = rows === undefined ? LONGEST_LINE : LONGEST_LIST;
  return compression === 'none' && before === undefined
    ? Math.min(longest, Math.max(SHORTEST_BUFFER, size + (1 << 10)))
    : longest;
}

/** The lines at hand: `$lines`. */
export function givenLines(format: Nested): Sql {
  const lines = sql`(
    select unnest(if(json_valid(line), json_transform(line, ${structureOf(lineShape(format))}), null)), 1 as ${FILE}
    from unnest(from_json($lines, '["VARCHAR"]')) as given(line)
  ) as line`;
  return resolved(format, rowsOf(format, lines));
}

/** The column that tells an element which is there but cannot be read from an empty list. */
export const NO_ROW = identifier('$no_row');

/** What is read of a line: the fields, or the lists around them. */
function lineShape({ fields, rows }: Nested): Shape {
  if (rows === undefined) return fields;
  return rows.reduceRight<Shape>(
    (inner, { list, beside }) => merged(read(beside, fields), nested(list.split('.'), inner)),
    own(fields, rows),
  );
}

/** A list under a path of keys. */
function nested([key = '', ...rest]: readonly string[], element: Shape): Shape {
  return { [key]: rest.length === 0 ? [element] : nested(rest, element) };
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

/** The rows of a table, completed as the format says; then they are numbered from 1 in their order: `line_ordinal`. */
export function tableRows(format: Nested, rows: Sql): Sql {
  if (format.resolved === undefined) return rows;
  return resolved(format, sql`select *, row_number() over () as line_ordinal from (${rows}) as line`);
}

function resolved(format: Nested, rows: Sql): Sql {
  return format.resolved === undefined ? rows : format.resolved(rows, format.attributes ?? {});
}

/** Goes down the lists step by step. A list that is empty or no list gives one row, so that nothing is lost in silence. */
function rowsOf({ fields, rows }: Nested, lines: Sql): Sql {
  if (rows === undefined) return sql`select ${renamed(fields)}, ${FILE} as file_number from ${lines}`;
  const [first, ...others] = rows;
  const top = join(first.list.split('.').map(identifier), '.');
  const outer = besideOf(first.beside, undefined);
  const told = sql`coalesce(len(${top}) = 0, false) as ${NO_ROW}`;
  const some = first.empty === undefined ? sql`where ${top} is null or len(${top}) > 0` : sql``;
  let query = sql`select ${join([...outer, told, sql`${FILE} as file_number`, ...elements(top, first)])} from ${lines} ${some}`;
  const passed = namesOf(first);
  for (const level of others) {
    const held = within(sql`part`, level.list);
    const columns = [...passed.map(dollar), ...besideOf(level.beside, sql`part`)];
    const empty = sql`outside.${NO_ROW} or coalesce(len(${held}) = 0, false) as ${NO_ROW}`;
    query = sql`select ${join([...columns, empty, sql`outside.file_number`, ...elements(held, level)])}
      from (${query}) as outside`;
    passed.push(...namesOf(level));
  }
  const inner = Object.keys(own(fields, rows)).map((key) => sql`part.${identifier(key)} as ${dollar(key)}`);
  return sql`select ${join([...passed.map(dollar), NO_ROW, sql`file_number`, ...inner])} from (${query}) as inside`;
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
