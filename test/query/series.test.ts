import { expect, test } from 'vitest';
import { parseMetrics } from '../../src/query/metrics/metrics.js';
import type { CostReport } from '../../src/query/report/answer.js';
import type { ReportQuery } from '../../src/query/report/query.js';
import { costReport } from '../../src/query/report/report.js';
import { parsePeriod } from '../../src/query/scope/period.js';
import { spansOf } from '../../src/query/scope/time_buckets.js';
import { sparkline } from '../../src/render/text/sparkline.js';
import { withStore } from '../../src/store/store.js';
import { addUsage, type UsageRow } from './usage_rows.js';

interface Asked extends Partial<Omit<ReportQuery, 'period' | 'metrics'>> {
  period?: string;
  metrics?: string;
}

function ask(
  rows: readonly UsageRow[],
  { period = 'all', metrics = 'requests,cost', tz = 'UTC', ...rest }: Asked,
): Promise<CostReport> {
  const now = new Date('2026-10-15T12:00:00Z');
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, rows);
    return costReport(store, {
      by: [],
      where: [],
      now,
      ...rest,
      tz,
      metrics: parseMetrics(metrics.split(',')),
      period: parsePeriod(period, tz, now),
    });
  });
}

test('every day is there, also those without usage', async () => {
  const rows: UsageRow[] = [
    { occurred_at: '2026-09-28 10:00:00', cost: '1', latency_ms: 5, status: 'ok' },
    { occurred_at: '2026-10-01 10:00:00', cost: null },
    { occurred_at: null, cost: '7' },
  ];
  const report = await ask(rows, { every: 'day', metrics: 'requests,cost,p50,error_rate,share,tokens_per_minute' });
  expect(report.query).toMatchObject({ by: ['day'], every: 'day', sort: 'name:asc' });
  expect(
    report.rows.map(({ group, requests, cost, latency_p50, error_rate, share }) => [
      group.day,
      requests,
      cost,
      latency_p50,
      error_rate,
      share,
    ]),
  ).toEqual([
    ['2026-09-28', 1, '1.000000000000000000', 5, '0.00', '12.50'],
    ['2026-09-29', 0, '0.000000000000000000', null, null, '0.00'],
    ['2026-09-30', 0, '0.000000000000000000', null, null, '0.00'],
    ['2026-10-01', 1, null, null, null, null],
    [null, 1, '7.000000000000000000', null, null, '87.50'],
  ]);
  expect(report.totals.cost).toBe('8.000000000000000000');
});

test('a bounded period is covered from its first to its last day, but not the days to come', async () => {
  const rows: UsageRow[] = [{ occurred_at: '2026-10-13 10:00:00' }];
  const days = async (period: string) => (await ask(rows, { every: 'day', period })).rows.map(({ group }) => group.day);
  expect(await days('2026-10')).toHaveLength(15);
  expect(await days('2026-10-12')).toEqual(['2026-10-12']);
  expect(await days('2026-11')).toEqual([]);
});

test('a series of each row: cells sum up to rows, rows to the total, in every span', async () => {
  const rows: UsageRow[] = [
    { model: 'a', occurred_at: '2026-08-31 23:59:59', cost: '4', latency_ms: 10 },
    { model: 'a', occurred_at: '2026-10-02 00:00:00', cost: '1', latency_ms: 30 },
    { model: 'b', occurred_at: '2026-10-03 00:00:00', cost: '2', latency_ms: 50 },
    { model: 'c', occurred_at: '2026-10-03 00:00:00', cost: '1', latency_ms: 70, customer: 'x' },
  ];
  const report = await ask(rows, {
    by: ['model'],
    every: 'month',
    top: 1,
    metrics: 'requests,cost,share,p50,customers',
  });
  expect(report.spans).toEqual([
    { label: '2026-08', since: '2026-08-31T23:59:59.000Z', until: '2026-09-01T00:00:00.000Z' },
    { label: '2026-09', since: '2026-09-01T00:00:00.000Z', until: '2026-10-01T00:00:00.000Z' },
    { label: '2026-10', since: '2026-10-01T00:00:00.000Z', until: '2026-10-03T00:00:00.001Z' },
  ]);
  const series = [...report.rows, report.totals].map(({ series: cells }) =>
    cells?.map(({ requests, cost, share, latency_p50, customers }) => [
      requests,
      cost?.slice(0, 4),
      share,
      latency_p50,
      customers,
    ]),
  );
  expect(series).toEqual([
    [
      [1, '4.00', '100.00', 10, 0],
      [0, '0.00', null, null, 0],
      [1, '1.00', '25.00', 30, 0],
    ],
    [
      [0, '0.00', '0.00', null, 0],
      [0, '0.00', null, null, 0],
      [2, '3.00', '75.00', 50, 1],
    ],
    [
      [1, '4.00', '100.00', 10, 0],
      [0, '0.00', null, null, 0],
      [3, '4.00', '100.00', 50, 1],
    ],
  ]);
  expect(report.rows.map(({ kind, groups, cost }) => [kind, groups, cost?.slice(0, 4)])).toEqual([
    ['group', 1, '5.00'],
    ['other', 2, '3.00'],
  ]);
});

test('the day of 25 hours in Berlin: one row of it, 25 of its hours, and rates of its 1,500 minutes', async () => {
  const rows: UsageRow[] = [
    { occurred_at: '2026-10-24 22:30:00', requests: 1500, input: 3000 },
    { occurred_at: '2026-10-25 00:30:00' },
    { occurred_at: '2026-10-25 01:30:00' },
    { occurred_at: '2026-10-26 10:00:00' },
  ];
  const since = Date.UTC(2026, 9, 24, 22);
  const period = { since, until: since + 25 * 3_600_000, label: '' };
  const berlin = 'Europe/Berlin';
  await withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, rows);
    const query = { by: [], where: [], tz: berlin, period, now: new Date('2026-11-15T00:00:00Z') };
    const days = await costReport(store, {
      ...query,
      every: 'day',
      metrics: ['requests', 'requests_per_minute', 'tokens_per_minute'],
    });
    expect(
      days.rows.map(({ group, requests, requests_per_minute: rate, tokens_per_minute: tokens }) => [
        group.day,
        requests,
        rate,
        tokens,
      ]),
    ).toEqual([['2026-10-25', 1502, '1.00', '2.00']]);
    const hours = await costReport(store, { ...query, every: 'hour', metrics: ['requests'] });
    expect(hours.rows).toHaveLength(25);
    expect(hours.rows.slice(2, 4).map(({ group, requests }) => [group.hour, requests])).toEqual([
      ['2026-10-25 02:00+02:00', 1],
      ['2026-10-25 02:00+01:00', 1],
    ]);
  });
});

test('spans of weeks and months in zones of odd offsets; too many', () => {
  const span = { since: Date.UTC(2026, 2, 27, 20), until: Date.UTC(2026, 3, 7) };
  const starts = (every: 'hour' | 'week' | 'month', tz: string) =>
    spansOf(span, every, tz).map(({ since }) => new Date(since).toISOString().slice(0, 16));
  // The clocks of Berlin move on 29 March: Monday begins two hours before UTC's.
  expect(starts('week', 'Europe/Berlin')).toEqual(['2026-03-27T20:00', '2026-03-29T22:00', '2026-04-05T22:00']);
  expect(starts('month', 'Asia/Kathmandu')).toEqual(['2026-03-27T20:00', '2026-03-31T18:15']);
  expect(starts('hour', 'Asia/Kathmandu')[1]).toBe('2026-03-27T20:15');
  expect(() => spansOf({ since: 0, until: Date.UTC(2026, 0) }, 'hour', 'UTC')).toThrow(
    'A series of every hour over that time has more than 62,000 entries.\nTake longer spans (--every month) or a shorter time (--period).',
  );
});

/** Metrics that can be added up. */
const ADDED =
  'requests,input_tokens,cached_tokens,output_tokens,cost,input_cost,output_cost,other_cost,latency_requests,errors,failed_cost';

test('whatever the data and the limits: rows sum up to the total, cells to rows and to spans, in every metric', async () => {
  let state = 11;
  const pick = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const rows = Array.from(
    { length: 200 },
    (): UsageRow => ({
      occurred_at: pick(12) === 0 ? null : new Date(Date.UTC(2026, 9, 20) + pick(864_000) * 1000).toISOString(),
      requests: pick(9) === 0 ? 40 : 1,
      model: `m${pick(8)}`,
      customer: pick(4) === 0 ? null : `c${pick(9)}`,
      status: pick(5) === 0 ? 'error' : 'ok',
      input: pick(100_000),
      cache_read: pick(1000),
      output: pick(5000),
      latency_ms: pick(3) === 0 ? null : pick(9000),
      cost:
        pick(7) === 0 ? null : `${pick(90)}.${String(pick(1e9)).padStart(9, '0')}${String(pick(1e9)).padStart(9, '0')}`,
    }),
  );
  const exact = (value: unknown) => BigInt(String(value ?? 0).replace('.', ''));
  for (const [top, minCost, tz] of [
    [2, undefined, 'UTC'],
    [undefined, '400.5', 'Europe/Berlin'],
    [3, '10', 'Asia/Kathmandu'],
  ] as const) {
    const report = await ask(rows, { by: ['customer', 'model'], every: 'day', metrics: ADDED, top, minCost, tz });
    for (const { name } of report.metrics) {
      const total = exact(report.totals[name]);
      const sum = (values: readonly unknown[]) => values.reduce((added: bigint, value) => added + exact(value), 0n);
      expect([name, sum(report.rows.map((row) => row[name]))]).toEqual([name, total]);
      expect([name, sum(report.totals.series?.map((cell) => cell[name]) ?? [])]).toEqual([name, total]);
      for (const row of report.rows) {
        expect([name, sum(row.series?.map((cell) => cell[name]) ?? [])]).toEqual([name, exact(row[name])]);
      }
      for (const [index, cell] of report.totals.series?.entries() ?? []) {
        expect([name, sum(report.rows.map(({ series }) => series?.[index]?.[name]))]).toEqual([
          name,
          exact(cell[name]),
        ]);
      }
    }
    expect(report.spans).toHaveLength(11 + (tz === 'UTC' ? 0 : 1));
  }
});

test('sparklines', () => {
  expect(sparkline([0, 1, 2, 4, 8, null])).toBe('·▁▂▄█·');
  expect(sparkline(['0.000000000000000001', '1000000.000000000000000000'])).toBe('▁█');
  expect(sparkline([])).toBe('');
  expect(sparkline(Array.from({ length: 365 }, (_, day) => day))).toHaveLength(31);
});
