import { describe, expect, test } from 'vitest';
import { stagePrices } from '../../src/rate/sources/recognise.js';
import type { StagedRate, StagedSource } from '../../src/rate/sources/source.js';

function staged(entries: Record<string, unknown>): StagedSource {
  return stagePrices(JSON.stringify(entries), 'prices.json', '2026-08-01');
}

/** dimension, value, band, tier of each rate: the published numbers, so no arithmetic is needed to check them. */
function brief(rates: readonly StagedRate[]): unknown[] {
  return rates.map((rate) => [rate.dimension, rate.value, rate.min_prompt_tokens, rate.service_tier]);
}

describe('keys', () => {
  test.each([
    ['azure/gpt-4o', 'azure', 'azure', 'gpt-4o', null],
    ['azure/eu/gpt-4o', 'azure', 'azure', 'gpt-4o', 'eu'],
    ['azure/us-gov/gpt-5.1', 'azure', 'azure', 'gpt-5.1', 'us-gov'],
    ['azure/global-standard/gpt-4o', 'azure', 'azure', 'gpt-4o', 'global'],
    ['gemini/gemini-2.5-pro', 'gemini', 'google', 'gemini-2.5-pro', null],
    ['openrouter/anthropic/claude-3.5-sonnet', 'openrouter', 'openrouter', 'anthropic/claude-3.5-sonnet', null],
    ['bedrock/us-east-1/anthropic.claude-v2', 'bedrock', 'bedrock', 'anthropic.claude-v2', 'us-east-1'],
    ['us.anthropic.claude-v2', 'bedrock_converse', 'bedrock', 'us.anthropic.claude-v2', null],
    ['claude-sonnet-4@20250514', 'vertex_ai-anthropic_models', 'vertex_ai', 'claude-sonnet-4@20250514', null],
    ['xai/grok-4', 'xai', 'xai', 'grok-4', null],
  ])('%s of %s', (key, litellmProvider, provider, model, region) => {
    const { rates } = staged({
      [key]: { litellm_provider: litellmProvider, mode: 'chat', input_cost_per_token: 1e-6 },
    });
    expect(rates).toMatchObject([{ provider, model, region }]);
  });

  test('sentinels are no models; keys equal up to case are one model at one price; another price is set aside', () => {
    const entry = { litellm_provider: 'together_ai', mode: 'chat', input_cost_per_token: 1e-8 };
    const result = staged({
      sample_spec: { ...entry },
      last_updated: '2026-08-01',
      fallback_generalizations: { rules: [] },
      'together_ai/baai/bge': entry,
      'together_ai/BAAI/bge': entry,
      'together_ai/Baai/Bge': { ...entry, input_cost_per_token: 2e-8 },
    });
    expect(result.models.map((model) => model.model)).toEqual(['baai/bge']);
    expect(result.rejected).toEqual([
      {
        model: 'together_ai/Baai/Bge',
        provider: 'together_ai',
        field: '',
        reason: 'the same model as together_ai/baai/bge',
      },
    ]);
  });
});

test('a cache write at 0 beside a paid prompt is no price; at the price of the prompt it is', () => {
  const chat = { litellm_provider: 'deepseek', mode: 'chat', input_cost_per_token: 6.6e-7 };
  const { rates, rejected } = staged({
    'deepseek/a': { ...chat, cache_creation_input_token_cost: 0 },
    'deepseek/b': { ...chat, cache_creation_input_token_cost: 6.6e-7 },
  });
  expect(rates.map(({ model, dimension }) => `${model} ${dimension}`)).toEqual(['a input', 'b input', 'b cache_write']);
  expect(rejected.map(({ model, field }) => [model, field])).toEqual([['deepseek/a', 'cache_write']]);
});

test('bands, tiers and the one-hour write are separate rates; a bound is the first prompt size inside', () => {
  const { rates } = staged({
    'claude-x': {
      litellm_provider: 'anthropic',
      mode: 'chat',
      input_cost_per_token: 3e-6,
      output_cost_per_token: 1.5e-5,
      input_cost_per_token_above_200k_tokens: 6e-6,
      cache_creation_input_token_cost: 3.75e-6,
      cache_creation_input_token_cost_above_1hr: 6e-6,
      cache_creation_input_token_cost_above_1hr_above_200k_tokens: 1.2e-5,
      input_cost_per_token_batches: 1.2e-6,
      input_cost_per_token_above_200k_tokens_priority: 7.2e-6,
      output_cost_per_token_flex: 7.5e-6,
    },
  });
  expect(brief(rates)).toEqual([
    ['input', '0.000003', 0, 'standard'],
    ['output', '0.000015', 0, 'standard'],
    ['input', '0.000006', 200001, 'standard'],
    ['cache_write', '0.00000375', 0, 'standard'],
    ['cache_write_1h', '0.000006', 0, 'standard'],
    ['cache_write_1h', '0.000012', 200001, 'standard'],
    ['input', '0.0000012', 0, 'batch'],
    ['input', '0.0000072', 200001, 'priority'],
    ['output', '0.0000075', 0, 'flex'],
  ]);
});

test("xAI's bands begin at the round number itself", () => {
  const { rates } = staged({
    'xai/grok': { litellm_provider: 'xai', mode: 'chat', input_cost_per_token_above_200k_tokens: 4e-6 },
  });
  expect(brief(rates)).toEqual([['input', '0.000004', 200000, 'standard']]);
});

test('tiered_pricing becomes bands; other ranges are named', () => {
  const { rates, rejected } = staged({
    'dashscope/qwen': {
      litellm_provider: 'dashscope',
      mode: 'chat',
      tiered_pricing: [
        { range: [0, 256000], input_cost_per_token: 4e-7, output_cost_per_reasoning_token: 4e-6 },
        { range: [256000, 1000000], input_cost_per_token: 1.2e-6 },
      ],
    },
    'exa_ai/search': {
      litellm_provider: 'exa_ai',
      mode: 'search',
      tiered_pricing: [{ max_results_range: [0, 25], input_cost_per_query: 0.005 }],
    },
  });
  expect(brief(rates)).toEqual([
    ['input', '0.0000004', 0, 'standard'],
    ['reasoning', '0.000004', 0, 'standard'],
    ['input', '0.0000012', 256001, 'standard'],
  ]);
  expect(rejected).toEqual([
    {
      model: 'exa_ai/search',
      provider: 'exa_ai',
      field: 'tiered_pricing',
      reason: 'its ranges do not count prompt tokens',
      raw_value: '{"max_results_range":[0,25],"input_cost_per_query":0.005}',
    },
  ]);
});

test('whisper-1 states one fee twice: it is added once', () => {
  const { rates } = staged({
    'whisper-1': {
      litellm_provider: 'openai',
      mode: 'audio_transcription',
      input_cost_per_second: 0.0001,
      output_cost_per_second: 0.0001,
    },
  });
  expect(brief(rates)).toEqual([['input_audio_seconds', '0.0001', 0, 'standard']]);
});

test('seconds and images are priced for what the model does', () => {
  const { rates } = staged({
    'sora-x': { litellm_provider: 'openai', mode: 'video_generation', output_cost_per_video_per_second: 0.1 },
    'gpt-image-x': { litellm_provider: 'openai', mode: 'image_generation', input_cost_per_image: 0.167 },
    'gpt-vision-x': { litellm_provider: 'openai', mode: 'chat', input_cost_per_image: 0.001 },
    'gpt-file-x': { litellm_provider: 'openai', mode: 'chat', file_search_cost_per_1k_calls: 2.5 },
  });
  expect(rates.map((rate) => [rate.model, rate.dimension, rate.value, rate.scale])).toEqual([
    ['sora-x', 'output_video_seconds', '0.1', '1'],
    ['gpt-image-x', 'output_images', '0.167', '1'],
    ['gpt-vision-x', 'input_images', '0.001', '1'],
    ['gpt-file-x', 'file_search_calls', '2.5', '0.001'],
  ]);
});

test('a search costs by its context size, and what the default size costs where the log does not tell it', () => {
  const sizes = { search_context_size_low: 0.005, search_context_size_medium: 0.008, search_context_size_high: 0.012 };
  const { rates } = staged({
    'gpt-search': { litellm_provider: 'openai', mode: 'chat', search_context_cost_per_query: sizes },
    'perplexity/sonar': { litellm_provider: 'perplexity', mode: 'chat', search_context_cost_per_query: sizes },
  });
  expect(rates.map((rate) => [rate.provider, rate.dimension, rate.value])).toEqual([
    ['perplexity', 'requests', '0.005'],
    ['openai', 'web_search_requests', '0.008'],
    ['openai', 'web_search_requests_low', '0.005'],
    ['openai', 'web_search_requests_medium', '0.008'],
    ['openai', 'web_search_requests_high', '0.012'],
  ]);
});

test('a float artefact is rounded to 12 digits and its text kept', () => {
  const { rates } = staged({
    'databricks/x': { litellm_provider: 'databricks', mode: 'chat', input_cost_per_token: 3.0001999999999996e-7 },
  });
  expect(rates).toMatchObject([{ raw_value: '3.0001999999999996e-7', value: '0.00000030002' }]);
});

test('implausible prices are set aside with a reason', () => {
  const chat = { mode: 'chat' };
  const { rates, rejected } = staged({
    // $22,000 per million tokens: published in the wrong unit; its output price is no better.
    'wandb/llama': { ...chat, litellm_provider: 'wandb', input_cost_per_token: 0.022, output_cost_per_token: 0.0005 },
    // The input price is $0.25 per million, so a one-hour write is $0.50 and not $6.
    'claude-3-haiku': {
      ...chat,
      litellm_provider: 'anthropic',
      input_cost_per_token: 2.5e-7,
      cache_creation_input_token_cost_above_1hr: 6e-6,
    },
    'gpt-5-nano': {
      ...chat,
      litellm_provider: 'openai',
      input_cost_per_token: 5e-8,
      input_cost_per_token_priority: 2.5e-6,
    },
    'gpt-neg': { ...chat, litellm_provider: 'openai', input_cost_per_token: -1 },
  });
  expect(rates.map((rate) => [rate.model, rate.dimension, rate.service_tier])).toEqual([
    ['claude-3-haiku', 'input', 'standard'],
    ['gpt-5-nano', 'input', 'standard'],
  ]);
  expect(rejected.map(({ model, field }) => `${model} ${field}`)).toEqual([
    'wandb/llama input',
    'wandb/llama output',
    'claude-3-haiku cache_write_1h',
    'gpt-5-nano input',
    'gpt-neg input_cost_per_token',
  ]);
});

test('free, unpriced and priced are three states', () => {
  const { models, rates } = staged({
    'ollama/free': { litellm_provider: 'ollama', mode: 'chat', input_cost_per_token: 0, output_cost_per_token: 0 },
    'github_copilot/gpt-4o': { litellm_provider: 'github_copilot', mode: 'chat' },
    'gpt-paid': { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 1e-6, output_cost_per_token: 0 },
  });
  expect(models.map(({ model, free }) => [model, free])).toEqual([
    ['free', true],
    ['gpt-4o', false],
    ['gpt-paid', false],
  ]);
  expect(rates.filter((rate) => rate.model === 'gpt-4o')).toEqual([]);
});

test('fast mode, residency and the batches of Claude are multipliers', () => {
  const { multipliers } = staged({
    'claude-opus-x': {
      litellm_provider: 'anthropic',
      mode: 'chat',
      input_cost_per_token: 5e-6,
      provider_specific_entry: { us: 1.1, fast: 2 },
    },
    'gpt-x': { litellm_provider: 'openai', mode: 'chat', regional_processing_uplift_multiplier_eu: 1.1 },
  });
  const any = { service_tier: null, speed: null, region: null };
  expect(multipliers).toEqual([
    {
      provider: 'anthropic',
      model: 'claude-opus-x',
      kind: 'region',
      ...any,
      region: 'us',
      value: '1.1',
      raw_value: '1.1',
    },
    { provider: 'anthropic', model: 'claude-opus-x', kind: 'speed', ...any, speed: 'fast', value: '2', raw_value: '2' },
    { provider: 'openai', model: 'gpt-x', kind: 'region', ...any, region: 'eu', value: '1.1', raw_value: '1.1' },
    {
      provider: 'anthropic',
      model: 'claude-opus-x',
      kind: 'batch',
      ...any,
      service_tier: 'batch',
      value: '0.5',
      raw_value: '0.5 (documented for all Claude models)',
    },
  ]);
});

describe('off-peak prices', () => {
  const base = {
    litellm_provider: 'deepseek',
    mode: 'chat',
    input_cost_per_token: 2e-6,
    output_cost_per_token: 4e-6,
    input_cost_per_token_above_200k_tokens: 3e-6,
  };

  function offPeak(block: unknown): string[] {
    const { rates } = staged({ 'deepseek/x': { ...base, off_peak_pricing: block } });
    return rates
      .filter((rate) => rate.utc_start !== null || rate.iso_weekdays !== null)
      .map(
        (rate) =>
          `${rate.dimension} ${rate.value} ${rate.min_prompt_tokens} ${rate.utc_start}-${rate.utc_end} ${rate.iso_weekdays?.join('') ?? 'daily'}`,
      );
  }

  test('hours of every day replace the prices of all bands; a price they do not name stays', () => {
    expect(offPeak({ hours_utc: ['01:00-05:00', '13:00-16:00'], input_cost_per_token: 1e-6 })).toEqual([
      'input 0.000001 0 01:00-05:00 daily',
      'input 0.000001 0 13:00-16:00 daily',
      'input 0.000001 200001 01:00-05:00 daily',
      'input 0.000001 200001 13:00-16:00 daily',
    ]);
  });

  test('weekdays of another zone, beside hours of every day', () => {
    const windows = [{ hours_utc: '00:00-00:00', weekdays: ['Sat', 'Sun'] }];
    expect(
      offPeak({ hours_utc: '10:00-12:00', windows, weekday_timezone: 'Asia/Shanghai', output_cost_per_token: 2e-6 }),
    ).toEqual([
      'output 0.000002 0 10:00-12:00 daily',
      // Friday 16:00 UTC to Sunday 16:00 UTC.
      'output 0.000002 0 00:00-16:00 67',
      'output 0.000002 0 16:00-00:00 56',
    ]);
  });

  test.each([
    [{ hours_utc: '25:00-26:00' }, 'its hours cannot be read'],
    [{ windows: [{ hours_utc: '01:00-02:00', weekdays: ['noday'] }] }, 'its hours cannot be read'],
    [{ input_cost_per_token: 1e-6 }, 'it names no hours'],
    [
      { hours_utc: '01:00-02:00', weekday_timezone: 'Europe/Paris' },
      'its weekdays are those of Europe/Paris, which has no fixed distance to UTC',
    ],
    ['night', 'is no object'],
  ])('%j is set aside: %s', (block, reason) => {
    const { rates, rejected } = staged({ 'deepseek/x': { ...base, off_peak_pricing: block } });
    expect(rates).toHaveLength(3);
    expect(rejected.map((cell) => [cell.field, cell.reason])).toEqual([['off_peak_pricing', reason]]);
  });
});

test('tiers, bounds and media: ultrafast, batch requests, tokens written out, a resolution, pixels, pages, audio', () => {
  const { rates } = staged({
    'gpt-fast': {
      litellm_provider: 'openai',
      mode: 'chat',
      input_cost_per_token_ultrafast: 3e-5,
      input_cost_per_token_batch_requests: 1e-6,
      input_cost_per_token_above_1m_tokens_flex: 5e-6,
      input_cost_per_token_above_32000_tokens: 4e-6,
      cache_creation_input_audio_token_cost: 3.3e-7,
      input_cost_per_video_per_second: 0.0005,
      output_cost_per_character: 1e-6,
    },
    'gemini/veo': {
      litellm_provider: 'gemini',
      mode: 'video_generation',
      output_cost_per_second: 0.05,
      output_cost_per_second_1080p: 0.08,
    },
    'nscale/flux': {
      litellm_provider: 'nscale',
      mode: 'image_generation',
      input_cost_per_pixel: 1.3e-9,
      output_cost_per_pixel: 0,
    },
    'mistral/ocr': {
      litellm_provider: 'mistral',
      mode: 'ocr',
      ocr_cost_per_page: 0.004,
      annotation_cost_per_page: 0.005,
    },
  });
  expect(rates.map((rate) => [rate.dimension, rate.value, rate.min_prompt_tokens, rate.service_tier])).toEqual([
    ['output_video_seconds', '0.05', 0, 'standard'],
    ['output_video_seconds_1080p', '0.08', 0, 'standard'],
    ['output_pixels', '0.0000000013', 0, 'standard'],
    ['pages', '0.004', 0, 'standard'],
    ['annotated_pages', '0.005', 0, 'standard'],
    ['input', '0.00003', 0, 'ultrafast'],
    ['input', '0.000001', 0, 'batch'],
    ['input', '0.000005', 1000001, 'flex'],
    ['input', '0.000004', 32001, 'standard'],
    ['cache_write_audio_tokens', '0.00000033', 0, 'standard'],
    ['input_video_seconds', '0.0005', 0, 'standard'],
    ['output_characters', '0.000001', 0, 'standard'],
  ]);
});

test("Google's uplift holds in every location but global; a factor that is none is named", () => {
  const { multipliers, rejected } = staged({
    'vertex_ai/gemini-x': {
      litellm_provider: 'vertex_ai-language-models',
      mode: 'chat',
      regional_endpoint_uplift_multiplier: 1.1,
    },
    'gpt-x': { litellm_provider: 'openai', mode: 'chat', regional_processing_uplift_multiplier_us: -1.1 },
  });
  expect(multipliers).toHaveLength(41);
  expect(new Set(multipliers.map((one) => `${one.provider} ${one.kind} ${one.value}`))).toEqual(
    new Set(['vertex_ai region 1.1']),
  );
  const regions = multipliers.map((one) => one.region);
  expect(regions).toEqual(expect.arrayContaining(['us-east5', 'europe-west1', 'us', 'eu']));
  expect(regions).not.toContain('global');
  expect(rejected).toEqual([
    {
      model: 'gpt-x',
      provider: 'openai',
      field: 'regional_processing_uplift_multiplier_us',
      reason: 'not a factor: -1.1',
      raw_value: '-1.1',
    },
  ]);
});

test('documented factors: batches of Claude on three platforms and of GPT-5, US inference since Claude 4.6 and of xAI', () => {
  const chat = { mode: 'chat', input_cost_per_token: 1e-6 };
  const { multipliers } = staged({
    'claude-opus-4-5': { ...chat, litellm_provider: 'anthropic' },
    'claude-sonnet-4-6': { ...chat, litellm_provider: 'anthropic' },
    'claude-opus-4-20250514': { ...chat, litellm_provider: 'anthropic' },
    'claude-opus-6': { ...chat, litellm_provider: 'anthropic', provider_specific_entry: { us: 1.2 } },
    'us.anthropic.claude-opus-4-6-v1': { ...chat, litellm_provider: 'bedrock_converse' },
    'vertex_ai/claude-sonnet-4-5': {
      ...chat,
      litellm_provider: 'vertex_ai-anthropic_models',
      input_cost_per_token_batches: 5e-7,
    },
    'openrouter/anthropic/claude-opus-4.6': { ...chat, litellm_provider: 'openrouter' },
    'xai/grok-4.6': { ...chat, litellm_provider: 'xai' },
    'gpt-5.1-codex': { ...chat, litellm_provider: 'openai' },
    'gpt-4o': { ...chat, litellm_provider: 'openai' },
    'azure/gpt-5': { ...chat, litellm_provider: 'azure' },
  });
  expect(multipliers.map((one) => `${one.provider}/${one.model} ${one.kind} ${one.value}`).sort()).toEqual([
    'anthropic/claude-opus-4-20250514 batch 0.5',
    'anthropic/claude-opus-4-5 batch 0.5',
    'anthropic/claude-opus-6 batch 0.5',
    'anthropic/claude-opus-6 region 1.2',
    'anthropic/claude-sonnet-4-6 batch 0.5',
    'anthropic/claude-sonnet-4-6 region 1.1',
    'bedrock/us.anthropic.claude-opus-4-6-v1 batch 0.5',
    'openai/gpt-5.1-codex batch 0.5',
    'vertex_ai/claude-sonnet-4-5 batch 0.5',
    'xai/grok-4.6 region 1.1',
  ]);
});

test('a batch price that is the documented half is the factor; another one stays', () => {
  const chat = { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 2e-6, output_cost_per_token: 8e-6 };
  const { rates, multipliers } = staged({
    'gpt-5.4': { ...chat, input_cost_per_token_batches: 1e-6, output_cost_per_token_batches: 5e-6 },
    'gpt-4.1': { ...chat, input_cost_per_token_batches: 1e-6 },
  });
  expect(
    rates.filter((rate) => rate.service_tier === 'batch').map((rate) => [rate.model, rate.dimension, rate.value]),
  ).toEqual([
    ['gpt-5.4', 'output', '0.000005'],
    ['gpt-4.1', 'input', '0.000001'],
  ]);
  expect(multipliers.map((one) => `${one.model} ${one.value}`)).toEqual(['gpt-5.4 0.5']);
});

test('an answer for nothing beside a paid prompt has no price; reasoning at the price of the answer is none', () => {
  const { rates, rejected } = staged({
    'azure_ai/model_router': {
      litellm_provider: 'azure_ai',
      mode: 'chat',
      input_cost_per_token: 1.4e-7,
      output_cost_per_token: 0,
    },
    'embed-x': { litellm_provider: 'openai', mode: 'embedding', input_cost_per_token: 2e-8, output_cost_per_token: 0 },
    'o-x': {
      litellm_provider: 'openai',
      mode: 'chat',
      output_cost_per_token: 4e-6,
      output_cost_per_reasoning_token: 4e-6,
    },
  });
  expect(rates.map((rate) => `${rate.model} ${rate.dimension}`)).toEqual([
    'model_router input',
    'embed-x input',
    'embed-x output',
    'o-x output',
  ]);
  expect(rejected.map((cell) => [cell.model, cell.reason, cell.raw_value])).toEqual([
    ['azure_ai/model_router', 'an answer for nothing beside a paid prompt', '0'],
  ]);
});

test('what has no dimension is named, not dropped', () => {
  const { rejected } = staged({
    'databricks/x': { litellm_provider: 'databricks', mode: 'chat', input_dbu_cost_per_token: 1.429e-6 },
    'bedrock/us-east-1/1-month-commitment/claude': { litellm_provider: 'bedrock', input_cost_per_second: 0.1 },
  });
  expect(rejected).toEqual([
    {
      model: 'bedrock/us-east-1/1-month-commitment/claude',
      provider: 'bedrock',
      field: '',
      reason: 'committed capacity is paid by the hour, not by use',
    },
    {
      model: 'databricks/x',
      provider: 'databricks',
      field: 'input_dbu_cost_per_token',
      reason: 'priced in Databricks units; the USD price is beside it',
      raw_value: '0.000001429',
    },
  ]);
});

test('a file of something else is refused', () => {
  expect(() => stagePrices('{"a": 1}', 'a.json', '2026-08-01')).toThrow(
    "a.json is no price list llmcost knows.\nIt reads LiteLLM's model_prices_and_context_window.json, genai-prices' v2 data.json, models.dev's api.json and OpenRouter's list of models.",
  );
  expect(() => stagePrices('{"a": ', 'a.json', '2026-08-01')).toThrow('a.json is not JSON');
});
