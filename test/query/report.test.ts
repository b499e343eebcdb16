import { expect, test } from 'vitest';
import type { CostReport } from '../../src/query/report/answer.js';
import type { ReportQuery } from '../../src/query/report/query.js';
import { costReport } from '../../src/query/report/report.js';
import { parseDimensions } from '../../src/query/scope/dimensions.js';
import { parseCondition } from '../../src/query/scope/filter.js';
import { parsePeriod } from '../../src/query/scope/period.js';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { addUsage, type UsageRow } from './usage_rows.js';

const NOW = new Date('2026-10-15T12:00:00Z');

interface Asked extends Partial<Omit<ReportQuery, 'period' | 'where'>> {
  period?: string;
  where?: string[];
}

function ask(
  rows: readonly UsageRow[],
  { period = 'all', where = [], tz = 'UTC', ...rest }: Asked = {},
): Promise<CostReport> {
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, rows);
    return costReport(store, {
      by: ['model'],
      ...rest,
      tz,
      period: parsePeriod(period, tz, NOW),
      where: where.map(parseCondition),
      now: NOW,
    });
  });
}

function groups(report: CostReport): (string | null)[] {
  return report.rows.map((row) => (row.kind === 'other' ? '(other)' : Object.values(row.group).join(' · ')));
}

test('sums, shares and unit costs of two models, worked out by hand', async () => {
  const report = await ask([
    { model: 'a', input: 100, cache_read: 20, output: 7, reasoning: 3, cost: '0.000000000000000001' },
    {
      model: 'a',
      requests: 2,
      input: 1,
      units: { input_audio_tokens: 5, output_image_tokens: 2, pages: 9 },
      cost: '2',
    },
    { model: 'b', input: 10, output: 10, cost: '1' },
  ]);
  expect(report.rows).toEqual([
    {
      kind: 'group',
      groups: 1,
      group: { model: 'a' },
      requests: 3,
      requests_complete: true,
      input_tokens: 126,
      output_tokens: 12,
      cached_tokens: 20,
      cost: '2.000000000000000001',
      // 2000000000000000001 / 3 = 666666666666666667 exactly
      cost_per_request: '0.666666666666666667',
      share: '66.67',
      unpriced_requests: 0,
      unpriced_rows: 0,
    },
    {
      kind: 'group',
      groups: 1,
      group: { model: 'b' },
      requests: 1,
      requests_complete: true,
      input_tokens: 10,
      output_tokens: 10,
      cached_tokens: 0,
      cost: '1.000000000000000000',
      cost_per_request: '1.000000000000000000',
      share: '33.33',
      unpriced_requests: 0,
      unpriced_rows: 0,
    },
  ]);
  expect(report.totals.cost).toBe('3.000000000000000001');
  expect(report.totals.cost_per_request).toBe('0.750000000000000000');
  expect(report.coverage).toMatchObject({ requests: 4, priced_requests: 4, unpriced_requests: 0, assumed_requests: 0 });
  expect(report.warnings).toEqual([]);
});

test('a call that names only the model it asked for is shown, and found, under that name', async () => {
  const rows: UsageRow[] = [
    { model: null, request_model: 'a', cost: '2' },
    { model: 'a', request_model: 'a-latest', cost: '3' },
    { model: null, cost: '1' },
  ];
  const report = await ask(rows);
  expect(report.rows.map((row) => ('group' in row ? [row.group.model, row.cost] : []))).toEqual([
    ['a', '5.000000000000000000'],
    [null, '1.000000000000000000'],
  ]);
  expect((await ask(rows, { where: ['model=a'] })).totals.cost).toBe('5.000000000000000000');
});

test('halves are rounded up, and a million dollars and its smallest part both fit', async () => {
  const report = await ask([
    { model: 'a', requests: 2, cost: '1234567.000000000000000001' },
    { model: 'b', requests: 2, cost: '0.000000000000000002' },
  ]);
  expect(report.rows.map((row) => row.cost_per_request)).toEqual(['617283.500000000000000001', '0.000000000000000001']);
  expect(report.totals.cost).toBe('1234567.000000000000000003');
});

test('unpriced usage has no cost, is counted, and its models are named with the command that helps', async () => {
  const report = await ask([
    { provider: 'p', model: 'known', cost: '3' },
    { provider: 'p', model: 'known', cost: null, input: 4 },
    { provider: 'q', model: "it's new", cost: null, requests: 5, input: 1000, output: 20 },
  ]);
  expect(report.rows.map(({ group, cost, unpriced_requests }) => [group.model, cost, unpriced_requests])).toEqual([
    ['known', '3.000000000000000000', 1],
    ["it's new", null, 5],
  ]);
  expect(report.rows[0]?.cost_per_request).toBe('3.000000000000000000');
  expect(report.rows[1]?.share).toBeNull();
  expect(report.totals).toMatchObject({ cost: '3.000000000000000000', requests: 7, unpriced_requests: 6 });
  expect(report.coverage).toMatchObject({ requests: 7, priced_requests: 1, unpriced_requests: 6, assumed_requests: 0 });
  expect(report.warnings.map(({ message }) => message)).toEqual([
    "No price for q/it's new: 5 requests with 1,000 input and 20 output tokens are not in the cost. If you know what it costs: llmcost pricing override 'q/it'\\''s new' --input USD --output USD",
    'No price for p/known: 1 request with 4 input and 0 output tokens are not in the cost. If you know what it costs: llmcost pricing override p/known --input USD --output USD',
  ]);
});

test('an unpriced model whose name begins with its provider', async () => {
  const report = await ask([{ provider: 'ollama', model: 'ollama/llama3', cost: null }]);
  expect(report.warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^No price for ollama\/llama3: .* If you know what it costs: llmcost pricing override ollama\/llama3 --input USD --output USD$/,
    ),
  ]);
});

test('a report over unpriced usage only has no total cost', async () => {
  const report = await ask([{ model: 'x', cost: null }]);
  expect(report.totals.cost).toBeNull();
  expect(report.totals.share).toBeNull();
});

test('free usage costs 0, which is not the same as unpriced', async () => {
  const report = await ask([{ model: 'x', cost: '0', cost_status: 3 }]);
  expect(report.totals).toMatchObject({ cost: '0.000000000000000000', unpriced_rows: 0, share: null });
});

test('assumed rates are told', async () => {
  const report = await ask([{ model: 'x', requests: 3, cost: '1.5', cost_status: 2 }]);
  expect(report.coverage.assumed_requests).toBe(3);
  expect(report.warnings.map(({ message }) => message)).toEqual([
    '3 requests were priced with an assumed rate (USD 1.5 of the cost); llmcost why <request id> shows which.',
  ]);
});

test('buckets of unknown size: the least it can be, and no cost per request', async () => {
  const report = await ask([
    { model: 'a', requests: 10, cost: '1' },
    { model: 'a', requests: null, cost: '1' },
    { model: 'b', requests: null, cost: null },
  ]);
  expect(
    report.rows.map((row) => [row.requests, row.requests_complete, row.cost_per_request, row.unpriced_rows]),
  ).toEqual([
    [10, false, null, 0],
    [null, false, null, 1],
  ]);
  expect(report.totals).toMatchObject({ requests: 10, requests_complete: false, cost_per_request: null });
  expect(report.warnings.map(({ code }) => code)).toEqual(['unpriced', 'unknown_requests']);
});

test('coverage: what is priced, attributed, and of which grain; prices and their age', async () => {
  await withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, [
      { provider: 'p', customer: 'a', occurred_at: '2026-09-01 10:00:00' },
      { provider: 'p', cost: null, occurred_at: '2026-09-03 10:00:00' },
      { provider: 'p', model: 'bucket', requests: 7 },
    ]);
    await store.run(sql`
      update usage_profile set bucket_seconds = 86400 where model = 'bucket';
      update imports set first_at = timestamp '2026-09-01 10:00:00', last_at = timestamp '2026-09-03 10:00:00';
      insert into price_book (book_id, source, data_date, loaded_at, models, rates, added_in)
      values (1, 'list', date '2026-10-11', timestamp '2026-10-12', 1, 1, 0)`);
    const asked = (reproducible: boolean) =>
      costReport(store, {
        by: [],
        tz: 'UTC',
        where: [],
        period: parsePeriod('all', 'UTC', NOW),
        now: NOW,
        reproducible,
      });
    const { coverage } = await asked(false);
    expect(coverage).toEqual({
      requests: 9,
      priced_requests: 8,
      unpriced_requests: 1,
      assumed_requests: 0,
      rows: 3,
      // 2 of 3, never rounded up to more than there is.
      priced_percent: '66.66',
      rows_without_customer: 2,
      bucket_rows: 1,
      price_age_days: 4,
      since: '2026-09-01T10:00:00.000Z',
      until: '2026-09-03T10:00:00.000Z',
      data_until: '2026-09-03T10:00:00.000Z',
      open_until: null,
    });
    expect((await asked(true)).coverage).toEqual({ ...coverage, price_age_days: null });
  });
});

test('--top sums the rest up in one row', async () => {
  const rows = ['5', '4', '3', '2'].map((cost) => ({ model: `m${cost}`, cost }));
  const report = await ask(rows, { top: 2 });
  expect(groups(report)).toEqual(['m5', 'm4', '(other)']);
  expect(report.rows[2]).toMatchObject({ groups: 2, cost: '5.000000000000000000', share: '35.71', group: {} });
  expect(groups(await ask(rows, { top: 4 }))).toEqual(['m5', 'm4', 'm3', 'm2']);
});

test('sorting: by cost unless told otherwise, missing last, ties by name', async () => {
  const rows: UsageRow[] = [
    { model: 'b', cost: '1', input: 9 },
    { model: 'a', cost: '1', input: 5 },
    { model: 'c', cost: null, input: 7 },
    { cost: '9', input: 1, model: null },
  ];
  expect(groups(await ask(rows))).toEqual(['', 'a', 'b', 'c']);
  expect(groups(await ask(rows, { sort: { by: 'cost', direction: 'asc' } }))).toEqual(['a', 'b', '', 'c']);
  expect(groups(await ask(rows, { sort: { by: 'input_tokens', direction: 'desc' } }))).toEqual(['b', 'c', 'a', '']);
  expect(groups(await ask(rows, { sort: { by: 'name', direction: 'desc' } }))).toEqual(['c', 'b', 'a', '']);
});

test('time alone is chronological; the dearest days come first with --top', async () => {
  const rows = [
    { occurred_at: '2026-09-02 00:00:00', cost: '2' },
    { occurred_at: '2026-09-01 23:59:59', cost: '1' },
    { occurred_at: null, cost: '5' },
  ];
  expect(groups(await ask(rows, { by: ['day'] }))).toEqual(['2026-09-01', '2026-09-02', '']);
  expect(groups(await ask(rows, { by: ['day'], top: 1 }))).toEqual(['', '(other)']);
});

test('hours, days, weeks and months in UTC', async () => {
  const rows = [{ occurred_at: '2027-01-03 23:30:00' }];
  for (const [by, label] of [
    ['hour', '2027-01-03 23:00'],
    ['day', '2027-01-03'],
    ['week', '2026-W53'],
    ['month', '2027-01'],
  ] as const) {
    expect(groups(await ask(rows, { by: [by] }))).toEqual([label]);
  }
});

test('quarters, years, weekdays and hours of the day, in a time zone', async () => {
  // 23:30 UTC of Sunday, 3 January, is 00:30 of Monday in Berlin.
  const rows = [{ occurred_at: '2027-01-03 23:30:00' }, { occurred_at: '2026-12-31 22:59:59' }];
  const asked = async (by: string[], tz: string) => groups(await ask(rows, { by, tz }));
  expect(await asked(['quarter'], 'UTC')).toEqual(['2026-Q4', '2027-Q1']);
  expect(await asked(['year'], 'UTC')).toEqual(['2026', '2027']);
  expect(await asked(['weekday', 'hour_of_day'], 'Europe/Berlin')).toEqual(['Monday · 00', 'Thursday · 23']);
  expect(await asked(['weekday'], 'UTC')).toEqual(['Thursday', 'Sunday']);
});

test('ranges of what single calls used; what is no single call is in none', async () => {
  const rows: UsageRow[] = [
    { input: 999, cost: '0.1' },
    { input: 500, cache_read: 500, cost: '0.2' },
    { input: 1499, units: { input_audio_tokens: 1 }, cost: '0.4' },
    { input: 1_500_000, cost: '0.8' },
    { requests: 2, input: 5000, cost: '1.6' },
    { input: 3, cost: '3.2' },
  ];
  const report = await ask(rows, {
    by: parseDimensions('input_tokens:10,1k,1.5k,1m'),
    sort: { by: 'name', direction: 'asc' },
  });
  expect(
    report.rows.map(({ group, requests, cost }) => [...Object.values(group), requests, cost?.slice(0, 3)]),
  ).toEqual([
    ['below 10', 1, '3.2'],
    ['10 to 1k', 1, '0.1'],
    ['1k to 1.5k', 1, '0.2'],
    ['1.5k to 1m', 1, '0.4'],
    ['1m and more', 1, '0.8'],
    [null, 2, '1.6'],
  ]);
  const dear = await ask(rows, {
    by: parseDimensions('cost:0,0.2,model,status'),
    sort: { by: 'name', direction: 'asc' },
  });
  expect(dear.query.by).toEqual(['cost:0,0.2', 'model', 'status']);
  expect(dear.rows.map((row) => [row.group['cost:0,0.2'], row.requests])).toEqual([
    ['0 to 0.2', 1],
    ['0.2 and more', 4],
    [null, 2],
  ]);
});

test('in Berlin 02:00 comes twice on 25 October and not at all on 29 March', async () => {
  const rows = [
    '2026-10-24 23:30',
    '2026-10-25 00:30',
    '2026-10-25 01:30',
    '2026-10-25 23:30',
    '2026-03-29 00:30',
    '2026-03-29 01:30',
  ];
  const used = rows.map((occurred_at) => ({ occurred_at: `${occurred_at}:00` }));
  expect(groups(await ask(used, { by: ['hour'], tz: 'Europe/Berlin' }))).toEqual([
    '2026-03-29 01:00+01:00',
    '2026-03-29 03:00+02:00',
    '2026-10-25 01:00+02:00',
    '2026-10-25 02:00+02:00',
    '2026-10-25 02:00+01:00',
    '2026-10-26 00:00+01:00',
  ]);
  const days = await ask(used, { by: ['day'], tz: 'Europe/Berlin' });
  expect(days.rows.map((row) => [row.group.day, row.requests])).toEqual([
    ['2026-03-29', 2],
    ['2026-10-25', 3],
    ['2026-10-26', 1],
  ]);
});

test('a period is half open and leaves out what has no time, with a note', async () => {
  const rows = [
    { model: 'in', occurred_at: '2026-09-01 00:00:00' },
    { model: 'late', occurred_at: '2026-10-01 00:00:00' },
    { model: 'undated', occurred_at: null },
  ];
  const report = await ask(rows, { period: '2026-09' });
  expect(groups(report)).toEqual(['in']);
  expect(report.warnings.map(({ message }) => message)).toEqual([
    '1 row of usage has no time and is left out; --period all includes what has no time.',
  ]);
  expect((await ask(rows)).rows).toHaveLength(3);
});

test('filters: equal, not equal, globs, lists, missing, tags; all of them must hold', async () => {
  const rows: UsageRow[] = [
    { model: 'gpt-4o', customer: 'acme', tags: { team: 'red' } },
    { model: 'gpt-4.1', customer: 'globex', tags: { team: 'blue' } },
    { model: 'claude', customer: 'a,b' },
    { model: 'unknown', customer: null },
  ];
  const asked = async (...where: string[]) =>
    groups(await ask(rows, { where, sort: { by: 'name', direction: 'asc' } }));
  expect(await asked('customer=acme')).toEqual(['gpt-4o']);
  expect(await asked('customer!=acme')).toEqual(['claude', 'gpt-4.1', 'unknown']);
  expect(await asked('customer=acme,globex')).toEqual(['gpt-4.1', 'gpt-4o']);
  expect(await asked('customer=a\\,b')).toEqual(['claude']);
  expect(await asked('customer=(none)')).toEqual(['unknown']);
  expect(await asked('customer!=(none),acme')).toEqual(['claude', 'gpt-4.1']);
  expect(await asked('model~gpt-*')).toEqual(['gpt-4.1', 'gpt-4o']);
  expect(await asked('model!~gpt-*', 'customer!=(none)')).toEqual(['claude']);
  expect(await asked('tag:team=red,(none)')).toEqual(['claude', 'gpt-4o', 'unknown']);
  expect(await asked("customer=' or 1=1 --")).toEqual([]);
});

test('tags, also with names made to break a statement', async () => {
  const rows = [{ tags: { "it's": 'x' }, cost: '2' }, { cost: '1' }];
  const report = await ask(rows, { by: ["tag:it's"] });
  expect(report.rows.map(({ group }) => group)).toEqual([{ "tag:it's": 'x' }, { "tag:it's": null }]);
});

test('rows of an import that was cut off are not seen', async () => {
  const report = await ask([{ model: 'done' }, { model: 'cut off', import_id: 2 }]);
  expect(groups(report)).toEqual(['done']);
});

test('no usage: a zero total and a hint', async () => {
  const report = await ask([]);
  expect(report.rows).toEqual([]);
  expect(report.totals).toMatchObject({ requests: 0, input_tokens: 0, cost: '0.000000000000000000' });
  expect(report.warnings.map(({ message }) => message)).toEqual([
    'There is no usage in this scope. Widen it (--period all, fewer --where), or import something: llmcost import <files>.',
  ]);
});

/** Decimal string with 18 places → whole units of 10^-18. */
function atto(cost: string | null | undefined): bigint {
  return cost === null || cost === undefined ? 0n : BigInt(cost.replace('.', ''));
}

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const COMBINATIONS = [
  ['model'],
  ['customer'],
  ['customer', 'model'],
  ['day'],
  ['tag:team', 'feature'],
  ['hour', 'provider'],
  ['week', 'user'],
];

test('whatever the data, dimensions and --top: rows sum to the totals to the last digit', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const pick = random(seed);
    const maybe = (name: string, kinds: number) => (pick(5) === 0 ? null : `${name}${pick(kinds)}`);
    const rows = Array.from(
      { length: 1 + pick(120) },
      (): UsageRow => ({
        occurred_at: pick(9) === 0 ? null : new Date(Date.UTC(2026, 9, 20) + pick(864_000) * 1000).toISOString(),
        requests: pick(8) === 0 ? null : pick(1000),
        provider: maybe('p', 2),
        model: maybe('m', 6),
        feature: `f${pick(3)}`,
        customer: maybe('c', 9),
        user: `u${pick(20)}`,
        input: pick(1_000_000),
        output: pick(1_000_000),
        ...(pick(3) === 0 ? { tags: { team: `t${pick(3)}` } } : {}),
        cost:
          pick(6) === 0
            ? null
            : `${pick(2_000_000)}.${String(pick(1e9)).padStart(9, '0')}${String(pick(1e9)).padStart(9, '0')}`,
      }),
    );
    const costs = rows.reduce((sum, row) => sum + atto(row.cost ?? null), 0n);
    const input = rows.reduce((sum, row) => sum + (row.input ?? 0), 0);
    await withStore(':memory:', { access: 'write' }, async (store) => {
      await addUsage(store, rows);
      for (const by of COMBINATIONS) {
        const top = [undefined, 1, 3][pick(3)];
        const tz = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu'][pick(3)] ?? 'UTC';
        const report = await costReport(store, {
          by,
          tz,
          where: [],
          period: parsePeriod('all', tz, NOW),
          top,
          now: NOW,
        });
        const sum = report.rows.reduce((total, row) => total + atto(row.cost), 0n);
        expect([seed, by, sum, atto(report.totals.cost)]).toEqual([seed, by, costs, costs]);
        expect(report.rows.reduce((total, row) => total + Number(row.input_tokens), 0)).toBe(input);
        expect(report.totals.input_tokens).toBe(input);
        const unpriced = report.rows.reduce((total, row) => total + Number(row.unpriced_rows), 0);
        expect(unpriced).toBe(rows.filter((row) => row.cost === null).length);
        expect(report.rows.length).toBeLessThanOrEqual(top === undefined ? rows.length : top + 1);
      }
    });
  }
});
