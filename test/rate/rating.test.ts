import { describe, expect, test } from 'vitest';
import { CARD_MATCH, COST_STATUS, COST_USD, ratedProfiles } from '../../src/rate/rating.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { addPrices, inMemory, NOW, type PriceRow, settle } from './price_rows.js';

/** A call as a test writes it: quantities left out are null, one request at noon of 1 September 2026. */
interface Call {
  model?: string;
  status?: string;
  gateway_cached?: boolean;
  at?: string | null;
  requests?: number | null;
  input?: number;
  cache_read?: number;
  cache_write?: number;
  cache_write_1h?: number;
  output?: number;
  reasoning?: number;
  units?: Record<string, number>;
}

const USUAL: PriceRow[] = [
  { dimension: 'input', usd: '3' },
  { dimension: 'output', usd: '15' },
  { dimension: 'cache_read', usd: '0.3' },
  { dimension: 'cache_write', usd: '3.75' },
  { dimension: 'web_search_requests', usd: '10000' },
];

const STATUSES = ['computed', 'unpriced', 'assumed', 'free'];

/** Settles the cards of the calls and prices them: cost without its last zeros, and status. */
async function rated(store: Store, calls: readonly Call[]): Promise<string[]> {
  const filled = calls.map((call, index) => {
    const usual = { model: 'gpt-x', status: 'ok', at: '2026-09-01 12:00:00', requests: 1 };
    return { ...usual, ...call, number: index + 1 };
  });
  await settle(store, ...filled.map(({ model }) => ({ model })));
  await store.run(
    sql`
    create temp table call as
    select unnest(from_json(cast($calls as json), '[{
      "number": "INTEGER", "model": "VARCHAR", "status": "VARCHAR", "gateway_cached": "BOOLEAN", "at": "TIMESTAMP", "requests": "BIGINT",
      "input": "BIGINT", "cache_read": "BIGINT", "cache_write": "BIGINT", "cache_write_1h": "BIGINT", "output": "BIGINT",
      "reasoning": "BIGINT", "units": "MAP(VARCHAR, DECIMAL(18, 6))"
    }]'), recursive := true)`,
    { calls: JSON.stringify(filled) },
  );
  await store.run(sql`
    insert into usage_profile (profile_id, source_provider, request_model, status, gateway_cached)
    select number, 'openai', model, status, gateway_cached from call`);
  const rows = await store.rows<{ number: number; cost: string | null; type: string; status: number }>(
    sql`
    with staged as (
      select
        number,
        number as profile_id,
        "at" as occurred_at,
        requests,
        input as uncached_input_tokens,
        cache_read as cache_read_tokens,
        cache_write as cache_write_tokens,
        cache_write_1h as cache_write_1h_tokens,
        output as text_output_tokens,
        reasoning as reasoning_tokens,
        units
      from call
    ),
    priced as (
      select call.number, ${COST_USD} as cost, ${COST_STATUS} as status
      from staged as call
      join (${ratedProfiles(sql`usage_profile`)}) as card on card.profile_id = call.profile_id and ${CARD_MATCH}
    )
    select number, rtrim(rtrim(cast(cost as varchar), '0'), '.') as cost, typeof(cost) as type, status
    from priced
    order by number`,
    { now: NOW.toISOString() },
  );
  expect(rows.map(({ number }) => number)).toEqual(filled.map(({ number }) => number));
  expect(new Set(rows.map(({ type }) => type))).toEqual(new Set(['DECIMAL(38,18)']));
  for (const { cost, status } of rows) expect(cost === null).toBe(status === 1);
  return rows.map(({ cost, status }) => `${cost ?? '-'} ${STATUSES[status]}`);
}

/** The one call, priced with these rates. */
function costOf(call: Call, prices: readonly PriceRow[] = USUAL): Promise<string> {
  return inMemory(async (store) => {
    await addPrices(store, prices);
    const [line = ''] = await rated(store, [call]);
    return line;
  });
}

/** One test for a table of calls: what it is, the call, its cost and status. */
function pricedAs(title: string, prices: readonly PriceRow[], cases: readonly [string, Call, string][]): void {
  test(title, () =>
    inMemory(async (store) => {
      await addPrices(store, prices);
      const costs = await rated(
        store,
        cases.map(([, call]) => call),
      );
      expect(costs.map((cost, index) => `${cases[index]?.[0]}: ${cost}`)).toEqual(
        cases.map(([name, , cost]) => `${name}: ${cost}`),
      );
    }),
  );
}

describe('tokens', () => {
  pricedAs('by class', USUAL, [
    ['1000 × 3 + 200 × 15, per million', { input: 1000, output: 200 }, '0.006 computed'],
    [
      // 1000 × 3 + 500 × 0.3 + 100 × 3.75 + 200 × 15 + 40 × 15 = 3000 + 150 + 375 + 3000 + 600
      'each class at its own rate, reasoning as output',
      { input: 1000, cache_read: 500, cache_write: 100, output: 200, reasoning: 40 },
      '0.007125 computed',
    ],
    ['a flagged class without tokens assumes nothing', { input: 1, cache_write_1h: 0 }, '0.000003 computed'],
    ['a flagged class with tokens does', { input: 1, cache_write_1h: 4 }, '0.000018 assumed'],
    ['nothing used, and said so', { input: 0, output: 0 }, '0 computed'],
    ['nobody says what was used', {}, '- unpriced'],
    ['a failed call that used nothing was not billed', { status: 'error' }, '0 computed'],
    ['a failed call that says 0 was not billed', { status: 'error', input: 0, output: 0 }, '0 computed'],
    ['a failed call that used something was', { status: 'error', input: 10, output: 0 }, '0.00003 computed'],
    ['answered by a gateway', { gateway_cached: true, input: 1000, output: 200 }, '0 free'],
    [
      'above a million dollars, beyond 64 bits: 10^13 × 3 + 10^13 × 15',
      { input: 1e13, output: 1e13 },
      '180000000 computed',
    ],
  ]);

  test('eighteen places are kept: 7 × 0.000000000000000001 + 3 × 0.000015', async () => {
    const tiny = [{ dimension: 'input', usd: '0.000000000001' }, ...USUAL.slice(1)];
    expect(await costOf({ input: 7, output: 3 }, tiny)).toBe('0.000045000000000007 computed');
  });

  test('a class without rate: no tokens cost 0, some cost nobody knows what', async () => {
    const embedding = [{ dimension: 'input', usd: '0.02' }];
    expect(await costOf({ input: 1000, output: 0 }, embedding)).toBe('0.00002 computed');
    expect(await costOf({ input: 1000 }, embedding)).toBe('0.00002 computed');
    expect(await costOf({ input: 1000, output: 1 }, embedding)).toBe('- unpriced');
  });

  test('a sum that does not fit raises an error', async () => {
    const dear = [{ dimension: 'input', usd: '1000000' }, ...USUAL.slice(1)];
    expect(await costOf({ input: 9e18 }, dear)).toBe('9000000000000000000 computed');
    const dearer = [{ dimension: 'input', usd: '100000000' }, ...USUAL.slice(1)];
    await expect(costOf({ input: 9e18 }, dearer)).rejects.toThrow(/overflow/i);
  });
});

describe('units', () => {
  pricedAs('by name', USUAL, [
    ['two searches at a cent each', { input: 1000, units: { web_search_requests: 2 } }, '0.023 computed'],
    ['units alone', { units: { web_search_requests: 3 } }, '0.03 computed'],
    [
      'a session without a price leaves the tokens priced',
      { input: 1000, units: { code_interpreter_sessions: 1 } },
      '0.003 assumed',
    ],
    ['an image made on the way, without a price', { input: 1000, units: { output_images: 1 } }, '- unpriced'],
    ['images that were looked at', { input: 1000, units: { input_images: 1 } }, '0.003 computed'],
    ['audio at the price of text, assumed', { input: 1000, units: { input_audio_tokens: 100 } }, '0.0033 assumed'],
    ['seconds that only describe', { input: 1000, units: { input_audio_seconds: 12.5 } }, '0.003 computed'],
    ['seconds that are all there is', { units: { input_audio_seconds: 12.5 } }, '- unpriced'],
    ['a unit of 0', { input: 1000, units: { code_interpreter_sessions: 0 } }, '0.003 computed'],
    ['of a failed call', { status: 'error', units: { web_search_requests: 1 } }, '0.01 computed'],
    ['answered by a gateway', { gateway_cached: true, units: { code_interpreter_sessions: 1 } }, '0 free'],
  ]);

  test('fractions: 12.345678 s × 0.000030833333333333 = 0.000380658404999996 rounded at the 18th place', async () => {
    // 12.345678 × 0.000030833333333333 = 0.000380658404999995884774 (by hand, with 24 places)
    const hours = [{ dimension: 'input_audio_seconds', usd: '30.833333333333' }];
    expect(await costOf({ units: { input_audio_seconds: 12.345678 } }, hours)).toBe('0.000380658404999996 computed');
  });

  test('images are paid once, by the token where tokens are told', async () => {
    const image: PriceRow[] = [
      { dimension: 'input', usd: '0.3' },
      { dimension: 'output', usd: '2.5' },
      { dimension: 'output_image_tokens', usd: '30' },
      { dimension: 'output_images', usd: '39000' },
    ];
    expect(await costOf({ units: { output_images: 2 } }, image)).toBe('0.078 computed');
    expect(await costOf({ units: { output_images: 2, output_image_tokens: 2580 } }, image)).toBe('0.0774 computed');
  });

  test('characters are paid where tokens are not told', async () => {
    const speech: PriceRow[] = [{ dimension: 'characters', usd: '15' }];
    const both: PriceRow[] = [...speech, { dimension: 'input', usd: '1' }];
    expect(await costOf({ units: { characters: 1000 } }, speech)).toBe('0.015 computed');
    expect(await costOf({ units: { characters: 1000 } }, both)).toBe('0.015 computed');
    expect(await costOf({ input: 250, units: { characters: 1000 } }, both)).toBe('0.00025 computed');
  });

  test('a fee for each request', async () => {
    const fee: PriceRow[] = [...USUAL, { dimension: 'requests', usd: '5000' }];
    expect(await costOf({ input: 1000, output: 200 }, fee)).toBe('0.011 computed');
    expect(await costOf({ input: 1000, requests: 40 }, fee)).toBe('0.203 computed');
    expect(await costOf({ input: 1000, requests: null }, fee)).toBe('- unpriced');
    expect(await costOf({}, fee)).toBe('0.005 computed');
    expect(await costOf({ status: 'error' }, fee)).toBe('0 computed');
  });
});

describe('the card a call belongs to', () => {
  const BANDS: PriceRow[] = [
    { dimension: 'input', usd: '3' },
    { dimension: 'input', usd: '6', band: 200_001 },
    { dimension: 'output', usd: '15' },
    { dimension: 'output', usd: '22.5', band: 200_001 },
    { dimension: 'cache_read', usd: '0.3' },
    { dimension: 'cache_read', usd: '0.6', band: 200_001 },
  ];

  pricedAs('by prompt size', BANDS, [
    ['the last prompt of the lower band', { input: 200_000, output: 1 }, '0.600015 computed'],
    ['one token more', { input: 200_001, output: 1 }, '1.2000285 computed'],
    ['cached tokens count', { input: 1, cache_read: 200_000 }, '0.120006 computed'],
    ['tokens of audio count', { input: 200_000, units: { input_audio_tokens: 1 } }, '1.200006 assumed'],
    ['the answer does not', { input: 200_000, output: 200_000 }, '3.6 computed'],
    ['a bucket of 10 calls with 30,000 each is ten short prompts', { input: 300_000, requests: 10 }, '0.9 assumed'],
    ['a bucket of 10 calls with 200,001 each', { input: 2_000_010, requests: 10 }, '12.00006 assumed'],
    ['a bucket that does not tell its calls', { input: 300_000, requests: null }, '0.9 assumed'],
  ]);

  const DATED: PriceRow[] = [
    { dimension: 'input', usd: '5', to: '2026-08-21' },
    { dimension: 'input', usd: '4', from: '2026-08-21', to: '2026-12-01' },
    { dimension: 'input', usd: '2', from: '2026-12-01' },
  ];

  pricedAs('by time', DATED, [
    ['the last second before a change', { at: '2026-08-20 23:59:59.999999', input: 1 }, '0.000005 computed'],
    ['the first after it', { at: '2026-08-21 00:00:00', input: 1 }, '0.000004 computed'],
    ['what has no time is priced as of now, assumed', { at: null, input: 1 }, '0.000004 assumed'],
  ]);

  test('what has no time assumes nothing where the price never changed', async () => {
    expect(await costOf({ at: null, input: 1 })).toBe('0.000003 computed');
  });

  test('before the first known rate there is no price', async () => {
    const late = [{ dimension: 'input', usd: '3', from: '2026-09-02' }];
    expect(await costOf({ input: 1 }, late)).toBe('- unpriced');
  });
});

test('unknown models, tiers nobody prices and list prices of the maker', () =>
  inMemory(async (store) => {
    await addPrices(store, USUAL);
    expect(
      await rated(store, [
        { model: 'nobody-1', input: 5, output: 5 },
        { model: 'nobody-1', input: 0, output: 0 },
        { model: 'nobody-1', status: 'error' },
        { model: 'nobody-1', gateway_cached: true, input: 5 },
        { input: 5 },
      ]),
    ).toEqual(['- unpriced', '- unpriced', '0 computed', '0 free', '0.000015 computed']);
    await store.run(sql`update rate_card set assumed = ['price'] where model = 'gpt-x'`);
    await store.run(sql`drop table call; delete from usage_profile`);
    expect(await rated(store, [{ input: 5 }, { input: 5, units: { web_search_requests: 1 } }])).toEqual([
      '0.000015 assumed',
      '0.010015 assumed',
    ]);
  }));

test('the short way and the exact way of summing give the same digits', () =>
  inMemory(async (store) => {
    await addPrices(store, USUAL);
    const calls: Call[] = Array.from({ length: 50 }, (_, n) => ({
      input: n * 7919,
      cache_read: n * 31,
      cache_write: n,
      output: n * 13,
      reasoning: n * 3,
    }));
    // A unit of 0 takes a call off the short way and costs nothing.
    const slow = calls.map((call) => ({ ...call, units: { pages: 0 } }));
    const lines = await rated(store, [...calls, ...slow]);
    expect(lines.slice(0, 50)).toEqual(lines.slice(50));
    // 49 × (7919 × 3 + 31 × 0.3 + 3.75 + 13 × 15 + 3 × 15) = 49 × 24010.05
    expect(lines[49]).toBe('1.17649245 computed');
  }));
