import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { InputError } from '../errors.js';

/** What one USD is worth on a day: `units` of the currency are worth as much as `usd` USD. Both are decimal text. */
export interface Quote {
  currency: string;
  /** YYYY-MM-DD */
  from: string;
  units: string;
  usd: string;
}

const DOWNLOAD = 'Get it from the European Central Bank: https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip';

/**
 * The euro reference rates of the European Central Bank, from eurofxref-hist.csv or the ZIP archive it is published in: a line for each
 * working day (newest first), a column for each currency with its units for one euro, N/A where there is none.
 * https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/
 * Throws InputError that names the file and the line.
 */
export function readEcbRates(path: string, name: string): Quote[] {
  const [head = '', ...lines] = textOf(path, name).split(/\r?\n/);
  const columns = fieldsOf(head);
  const dollar = columns.indexOf('USD');
  if (columns[0] !== 'Date' || dollar < 0) {
    throw new InputError(
      `${name} is not the ECB's list of reference rates: its first line does not begin with Date and has no USD.\n${DOWNLOAD}`,
    );
  }
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : quotesOf(line, { columns, name, line: index + 2 })));
}

function fieldsOf(line: string): string[] {
  return line.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
}

const MISSING = new Set(['N/A', '']);

function quotesOf(text: string, at: { columns: readonly string[]; name: string; line: number }): Quote[] {
  const { columns, name, line } = at;
  const fields = fieldsOf(text);
  const from = dayOf(fields[0] ?? '');
  if (from === undefined) throw new InputError(`${name}:${line}: '${fields[0] ?? ''}' is not a day.\n${DOWNLOAD}`);
  const rate = (field: string, currency: string) => {
    if (/^\d{1,9}(?:\.\d{1,10})?$/.test(field) && /[1-9]/.test(field)) return field;
    throw new InputError(`${name}:${line}: '${field}' is not a rate of ${currency}.\n${DOWNLOAD}`);
  };
  const dollars = fields[columns.indexOf('USD')] ?? '';
  if (MISSING.has(dollars)) return [];
  const usd = rate(dollars, 'USD');
  const others = columns.flatMap((currency, index): Quote[] => {
    const field = fields[index] ?? '';
    const none = !/^[A-Z]{3}$/.test(currency) || currency === 'USD' || MISSING.has(field);
    return none ? [] : [{ currency, from, units: rate(field, currency), usd }];
  });
  return [{ currency: 'EUR', from, units: '1', usd }, ...others];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `2026-11-30` of the history, or `30 November 2026` of the file of one day. */
function dayOf(text: string): string | undefined {
  const [, date, month, year] = /^(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})$/.exec(text) ?? [];
  const number = MONTHS.indexOf((month ?? '').toLowerCase()) + 1;
  const day = date === undefined ? text : `${year}-${String(number).padStart(2, '0')}-${date.padStart(2, '0')}`;
  const known = /^\d{4}-\d{2}-\d{2}$/.test(day) && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) === true;
  return known ? day : undefined;
}

function textOf(path: string, name: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`The exchange rates ${name} cannot be read: ${reason}\n${DOWNLOAD}`, { cause });
  }
  const csv = bytes.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004' ? firstOfZip(bytes, name) : bytes;
  return csv.toString('utf8').replace(/^\ufeff/, '');
}

/**
 * The first file of a ZIP archive, found by its central directory: the head before a file need not tell its length.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
function firstOfZip(bytes: Buffer, name: string): Buffer {
  const damaged = (cause?: unknown) => new InputError(`${name} is a damaged ZIP archive.\n${DOWNLOAD}`, { cause });
  const end = bytes.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  try {
    const entry = bytes.readUInt32LE(end + 16);
    const method = bytes.readUInt16LE(entry + 10);
    const packed = bytes.readUInt32LE(entry + 20);
    const start = bytes.readUInt32LE(entry + 42);
    const body = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28);
    const data = bytes.subarray(body, body + packed);
    return method === 0 ? data : inflateRawSync(data);
  } catch (cause) {
    throw damaged(cause);
  }
}
