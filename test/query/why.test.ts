import { expect, test } from 'vitest';
import type { Why, WhyPart } from '../../src/query/why/answer.js';
import { why } from '../../src/query/why/why.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { addFactors, addPrices, inMemory, type PriceRow } from '../rate/price_rows.js';
import { addCalls, type WhyRow } from './why_rows.js';

const PRICES: PriceRow[] = [
  { dimension: 'input', usd: '3' },
  { dimension: 'output', usd: '15' },
  { dimension: 'cache_read', usd: '0.3' },
  { dimension: 'web_search_requests', usd: '10000' },
  { dimension: 'input_audio_seconds', usd: '30.833333333333' },
];

async function answer(calls: readonly WhyRow[], prices: readonly PriceRow[] = PRICES): Promise<Why> {
  return inMemory(async (store) => {
    await addPrices(store, prices);
    await addCalls(
      store,
      calls.map((call) => ({ request_id: 'r', ...call })),
    );
    return why(store, 'r');
  });
}

/** Parts as 'rate quantity × rate = cost', with what is remarkable about them. */
function bill(parts: readonly WhyPart[] = []): string[] {
  return parts.map(({ rate, quantity, usd_per_unit, cost, billed, note }) => {
    const sum = `${rate} ${quantity} × ${usd_per_unit} = ${billed ? cost : 'not billed'}`;
    return note === null ? sum : `${sum} (${note})`;
  });
}

test('a cost is its parts, each quantity × rate', async () => {
  const { calls } = await answer([{ input: 1000, cache_read: 500, output: 200, reasoning: 40, cache_write_1h: 0 }]);
  expect(bill(calls[0]?.parts)).toEqual([
    'uncached_input 1000 × 0.000003 = 0.003',
    'cache_read 500 × 0.0000003 = 0.00015',
    'text_output 200 × 0.000015 = 0.003',
    'reasoning 40 × 0.000015 = 0.0006 (no price of its own, that of output)',
  ]);
  expect(calls[0]).toMatchObject({ cost: '0.006750000000000000', cost_status: 'computed', reason: null });
  expect(calls[0]?.parts.map(({ usd_per_million }) => usd_per_million)).toEqual(['3', '0.3', '15', '15']);
});

test('an assumption is named at its part, one about the whole call beside it', async () => {
  const { calls } = await answer([
    { input: 10, cache_write_1h: 10, service_tier: 'scale', units: { input_audio_tokens: 5 } },
  ]);
  expect(bill(calls[0]?.parts)).toEqual([
    'uncached_input 10 × 0.000003 = 0.00003',
    'cache_write_1h 10 × 0.000003 = 0.00003 (assumed: no price of its own, that of input)',
    'input_audio_tokens 5 × 0.000003 = 0.000015 (assumed: no price of its own, that of input)',
  ]);
  expect(calls[0]).toMatchObject({
    cost: '0.000075000000000000',
    cost_status: 'assumed',
    assumptions: ['no price is known for the tier scale: the standard price is used'],
  });
});

test('no time, and several calls in one row, are assumptions where they decide the price', async () => {
  const { calls } = await answer(
    [
      { input: 10, at: null },
      { input: 10, requests: 3 },
    ],
    [
      { dimension: 'input', usd: '3', to: '2026-05-01' },
      { dimension: 'input', usd: '2', from: '2026-05-01' },
      { dimension: 'input', usd: '6', band: 200_001 },
    ],
  );
  expect(calls.map(({ assumptions }) => assumptions)).toEqual([
    ['several calls in one row: their average prompt decides whether the price of long prompts holds'],
    ['the call has no time: the price of the day it was imported is used'],
  ]);
});

test('where a rate comes from: list, published number, conditions, factors', () =>
  inMemory(async (store) => {
    await addPrices(store, [
      { dimension: 'input', usd: '3', band: 200_001, from: '2026-03-01', region: 'eu' },
      { dimension: 'input', usd: '2' },
      { dimension: 'output', usd: '15' },
    ]);
    await addFactors(store, [
      { kind: 'batch', tier: 'batch', factor: '0.5' },
      { kind: 'region', region: 'eu', factor: '1.1' },
    ]);
    const call = { input: 300_000, output: 1, service_tier: 'batch', region: 'eu' };
    await addCalls(store, [{ request_id: 'r', ...call }]);
    const { calls } = await why(store, 'r');
    // 3 × 0.5, the region is in the price; 15 × 0.5 × 1.1
    expect(bill(calls[0]?.parts)).toEqual([
      'uncached_input 300000 × 0.0000015 = 0.45',
      'text_output 1 × 0.00000825 = 0.00000825',
    ]);
    expect(calls[0]?.parts.map(({ factors }) => factors)).toEqual([
      [{ kind: 'batch', factor: '0.5' }],
      [
        { kind: 'batch', factor: '0.5' },
        { kind: 'region', factor: '1.1' },
      ],
    ]);
    expect(calls[0]?.parts[0]?.source).toEqual({
      dimension: 'input',
      source: 'genai-prices',
      raw_value: '3.0000',
      raw_unit: 'per_mtok',
      min_prompt_tokens: '200001',
      service_tier: 'standard',
      region: 'eu',
      effective_from: '2026-03-01T00:00:00.000Z',
      effective_to: null,
      observed_at: '2026-01-01T00:00:00.000Z',
      url: 'https://prices.test/data.json',
      upstream_rev: 'abc123',
    });
    expect(calls[0]?.rate_card).toMatchObject({
      number: 3,
      status: 'priced',
      price_provider: 'openai',
      price_model: 'gpt-x',
      rule: 'exact',
      rule_in_words: 'the price list has this very name',
      min_prompt_tokens: '200001',
      max_prompt_tokens: null,
      valid_from: '2026-03-01T00:00:00.000Z',
      valid_to: null,
    });
  }));

test("Claude's one-hour writes cost twice the input", async () => {
  const { calls } = await answer(
    [{ model: 'claude-x', cache_write_1h: 10 }],
    [{ model: 'claude-x', dimension: 'input', usd: '3' }],
  );
  expect(bill(calls[0]?.parts)).toEqual([
    'cache_write_1h 10 × 0.000006 = 0.00006 (assumed: no price of its own, twice that of input)',
  ]);
});

test('why there is no price', async () => {
  const { calls, totals } = await answer([
    { model: 'nobody-1', input: 5, output: 0 },
    { input: 5, units: { code_interpreter_sessions: 1, file_search_calls: 2 } },
    {},
  ]);
  expect(calls.map(({ cost_status, reason }) => `${cost_status}: ${reason}`)).toEqual([
    'unpriced: no price list has a model of this name from this provider; see: llmcost pricing show nobody-1',
    'assumed: no price is known for code interpreter sessions, file search calls: the cost is the least that it can be; see: llmcost pricing show gpt-x',
    'unpriced: the log does not say what was used',
  ]);
  expect(calls.map(({ parts }) => bill(parts))).toEqual([
    ['uncached_input 5 × null = null'],
    [
      'uncached_input 5 × 0.000003 = 0.000015',
      'code_interpreter_sessions 1 × null = null',
      'file_search_calls 2 × null = null',
    ],
    [],
  ]);
  expect(calls[0]?.rate_card?.rule_in_words).toBe('no price list has a model of this name from this provider');
  expect(totals).toEqual({ cost: '0.000015000000000000', unpriced: 2 });
});

test('why it costs nothing', async () => {
  const { calls } = await answer([
    { gateway_cached: true, input: 1000, units: { code_interpreter_sessions: 1 } },
    { status: 'error', error_class: 'rate_limit' },
    { input: 0, output: 0 },
  ]);
  expect(calls.map(({ cost, cost_status, reason }) => [cost, cost_status, reason])).toEqual([
    ['0.000000000000000000', 'free', "answered from a gateway's cache: nothing was bought"],
    ['0.000000000000000000', 'computed', 'the call failed before anything was billed'],
    ['0.000000000000000000', 'computed', null],
  ]);
  expect(calls.map(({ parts }) => bill(parts))).toEqual([
    ['uncached_input 1000 × 0.000003 = 0', 'code_interpreter_sessions 1 × null = 0'],
    [],
    [],
  ]);
});

test('what only describes the call is shown and not billed', async () => {
  const { calls } = await answer([{ input: 5, units: { pages: 2 } }]);
  expect(bill(calls[0]?.parts)).toEqual([
    'uncached_input 5 × 0.000003 = 0.000015',
    'pages 2 × null = not billed (only describes the call: nothing is paid for it)',
  ]);
});

test('what the source says it cost is shown beside, with the difference in the same currency', async () => {
  const { calls } = await answer([
    { input: 1000, billed: '0.0031', currency: 'usd' },
    { input: 1000, billed: '0.0029', currency: 'EUR' },
    { model: 'nobody-1', input: 5, billed: '1' },
    { input: 1000 },
  ]);
  expect(calls.map(({ billed }) => billed)).toEqual([
    { cost: '0.003100000000000000', currency: 'USD', difference: '-0.000100000000000000' },
    { cost: '0.002900000000000000', currency: 'EUR', difference: null },
    { cost: '1.000000000000000000', currency: 'USD', difference: null },
    null,
  ]);
});

test('a trace is all its calls in the order they happened; rows of a cut off import are not there', () =>
  inMemory(async (store) => {
    await addPrices(store, PRICES);
    await addCalls(store, [
      { trace_id: 't', request_id: 'second', at: '2026-09-01 12:00:02', attempt: 2, input: 1000 },
      { trace_id: 't', request_id: 'first', at: '2026-09-01 12:00:01', attempt: 1, status: 'error' },
      { trace_id: 't', request_id: 'third', at: '2026-09-01 12:00:03', attempt: 3, model: 'nobody-1', input: 1 },
      { trace_id: 't', request_id: 't', at: '2026-09-01 11:00:00', input: 2000 },
    ]);
    await store.run(sql`insert into usage_fact (import_id, trace_id, profile_id) values (2, 't', 1)`);
    const { calls, totals } = await why(store, 't');
    expect(calls.map(({ request_id }) => request_id)).toEqual(['t', 'first', 'second', 'third']);
    expect(totals).toEqual({ cost: '0.009000000000000000', unpriced: 1 });
  }));

/** Sum of the billed parts as DuckDB adds decimals, and the stored cost. */
async function sums(store: Store, id: string): Promise<[string | null, string][]> {
  const { calls } = await why(store, id);
  return Promise.all(
    calls.map(async ({ parts, cost }) => {
      const costs = JSON.stringify(parts.filter(({ billed }) => billed).map((part) => part.cost));
      const { sum } = await store.row<{ sum: string }>(
        sql`select cast(cast(sum(part) as decimal(38, 18)) as varchar) as sum from (select unnest(from_json($costs, '["DECIMAL(38, 24)"]')) as part)`,
        { costs },
      );
      return [cost, sum] as [string | null, string];
    }),
  );
}

test('the parts sum up to the cost, to the last digit', () =>
  inMemory(async (store) => {
    await addPrices(store, [...PRICES, { dimension: 'requests', usd: '123.456789' }]);
    await addFactors(store, [{ kind: 'region', region: 'eu', factor: '1.111111' }]);
    await addCalls(
      store,
      Array.from({ length: 20 }, (_, n) => ({
        request_id: 'r',
        input: (n + 1) * 7919,
        cache_read: n * 31,
        cache_write_1h: n,
        output: n * 13,
        reasoning: n * 3,
        region: n % 2 === 0 ? 'eu' : 'us',
        units: { input_audio_seconds: n + 0.345678, web_search_requests: n, input_images: 1 },
      })),
    );
    const pairs = await sums(store, 'r');
    expect(pairs).toHaveLength(20);
    for (const [cost, sum] of pairs) expect(sum).toBe(cost);
  }));

test('an id nobody knows', () =>
  inMemory(async (store) => {
    await expect(why(store, 'nope')).rejects.toMatchObject({
      exitCode: 3,
      message:
        'There is no call with the request or trace id nope in :memory:.\nIds are compared letter by letter. If its log was never read: llmcost import <files>.',
    });
  }));
