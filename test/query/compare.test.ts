import { expect, test } from 'vitest';
import { EFFECTS } from '../../src/query/effects/effects.js';
import { parseMetrics } from '../../src/query/metrics/metrics.js';
import { parseSort } from '../../src/query/metrics/order.js';
import type { CostReport } from '../../src/query/report/answer.js';
import type { CompareWith } from '../../src/query/report/query.js';
import { costReport } from '../../src/query/report/report.js';
import { parsePeriod, previousOf } from '../../src/query/scope/period.js';
import { effectsLines } from '../../src/render/answers/report/effects.js';
import { type Store, withStore } from '../../src/store/store.js';
import { addUsage, type UsageRow } from './usage_rows.js';

const NOW = new Date('2026-10-15T12:00:00Z');

function ask(
  store: Store,
  compare: CompareWith | undefined,
  metrics = 'requests,cost,p95',
  top?: number,
  by = 'model',
  sort = '',
): Promise<CostReport> {
  return costReport(store, {
    by: [by],
    sort: sort === '' ? undefined : parseSort(sort),
    where: [],
    tz: 'UTC',
    now: NOW,
    period: parsePeriod('2026-09', 'UTC', NOW),
    metrics: parseMetrics(metrics.split(',')),
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
  const report = await inStore([], (store) => ask(store, { kind: 'previous' }));
  expect(report.totals.presence).toBe('both');
  expect(report.comparison?.effects).toMatchObject({ ...effects('0', '0'), per_request: null });
  expect(report.comparison?.effects?.parts?.map(({ amount }) => amount)).toEqual(EFFECTS.map(() => one(0)));
  expect(effectsLines(report)).toEqual([]);
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

/** Effects as they stand in an answer, of amounts as one writes them. */
function effects(
  before: string,
  now: string,
  ...[change = '0', volume = '0', mix = '0', tokens = '0', price = '0']: string[]
) {
  const exact = (amount: string) => {
    const [whole = '', rest = ''] = amount.split('.');
    return `${whole}.${rest.padEnd(18, '0')}`;
  };
  const named = { before, now, change, volume, mix, tokens, price };
  return Object.fromEntries(Object.entries(named).map(([name, amount]) => [name, exact(amount)]));
}

test('why the cost changed, worked out by hand: of the total, of each row, and per request', async () => {
  const report = await inStore(ROWS, (store) => ask(store, { kind: 'previous' }, 'cost,cost_per_request'));
  // 21 requests cost 15, so 41 cost 15 × 41 / 21 = 29.2857…: everybody grew, for nobody says who asked. Model by model, each rounded:
  // 19.523809523809523810 + 1.952380952380952381 + 7.809523809523809524 = 29.285714285714285715.
  // Where they went, at what each model cost: a 30 × 1, b 10 × 0.1, gone 0, new 0.5 = 31.5: model_mix.
  // No rate says what tokens cost, so what b costs more is other units: 32.5.
  const { per_request: each, parts, ...total } = report.comparison?.effects ?? {};
  expect(total).toEqual(effects('15', '32.5', '17.5', '14.285714285714285715', '2.214285714285714285', '1', '0'));
  expect(report.totals.effects).toEqual(report.comparison?.effects);
  expect(parts?.filter(({ amount }) => amount !== one(0)).map(({ effect, amount }) => [effect, amount])).toEqual([
    ['volume', '14.285714285714285715'],
    ['model_mix', '2.214285714285714285'],
    ['other_units', '1.000000000000000000'],
  ]);
  // The same steps divided by the requests of then: 15 / 21, 31.5 / 41, 32.5 / 41, 32.5 / 41.
  expect(each).toEqual({
    before: '0.714285714285714286',
    now: '0.792682926829268293',
    change: '0.078397212543554007',
    mix: '0.054006968641114982',
    tokens: '0.024390243902439025',
    price: '0.000000000000000000',
  });
  // Rows are made of the same cells: a is 19.5238… by the growth of everybody, and the rest of its 30 are requests that came from others.
  const rows = Object.fromEntries(report.rows.map(({ group, effects: found }) => [group.model, found]));
  expect(rows).toEqual({
    a: {
      ...effects('10', '30', '20', '9.523809523809523810', '10.476190476190476190'),
      per_request: { before: one(1), now: one(1), change: one(0), mix: one(0), tokens: one(0), price: one(0) },
    },
    gone: { ...effects('4', '0', '-4', '3.809523809523809524', '-7.809523809523809524'), per_request: null },
    b: {
      ...effects('1', '2', '1', '0.952380952380952381', '-0.952380952380952381', '1'),
      per_request: expect.objectContaining({ tokens: '0.100000000000000000' }),
    },
    new: { ...effects('0', '0.5', '0.5', '0', '0.5'), per_request: null },
  });
  expect(effectsLines(report)).toEqual([
    'cost $15.00 → $32.50 (+$17.50, +116.67%): more requests of everybody +$14.29, requests to dearer models +$2.21, more audio, images, searches and the like +$1.00',
    'cost/request $0.7143 → $0.7927 (+$0.07840, +10.98%): customers, features and models +$0.05401, tokens per request +$0.02439, prices $0.00',
  ]);
});

test('where nothing was before, all of it is customers who are new', async () => {
  const report = await inStore([{ model: 'a', occurred_at: SEPTEMBER, cost: '3' }], (store) =>
    ask(store, { kind: 'previous' }, 'cost'),
  );
  expect(report.comparison?.effects).toMatchObject({ ...effects('0', '3', '3', '3'), per_request: null });
  expect(effectsLines(report)).toEqual(['cost $0.00 → $3.00 (+$3.00): more requests of single customers +$3.00']);
});

test('where a row does not tell how many requests it is, tokens stand for requests', async () => {
  const rows: UsageRow[] = [
    { model: 'a', occurred_at: AUGUST, requests: null, input: 100, cost: '1' },
    { model: 'a', occurred_at: SEPTEMBER, requests: 7, input: 300, cost: '6' },
  ];
  const report = await inStore(rows, (store) => ask(store, { kind: 'previous' }, 'cost,cost_per_request'));
  // Thrice the tokens cost 3; no rate says why they cost twice that. How many requests more is not known, so 2 and 3 are tokens.
  const { volume, tokens, per_request, parts = [] } = report.comparison?.effects ?? {};
  expect({ volume, tokens, per_request }).toEqual({ volume: null, tokens: one(5), per_request: null });
  expect(parts.filter(({ amount }) => amount !== one(0)).map(({ words, amount }) => [words, amount])).toEqual([
    ['more tokens of everybody', one(2)],
    ['more audio, images, searches and the like', one(3)],
  ]);
  expect(effectsLines(report)[0]).toMatch(
    /^cost \$1\.00 → \$6\.00 .* \(tokens stand for requests, whose number is not known\)$/,
  );
});

function one(dollars: number): string {
  return `${dollars}.000000000000000000`;
}

test('a row whose usage had no price at one of the times is not taken apart', async () => {
  const rows: UsageRow[] = [
    { model: 'a', customer: 'x', occurred_at: AUGUST, cost: null },
    { model: 'a', customer: 'x', occurred_at: SEPTEMBER, cost: '5' },
    { model: 'a', customer: 'y', occurred_at: AUGUST, cost: '1' },
    { model: 'a', customer: 'y', occurred_at: SEPTEMBER, cost: null },
    { model: 'b', customer: 'y', occurred_at: SEPTEMBER, cost: '3' },
  ];
  const { rows: found } = await inStore(rows, (store) =>
    ask(store, { kind: 'previous' }, 'cost', undefined, 'customer'),
  );
  expect(found.map(({ group, change, effects: parts }) => [group.customer, change?.cost, parts?.change])).toEqual([
    ['x', null, undefined],
    ['y', one(2), one(2)],
  ]);
});

test('rows come in the order of the largest change of cost, or of what a metric is now', async () => {
  const order = async (sort: string, top?: number) => {
    const report = await inStore(ROWS, (store) =>
      ask(store, { kind: 'previous' }, 'requests,cost,p95', top, 'model', sort),
    );
    return [report.query.sort, ...report.rows.map(({ kind, group }) => group.model ?? kind)];
  };
  // By 20, -4, 1 and 0.5.
  expect(await order('')).toEqual(['change:desc', 'a', 'gone', 'b', 'new']);
  expect(await order('', 2)).toEqual(['change:desc', 'a', 'gone', 'other']);
  expect(await order('change:asc')).toEqual(['change:asc', 'new', 'b', 'gone', 'a']);
  // Now 30, 2, 0.5, and 0 of what is gone.
  expect(await order('cost')).toEqual(['cost:desc', 'a', 'b', 'new', 'gone']);
  expect(await order('cost:asc', 3)).toEqual(['cost:asc', 'gone', 'new', 'b', 'other']);
  expect(await order('latency_p95')).toEqual(['latency_p95:desc', 'new', 'a', 'b', 'gone']);
  expect(await order('vs_min', 1)).toEqual(['vs_min:desc', 'a', 'other']);
  expect(await order('name:desc')).toEqual(['name:desc', 'new', 'gone', 'b', 'a']);
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
      customer: `c${pick(5)}`,
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
  const sum = (values: (string | null | undefined)[]) => values.reduce((added, value) => added + atto(value), 0n);
  await inStore(rows, async (store) => {
    for (const [by, top, minCost] of [
      ['model', 3, undefined],
      ['customer', 2, undefined],
      ['customer', undefined, '90000'],
      ['model', undefined, undefined],
    ] as const) {
      const report = await costReport(store, {
        by: [by],
        where: [],
        tz: 'UTC',
        now: NOW,
        period: parsePeriod('2026-09', 'UTC', NOW),
        metrics: ['cost'],
        compare: { kind: 'previous' },
        top,
        minCost,
      });
      const whole = report.comparison?.effects;
      if (whole === null || whole === undefined) throw new Error('no effects');
      for (const found of [whole, ...report.rows.map(({ effects: parts }) => parts)]) {
        if (found === null || found === undefined) continue;
        const { volume, mix, tokens, price, change, before, now, per_request: each } = found;
        expect(sum([volume, mix, tokens, price])).toBe(atto(change));
        expect(atto(now) - atto(before)).toBe(atto(change));
        if (each === null) continue;
        expect(sum([each.mix, each.tokens, each.price])).toBe(atto(each.change));
        expect(atto(each.now) - atto(each.before)).toBe(atto(each.change));
      }
      expect(report.totals.cost).toBe(whole.now);
      expect(sum(report.rows.map(({ cost }) => cost))).toBe(atto(whole.now));
      expect(sum(report.rows.map(({ before }) => before?.cost))).toBe(atto(whole.before));
      // Rows of customers and of models are made of the same cells as the total.
      if (report.rows.some(({ effects: known }) => known === null)) continue;
      for (const name of ['change', 'volume', 'mix', 'tokens', 'price'] as const) {
        expect(sum(report.rows.map((row) => row.effects?.[name]))).toBe(atto(whole[name]));
      }
    }
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
          period: parsePeriod('2026-08', 'UTC', NOW),
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
    const found = previousOf(parsePeriod(words, tz, NOW), tz, NOW);
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
  expect(before('2026-11')).toEqual(['2026-10-01T00:00 → 2026-11-01T00:00', '2026-11-01T00:00 → 2026-12-01T00:00']);
  // The clocks of Berlin went back on 25 October 2025: that day has 25 hours.
  expect(before('2025-10-26', 'Europe/Berlin')[0]).toBe('2025-10-24T22:00 → 2025-10-25T22:00');
  expect(() => before('all')).toThrow(
    "--compare previous needs a period that begins somewhere.\nAdd one, for example --period 'this month'.",
  );
});
