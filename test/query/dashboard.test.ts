import { beforeAll, describe, expect, test } from 'vitest';
import type { Dashboard } from '../../src/query/dashboard/answer.js';
import { dashboard } from '../../src/query/dashboard/dashboard.js';
import { everyOf, periodBefore } from '../../src/query/dashboard/spans.js';
import { parseCondition } from '../../src/query/scope/filter.js';
import { type Period, parsePeriod } from '../../src/query/scope/period.js';
import { withStore } from '../../src/store/store.js';
import { addUsage, type UsageRow } from './usage_rows.js';

const NOW = new Date('2026-11-01T00:00:00Z');
const ALL: Period = { since: null, until: null, label: 'all time' };

describe('the spans of time', () => {
  const DAY = 86_400_000;

  test.each([
    [1, 'hour'],
    [2, 'hour'],
    [3, 'day'],
    [92, 'day'],
    [94, 'week'],
    [731, 'week'],
    [800, 'month'],
  ])('%d days: by %s', (days, every) => expect(everyOf({ since: 0, until: days * DAY })).toBe(every));

  test.each([
    ['2026-10', 'UTC', '2026-09-01 → 2026-10-01'],
    ['2026-03', 'Europe/Berlin', '2026-02-01 → 2026-03-01'],
    ['2026-Q3', 'UTC', '2026-04-01 → 2026-07-01'],
    ['2026-W40', 'UTC', '2026-09-21 → 2026-09-28'],
    ['2026-10-05', 'America/New_York', '2026-10-04 → 2026-10-05'],
    ['2025', 'UTC', '2024-01-01 → 2025-01-01'],
  ])('before %s in %s: %s', (words, tz, label) =>
    expect(periodBefore(parsePeriod(words, tz, NOW), tz, NOW)?.label).toBe(label),
  );

  test('a period that is not over is compared with as long a time before it', () => {
    const tenth = new Date('2026-10-11T00:00:00Z');
    expect(periodBefore(parsePeriod('this month', 'UTC', tenth), 'UTC', tenth)?.label).toBe('2026-09-21 → 2026-10-01');
    expect(periodBefore(ALL, 'UTC', NOW)).toBeUndefined();
  });
});

/** Twelve models and customers on 1 October, nothing on the 2nd, two calls on the 3rd; two calls the days before. */
const ROWS: UsageRow[] = [
  ...Array.from({ length: 12 }, (_, at) => ({
    occurred_at: '2026-10-01 10:00:00',
    model: `m${at}`,
    customer: `c${at}`,
    cost: String(12 - at),
    status: at === 0 ? 'error' : 'ok',
    error_class: at === 0 ? 'rate_limit' : undefined,
    latency_ms: at === 0 ? 100 : null,
  })),
  { occurred_at: '2026-10-03 10:00:00', model: 'm11', customer: 'c11', cost: '0.5' },
  { occurred_at: '2026-10-03 11:00:00', model: 'm0', customer: null, cost: null },
  { occurred_at: '2026-09-29 10:00:00', model: 'm0', cost: '20', status: 'ok', latency_ms: 200 },
  { occurred_at: '2026-09-30 10:00:00', model: 'm1', cost: '20', status: 'ok' },
];
const OCTOBER: Period = {
  since: Date.parse('2026-10-01'),
  until: Date.parse('2026-10-04'),
  label: '2026-10-01 → 2026-10-04',
};

describe('three days', () => {
  let answer: Dashboard;
  let whole: Dashboard;
  let none: Dashboard;
  beforeAll(() =>
    withStore(':memory:', { access: 'write' }, async (store) => {
      await addUsage(store, ROWS);
      answer = await dashboard(store, { period: OCTOBER, tz: 'UTC', where: [], now: NOW });
      whole = await dashboard(store, { period: ALL, tz: 'UTC', where: [parseCondition('model=m0')], now: NOW });
      none = await dashboard(store, { period: ALL, tz: 'UTC', where: [parseCondition('model=nothing')], now: NOW });
    }),
  );

  test('the headline beside the three days before, worked out by hand', () => {
    expect(answer.query.previous?.period).toBe('2026-09-28 → 2026-10-01');
    const figures = answer.headline.map(({ metric, value, previous, change_percent }) => [
      metric,
      value,
      previous,
      change_percent,
    ]);
    expect(figures).toEqual([
      // 12 + 11 + … + 1 = 78, and 0.5; 20 + 20 before: 38.5 ÷ 40.
      ['cost', '78.500000000000000000', '40.000000000000000000', '96.25'],
      ['requests', 14, 2, '600.00'],
      // 78.5 ÷ 13 priced requests; 13.961538… ÷ 20 less.
      ['cost_per_request', '6.038461538461538462', '20.000000000000000000', '-69.81'],
      // One of the twelve whose outcome is told; from nothing there are no percents.
      ['error_rate', '8.33', '0.00', null],
      ['latency_p95', 100, 200, '-50.00'],
      ['cache_savings', '0.000000000000000000', '0.000000000000000000', null],
    ]);
    expect(answer.headline.map(({ change }) => change?.replace(/\.?0+$/, ''))).toEqual([
      '38.5',
      '12',
      '-13.961538461538461538',
      '8.33',
      '-100',
      '0',
    ]);
  });

  test('spans without usage are there: sums are 0, the rest is not known', () => {
    expect(answer.query.every).toBe('day');
    expect(answer.over_time.map(({ time, requests }) => [time, requests])).toEqual([
      ['2026-10-01', 12],
      ['2026-10-02', 0],
      ['2026-10-03', 2],
    ]);
    expect(answer.over_time[0]).toMatchObject({ errors: 1, rate_limit_errors: 1, server_errors: 0, latency_p50: 100 });
    expect(answer.over_time[1]).toMatchObject({
      cost: '0.000000000000000000',
      latency_p50: null,
      errors: 0,
      cache_hit_rate: null,
    });
  });

  test('the eight dearest have a series, the others one together; all sum to the cost of the day', () => {
    const models = answer.breakdowns[0];
    expect(models?.spend.map(({ kind, name, groups }) => [kind, name, Number(groups)])).toEqual([
      ...Array.from({ length: 8 }, (_, at) => ['group', `m${at}`, 1]),
      ['other', null, 4],
    ]);
    expect(models?.spend.map(({ costs }) => costs.map((cost) => (cost === null ? null : Number(cost))))).toEqual([
      [12, 0, null],
      ...Array.from({ length: 7 }, (_, at) => [11 - at, 0, 0]),
      // 4 + 3 + 2 + 1
      [10, 0, 0.5],
    ]);
  });

  test('features have no series, and customers none where usage names none', () => {
    expect(answer.breakdowns.map(({ by, spend }) => [by, spend.length])).toEqual([
      ['model', 9],
      ['customer', 9],
      ['feature', 0],
    ]);
    expect(whole.breakdowns[1]?.spend).toHaveLength(2);
  });

  test('a row for each name, missing ones too, and the total', () => {
    const customers = answer.breakdowns[1];
    expect(customers?.by).toBe('customer');
    expect(customers?.rows.map(({ kind, name }) => (kind === 'group' ? name : kind))).toEqual([
      ...Array.from({ length: 12 }, (_, at) => `c${at}`),
      null,
      'total',
    ]);
    expect(customers?.rows.at(-1)).toMatchObject({ requests: 14, cost: '78.500000000000000000', unpriced_rows: 1 });
    expect(answer.coverage).toMatchObject({ requests: 14, priced_requests: 13, unpriced_requests: 1 });
    expect(answer.unpriced).toMatchObject([{ model: 'm0', requests: 1 }]);
  });

  test('all time is that of the usage, and has nothing before it', () => {
    expect(whole.query.previous).toBeNull();
    expect(whole.over_time.map(({ time, requests }) => [time, requests])).toEqual([
      ['2026-09-29', 1],
      ['2026-09-30', 0],
      ['2026-10-01', 1],
      ['2026-10-02', 0],
      ['2026-10-03', 1],
    ]);
    expect(whole.headline[0]).toMatchObject({ value: '32.000000000000000000', previous: null, change_percent: null });
    expect(whole.breakdowns[0]?.spend).toMatchObject([{ name: 'm0', kind: 'group' }]);
  });

  test('without usage it is empty and says so', () => {
    expect(none.over_time).toEqual([]);
    expect(none.breakdowns.map(({ spend }) => spend)).toEqual([[], [], []]);
    expect(none.warnings.map(({ code }) => code)).toEqual(['no_usage']);
  });
});

test('usage without a time has a place of its own where all time is asked for', async () => {
  await withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, [
      { occurred_at: null, model: 'm', cost: '1' },
      { occurred_at: '2026-10-01 10:00:00', model: 'm', cost: '2' },
    ]);
    const { over_time, breakdowns } = await dashboard(store, { period: ALL, tz: 'Asia/Tokyo', where: [], now: NOW });
    expect(over_time.map(({ time }) => time)).toEqual(['2026-10-01 19:00+09:00', null]);
    expect(breakdowns[0]?.spend[0]?.costs).toEqual(['2.000000000000000000', '1.000000000000000000']);
  });
});
