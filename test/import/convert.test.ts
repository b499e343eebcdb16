import { expect, test } from 'vitest';
import {
  decimalNumber,
  type NumberStyle,
  plausibleTime,
  roundedNumber,
  timeOf,
  trimmed,
  wholeNumber,
} from '../../src/import/declare/convert.js';
import { type Sql, sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';

/** What an expression makes of each text, as text. */
async function converted(
  convert: (text: Sql) => Sql,
  texts: readonly string[],
): Promise<Record<string, string | null>> {
  const rows = await withStore(':memory:', { access: 'write' }, (store) =>
    store.rows<{ given: string; value: string | null }>(
      sql`select given, cast(${convert(sql`given`)} as varchar) as value from unnest(from_json($texts, '["VARCHAR"]')) as list(given)`,
      { texts: JSON.stringify(texts) },
    ),
  );
  return Object.fromEntries(rows.map(({ given, value }) => [given, value]));
}

async function expectAll(convert: (text: Sql) => Sql, expected: Record<string, string | null>): Promise<void> {
  expect(await converted(convert, Object.keys(expected))).toEqual(expected);
}

test('whole numbers: exact or nothing', () =>
  expectAll((text) => wholeNumber(text, 'json'), {
    '0': '0',
    '12': '12',
    '12.0': '12',
    '12.5': null,
    '12.0000001': null,
    '1e3': '1000',
    '1e-3': null,
    '-1': '-1',
    '999999999999': '999999999999',
    '9999999999999': null,
    '1e30': null,
    abc: null,
    '': null,
  }));

test.each<[NumberStyle, Record<string, string | null>]>([
  ['point', { '1,234': '1234', '12,34': null, '1,234.5': null, $5: '5' }],
  ['comma', { '1.234': '1234', '12.34': null, '12.345.678': '12345678', '7,0': '7', '7,5': null }],
])('whole numbers written with a %s', (style, expected) => expectAll((text) => wholeNumber(text, style), expected));

test('decimals: every digit that is written, up to 18 places', () =>
  expectAll((text) => decimalNumber(text, 'point'), {
    '1': '1.000000000000000000',
    '123456789': '123456789.000000000000000000',
    '1234567890': '1234567890.000000000000000000',
    '0.00000001234': '0.000000012340000000',
    '0.12345678901234567': '0.123456789012345670',
    '0.123456789012345678': '0.123456789012345678',
    '-0.5': '-0.500000000000000000',
    '1e-5': '0.000010000000000000',
    '1E5': '100000.000000000000000000',
    '0.5e3': '500.000000000000000000',
    '1,234.5': '1234.500000000000000000',
    '$0.25': '0.250000000000000000',
    '1234567.891': '1234567.891000000000000000',
    abc: null,
    nan: null,
  }));

test('durations are rounded', () =>
  expectAll((text) => roundedNumber(text, 'json'), {
    '12': '12',
    '12.4': '12',
    '12.6': '13',
    '1e3': '1000',
    '': null,
  }));

test('times: any ISO 8601, seconds to nanoseconds since 1970, dates with points', () =>
  expectAll((text) => plausibleTime(timeOf(text, 'any')), {
    '2026-09-01T00:00:08Z': '2026-09-01 00:00:08',
    '2026-09-01T00:00:08+02:00': '2026-08-31 22:00:08',
    '2026-09-01 00:00:08-0500': '2026-09-01 05:00:08',
    '2026-09-01 10:00:00 Europe/Berlin': '2026-09-01 08:00:00',
    '2026-09-01T10:00:00.123456789Z': '2026-09-01 10:00:00.123456',
    '2026-09-01 10:00:00 UTC': '2026-09-01 10:00:00',
    '2026-09-01T10:00:00.5': '2026-09-01 10:00:00.5',
    '2026-09-01 00:00': '2026-09-01 00:00:00',
    '2026-09-01': '2026-09-01 00:00:00',
    '2026-09-01T10:00Z': '2026-09-01 10:00:00',
    '03.11.2026 08:15': '2026-11-03 08:15:00',
    // date -u -d @1756684808
    '1756684808': '2025-09-01 00:00:08',
    '1756684808.123456': '2025-09-01 00:00:08.123456',
    '1756684808123': '2025-09-01 00:00:08.123',
    '1756684808123.456': '2025-09-01 00:00:08.123456',
    '1756684808123456': '2025-09-01 00:00:08.123456',
    '1756684808123456789': '2025-09-01 00:00:08.123456',
    // Not a microsecond less, as a division by a thousand in floating point makes of it.
    '1790841603050000000': '2026-10-01 08:00:03.05',
    '1999-01-01': null,
    '2100-01-01': null,
    '2026-02-30': null,
    '09/01/2026': null,
    '12': null,
    infinity: null,
    abc: null,
  }));

test('blanks around a text are no part of it', () =>
  expectAll(trimmed, { ' a b ': 'a b', 'a ': 'a', a: 'a', ' ': null, '': null }));
