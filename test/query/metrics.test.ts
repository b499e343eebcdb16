import { expect, test } from 'vitest';
import { type MetricQuery, type MetricRow, metricRows } from '../../src/query/metrics/metric_rows.js';
import { type MetricName, parseMetrics } from '../../src/query/metrics/metrics.js';
import { dimensionOf } from '../../src/query/scope/dimensions.js';
import { scopeOf } from '../../src/query/scope/scope.js';
import { sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';
import { addUsage, type UsageRow } from './usage_rows.js';

const UTC = [{ from: 0, seconds: 0 }];

function inStore<T>(rows: readonly UsageRow[], fn: (store: Store) => Promise<T>): Promise<T> {
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, rows);
    return fn(store);
  });
}

function ask(store: Store, by: string[], metrics: string, rest: Partial<MetricQuery> = {}): Promise<MetricRow[]> {
  return metricRows(store, {
    dimensions: by.map((name) => dimensionOf(name, UTC)),
    scope: scopeOf([], UTC),
    metrics: parseMetrics(metrics.split(',')),
    ...rest,
  });
}

/** One metric of the rows, by the name of the group. */
function column(rows: readonly MetricRow[], name: MetricName): Record<string, unknown> {
  return Object.fromEntries(
    rows.map((row) => [row.kind === 'group' ? row.keys.join('·') : row.kind, row.values[name]]),
  );
}

test('99 × 200 ms and 1 × 15 s: the average hides what the maximum shows', async () => {
  const rows: UsageRow[] = [
    ...Array.from({ length: 99 }, () => ({ model: 'm', latency_ms: 200, ttft_ms: 20, output: 10 })),
    { model: 'm', latency_ms: 15_000, ttft_ms: 40, output: 10 },
    // A bucket has no latency of a request, whatever it says; neither has a call that does not tell it.
    { model: 'm', requests: 50, latency_ms: 99_999 },
    { model: 'm', latency_ms: null },
    { model: 'untimed', latency_ms: null },
  ];
  const found = await inStore(rows, (store) => ask(store, ['model'], 'latency'));
  // 99 × 200 + 15,000 = 34,800 ms of 100 calls; 1,000 tokens in 34.8 s; 99 × 20 + 40 = 2,020 ms.
  expect(found[0]?.values).toEqual({
    requests: 151,
    latency_requests: 100,
    no_latency_requests: 51,
    latency_avg: 348,
    latency_p50: 200,
    latency_p95: 200,
    // Nearest rank: the 99th of 100 values. The 100th is the maximum.
    latency_p99: 200,
    latency_max: 15_000,
    ttft_avg: 20.2,
    ttft_p50: 20,
    ttft_p95: 20,
    ttft_p99: 20,
    tokens_per_second: '28.74',
  });
  expect(found[1]?.values).toMatchObject({
    requests: 1,
    latency_requests: 0,
    no_latency_requests: 1,
    latency_avg: null,
    latency_p50: null,
    latency_max: null,
    tokens_per_second: null,
  });
});

test('quantiles are of the nearest rank, for any number of values', async () => {
  for (const n of [1, 2, 3, 19, 20, 21, 99, 100, 101, 200, 1000]) {
    const rows = Array.from({ length: n }, (_, index) => ({ latency_ms: index + 1, cost: `${index + 1}` }));
    const [all] = await inStore(rows, (store) => ask(store, [], 'p50,p95,p99,cost_p99'));
    const rank = (percent: number) => Math.ceil((n * percent) / 100);
    expect(all?.values).toEqual({
      latency_p50: rank(50),
      latency_p95: rank(95),
      latency_p99: rank(99),
      cost_p99: `${rank(99)}.000000000000000000`,
    });
  }
});

test('quantiles of what --top leaves out are those of all its calls', async () => {
  const rows: UsageRow[] = [
    { model: 'a', cost: '9', latency_ms: 5, input: 1 },
    { model: 'b', cost: '2', latency_ms: 10, input: 2 },
    { model: 'b', cost: '2', latency_ms: 20, input: 3 },
    { model: 'c', cost: '1', latency_ms: 90, input: 50, units: { input_audio_tokens: 7 } },
  ];
  await inStore(rows, async (store) => {
    const top = await ask(store, ['model'], 'p50,tokens_p99,cost_p50,latency_max', { top: 1 });
    expect(top.map(({ kind, groups, values }) => [kind, groups, Object.values(values)])).toEqual([
      ['group', 1, [5, 1, '9.000000000000000000', 5]],
      ['other', 2, [20, 57, '2.000000000000000000', 90]],
      ['total', 3, [10, 57, '2.000000000000000000', 90]],
    ]);
    const dear = await ask(store, ['model'], 'requests,cost', { minCost: '3.5' });
    expect(column(dear, 'requests')).toEqual({ a: 1, b: 2, other: 1, total: 4 });
    const slow = await ask(store, ['model'], 'requests', { sort: { by: 'latency_p95', direction: 'desc' }, top: 2 });
    expect(column(slow, 'requests')).toEqual({ c: 1, b: 2, other: 1, total: 4 });
  });
});

/** $3 input, $0.30 cache read, $3.75 and $6 cache writes, $15 output, $10 reasoning, for a million tokens. */
async function addCard(store: Store): Promise<void> {
  await store.run(sql`
    insert into rate_card (
      rate_card_id, min_prompt_tokens, status, uncached_input, cache_read, cache_write, cache_write_1h, text_output, reasoning, rule,
      assumed, rate_ids, created_at
    ) values (7, 0, 'priced', 0.000003, 0.0000003, 0.00000375, 0.000006, 0.000015, 0.00001, 'exact', [], map(), now())`);
}

test('the cost of each class, and what the cache saved, worked out by hand', async () => {
  const rows: UsageRow[] = [
    // 3 + 0.30 + 3.75 + 6 + 15 + 10 millionths × 100 = 0.0003 + 0.00003 + 0.000375 + 0.0006 + 0.0015 + 0.001; a search costs the rest.
    {
      customer: 'a',
      rate_card_id: 7,
      input: 100,
      cache_read: 100,
      cache_write: 100,
      cache_write_1h: 100,
      output: 100,
      reasoning: 100,
      cost: '0.013805',
    },
    { customer: 'a', rate_card_id: 7, cache_read: 1000, input: 0, output: 0, cost: '0.0003' },
    // Free and unpriced calls paid nothing for their tokens.
    { customer: 'a', rate_card_id: 7, input: 1000, cost: '0', cost_status: 3 },
    { customer: 'b', rate_card_id: 7, input: 1000, cost: null },
  ];
  const found = await inStore(rows, async (store) => {
    await addCard(store);
    return ask(
      store,
      ['customer'],
      'cost,input_cost,cache_read_cost,cache_write_cost,output_cost,reasoning_cost,other_cost,cache_savings,cache_hit_rate',
    );
  });
  expect(found[0]?.values).toMatchObject({
    cost: '0.014105000000000000',
    input_cost: '0.000300000000000000',
    cache_read_cost: '0.000330000000000000',
    cache_write_cost: '0.000975000000000000',
    output_cost: '0.001500000000000000',
    reasoning_cost: '0.001000000000000000',
    other_cost: '0.010000000000000000',
    // 1,100 reads × $2.70 less 100 writes × $0.75 and 100 × $3, for a million: 0.00297 - 0.000075 - 0.0003
    cache_savings: '0.002595000000000000',
    // 1,100 of 100 + 1,100 + 100 + 100 + 1,000
    cache_hit_rate: '45.83',
  });
  expect(found[1]?.values).toMatchObject({
    cost: null,
    input_cost: null,
    other_cost: null,
    cache_savings: null,
    cache_hit_rate: null,
  });
  expect(found[2]?.values).toMatchObject({ cost: '0.014105000000000000', other_cost: '0.010000000000000000' });
});

test('unit costs, shares and multiples of the cheapest', async () => {
  const rows: UsageRow[] = [
    { feature: 'chat', customer: 'a', requests: 2, input: 150, output: 50, cost: '1' },
    { feature: 'chat', customer: 'b', requests: 1, input: 200, output: 100, cost: '0.5' },
    { feature: 'chat', input: 10, output: 10, cost: '0.25' },
    { feature: 'summary', customer: 'b', requests: 10, input: 1000, output: 0, cost: '1' },
    { feature: 'free', requests: 4, input: 1, cost: '0', cost_status: 3 },
  ];
  const names =
    'cost_per_request,cost_per_1k_requests,cost_per_million_tokens,customers,cost_per_customer,share,vs_min,total_tokens';
  const found = await inStore(rows, (store) => ask(store, ['feature'], names));
  expect(found.map(({ keys, values }) => [...keys, ...Object.values(values)])).toEqual([
    // 1.75 of 4 requests and of 520 tokens; customers a and b paid 1.50
    [
      'chat',
      '0.437500000000000000',
      '437.500000000000000000',
      '3365.384615384615384615',
      2,
      '0.750000000000000000',
      '63.64',
      '4.38',
      520,
    ],
    [
      'summary',
      '0.100000000000000000',
      '100.000000000000000000',
      '1000.000000000000000000',
      1,
      '1.000000000000000000',
      '36.36',
      '1.00',
      1000,
    ],
    ['free', '0.000000000000000000', '0.000000000000000000', '0.000000000000000000', 0, null, '0.00', '0.00', 1],
    // 2.75 of 18 requests, of 1,521 tokens; 2.50 of two customers
    [
      '0.152777777777777778',
      '152.777777777777777778',
      '1808.021038790269559500',
      2,
      '1.250000000000000000',
      '100.00',
      '1.53',
      1521,
    ],
  ]);
});

test('errors by class, what they cost, and where nobody tells', async () => {
  const rows: UsageRow[] = [
    { provider: 'p', status: 'ok', cost: '3' },
    { provider: 'p', status: 'error', error_class: 'rate_limit', requests: 2, cost: '0' },
    { provider: 'p', status: 'error', error_class: 'timeout', cost: '0.5' },
    { provider: 'p', status: 'error', error_class: 'content_filter', cost: null },
    { provider: 'p', status: 'error', error_class: 'other', cost: '0.25' },
    { provider: 'p', status: 'error', cost: '0' },
    { provider: 'p', requests: 1000 },
    { provider: 'all failed', status: 'error', error_class: 'server_error', requests: 3, cost: '0' },
    { provider: 'silent', requests: 5 },
  ];
  await inStore(rows, async (store) => {
    for (const by of [['provider'], ['provider', 'day']]) {
      const found = await ask(store, by, 'errors', { sort: { by: 'name', direction: 'asc' } });
      expect(found.map(({ values }) => Object.values(values))).toEqual([
        [3, 3, '100.00', 0, 0, 0, 3, 0, 0, 0, '0.000000000000000000'],
        [1007, 6, '85.71', 2, 1, 1, 0, 0, 0, 2, '0.750000000000000000'],
        [5, null, null, null, null, null, null, null, null, null, null],
        [1015, 9, '90.00', 2, 1, 1, 3, 0, 0, 2, '0.750000000000000000'],
      ]);
    }
  });
});

test('nothing at all: no group, and a total of zeros and unknowns', async () => {
  const found = await inStore([], (store) => ask(store, ['model'], 'all'));
  expect(found).toHaveLength(1);
  expect(found[0]?.values).toMatchObject({
    requests: 0,
    total_tokens: 0,
    cost: '0.000000000000000000',
    other_cost: '0.000000000000000000',
    cost_per_request: null,
    customers: 0,
    share: null,
    latency_requests: 0,
    latency_p99: null,
    errors: 0,
    error_rate: null,
  });
  expect(await inStore([], (store) => ask(store, [], 'requests'))).toHaveLength(1);
});

test('one row, all metrics', async () => {
  const row: UsageRow = { model: 'm', customer: 'c', input: 3, output: 4, latency_ms: 2000, cost: '0.5', status: 'ok' };
  const [group, total] = await inStore([row], (store) => ask(store, ['model'], 'all'));
  expect(total?.values).toEqual(group?.values);
  expect(group?.values).toMatchObject({
    total_tokens: 7,
    cost_per_customer: '0.500000000000000000',
    vs_min: '1.00',
    cost_p50: '0.500000000000000000',
    tokens_p99: 7,
    tokens_per_second: '2.00',
    error_rate: '0.00',
    ttft_p50: null,
    cache_hit_rate: null,
  });
});

test('names, presets, and what is neither', () => {
  expect(parseMetrics(['p95', 'cost', 'requests'])).toEqual(['latency_p95', 'cost', 'requests']);
  expect(parseMetrics(['errors'])).toContain('error_rate');
  expect(parseMetrics(['errors', 'requests'])).toEqual(['errors', 'requests']);
  expect(parseMetrics(['cost', 'latency'])).toEqual(expect.arrayContaining(['input_cost', 'latency_p99']));
  expect(parseMetrics(['all'])).not.toContain('tokens_per_minute');
  expect(() => parseMetrics(['latency_p90'])).toThrow(
    /^There is no metric 'latency_p90'\. Did you mean latency_p50\?\nPossible are: requests, /,
  );
});

test('an answer that was stopped is an error of its class, with a 200 or without', async () => {
  const rows: UsageRow[] = [
    { provider: 'p', status: 'ok', cost: '3' },
    { provider: 'p', status: 'ok', error_class: 'content_filter', cost: '1' },
    { provider: 'p', status: 'error', error_class: 'content_filter', cost: '0' },
    { provider: 'p', status: 'error', cost: '0' },
  ];
  const names = ['errors', 'error_rate', 'content_filter_errors', 'other_errors', 'failed_cost'];
  await inStore(rows, async (store) => {
    const found = await ask(store, ['provider'], names.join(','), { sort: { by: 'name', direction: 'asc' } });
    expect(found[0]?.values).toEqual({
      errors: 3,
      error_rate: '75.00',
      content_filter_errors: 2,
      other_errors: 1,
      failed_cost: '1.000000000000000000',
    });
  });
});
