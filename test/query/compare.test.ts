import { expect, test } from 'vitest';
import { checkedMetrics } from '../../src/query/metrics/metrics.js';
import { periodOf, previousOf } from '../../src/query/period.js';
import { type CompareWith, type CostReport, costReport } from '../../src/query/report.js';
import { effectsLine } from '../../src/render/report_changes.js';
import { type Store, withStore } from '../../src/store/store.js';
import { addUsage, type UsageRow } from './usage_rows.js';

const NOW = new Date('2026-10-15T12:00:00Z');

function ask(
  store: Store,
  compare: CompareWith | undefined,
  metrics = 'requests,cost,p95',
  top?: number,
): Promise<CostReport> {
  return costReport(store, {
    by: ['model'],
    where: [],
    tz: 'UTC',
    now: NOW,
    period: periodOf('2026-09', 'UTC', NOW),
    metrics: checkedMetrics(metrics.split(',')),
    compare,
    top,
  });
}

function inStore<T>(rows: readonly UsageRow[], fn: (store: Store) => Promise<T>): Promise<T> {
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, rows);
    return fn(store);
  });
}

const AUGUST = '2026-08-10 00:00:00';
const SEPTEMBER = '2026-09-10 00:00:00';
const ROWS: UsageRow[] = [
  { model: 'a', occurred_at: AUGUST, requests: 10, input: 1000, cost: '10' },
  { model: 'b', occurred_at: AUGUST, requests: 10, input: 1000, cost: '1' },
  { model: 'gone', occurred_at: AUGUST, input: 5, cost: '4', latency_ms: 9 },
  { model: 'a', occurred_at: SEPTEMBER, requests: 30, input: 6000, cost: '30' },
  { model: 'b', occurred_at: SEPTEMBER, requests: 10, input: 1000, cost: '2' },
  { model: 'new', occurred_at: SEPTEMBER, input: 5, cost: '0.5', latency_ms: 100 },
  // Neither in August nor in September.
  { model: 'a', occurred_at: '2026-07-31 23:59:59', cost: '100' },
  { model: 'a', occurred_at: null, cost: '100' },
];

test('of two times without usage nothing is new, and no cost is taken apart', async () => {
  const { totals, comparison } = await inStore([], (store) => ask(store, { kind: 'previous' }));
  expect(totals.presence).toBe('both');
  expect(comparison?.effects).toMatchObject({ before: expect.stringMatching(/^0/), now: expect.stringMatching(/^0/) });
  if (comparison !== undefined) expect(effectsLine(comparison)).toBeUndefined();
});

test('before, now and the change of every row; new and vanished rows', async () => {
  const report = await inStore(ROWS, (store) => ask(store, { kind: 'previous' }));
  expect(report.comparison).toMatchObject({
    with: '2026-08-01 → 2026-09-01',
    since: '2026-08-01T00:00:00.000Z',
    until: '2026-09-01T00:00:00.000Z',
  });
  const shown = [...report.rows, { ...report.totals, group: { model: 'total' } }].map((row) => [
    row.group.model,
    row.presence,
    [row.before?.requests, row.requests, row.change?.requests, row.change_percent?.requests],
    [row.before?.cost, row.cost, row.change?.cost].map((money) => String(money).slice(0, 6)),
    row.change_percent?.cost,
    [row.before?.latency_p95, row.latency_p95, row.change?.latency_p95],
  ]);
  expect(shown).toEqual([
    ['a', 'both', [10, 30, 20, '200.00'], ['10.000', '30.000', '20.000'], '200.00', [null, null, null]],
    ['gone', 'vanished', [1, 0, -1, '-100.00'], ['4.0000', '0.0000', '-4.000'], '-100.00', [9, null, null]],
    ['b', 'both', [10, 10, 0, '0.00'], ['1.0000', '2.0000', '1.0000'], '100.00', [null, null, null]],
    ['new', 'new', [0, 1, 1, null], ['0.0000', '0.5000', '0.5000'], null, [null, 100, null]],
    ['total', 'both', [21, 41, 20, '95.24'], ['15.000', '32.500', '17.500'], '116.67', [9, 100, 91]],
  ]);
});

test('why the cost changed, worked out by hand', async () => {
  const report = await inStore(ROWS, (store) => ask(store, { kind: 'previous' }));
  // 21 requests cost 15, so 41 cost 15 × 41 / 21 = 29.285714285714: volume.
  // Where they went, at what each model cost: 30 × 1 + 10 × 0.1 + 0.5 (new) = 31.5: mix.
  // With their tokens: a 6,000 × 0.01 = 60, b 1,000 × 0.001 = 1, new 0.5: 61.5: tokens.
  // They cost 32.5: price.
  const { effects } = report.comparison ?? {};
  expect(effects).toEqual({
    before: '15.000000000000000000',
    now: '32.500000000000000000',
    change: '17.500000000000000000',
    volume: '14.285714285714000000',
    mix: '2.214285714286000000',
    tokens: '30.000000000000000000',
    price: '-29.000000000000000000',
  });
});

test('effects sum up to the change to the last digit, whatever the data', async () => {
  let state = 7;
  const pick = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const rows = Array.from(
    { length: 300 },
    (): UsageRow => ({
      model: `m${pick(9)}`,
      occurred_at: pick(2) === 0 ? AUGUST : SEPTEMBER,
      requests: pick(7) === 0 ? null : pick(50),
      input: pick(100_000),
      cost:
        pick(8) === 0
          ? null
          : `${pick(40_000)}.${String(pick(1e9)).padStart(9, '0')}${String(pick(1e9)).padStart(9, '0')}`,
    }),
  );
  const atto = (text: string | null | undefined) => BigInt((text ?? '0').replace('.', ''));
  await inStore(rows, async (store) => {
    const report = await ask(store, { kind: 'previous' }, 'cost', 3);
    const effects = report.comparison?.effects;
    if (effects === null || effects === undefined) throw new Error('no effects');
    const { volume, mix, tokens, price, change, before, now } = effects;
    expect([volume, mix, tokens, price].reduce((sum, part) => sum + atto(part), 0n)).toBe(atto(change));
    expect(atto(now) - atto(before)).toBe(atto(change));
    expect(report.totals.cost).toBe(now);
    expect(report.rows.reduce((sum, row) => sum + atto(row.cost), 0n)).toBe(atto(now));
    expect(report.rows.reduce((sum, row) => sum + atto(row.before?.cost), 0n)).toBe(atto(before));
    expect(report.rows.map(({ kind }) => kind)).toEqual(['group', 'group', 'group', 'other']);
  });
});

test('an earlier report', async () => {
  await inStore(ROWS, async (store) => {
    const former: CostReport = JSON.parse(
      JSON.stringify(
        await costReport(store, {
          by: ['model'],
          where: [],
          tz: 'UTC',
          now: NOW,
          period: periodOf('2026-08', 'UTC', NOW),
        }),
      ),
    );
    const report = await ask(store, { kind: 'report', report: former, file: 'august.json' }, 'requests,cost');
    expect(report.comparison).toMatchObject({ with: '2026-08-01 → 2026-09-01 (august.json)', effects: null });
    expect(
      report.rows.map(({ group, presence, change }) => [group.model, presence, change?.requests, change?.cost]),
    ).toEqual([
      ['a', 'both', 20, '20.000000000000000000'],
      ['b', 'both', 0, '1.000000000000000000'],
      ['new', 'new', 1, '0.500000000000000000'],
      ['gone', 'vanished', -1, '-4.000000000000000000'],
    ]);
    const other = { ...former, query: { ...former.query, by: ['feature'] } };
    await expect(ask(store, { kind: 'report', report: other, file: 'f.json' })).rejects.toThrow(
      'f.json is grouped by feature, this report by model.\nAsk for the same: --by feature.',
    );
  });
});

test('the period before', () => {
  const before = (words: string, tz = 'UTC') => {
    const found = previousOf(periodOf(words, tz, NOW), tz, NOW);
    return [found.before, found.now].map(({ since, until }) =>
      [since, until].map((at) => new Date(at).toISOString().slice(0, 16)).join(' → '),
    );
  };
  expect(before('2026-09')).toEqual(['2026-08-01T00:00 → 2026-09-01T00:00', '2026-09-01T00:00 → 2026-10-01T00:00']);
  expect(before('2026-Q1')[0]).toBe('2025-10-01T00:00 → 2026-01-01T00:00');
  expect(before('yesterday')[0]).toBe('2026-10-13T00:00 → 2026-10-14T00:00');
  // What is over of this month and this week, and as much of the last one.
  expect(before('this month')).toEqual(['2026-09-01T00:00 → 2026-09-15T12:00', '2026-10-01T00:00 → 2026-10-15T12:00']);
  expect(before('this week')).toEqual(['2026-10-05T00:00 → 2026-10-08T12:00', '2026-10-12T00:00 → 2026-10-15T12:00']);
  // The clocks of Berlin went back on 25 October 2025: that day has 25 hours.
  expect(before('2025-10-26', 'Europe/Berlin')[0]).toBe('2025-10-24T22:00 → 2025-10-25T22:00');
  expect(() => before('all')).toThrow(
    "--compare previous needs a period that begins somewhere.\nAdd one, for example --period 'this month'.",
  );
});
