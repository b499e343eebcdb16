import { expect, test } from 'vitest';
import type { ImaginedCall } from '../../src/query/why/answer.js';
import { disjointCounts, type InclusiveCounts } from '../../src/query/why/call_counts.js';
import { missingPrice, priceCost } from '../../src/query/why/price_cost.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { addFactors, addPrices, inMemory, NOW, settle } from '../rate/price_rows.js';

/** gpt-x of OpenAI at noon of 15 October 2026, 1,000 tokens in and 100 out. */
function ask(
  store: Store,
  { counts, ...traits }: Partial<Omit<ImaginedCall, 'counts'>> & { counts?: InclusiveCounts } = {},
) {
  const call: ImaginedCall = {
    provider: 'openai',
    model: 'gpt-x',
    service_tier: null,
    speed: null,
    region: null,
    occurred_at: NOW,
    requests: 1,
    ...traits,
    counts: disjointCounts(counts ?? { input: '1000', output: '100', units: [] }),
  };
  return priceCost(store, call, NOW);
}

test('counts are inclusive: each token is in one class', () => {
  const units = ['input_audio_tokens=300', 'web_search_requests=1.5', 'output_image_tokens=5'];
  expect(
    disjointCounts({
      input: '1000',
      cacheRead: '400',
      cacheWrite: '100',
      cacheWrite1h: '50',
      output: '60',
      reasoning: '20',
      units,
    }),
  ).toEqual({
    uncached_input: 150,
    cache_read: 400,
    cache_write: 100,
    cache_write_1h: 50,
    text_output: 35,
    reasoning: 20,
    units: { input_audio_tokens: '300', web_search_requests: '1.5', output_image_tokens: '5' },
  });
  expect(disjointCounts({ input: '7', units: [] })).toMatchObject({
    uncached_input: 7,
    cache_read: null,
    text_output: null,
  });
  expect(disjointCounts({ reasoning: '7', units: [] })).toMatchObject({
    uncached_input: null,
    text_output: 0,
    reasoning: 7,
  });
});

test('conditions: tier, region and day choose the rates, factors are named', () =>
  inMemory(async (store) => {
    await addPrices(store, [
      { dimension: 'input', usd: '3', to: '2026-10-01' },
      { dimension: 'input', usd: '4', from: '2026-10-01' },
      { dimension: 'output', usd: '15' },
    ]);
    await addFactors(store, [
      { kind: 'batch', factor: '0.5', tier: 'batch' },
      { kind: 'region', factor: '1.1', region: 'eu' },
    ]);
    // 1,000 × $4 + 100 × $15
    expect((await ask(store)).total).toBe('0.005500000000000000');
    // 1,000 × $3 + 100 × $15
    expect((await ask(store, { occurred_at: new Date('2026-09-30T23:59:59Z') })).total).toBe('0.004500000000000000');
    // 1,000 × $2.20 + 100 × $8.25
    const dear = await ask(store, { service_tier: 'batch', region: 'EU' });
    expect(dear.total).toBe('0.003025000000000000');
    expect(dear.call.parts[0]).toMatchObject({
      usd_per_million: '2.2',
      factors: [
        { kind: 'batch', factor: '0.5' },
        { kind: 'region', factor: '1.1' },
      ],
    });
  }));

test('what is stored is neither used nor changed, and is seen again afterwards', () =>
  inMemory(async (store) => {
    await addPrices(store, [
      { dimension: 'input', usd: '3' },
      { dimension: 'output', usd: '15' },
    ]);
    await settle(store);
    // A card of before that says something else.
    await store.run(sql`update rate_card set uncached_input = 1`);
    const before = await store.rows(sql`from rate_card`);
    expect((await ask(store)).total).toBe('0.004500000000000000');
    await expect(ask(store, { model: 'nobody' })).rejects.toThrow(
      `There is no price for nobody: no price list has a model of this name from this provider.
Say which model it is: llmcost pricing alias nobody PROVIDER/MODEL --provider openai
or what it costs:      llmcost pricing override nobody --provider openai --input USD --output USD`,
    );
    expect(await store.rows(sql`from rate_card`)).toEqual(before);
    expect(await store.rows(sql`select profile_id from usage_profile`)).toEqual([]);
  }));

test('a known model without a price on that day, or for some part, has no total', () =>
  inMemory(async (store) => {
    await addPrices(store, [{ dimension: 'input', usd: '3', from: '2026-03-01' }]);
    const early = await ask(store, { occurred_at: new Date('2026-02-01T00:00:00Z') });
    expect(early).toMatchObject({
      total: null,
      call: { reason: expect.stringMatching(/^no rate of it holds at this time/) },
    });
    expect(missingPrice(early)?.message).toBe(
      'The cost is not known: there is no price for input, output.\nSet it: llmcost pricing override openai/gpt-x --rate input=USD --rate output=USD',
    );
    const partly = await ask(store);
    expect(partly.call.parts.map(({ rate, cost }) => [rate, cost])).toEqual([
      ['uncached_input', '0.003'],
      ['text_output', null],
    ]);
    expect(missingPrice(partly)).toMatchObject({ exitCode: 4 });
    const input = await ask(store, { counts: { input: '1000', units: [] } });
    expect([input.total, missingPrice(input)]).toEqual(['0.003000000000000000', undefined]);
  }));
