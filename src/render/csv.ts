import { stripVTControlCharacters } from 'node:util';
import type { Document, Records, Value } from './document.js';
import { COMMAND } from './text/text.js';

/** RFC 4180: unknown is empty, money is exact. With `bom`, Excel takes it for the UTF-8 it is. */
export function documentAsCsv({ records }: Document, { bom = false }: { bom?: boolean | undefined } = {}): string {
  if (records === undefined) throw new Error('an answer without records');
  return `${bom ? '\ufeff' : ''}${recordsAsCsv(records)}`;
}

/** A line of JSON for each record; unknown is null, money is decimal text. */
export function documentAsJsonl({ lines, records }: Document): string {
  const objects = lines ?? objectsOf(records);
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

/** The answer itself: money as decimal strings, the same bytes for the same data. */
export function documentAsJson({ json }: Pick<Document, 'json'>): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}

function objectsOf(records: Records | undefined): Record<string, Value>[] {
  if (records === undefined) throw new Error('an answer without records');
  const { columns, rows } = records;
  return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])));
}

/** Lines of RFC 4180, each ended by CR LF. */
export function recordsAsCsv({ columns, rows }: Records): string {
  return [columns, ...rows.map((row) => row.map((value) => String(value ?? '')))]
    .map((line) => `${line.map(csvField).join(',')}\r\n`)
    .join('');
}

/** What a spreadsheet may pass over before a formula: blanks, line ends, and what has no width. */
const FORMULA = /^[\s\u00ad\u180e\u200b-\u200d\u2060\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
/** Marks that turn the direction of writing. */
const BIDI = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;

/**
 * One field of RFC 4180, without escape sequences. What a spreadsheet would take for a formula gets a leading apostrophe, unless it is a
 * plain number; what a CI runner would carry out is put in quotation marks.
 */
export function csvField(text: string): string {
  const shown = stripVTControlCharacters(text)
    .replace(/(?![\t\r\n])\p{Cc}/gu, '')
    .replace(BIDI, '');
  const formula = FORMULA.test(shown) && !/^[+-]?\d+(\.\d+)?$/.test(shown);
  const safe = formula ? `'${shown}` : shown;
  return COMMAND.test(safe) || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
