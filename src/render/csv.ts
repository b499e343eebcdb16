import { stripVTControlCharacters } from 'node:util';
import type { Document, Records, Value } from './document.js';

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

/**
 * One field of RFC 4180, without escape sequences. What a spreadsheet would take for a formula gets a leading apostrophe, unless it is a
 * plain number.
 */
export function csvField(text: string): string {
  const shown = stripVTControlCharacters(text).replace(/(?![\t\r\n])\p{Cc}/gu, '');
  const formula = /^[=+\-@\t\r]/.test(shown) && !/^[+-]?\d+(\.\d+)?$/.test(shown);
  const safe = formula ? `'${shown}` : shown;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
