import { expect, test } from 'vitest';
import { unusualDays } from '../../src/query/report/anomalies.js';
import { costReport } from '../../src/query/report/report.js';
import { parsePeriod } from '../../src/query/scope/period.js';
import { scopeOf } from '../../src/query/scope/scope.js';
import { withStore } from '../../src/store/store.js';
import { addUsage } from './usage_rows.js';

const NOW = new Date('2026-10-31T12:00:00Z');
const DAY = 86_400_000;

/** So many days up to 30 October 2026, a Friday: working days cost about $10, weekends about $2, some days something else. */
async function ask(days: number, other: Record<string, string>, period = '2026-10', tz = 'UTC') {
  const rows = Array.from({ length: days }, (_, back) => {
    const date = new Date(Date.parse('2026-10-30T12:00Z') - back * DAY);
    const day = date.toISOString().slice(0, 10);
    const weekend = [0, 6].includes(date.getUTCDay());
    // 9.50 to 10.50, 1.90 to 2.10.
    const usual = weekend ? `${1.9 + (back % 3) / 10}` : `${9.5 + (back % 3) / 2}`;
    return { occurred_at: `${day} 12:00:00`, cost: other[day] ?? usual };
  });
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, rows);
    const scope = scopeOf([], []);
    return unusualDays(store, { scope, period: parsePeriod(period, tz, NOW), tz, thorough: false });
  });
}

test('a day is compared with the same weekday of the weeks before', async () => {
  // The Wednesdays before are 10.00, 9.50, 10.50, … in turn: their median is 10.
  expect(await ask(56, { '2026-10-14': '31' })).toEqual([
    { day: '2026-10-14', cost: '31.000000000000000000', usual: 'Wednesday', times: '3.1' },
  ]);
  // A Sunday like a working day: five times its usual $2.
  expect(await ask(56, { '2026-10-18': '10' })).toEqual([
    { day: '2026-10-18', cost: '10.000000000000000000', usual: 'Sunday', times: '5.0' },
  ]);
  expect(await ask(56, {})).toEqual([]);
});

test('exactly twice as much is unusual, a cent less is not', async () => {
  // The five Thursdays before cost 9.50, 9.50, 10.00, 10.00 and 10.50 or the like; all ten here.
  const even = Object.fromEntries(['01', '08', '15'].map((day) => [`2026-10-${day}`, '10']));
  const september = Object.fromEntries(['03', '10', '17', '24'].map((day) => [`2026-09-${day}`, '10']));
  const all = { ...even, ...september };
  expect((await ask(57, { ...all, '2026-10-22': '20' })).map(({ times }) => times)).toEqual(['2.0']);
  expect(await ask(57, { ...all, '2026-10-22': '19.99' })).toEqual([]);
});

test('with few weeks behind it, a day is compared with its kind; with fewer with nothing', async () => {
  // The 28th and the 16 working days before it: 17 and more days are there, but two Wednesdays only.
  expect(await ask(24, { '2026-10-28': '40' })).toMatchObject([{ day: '2026-10-28', usual: 'working day' }]);
  expect(await ask(10, { '2026-10-28': '40' })).toEqual([]);
});

test('what was usual lies before the period; the days of before are not named', async () => {
  const days = await ask(56, { '2026-10-07': '50', '2026-10-28': '40' }, 'last 7 days');
  expect(days.map(({ day }) => day)).toEqual(['2026-10-28']);
});

test('where days scatter widely, three times as much is usual', async () => {
  const wild = Object.fromEntries(
    Array.from({ length: 56 }, (_, back) => [
      new Date(Date.parse('2026-10-30') - back * DAY).toISOString().slice(0, 10),
      ['2', '10', '45'][back % 3] ?? '10',
    ]),
  );
  expect(await ask(56, wild)).toEqual([]);
});

test('a report names the dearest three and how to look into them, in its own scope', async () => {
  await withStore(':memory:', { access: 'write' }, async (store) => {
    const days = Array.from({ length: 30 }, (_, index) => `2026-10-${String(index + 1).padStart(2, '0')}`);
    const dear: Record<string, string> = {
      '2026-10-20': '60',
      '2026-10-21': '90',
      '2026-10-22': '70',
      '2026-10-23': '80',
    };
    await addUsage(
      store,
      days.map((day) => ({ occurred_at: `${day} 12:00:00`, customer: 'acme', cost: dear[day] ?? '10' })),
    );
    const { warnings } = await costReport(store, {
      by: ['customer'],
      period: parsePeriod('2026-10', 'Europe/Berlin', NOW),
      tz: 'Europe/Berlin',
      where: [{ text: 'customer=acme', dimension: 'customer', negated: false, glob: false, values: ['acme'] }],
      now: NOW,
    });
    expect(warnings).toEqual(
      [
        ['2026-10-21', '9.0'],
        ['2026-10-23', '8.0'],
        ['2026-10-22', '7.0'],
      ].map(([day, times]) => ({
        code: 'unusual_day',
        message: `${day} cost ${times}× a usual working day: llmcost explain --day ${day} --tz Europe/Berlin --where 'customer=acme'`,
      })),
    );
  });
});
