import { expect, test } from 'vitest';
import { amountOf, CLASS_NAMES, discountOf, factorOf, UNIT_NAMES, usdOf } from '../../src/config/amount.js';
import { modelGlob } from '../../src/config/model_glob.js';
import { DIMENSIONS } from '../../src/names/dimensions.js';

test('everything the price book has a rate for can have a price of the user', () => {
  expect([...CLASS_NAMES, ...UNIT_NAMES].sort()).toEqual([...DIMENSIONS].sort());
});

test.each([
  ['2.10', 'input', '2.10', 'per_mtok'],
  ['0', 'output', '0', 'per_mtok'],
  ['2.10 per 1M', 'input', '2.10', 'per_mtok'],
  ['2.10 per 1M tokens', 'cache_read', '2.10', 'per_mtok'],
  ['2.10/million', 'reasoning', '2.10', 'per_mtok'],
  ['0.0021 per 1K', 'input', '0.0021', 'per_kcount'],
  ['0.0000021 per token', 'input', '0.0000021', 'per_unit'],
  ['0.000000000001', 'input_audio_tokens', '0.000000000001', 'per_mtok'],
  ['0.01', 'web_search_requests', '0.01', 'per_unit'],
  ['0.01/request', 'web_search_requests', '0.01', 'per_unit'],
  ['10 per 1K requests', 'web_search_requests', '10', 'per_kcount'],
  ['0.04 each', 'output_images', '0.04', 'per_unit'],
  ['0.36 per hour', 'input_audio_seconds', '0.36', 'per_hour'],
  ['0.0001 per second', 'input_audio_seconds', '0.0001', 'per_unit'],
  ['0.03 per hour', 'session_hours', '0.03', 'per_unit'],
  ['15 per 1M characters', 'characters', '15', 'per_mchar'],
  ['0.000000000000000001', 'pages', '0.000000000000000001', 'per_unit'],
] as const)('%s for %s', (text, name, raw_value, raw_unit) => {
  expect(amountOf(text, name)).toEqual({ raw_value, raw_unit });
});

test.each([
  ['1e3', 'input'],
  ['-1', 'input'],
  ['-0', 'input'],
  ['+1', 'input'],
  ['.5', 'input'],
  ['5.', 'input'],
  ['1,000', 'input'],
  ['1_000', 'input'],
  ['0x1F', 'input'],
  ['NaN', 'input'],
  ['.inf', 'input'],
  ['$2', 'input'],
  ['', 'input'],
  ['1000000', 'input'],
  // More places than a rate of a single token has.
  ['0.0000000000001', 'input'],
  ['2 per 1G', 'input'],
  ['2 per hour', 'input'],
  ['2 per 1M characters', 'input'],
  ['2 per 1M', 'pages'],
  ['2 per token', 'pages'],
] as const)('%s is no price for %s', (text, name) => {
  expect(amountOf(text, name)).toBeUndefined();
});

test('factors, discounts and sums', () => {
  expect(['0', '0.85', '1', '9.999999', '10', '10.0'].map((text) => factorOf(text)?.raw_value)).toEqual([
    '0',
    '0.85',
    '1',
    '9.999999',
    '10',
    '10.0',
  ]);
  expect(['-1', '11', '10.1', '0.1234567', '1e0', 'NaN', '85%', ''].map(factorOf)).toEqual(Array(8).fill(undefined));
  expect(['0%', '15%', '12.5 %', '100%'].map((text) => discountOf(text)?.raw_value)).toEqual([
    '0',
    '15',
    '12.5',
    '100',
  ]);
  expect(['-1%', '101%', '100.1%', '0.15', '15', 'NaN%', '%'].map(discountOf)).toEqual(Array(7).fill(undefined));
  expect(['0', '2.50', '999999.99', '1000000', '-1', '1e3', '2.5.0'].map(usdOf)).toEqual([
    '0',
    '2.50',
    '999999.99',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('whose price is meant', () => {
  expect(modelGlob('openai/gpt-4o*')).toEqual({ provider: 'openai', model: 'gpt-4o*' });
  expect(modelGlob('gpt-4o')).toEqual({ provider: null, model: 'gpt-4o' });
  expect(modelGlob('*/gpt-4o')).toEqual({ provider: null, model: 'gpt-4o' });
  expect(modelGlob('openrouter/meta-llama/llama-3')).toEqual({ provider: 'openrouter', model: 'meta-llama/llama-3' });
  expect(modelGlob('meta-llama/llama-3', 'deepinfra')).toEqual({ provider: 'deepinfra', model: 'meta-llama/llama-3' });
  expect([modelGlob('/gpt-4o'), modelGlob('openai/'), modelGlob('x', ' ')]).toEqual([undefined, undefined, undefined]);
});
