import { expect, test } from 'vitest';
import { stagePrices } from '../../src/rate/sources/recognise.js';
import type { StagedSource } from '../../src/rate/sources/source.js';

function staged(providerId: string, models: unknown[]): StagedSource {
  const json = [{ id: providerId, name: providerId, api_pattern: 'https://example', models }];
  return stagePrices(JSON.stringify(json), 'data.json', '2026-09-23');
}

function brief({ rates }: StagedSource): unknown[] {
  return rates.map((rate) => [rate.model, rate.dimension, rate.value, rate.effective_from, rate.effective_to]);
}

test('prices per million, thousand and hour keep their unit', () => {
  const { rates } = staged('mistral', [
    {
      id: 'voxtral',
      match: { equals: 'voxtral' },
      prices: { input_mtok: 0.1, web_searches_kcount: 10, audio_hours: 0.36, input_document_kpages: 1 },
    },
  ]);
  expect(rates.map((rate) => [rate.dimension, rate.value, rate.raw_unit, rate.scale])).toEqual([
    ['input', '0.1', 'per_mtok', '0.000001'],
    ['web_search_requests', '10', 'per_kcount', '0.001'],
    ['input_audio_seconds', '0.36', 'per_hour', '0.000277777777777777777778'],
    ['pages', '1', 'per_kcount', '0.001'],
  ]);
});

test.each([
  ['the feed', { start_date: '2025-06-10' }],
  ['the bundled form', { start_date: '2025-06-10', type: 'start_date' }],
])('dated prices of %s; what did not change is one rate', (_, constraint) => {
  const result = staged('openai', [
    {
      id: 'o3',
      match: { equals: 'o3' },
      prices: [
        { prices: { input_mtok: 10, cache_read_mtok: 0.5 } },
        { constraint, prices: { input_mtok: 2, cache_read_mtok: 0.5 } },
      ],
    },
  ]);
  expect(brief(result)).toEqual([
    ['o3', 'input', '10', null, '2025-06-10'],
    ['o3', 'cache_read', '0.5', null, null],
    ['o3', 'input', '2', '2025-06-10', null],
  ]);
});

test('a tier begins one above its start; it ends when the next period has none', () => {
  const { rates } = staged('anthropic', [
    {
      id: 'claude-opus-4-6',
      match: { equals: 'claude-opus-4-6' },
      prices: [
        { prices: { input_mtok: { base: 5, tiers: [{ start: 200000, price: 10 }] } } },
        { constraint: { start_date: '2026-03-13' }, prices: { input_mtok: 5 } },
      ],
    },
  ]);
  expect(rates.map((rate) => [rate.value, rate.min_prompt_tokens, rate.effective_from, rate.effective_to])).toEqual([
    ['5', 0, null, null],
    ['10', 200001, null, '2026-03-13'],
  ]);
});

test('prices by the hour are left out, with the model that has no other', () => {
  const window = { start_time: '00:30:00Z', end_time: '16:30:00Z' };
  const result = staged('deepseek', [
    {
      id: 'deepseek-chat',
      match: { equals: 'deepseek-chat' },
      prices: [{ prices: { input_mtok: 0.135 } }, { constraint: window, prices: { input_mtok: 0.27 } }],
    },
  ]);
  expect(result.rates).toEqual([]);
  expect(result.rejected).toEqual([
    {
      model: 'deepseek/deepseek-chat',
      field: 'time_of_date',
      reason: 'prices by the hour are not supported yet; it has no other price',
    },
  ]);
});

test('spelled-out names are models of their own, patterns are not expanded', () => {
  const result = staged('x-ai', [
    {
      id: 'grok-4',
      match: {
        or: [
          { equals: 'grok-4' },
          { or: [{ equals: 'grok-4-latest' }, { equals: 'Grok-4' }] },
          { starts_with: 'grok-4-' },
        ],
      },
      prices: { input_mtok: 3 },
    },
    { id: 'grok-4-latest-2', match: { equals: 'grok-4-latest' }, prices: { input_mtok: 9 } },
  ]);
  expect(result.rates.map((rate) => [rate.provider, rate.model, rate.value])).toEqual([
    ['xai', 'grok-4', '3'],
    ['xai', 'grok-4-latest', '3'],
    ['xai', 'grok-4-latest-2', '9'],
  ]);
});

test("google's Claude is sold on Vertex AI", () => {
  const { models } = staged('google', [{ id: 'claude-sonnet-4-5', match: { equals: 'x' }, prices: { input_mtok: 3 } }]);
  expect(models.map(({ provider, model }) => `${provider}/${model}`)).toEqual([
    'vertex_ai/claude-sonnet-4-5',
    'vertex_ai/x',
  ]);
});
