import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { stagePrices } from '../../src/rate/sources/recognise.js';

const FILE = fileURLToPath(new URL('../../fixtures/prices/openrouter.json', import.meta.url));
const staged = stagePrices(readFileSync(FILE, 'utf8'), FILE, '2026-08-22');

/** The rates of a model: dimension, USD per unit as published, first prompt size, hours. */
function rates(model: string): string[] {
  return staged.rates
    .filter((rate) => rate.model === model)
    .map(({ dimension, value, min_prompt_tokens, utc_start, utc_end }) =>
      [dimension, value, min_prompt_tokens || '', utc_start === null ? '' : `${utc_start}-${utc_end}`]
        .filter((part) => part !== '')
        .join(' '),
    );
}

function reasons(model: string): string[] {
  return staged.rejected
    .filter((cell) => cell.model === model)
    .map(({ field, reason, raw_value }) => `${field} ${raw_value}: ${reason}`);
}

test('it is told by its content; every price is of OpenRouter, per unit, digit by digit', () => {
  expect(staged.source).toBe('openrouter');
  expect(new Set(staged.rates.map((rate) => `${rate.provider} ${rate.raw_unit}`))).toEqual(
    new Set(['openrouter per_unit']),
  );
});

test('a "0" beside a paid prompt is no price; the dated name is a second name', () => {
  const prices = [
    'input 0.00000005',
    'output 0.0000004',
    'web_search_requests 0.01',
    // What OpenRouter charges: it rounds OpenAI's 0.000000005 to cents per million.
    'cache_read 0.00000001',
  ];
  expect(rates('openai/gpt-5-nano')).toEqual(prices);
  expect(rates('openai/gpt-5-nano-2025-08-07')).toEqual(prices);
  expect(reasons('openai/gpt-5-nano')).toEqual([]);
});

test("bands are inclusive; Gemini's write is an estimate of storage; an image at the price of the prompt is its tokens", () => {
  expect(rates('google/gemini-2.5-pro')).toEqual([
    'input 0.00000125',
    'output 0.00001',
    'input_image_tokens 0.00000125',
    'input_audio_tokens 0.00000125',
    'cache_read 0.000000125',
    'input 0.0000025 200000',
    'output 0.000015 200000',
  ]);
  expect(reasons('google/gemini-2.5-pro')).toEqual([
    'input_cache_write 0.000000375: an estimate of five minutes of storage, no price of written tokens',
  ]);
});

test('prices by the hour hold in every band before them; hours at the usual price say nothing', () => {
  expect(rates('deepseek/deepseek-v4-flash')).toEqual([
    'input 0.00000022',
    'output 0.00000066',
    'input 0.0000003 128000',
    'input 0.00000044 01:00-04:00',
    'input 0.00000044 128000 01:00-04:00',
    'output 0.00000132 01:00-04:00',
  ]);
  expect(reasons('deepseek/deepseek-v4-flash')).toEqual([
    'overrides {"weekday":"monday","prompt":"0.0000001"}: a condition we do not know',
  ]);
});

test('`:free` is an explicit 0 and keeps its name to itself; -1 is no price; 0 by another name is not believed', () => {
  expect(rates('deepseek/deepseek-v4-flash:free')).toEqual(['input 0', 'output 0', 'requests 0']);
  expect(rates('deepseek/deepseek-v4-flash-20260423')).toEqual(rates('deepseek/deepseek-v4-flash'));
  expect(rates('openrouter/auto')).toEqual([]);
  expect(reasons('openrouter/auto')).toEqual([
    'pricing -1: -1: the price is that of the model it hands the request to',
  ]);
  expect(rates('google/lyria-3-pro-preview')).toEqual([]);
  expect(reasons('google/lyria-3-pro-preview')).toEqual([
    'pricing 0: 0 without being called free: what it costs is not told here',
  ]);
  expect(staged.models.filter((model) => model.free).map((model) => model.model)).toEqual([
    'deepseek/deepseek-v4-flash:free',
  ]);
});

test('fees per image and request; a discount is left to the database as a factor', () => {
  expect(rates('acme/vision')).toEqual([
    'input 0.000002',
    'output 0.000004',
    'input_images 0.0012',
    'output_image_tokens 0.00003',
    'output_audio_tokens 0.00002',
    'cache_read_audio_tokens 0.000001',
    'cache_write_1h 0.000004',
    'requests 0.005',
  ]);
  expect(new Set(staged.rates.filter((rate) => rate.model === 'acme/vision').map((rate) => rate.scale))).toEqual(
    new Set(['0.75']),
  );
  expect(reasons('acme/vision')).toEqual(['embossing 0.1: no dimension for it']);
});

test('what a model can, and until when', () => {
  expect(staged.models[0]).toEqual({
    provider: 'openrouter',
    model: 'openai/gpt-5-nano',
    operation: 'chat',
    context_window: 400000,
    max_output_tokens: 128000,
    supports_tools: true,
    supports_images: true,
    supports_json_schema: true,
    deprecation_date: '2027-01-31',
    free: false,
  });
  expect(staged.models.find((model) => model.model === 'acme/vision')).toMatchObject({
    max_output_tokens: null,
    supports_tools: null,
    deprecation_date: null,
  });
});
