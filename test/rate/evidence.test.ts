import { describe, expect, test } from 'vitest';
import { priceConflicts } from '../../src/rate/listing/conflicts.js';
import { stagePublished } from '../../src/rate/sources/published.js';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { addFactors, addPrices, inMemory, type PriceRow, settle } from './price_rows.js';

/** Days on which lists were read: what a source says holds until its newest one. */
async function read(store: Store, lists: readonly (readonly [source: string, day: string])[]): Promise<void> {
  for (const [index, [source, day]] of lists.entries()) {
    await store.run(
      sql`
      insert into price_book
      values ($id, $source, null, null, 'MIT', $id, cast($day as date), timestamp '2026-01-01', 1, 1, 1)`,
      { id: 100 + index, source, day },
    );
  }
}

/** Of each card in the order of time: since when it holds and what a million tokens of the prompt cost. */
async function prompts(store: Store): Promise<string[]> {
  const rows = await store.rows<{ line: string }>(sql`
    select concat_ws(' ', strftime(valid_from, '%Y-%m-%d'), rtrim(rtrim(cast(uncached_input * 1000000 as varchar), '0'), '.')) as line
    from rate_card
    order by rate_card_id`);
  return rows.map(({ line }) => line);
}

function input(source: string, usd: string, more: Partial<PriceRow> = {}): PriceRow {
  return { provider: 'azure', model: 'gpt-x', source, dimension: 'input', usd, ...more };
}

const CALL = { source_provider: 'azure', model: 'gpt-x' };

describe('which of several sources counts', () => {
  test('a number that two sources have before one that only the highest in rank has', () =>
    inMemory(async (store) => {
      await addPrices(store, [input('litellm', '3'), input('genai-prices', '2'), input('models.dev', '2')]);
      await settle(store, CALL);
      expect(await prompts(store)).toEqual(['2']);
    }));

  test('the newest list where no two agree', () =>
    inMemory(async (store) => {
      await addPrices(store, [input('litellm', '3'), input('genai-prices', '2')]);
      await read(store, [
        ['litellm', '2026-06-01'],
        ['genai-prices', '2026-08-01'],
      ]);
      await settle(store, CALL);
      expect(await prompts(store)).toEqual(['2']);
    }));

  test('a change its source dates, once it holds, before a list that was read earlier and says the old number', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        input('litellm', '5'),
        input('genai-prices', '5', { to: '2026-08-21' }),
        input('genai-prices', '4', { from: '2026-08-21' }),
      ]);
      await read(store, [
        ['litellm', '2026-08-01'],
        ['genai-prices', '2026-09-01'],
      ]);
      await settle(store, CALL);
      expect(await prompts(store)).toEqual(['5', '2026-08-21 4']);
    }));

  test('a number its own list replaced by what another one had said for months was wrong from the start', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        input('litellm', '0.165', { to: '2026-09-27' }),
        input('litellm', '0.15', { from: '2026-09-27', observed: '2026-09-27' }),
        input('genai-prices', '0.15'),
      ]);
      await read(store, [
        ['litellm', '2026-11-20'],
        ['genai-prices', '2026-11-10'],
      ]);
      await settle(store, CALL);
      expect(await prompts(store)).toEqual(['0.15', '2026-09-27 0.15']);
    }));

  test('another name of the model is a witness too', () =>
    inMemory(async (store) => {
      const dated = { model: 'o3-2025-04-16' };
      await addPrices(store, [
        input('litellm', '10', { ...dated, to: '2026-06-01' }),
        input('litellm', '2', { ...dated, from: '2026-06-01', observed: '2026-06-01' }),
        input('litellm', '2', { model: 'o3' }),
      ]);
      await read(store, [['litellm', '2026-11-20']]);
      await settle(store, { source_provider: 'azure', model: 'o3-2025-04-16' });
      expect(await prompts(store)).toEqual(['2', '2026-06-01 2']);
    }));
});

describe('a stated condition without a row', () => {
  const rows = (model: string): PriceRow[] => [
    { model, source: 'litellm', dimension: 'input', usd: '5' },
    { model, source: 'litellm', dimension: 'output', usd: '30' },
  ];
  const priority: PriceRow = { model: 'gpt-5', source: 'litellm', dimension: 'input', usd: '12.5', tier: 'priority' };
  const call = { model: 'gpt-5-2026-04-23', service_tier: 'priority' };

  test('a dated name has the tier of its alias where both cost the same', () =>
    inMemory(async (store) => {
      await addPrices(store, [...rows('gpt-5'), priority, ...rows('gpt-5-2026-04-23')]);
      await settle(store, call);
      expect(await prompts(store)).toEqual(['12.5']);
    }));

  test('but not where they do not', () =>
    inMemory(async (store) => {
      const dearer: PriceRow = { model: 'gpt-5-2026-04-23', source: 'litellm', dimension: 'input', usd: '10' };
      await addPrices(store, [...rows('gpt-5'), priority, dearer]);
      await settle(store, call);
      expect(await prompts(store)).toEqual(['10']);
    }));

  test('a tier without a price for long prompts has that of the long prompt in its own proportion', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        { dimension: 'input', usd: '5' },
        { dimension: 'input', usd: '10', band: 272001 },
        { dimension: 'input', usd: '2.5', tier: 'flex' },
      ]);
      await settle(store, { service_tier: 'flex' });
      expect(await prompts(store)).toEqual(['2.5', '5']);
    }));

  test('factors a seller publishes for all its models: batches of xAI are a fifth off', () =>
    inMemory(async (store) => {
      await addPrices(store, [{ provider: 'xai', model: 'grok-9', dimension: 'input', usd: '2' }]);
      await addFactors(store, [
        { provider: 'xai', model: 'grok-*', source: 'published', kind: 'batch', factor: '0.8', tier: 'batch' },
      ]);
      await settle(store, { source_provider: 'xai', model: 'grok-9', service_tier: 'batch' });
      expect(await prompts(store)).toEqual(['1.6']);
    }));
});

test("a seller's published price by size of the prompt, from the day on which the name means another model", () => {
  const prices = {
    factors: [],
    fees: [],
    prices: [
      {
        provider: 'xai',
        models: ['grok-code'],
        page: 'https://x.test/models',
        read: '2026-11-20',
        periods: [
          { from: null, to: '2026-09-01T00:00:00', prices: { input: '0.2' } },
          { from: '2026-09-01T00:00:00', to: null, prices: { input: '1' } },
          { from: '2026-09-01T00:00:00', to: null, min_prompt_tokens: 200_000, prices: { input: '2' } },
        ],
      },
    ],
  };
  const { rates } = stagePublished(prices, '2026-11-20');
  expect(
    rates.map(({ value, min_prompt_tokens, effective_from }) => [value, min_prompt_tokens, effective_from]),
  ).toEqual([
    ['0.2', 0, null],
    ['1', 0, '2026-09-01T00:00:00'],
    ['2', 200_000, '2026-09-01T00:00:00'],
  ]);
});

test('conflicts: what differs by more than 5 %, what was chosen and why', () =>
  inMemory(async (store) => {
    await addPrices(store, [
      input('litellm', '3'),
      input('genai-prices', '2'),
      input('models.dev', '2'),
      input('litellm', '1', { model: 'near' }),
      input('genai-prices', '1.05', { model: 'near' }),
    ]);
    const found = await priceConflicts(store, '2026-10-15 12:00:00');
    expect(found).toEqual([
      {
        provider: 'azure',
        model: 'gpt-x',
        dimension: 'input',
        conditions: '',
        usd: '2',
        source: 'genai-prices',
        reason: 'two sources agree',
        others: 'models.dev 2 (2026-01-01), litellm 3 (2026-01-01)',
        difference_percent: '50',
      },
    ]);
  }));
