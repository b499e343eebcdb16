import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { stagePrices } from '../../src/rate/sources/recognise.js';

const FILE = fileURLToPath(new URL('../../fixtures/prices/models_dev.json', import.meta.url));
const staged = stagePrices(readFileSync(FILE, 'utf8'), FILE, '2026-07-02');

/** The rates of a model: dimension, USD per million as published, and what it is conditional on. */
function rates(provider: string, model: string): string[] {
  return staged.rates
    .filter((rate) => rate.provider === provider && rate.model === model)
    .map(({ dimension, value, min_prompt_tokens, service_tier, speed }) =>
      [dimension, value, min_prompt_tokens || '', service_tier === 'standard' ? '' : service_tier, speed ?? '']
        .filter((part) => part !== '')
        .join(' '),
    );
}

function reasons(model: string): string[] {
  return staged.rejected
    .filter((cell) => cell.model === model)
    .map(({ field, reason, raw_value }) => `${field} ${raw_value}: ${reason}`);
}

test('it is told by its content; prices are per million tokens', () => {
  expect(staged).toMatchObject({ source: 'models.dev', dataDate: '2026-07-02' });
  expect(staged.rates[0]).toMatchObject({ value: '5', raw_unit: 'per_mtok', scale: '0.000001', effective_from: null });
});

test("Anthropic's fast mode is a speed, and its batches and US residency are factors", () => {
  expect(rates('anthropic', 'claude-opus-4-8')).toEqual([
    'input 5',
    'output 25',
    'cache_read 0.5',
    'cache_write 6.25',
    'input 10 fast',
    'output 50 fast',
    'cache_read 1 fast',
  ]);
  const factors = staged.multipliers.filter((one) => one.provider === 'anthropic');
  expect(factors.map((one) => [one.model, one.kind, one.service_tier ?? one.region, one.value])).toEqual([
    ['claude-opus-4-8', 'batch', 'batch', '0.5'],
    ['claude-3-sonnet-20240229', 'batch', 'batch', '0.5'],
    ['claude-opus-4-8', 'region', 'us', '1.1'],
  ]);
});

test('a cache write of Claude below the price of the input is not believed', () => {
  expect(rates('anthropic', 'claude-3-sonnet-20240229')).toEqual(['input 3', 'output 15']);
  expect(reasons('anthropic/claude-3-sonnet-20240229')).toEqual([
    'cache_write 0.3: implausible: a cache write of Claude costs more than the input price',
  ]);
});

test("OpenAI's fast mode is the priority tier; tiers are read once, and reasoning at the price of output is no price", () => {
  expect(rates('openai', 'gpt-5.4')).toEqual([
    'input 2.5',
    'output 15',
    'input 5 272001',
    'output 22.5 272001',
    'input 5 priority',
    'output 30 priority',
  ]);
  expect(reasons('openai/gpt-5.4')).toEqual(['experimental.modes.slow undefined: no tier or speed for it']);
});

test('audio has prices of its own; a cache price of 0 is an unknown one', () => {
  expect(rates('openai', 'gpt-audio')).toEqual([
    'input 2.5',
    'output 10',
    'input_audio_tokens 32',
    'output_audio_tokens 64',
  ]);
  expect(reasons('openai/gpt-audio')).toEqual(['cache_read 0: a cache price of 0 stands for an unknown one']);
});

test("bounds are the first prompt inside: above 200,000 for Gemini, from 200,000 for Grok; Gemini's writes cost nothing", () => {
  expect(rates('vertex_ai', 'gemini-x')).toEqual(['input 1.25', 'output 10', 'input 2.5 200001', 'output 15 200001']);
  expect(reasons('google-vertex/gemini-x')).toEqual(['cache_write 0.383: Gemini bills storage, not written tokens']);
  expect(rates('xai', 'grok-4.20')).toEqual(['input 1.25', 'output 2.5', 'input 2.5 200000', 'output 5 200000']);
});

test('a regional profile of Bedrock at the global price is left out, at its own price it is believed', () => {
  const name = 'anthropic.claude-haiku-4-5-v1:0';
  expect(rates('bedrock', `global.${name}`)).toEqual(['input 1', 'output 5']);
  expect(rates('bedrock', `us.${name}`)).toEqual([]);
  expect(rates('bedrock', `eu.${name}`)).toEqual(['input 1.1', 'output 5.5']);
  expect(reasons(`amazon-bedrock/us.${name}`)).toEqual([
    'input 1: the global price, which does not hold for a regional profile',
    'output 5: the global price, which does not hold for a regional profile',
  ]);
});

test('long prompts of Claude cost extra up to 4.5 only, on the clouds as well', () => {
  expect(rates('azure_ai', 'claude-opus-4-8')).toEqual(['input 5', 'output 25']);
  expect(reasons('azure_ai/claude-opus-4-8')).toEqual([
    'input 10: long prompts cost nothing extra since Claude 4.6',
    'output 37.5: long prompts cost nothing extra since Claude 4.6',
  ]);
  expect(rates('azure_ai', 'claude-sonnet-4-5')).toEqual(['input 3', 'input 6 200001']);
});

test('the noise of a calculation is rounded to 12 digits and its text kept', () => {
  expect(staged.rates.filter((rate) => rate.provider === 'helicone')).toMatchObject([
    { dimension: 'input', raw_value: '0.09999999999999999', value: '0.1' },
    { dimension: 'output', raw_value: '0.39999999999999997', value: '0.4' },
  ]);
});

test('neither a 0 nor what a subscription lists is a price', () => {
  expect(rates('nvidia_nim', 'qwen/qwq-32b')).toEqual([]);
  expect(reasons('nvidia/qwen/qwq-32b')).toEqual([
    'cost 0: 0 is what this list writes for a subscription, a trial or an unknown price',
  ]);
  expect(rates('github_copilot', 'gpt-4.1')).toEqual([]);
  expect(rates('zhipuai_coding_plan', 'glm-4.6v')).toEqual([]);
  for (const model of ['github-copilot/gpt-4.1', 'zhipuai-coding-plan/glm-4.6v'])
    expect(reasons(model)).toEqual(['cost undefined: sold by subscription, not by use']);
  expect(staged.models.filter((model) => model.free)).toEqual([]);
});

test('a model without a cost is known, with what it can', () => {
  expect(rates('openai', 'gpt-without-cost')).toEqual([]);
  expect(staged.models.find((model) => model.model === 'gpt-5.4')).toEqual({
    provider: 'openai',
    model: 'gpt-5.4',
    operation: 'chat',
    context_window: 1050000,
    max_output_tokens: 128000,
    supports_tools: true,
    supports_images: true,
    supports_json_schema: null,
    deprecation_date: null,
    free: false,
  });
  expect(staged.models.map((model) => model.model)).toContain('gpt-without-cost');
});
