import { describe, expect, test } from 'vitest';
import { fixedOffset, isoWeekday, stretches, weeklyHours } from '../../src/rate/sources/hours.js';

/** The hours of one window as text: from-to days. */
function hours(start: string, end: string, weekdays: number[], offset = 0): string[] {
  return weeklyHours(stretches(start, end) ?? [], weekdays, offset).map(
    ({ utc_start, utc_end, iso_weekdays }) => `${utc_start}-${utc_end} ${iso_weekdays?.join('') ?? 'daily'}`,
  );
}

const DAILY = [1, 2, 3, 4, 5, 6, 7];
const SHANGHAI = 480;
const SAO_PAULO = -180;

describe('hours of a day', () => {
  test.each([
    ['01:00', '04:00', ['01:00-04:00 daily']],
    ['16:30:00Z', '00:30:00Z', ['16:30-00:00 daily', '00:00-00:30 daily']],
    ['10:00', '24:00', ['10:00-00:00 daily']],
    ['0000', '0000', ['null-null daily']],
  ])('%s to %s', (start, end, expected) => {
    expect(hours(start, end, DAILY)).toEqual(expected);
  });

  test.each([
    ['25:00', '26:00'],
    ['01:60', '02:00'],
    ['soon', '02:00'],
  ])('%s to %s is no time', (start, end) => {
    expect(stretches(start, end)).toBeUndefined();
  });
});

describe('weekdays are those of UTC', () => {
  test('a night on workdays is an evening and a morning, each of its own day', () => {
    expect(hours('22:00', '06:00', [1, 2, 3, 4, 5])).toEqual(['22:00-00:00 12345', '00:00-06:00 12345']);
  });

  // Saturday in Shanghai is Friday 16:00 to Saturday 16:00 UTC.
  test('the whole Saturday of Shanghai', () => {
    expect(hours('00:00', '00:00', [6], SHANGHAI)).toEqual(['00:00-16:00 6', '16:00-00:00 5']);
  });

  test('an hour after the midnight of Shanghai belongs to the UTC day before', () => {
    expect(hours('16:00', '17:00', [6], SHANGHAI)).toEqual(['16:00-17:00 5']);
    expect(hours('16:00', '17:00', [1], SHANGHAI)).toEqual(['16:00-17:00 7']);
  });

  test('the first hours of a UTC day are the evening before in São Paulo', () => {
    expect(hours('01:00', '05:00', [7], SAO_PAULO)).toEqual(['01:00-03:00 1', '03:00-05:00 7']);
  });

  test('all seven days are every day, whatever the zone', () => {
    expect(hours('15:00', '20:00', DAILY, SHANGHAI)).toEqual(['15:00-20:00 daily']);
  });
});

test('names of days and zones', () => {
  expect(['Sat', 'sunday', 1, 8, 'xx', 'mo', true].map(isoWeekday)).toEqual([
    6,
    7,
    1,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(['UTC', 'Asia/Shanghai', 'America/Sao_Paulo', 'America/New_York', 'Not/AZone'].map(fixedOffset)).toEqual([
    0,
    480,
    -180,
    undefined,
    undefined,
  ]);
});
