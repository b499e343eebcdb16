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

/** Value, hours, weekdays, from, to of each input rate. */
function timed({ rates }: StagedSource): unknown[] {
  return rates
    .filter((rate) => rate.dimension === 'input')
    .map((rate) => [
      rate.value,
      `${rate.utc_start}-${rate.utc_end}`,
      rate.iso_weekdays?.join('') ?? 'daily',
      rate.effective_from,
      rate.effective_to,
    ]);
}

test("DeepSeek's first prices by the hour hold from 2025-02-26 until its prices of 2025-09-05", () => {
  const window = { start_time: '00:30:00Z', end_time: '16:30:00Z' };
  const result = staged('deepseek', [
    {
      id: 'deepseek-chat',
      match: { equals: 'deepseek-chat' },
      prices: [{ prices: { input_mtok: 0.135 } }, { constraint: window, prices: { input_mtok: 0.27 } }],
    },
  ]);
  expect(timed(result)).toEqual([
    ['0.135', 'null-null', 'daily', '2025-02-26T16:30:00', '2025-09-05T16:00:00'],
    ['0.27', '00:30-16:30', 'daily', '2025-02-26T16:30:00', '2025-09-05T16:00:00'],
  ]);
  expect(result.rejected).toEqual([]);
});

test('peak hours belong to the dated prices before them; DeepSeek dates in Beijing and frees weekends on 2026-08-23', () => {
  const peak = (start: string, end: string) => ({
    constraint: { start_time: `${start}:00Z`, end_time: `${end}:00Z`, type: 'time_of_date' },
    prices: { input_mtok: 0.44 },
  });
  const result = staged('deepseek', [
    {
      id: 'deepseek-v4-flash',
      match: { starts_with: 'deepseek-v4-flash' },
      prices: [
        { prices: { input_mtok: 0.14 } },
        { constraint: { start_date: '2026-08-17' }, prices: { input_mtok: 0.22 } },
        peak('01:00', '04:00'),
        peak('06:00', '10:00'),
      ],
    },
  ]);
  const [repriced, weekends] = ['2026-08-16T16:00:00', '2026-08-22T16:00:00'];
  expect(timed(result)).toEqual([
    ['0.14', 'null-null', 'daily', null, repriced],
    ['0.22', 'null-null', 'daily', repriced, null],
    ['0.44', '01:00-04:00', 'daily', repriced, weekends],
    ['0.44', '01:00-04:00', '12345', weekends, null],
    ['0.44', '06:00-10:00', 'daily', repriced, weekends],
    ['0.44', '06:00-10:00', '12345', weekends, null],
  ]);
});

test('fast mode is a speed, priority a tier; a condition nobody knows is named', () => {
  const result = staged('anthropic', [
    {
      id: 'claude-fable-9',
      match: { equals: 'claude-fable-9' },
      prices: { input_mtok: 8 },
      price_variants: [
        { when: { speed: 'fast' }, prices: { input_mtok: 16 } },
        { when: { service_tier: 'priority' }, prices: { input_mtok: 12 } },
        { when: { search_type: 'web' }, prices: { input_mtok: 99 } },
      ],
    },
  ]);
  const rates = result.rates.map(({ value, speed, service_tier }) => [value, speed, service_tier]);
  expect(rates).toEqual([
    ['8', null, 'standard'],
    ['16', 'fast', 'standard'],
    ['12', null, 'priority'],
  ]);
  expect(result.rejected.map(({ reason }) => reason)).toEqual(['unknown condition search_type web']);
});

test("another provider's hours hold on all days since the date before them and until the next one", () => {
  const result = staged('novita', [
    {
      id: 'x',
      match: { equals: 'x' },
      prices: [
        { prices: { input_mtok: 2 } },
        { constraint: { start_time: '22:00:00Z', end_time: '06:00:00Z' }, prices: { input_mtok: 1 } },
        { constraint: { start_date: '2026-05-01' }, prices: { input_mtok: 3 } },
        { constraint: { start_date: '2026-05-01', start_time: '22:00:00Z' }, prices: { input_mtok: 9 } },
      ],
    },
  ]);
  expect(timed(result)).toEqual([
    ['2', 'null-null', 'daily', null, '2026-05-01'],
    ['3', 'null-null', 'daily', '2026-05-01', null],
    ['1', '22:00-00:00', 'daily', null, '2026-05-01'],
    ['1', '00:00-06:00', 'daily', null, '2026-05-01'],
  ]);
  expect(result.rejected).toEqual([
    {
      model: 'novita/x',
      provider: 'novita',
      field: 'constraint',
      reason: 'unknown constraint {"start_date":"2026-05-01","start_time":"22:00:00Z"}',
    },
  ]);
});

test("reasoning that costs what the answer costs is not a price of its own; xAI's bound is the round number", () => {
  const { rates } = staged('x-ai', [
    {
      id: 'grok-x',
      match: { equals: 'grok-x' },
      prices: {
        output_mtok: { base: 6, tiers: [{ start: 199999, price: 12 }] },
        output_reasoning_mtok: 6,
      },
    },
    { id: 'sonar', match: { equals: 'sonar' }, prices: { output_mtok: 8, output_reasoning_mtok: 3 } },
  ]);
  expect(rates.map((rate) => [rate.model, rate.dimension, rate.value, rate.min_prompt_tokens])).toEqual([
    ['grok-x', 'output', '6', 0],
    ['grok-x', 'output', '12', 200000],
    ['sonar', 'output', '8', 0],
    ['sonar', 'reasoning', '3', 0],
  ]);
});

test('annotated pages and audio written to a cache have prices of their own; messages are counted by nobody', () => {
  const { rates, rejected } = staged('mistral', [
    {
      id: 'ocr',
      match: { equals: 'ocr' },
      prices: { input_annotated_document_kpages: 5, cache_audio_write_mtok: 0.3, input_text_messages_kcount: 2 },
    },
  ]);
  expect(rates.map((rate) => [rate.dimension, rate.value, rate.raw_unit])).toEqual([
    ['annotated_pages', '5', 'per_kcount'],
    ['cache_write_audio_tokens', '0.3', 'per_mtok'],
  ]);
  expect(rejected).toEqual([
    {
      model: 'mistral/ocr',
      provider: 'mistral',
      field: 'input_text_messages_kcount',
      reason: 'no dimension for it',
      raw_value: '2',
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
