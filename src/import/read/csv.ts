import { parse } from 'csv-parse/sync';
import { InputError } from '../../errors.js';
import { identifier, integer, join, literal, type Sql, sql } from '../../sql.js';
import { type NumberStyle, trimmed } from '../declare/convert.js';
import type { Shape } from '../declare/fields.js';
import { columnOf } from '../declare/headers.js';
import type { Source } from './source.js';

/** How a CSV file is written, as its beginning shows. */
export interface CsvLayout {
  delimiter: string;
  headers: readonly string[];
  style: NumberStyle;
  /** Lines above the header: blank ones, and what the file says of itself. */
  linesAbove: number;
  /** What it says there, by name; every record is read as if it had these as columns. */
  above: ReadonlyMap<string, string>;
  /** A field may hold bytes that are not UTF-8; see csvLines. */
  oddBytes?: boolean;
}

const DELIMITERS = [',', ';', '\t', '|'];
const SAMPLE_RECORDS = 200;
/** A record may hold a whole prompt. DuckDB's default is 2 MB; more costs neither time nor memory. */
export const LONGEST_RECORD = 1 << 25;
/** What DuckDB reads of a file at a time: left alone, sixteen times the longest line, half a gigabyte. */
export const CSV_BUFFER = 2 * LONGEST_RECORD;
/** A table with more columns is none of calls, and every one of them costs time. */
const MOST_COLUMNS = 5000;
/** What programs write where they have no value. */
const NO_VALUE = ['', 'NULL', 'null', 'None', 'NaN', 'nan', 'N/A', 'n/a', '--', '\\N'];

/** The header and the way numbers are written; `more` are delimiters that a declared format uses. */
export function csvLayout(head: string, name: string, more: readonly string[]): CsvLayout {
  const delimiter = [...DELIMITERS, ...more]
    .map((candidate) => ({
      candidate,
      columns: recordsOf(head, candidate, 1)[0]?.length ?? 0,
    }))
    .reduce((best, next) => (next.columns > best.columns ? next : best)).candidate;
  const found = recordsOf(head, delimiter, SAMPLE_RECORDS);
  const pairs = pairsAbove(found);
  const [headers = [], ...records] = found.slice(pairs.length);
  if (headers.length > MOST_COLUMNS)
    throw new InputError(
      `${name} has ${headers.length} columns; a table of calls has at most ${MOST_COLUMNS}.\nLook whether its first line is a header, and which character separates its columns.`,
    );
  const names = withoutCopies(
    headers.map((header) => header.trim()),
    records,
  );
  const twice = names.find((header, index) => header !== '' && names.indexOf(header) !== index);
  if (twice !== undefined) {
    throw new InputError(`${name} has two columns named '${twice}'.\nRename one of them in the header line.`);
  }
  const above = new Map(pairs.map(([key = '', value = '']) => [key.trim(), value.trim()]));
  return {
    delimiter,
    headers: names,
    style: styleOf(delimiter, records),
    linesAbove: linesBefore(head, pairs.length),
    above,
  };
}

/** A column that repeats one of its name (pandas writes the index of a table so) is none of its own. */
function withoutCopies(names: readonly string[], records: readonly string[][]): readonly string[] {
  const same = (one: number, other: number) => records.every((cells) => cells[one] === cells[other]);
  return names.map((name, index) => {
    const first = names.indexOf(name);
    return first < index && records.length > 0 && same(first, index) ? '' : name;
  });
}

/** Of a table the header has more columns than that. */
const PAIR = 2;
const FEWEST_COLUMNS = 5;
const MOST_PAIRS = 20;

/**
 * Names and values that a bill has above its table (`Currency,USD`), one pair a line: there are some only where a wide
 * record without a number in it follows, which is the header then.
 */
function pairsAbove(records: readonly string[][]): readonly string[][] {
  const told = records.slice(0, MOST_PAIRS).map((cells) => cells.filter((text) => text.trim() !== ''));
  const header = told.findIndex(({ length }) => length > PAIR);
  if (header < 1) return [];
  const names = told[header] ?? [];
  return names.length >= FEWEST_COLUMNS && names.every((name) => !/^[-$]?[0-9]/.test(name))
    ? records.slice(0, header)
    : [];
}

/** How many lines stand before the first line of the record of that number, counted from 0; records above it take one line each. */
function linesBefore(head: string, record: number): number {
  const lines = head.split('\n');
  let left = record;
  for (const [index, line] of lines.entries()) {
    if (line.replace('\ufeff', '').trim() === '') continue;
    if (left === 0) return index;
    left--;
  }
  return 0;
}

/** The reader of all records, as text without blanks around it, under the names that `field` gives to headers; a header that is not there is null. */
export function csvLines(source: Source, layout: CsvLayout, shape: Shape): Sql {
  const read = Object.keys(shape).map((header) => ({ header, index: columnOf(layout.headers, header) }));
  const columns = read.map(({ header, index }) => {
    const told = layout.above.get(header);
    const missing = told === undefined ? sql`cast(null as varchar)` : literal(told);
    const value = index < 0 ? missing : trimmed(cell(index));
    return sql`${value} as ${identifier(`$${header}`)}`;
  });
  const last = Math.max(0, ...read.map(({ index }) => index));
  return sql`select ${join([...columns, sql`1 as file_number`])} from ${reader(source, layout)} ${layout.oddBytes === true ? allUpTo(last) : sql``}`;
}

/**
 * DuckDB 1.5.6 ends for good at bytes that are not UTF-8 in a column that is read, where it reads fewer columns than
 * stand before that one. A condition that always holds makes it read all of them; then it sets the line aside.
 */
function allUpTo(last: number): Sql {
  return sql`where len([${join(Array.from({ length: last + 1 }, (_, index) => cell(index)))}]) > 0`;
}

/** How many lines, blank ones left out, the records take that can be read: fields may hold line breaks. */
export function csvExtent(source: Source, layout: CsvLayout): Sql {
  const breaks = layout.headers.map((_, index) => {
    const shown = sql`regexp_replace(${cell(index)}, '\n([ \t\r]*\n)+', chr(10), 'g')`;
    return sql`coalesce(len(${shown}) - len(replace(${shown}, chr(10), '')), 0)`;
  });
  return sql`select coalesce(sum(1 + ${join(breaks, ' + ')}), 0) as lines from ${reader(source, layout)}`;
}

/** Every reading stores its rejects: without, DuckDB leaves out good records after one with a quotation mark in the wrong place. */
function reader(source: Source, { delimiter, headers, linesAbove }: CsvLayout): Sql {
  const types = headers.map((_, index) => sql`${cell(index)}: 'VARCHAR'`);
  return sql`read_csv(
    ${literal(escapedGlob(source.path))}, columns = {${join(types)}}, header = true, auto_detect = false,
    skip = ${integer(linesAbove)}, delim = ${literal(delimiter)}, quote = '"', escape = '"',
    nullstr = [${join(NO_VALUE.map(literal))}], max_line_size = ${integer(LONGEST_RECORD)}, buffer_size = ${integer(CSV_BUFFER)},
    compression = ${literal(source.compression)},
    ignore_errors = true, store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans', rejects_limit = 0
  )`;
}

function cell(index: number): Sql {
  return identifier(`c${index}`);
}

/** A path as DuckDB takes it literally: it would expand `*`, `?` and `[`. */
export function escapedGlob(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]');
}

/** The first records of a file, its header among them. */
export function csvRecordsOf(head: string, delimiter: string): string[][] {
  return recordsOf(head, delimiter, SAMPLE_RECORDS);
}

function recordsOf(head: string, delimiter: string, to: number): string[][] {
  const lenient = { delimiter, bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true };
  try {
    return parse(head, { ...lenient, to });
  } catch {
    // The head may end inside of a quoted field; then the sample is the header alone.
    const header = head.trimStart().split(/\r?\n/, 1)[0] ?? '';
    try {
      return parse(header, lenient);
    } catch {
      return parse(header, { ...lenient, quote: false });
    }
  }
}

/**
 * Whether decimals have a point or a comma, by the numbers of the sample that can only be meant one way: 0.5, 12.75 or
 * 1,234.50, not 1.234. Where none tells, fields separated by semicolons are a spreadsheet's habit in most of Europe,
 * and so is the comma.
 */
function styleOf(delimiter: string, records: readonly string[][]): NumberStyle {
  const cells = records.flat().map((text) => text.trim());
  const points = cells.some((text) => /^-?(\d+\.(\d{1,2}|\d{4,})|(0|\d{4,})\.\d{3}|\d{1,3}(,\d{3})+\.\d*)$/.test(text));
  const commas = cells.some((text) => /^-?(\d+,(\d{1,2}|\d{4,})|(0|\d{4,}),\d{3}|\d{1,3}(\.\d{3})+,\d*)$/.test(text));
  if (delimiter === ';') return points && !commas ? 'point' : 'comma';
  return commas && !points ? 'comma' : 'point';
}
