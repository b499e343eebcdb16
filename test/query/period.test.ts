import { expect, test } from 'vitest';
import { parsePeriod, periodBetween } from '../../src/query/scope/period.js';
import { instantOf, offsetsBetween, parseZone } from '../../src/query/scope/time_zone.js';

/** Thursday. */
const NOW = new Date('2026-10-15T12:34:56Z');

function span(text: string, tz = 'UTC', now = NOW): [string | null, string | null, string] {
  const { since, until, label } = parsePeriod(text, tz, now);
  return [iso(since), iso(until), label];
}

function iso(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString().replace(/:00\.000Z$/, 'Z');
}

test.each([
  ['today', '2026-10-15', '2026-10-16'],
  ['yesterday', '2026-10-14', '2026-10-15'],
  ['this week', '2026-10-12', '2026-10-19'],
  ['last week', '2026-10-05', '2026-10-12'],
  ['this month', '2026-10-01', '2026-11-01'],
  ['Last  Month', '2026-09-01', '2026-10-01'],
  ['last quarter', '2026-07-01', '2026-10-01'],
  ['this year', '2026-01-01', '2027-01-01'],
  ['last 7 days', '2026-10-08', '2026-10-15'],
  ['last 1 day', '2026-10-14', '2026-10-15'],
  ['2026', '2026-01-01', '2027-01-01'],
  ['2026-09', '2026-09-01', '2026-10-01'],
  ['2026-12', '2026-12-01', '2027-01-01'],
  ['2026-Q3', '2026-07-01', '2026-10-01'],
  ['2026-q4', '2026-10-01', '2027-01-01'],
  ['2026-W40', '2026-09-28', '2026-10-05'],
  ['2026-W01', '2025-12-29', '2026-01-05'],
  ['2026-W53', '2026-12-28', '2027-01-04'],
  ['2026-09-14', '2026-09-14', '2026-09-15'],
  ['2028-02-29', '2028-02-29', '2028-03-01'],
  ['last 2 weeks', '2026-09-28', '2026-10-12'],
  ['last 3 months', '2026-07-01', '2026-10-01'],
  ['last 11 months', '2025-11-01', '2026-10-01'],
  ['last 1 quarter', '2026-07-01', '2026-10-01'],
  ['last 2 years', '2024-01-01', '2026-01-01'],
  ['wtd', '2026-10-12', '2026-10-16'],
  ['mtd', '2026-10-01', '2026-10-16'],
  ['QTD', '2026-10-01', '2026-10-16'],
  ['ytd', '2026-01-01', '2026-10-16'],
  ['Q3', '2026-07-01', '2026-10-01'],
  ['q4', '2026-10-01', '2027-01-01'],
  ['September', '2026-09-01', '2026-10-01'],
  ['oct', '2026-10-01', '2026-11-01'],
  // Not yet this year.
  ['november', '2025-11-01', '2025-12-01'],
  ['2026-01..2026-03', '2026-01-01', '2026-03-01'],
  ['from 2026-01 to last month', '2026-01-01', '2026-09-01'],
  ['since q1 until yesterday', '2026-01-01', '2026-10-14'],
])('%s', (text, since, until) => {
  expect(span(text)).toEqual([`${since}T00:00Z`, `${until}T00:00Z`, `${since} → ${until}`]);
});

test('the last month of January is December', () => {
  expect(span('last month', 'UTC', new Date('2026-01-31T00:00:00Z'))[2]).toBe('2025-12-01 → 2026-01-01');
});

test('the last 24 hours end now', () => {
  const { since, until, label } = parsePeriod('last 24 hours', 'Europe/Berlin', NOW);
  expect([since, until]).toEqual([NOW.getTime() - 86_400_000, NOW.getTime()]);
  expect(label).toBe('2026-10-14 14:34:56 → 2026-10-15 14:34:56');
});

test('all has no bounds, other words have one', () => {
  expect(span('since 2026-09')).toEqual(['2026-09-01T00:00Z', null, 'since 2026-09-01']);
  expect(span('until q3')).toEqual([null, '2026-07-01T00:00Z', 'until 2026-07-01']);
  expect(span('..2026')).toEqual([null, '2026-01-01T00:00Z', 'until 2026-01-01']);
  expect(() => span('2026-03..2026-01')).toThrow(
    "'2026-03..2026-01' ends before it begins.\nThe second part is where it ends, and not in it: 2026-01..2026-03 is January and February.",
  );
  expect(span('all')).toEqual([null, null, 'all time']);
});

test('today is the day of the time zone, not of UTC', () => {
  const late = new Date('2026-10-15T23:30:00Z');
  expect(span('today', 'Asia/Tokyo', late)).toEqual([
    '2026-10-15T15:00Z',
    '2026-10-16T15:00Z',
    '2026-10-16 → 2026-10-17',
  ]);
});

test('days of 23 and 25 hours in Berlin', () => {
  expect(span('2026-03-29', 'Europe/Berlin').slice(0, 2)).toEqual(['2026-03-28T23:00Z', '2026-03-29T22:00Z']);
  expect(span('2026-10-25', 'Europe/Berlin').slice(0, 2)).toEqual(['2026-10-24T22:00Z', '2026-10-25T23:00Z']);
  expect(span('2026-10', 'Europe/Berlin').slice(0, 2)).toEqual(['2026-09-30T22:00Z', '2026-10-31T23:00Z']);
});

test('a day without midnight begins with its first moment', () => {
  // Cairo moved its clocks from 00:00 to 01:00 on 24 April 2026.
  expect(span('2026-04-24', 'Africa/Cairo').slice(0, 2)).toEqual(['2026-04-23T22:00Z', '2026-04-24T21:00Z']);
});

test('a time that comes twice is the first one, a time that is skipped is moved on', () => {
  const berlin = (text: string) => iso(instantOf(Date.parse(`${text}Z`), 'Europe/Berlin'));
  expect(berlin('2026-10-25T02:30')).toBe('2026-10-25T00:30Z');
  expect(berlin('2026-03-29T02:30')).toBe('2026-03-29T01:30Z');
});

test('the offsets of a year', () => {
  const offsets = offsetsBetween(Date.UTC(2026, 0), Date.UTC(2027, 0), 'Europe/Berlin');
  expect(offsets.map(({ from, seconds }) => [iso(from), seconds])).toEqual([
    ['2026-01-01T00:00Z', 3600],
    ['2026-03-29T01:00Z', 7200],
    ['2026-10-25T01:00Z', 3600],
  ]);
});

test('--since and --until take dates in the zone and timestamps with an offset', () => {
  const { since, until, label } = periodBetween('2026-09-01', '2026-09-01T12:00:00+05:30', 'Europe/Berlin');
  expect([iso(since), iso(until), label]).toEqual([
    '2026-08-31T22:00Z',
    '2026-09-01T06:30Z',
    '2026-09-01 → 2026-09-01 08:30',
  ]);
  expect(periodBetween('2026-09-01', undefined, 'UTC').label).toBe('since 2026-09-01');
  expect(periodBetween(undefined, '2026-09-01T10:00Z', 'UTC').label).toBe('until 2026-09-01 10:00');
  expect(periodBetween(undefined, undefined, 'UTC').label).toBe('all time');
});

test.each(['last', '2026-13', '2026-02-30', '2025-W53', '2026-W00', 'last 0 days', 'tomorrow', ''])(
  'no period: %j',
  (text) => {
    expect(() => parsePeriod(text, 'UTC', NOW)).toThrow(
      `'${text}' is not a period.\nTry one of: today, yesterday, 'this week', 'last week', 'this month', 'last month', 'last 7 days', 'last 3 months', 'last 24 hours', mtd, ytd, 2026, 2026-09, september, 2026-Q3, Q3, 2026-W40, 2026-09-14, 'since 2026-09', 2026-01..2026-03, all.`,
    );
  },
);

test.each(['yesterday', '2026-02-30', '2026-09-01T25:00', '01.09.2026'])('no time: %s', (text) => {
  expect(() => periodBetween(text, undefined, 'UTC')).toThrow(
    `--since '${text}' is not a time.\nWrite a date or an ISO timestamp: --since 2026-09-01, --since 2026-09-01T12:00:00Z.`,
  );
});

test('--since must be before --until', () => {
  expect(() => periodBetween('2026-09-02', '2026-09-02', 'UTC')).toThrow(
    '--since 2026-09-02 is not before --until 2026-09-02: no time lies between them.\nThe period is half open: for the whole of September use --since 2026-09-01 --until 2026-10-01.',
  );
});

test('time zones are checked', () => {
  expect(parseZone('europe/berlin')).toBe('Europe/Berlin');
  // Two names of one zone.
  for (const name of ['Asia/Kolkata', 'Asia/Calcutta']) expect(parseZone(name)).toBe(name);
  expect(() => parseZone('Mars/Olympus')).toThrow(
    "There is no time zone 'Mars/Olympus'.\nUse a name of the IANA list, for example --tz Europe/Berlin or --tz America/New_York.",
  );
});
