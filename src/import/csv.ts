import { parse } from 'csv-parse/sync';
import { InputError } from '../errors.js';
import { identifier, join, literal, type Sql, sql } from '../sql.js';
import { type NumberStyle, trimmed } from './convert.js';
import type { Shape } from './fields.js';
import type { Source } from './source.js';

/** How a CSV file is written, as its header shows. */
export interface CsvLayout {
  delimiter: string;
  headers: readonly string[];
  style: NumberStyle;
}

const DELIMITERS = [',', ';', '\t', '|'];
const SAMPLE_RECORDS = 200;

/**
 * The header and the way numbers are written. Where fields are separated by semicolons, decimals are expected to have
 * a comma (a spreadsheet's habit in most of Europe), unless a number of the sample says otherwise.
 */
export function csvLayout(head: string, name: string): CsvLayout {
  const delimiter = DELIMITERS.map((candidate) => ({
    candidate,
    columns: recordsOf(head, candidate, 1)[0]?.length ?? 0,
  })).reduce((best, next) => (next.columns > best.columns ? next : best)).candidate;
  const [headers = [], ...records] = recordsOf(head, delimiter, SAMPLE_RECORDS);
  const names = headers.map((header) => header.trim());
  const twice = names.find((header, index) => header !== '' && names.indexOf(header) !== index);
  if (twice !== undefined) {
    throw new InputError(`${name} has two columns named '${twice}'.\nRename one of them in the header line.`);
  }
  return { delimiter, headers: names, style: styleOf(delimiter, records) };
}

/** The reader of all records, as text without blanks around it, under the names that `field` gives to headers; a header that is not there is null. */
export function csvLines(source: Source, { delimiter, headers }: CsvLayout, shape: Shape): Sql {
  const types = headers.map((_, index) => sql`${identifier(`c${index}`)}: 'VARCHAR'`);
  const columns = Object.keys(shape).map((header) => {
    const index = headers.indexOf(header);
    const value = index < 0 ? sql`cast(null as varchar)` : trimmed(identifier(`c${index}`));
    return sql`${value} as ${identifier(`$${header}`)}`;
  });
  return sql`select ${join(columns)} from read_csv(
    ${literal(escapedGlob(source.path))}, columns = {${join(types)}}, header = true, auto_detect = false,
    delim = ${literal(delimiter)}, quote = '"', escape = '"', compression = ${literal(source.compression)},
    ignore_errors = true, store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans', rejects_limit = 0
  )`;
}

/** A path as DuckDB takes it literally: it would expand `*`, `?` and `[`. */
export function escapedGlob(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]');
}

function recordsOf(head: string, delimiter: string, to: number): string[][] {
  try {
    return parse(head, { delimiter, to, relax_column_count: true, relax_quotes: true, skip_empty_lines: true });
  } catch {
    // The head may end inside of a quoted field; then the sample is the header alone.
    return parse(head.split(/\r?\n/, 1)[0] ?? '', { delimiter, relax_column_count: true, relax_quotes: true });
  }
}

function styleOf(delimiter: string, records: readonly string[][]): NumberStyle {
  if (delimiter !== ';') return 'point';
  const cells = records.flat().map((cell) => cell.trim());
  const pointed = cells.some((cell) => /^-?\d+\.(\d{1,2}|\d{4,})$/.test(cell));
  const commas = cells.some((cell) => /^-?[\d.]+,\d+$/.test(cell));
  return pointed && !commas ? 'point' : 'comma';
}
