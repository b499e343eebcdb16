import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { stagePrices } from '../../src/rate/sources/recognise.js';
import type { StagedSource } from '../../src/rate/sources/source.js';
import { realFile } from './real_files.js';

const FILES = {
  litellm: realFile('pricing-sources/litellm-model_prices-2026-08-01.json'),
  'genai-prices': realFile('pricing-sources/genai-prices-npm-0.1.8-providers-2026-09-23.json'),
  'models.dev': realFile('pricing-sources/models.dev-api-2026-07-02.json.gz'),
  openrouter: realFile('pricing-sources/openrouter-api-v1-models-2026-05-15.json'),
} as const;

const present = Object.values(FILES).every((file) => file.present);

describe.skipIf(!present)(`real lists of four sources (SKIPPED when ${FILES.litellm.path} is absent)`, () => {
  const lists = new Map<string, StagedSource>();

  beforeAll(() => {
    for (const [source, { path }] of Object.entries(FILES)) {
      const bytes = readFileSync(path);
      const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      lists.set(source, stagePrices(text, path, '2026-09-23'));
    }
  });

  function list(source: keyof typeof FILES): StagedSource {
    const staged = lists.get(source);
    if (staged === undefined) throw new Error(source);
    return staged;
  }

  /** Rates of a model as text: dimension, published number, and the conditions. */
  function rates(source: keyof typeof FILES, provider: string, model: string): string[] {
    return list(source)
      .rates.filter((rate) => rate.provider === provider && rate.model === model)
      .map((rate) =>
        [
          rate.dimension,
          rate.value,
          rate.min_prompt_tokens || '',
          rate.service_tier === 'standard' ? '' : rate.service_tier,
          rate.speed ?? '',
          rate.utc_start === null ? '' : `${rate.utc_start}-${rate.utc_end}`,
          rate.iso_weekdays?.join('') ?? '',
          rate.effective_from ?? '',
        ]
          .filter((part) => part !== '')
          .join(' '),
      );
  }

  function pricedModels(source: keyof typeof FILES): number {
    return new Set(list(source).rates.map((rate) => `${rate.provider}\n${rate.model.toLowerCase()}`)).size;
  }

  function reasons(source: keyof typeof FILES, reason: RegExp): string[] {
    return list(source)
      .rejected.filter((cell) => reason.test(cell.reason))
      .map((cell) => cell.model);
  }

  test('each is told by its content', () => {
    expect([...lists].map(([source, staged]) => [source, staged.source])).toEqual(
      [...lists.keys()].map((source) => [source, source]),
    );
  });

  test('every cell that is left out says which, whose and why', () => {
    for (const staged of lists.values()) {
      expect(staged.rejected.filter((cell) => cell.model === '' || cell.reason === '')).toEqual([]);
      expect(staged.rejected.filter((cell) => cell.provider === undefined)).toEqual([]);
    }
  });

  // Counted with Python over the same file: 5276 models, 12 of them named by both ids of Vertex AI; 382 without a cost,
  // 226 sold by subscription, 252 all zero; 4416 remain, 4404 different ones, and 18 profiles of Bedrock at the global price.
  // All 95 models of Azure's second catalogue stand in its first one too; each of them has a price.
  test('models.dev: 4291 priced models', () => {
    expect(list('models.dev').models).toHaveLength(5276 - 12 - 95);
    expect(reasons('models.dev', /sold by subscription/)).toHaveLength(226);
    expect(reasons('models.dev', /a subscription, a trial or an unknown price/)).toHaveLength(252);
    expect(new Set(reasons('models.dev', /regional profile/)).size).toBe(18);
    expect(pricedModels('models.dev')).toBe(4404 - 18 - 95);
    expect(list('models.dev').models.filter((model) => model.free)).toEqual([]);
  });

  // Counted with Python: 40 models have a fast mode, 13 by `speed` and 19 by `service_tier` where the model is priced.
  test('models.dev: fast modes', () => {
    const inputs = list('models.dev').rates.filter((rate) => rate.dimension === 'input');
    expect(inputs.filter((rate) => rate.speed === 'fast')).toHaveLength(13);
    expect(inputs.filter((rate) => rate.service_tier === 'priority')).toHaveLength(19);
  });

  // Anthropic's page: Opus 4.8 $5/$25, fast mode $10/$50. xAI's page: grok-4.20 $1.25/$0.20/$2.50, from 200k twice that.
  test("models.dev: prices of the makers' pages", () => {
    expect(rates('models.dev', 'anthropic', 'claude-opus-4-8')).toEqual(
      expect.arrayContaining(['input 5', 'output 25', 'input 10 fast', 'output 50 fast']),
    );
    expect(rates('models.dev', 'xai', 'grok-4.20-0309-reasoning').sort()).toEqual([
      'cache_read 0.2',
      'cache_read 0.4 200000',
      'input 1.25',
      'input 2.5 200000',
      'output 2.5',
      'output 5 200000',
    ]);
    expect(rates('models.dev', 'bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0')).toEqual([]);
    expect(rates('models.dev', 'bedrock', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0')).toContain('input 3.3');
  });

  // Counted with Python: 364 models, 146 further names; 3 at -1, 25 `:free`, 2 others and 2 of OpenRouter's own at 0.
  test('OpenRouter: 510 names, three sentinels, 25 free variants', () => {
    const { models } = list('openrouter');
    expect(models).toHaveLength(364 + 146);
    expect(reasons('openrouter', /^-1/).sort()).toEqual([
      'openrouter/auto',
      'openrouter/bodybuilder',
      'openrouter/pareto-code',
    ]);
    expect(models.filter((model) => model.free && model.model.endsWith(':free'))).toHaveLength(25);
    expect(models.filter((model) => model.free && !model.model.endsWith(':free')).map((model) => model.model)).toEqual([
      'openrouter/owl-alpha',
      'openrouter/free',
    ]);
    expect(reasons('openrouter', /without being called free/)).toHaveLength(2);
    // Gemini's price of writing is an estimate of storage.
    expect(
      list('openrouter').rates.filter((rate) => rate.dimension === 'cache_write' && /google\//.test(rate.model)),
    ).toEqual([]);
  });

  test("OpenRouter charges what it rounds to: $0.01 for gpt-5-nano's cached million; thoughts of sonar-deep-research $3", () => {
    expect(rates('openrouter', 'openrouter', 'openai/gpt-5-nano')).toContain('cache_read 0.00000001');
    expect(rates('openrouter', 'openrouter', 'perplexity/sonar-deep-research')).toEqual([
      'input 0.000002',
      'output 0.000008',
      'web_search_requests 0.005',
      'reasoning 0.000003',
    ]);
  });

  // https://api-docs.deepseek.com/quick_start/pricing: $0.22/$0.66 since 2026-08-16T16:00Z, twice that at peak hours.
  test("genai-prices: DeepSeek V4's peak hours", () => {
    const [repriced, weekends] = ['2026-08-16T16:00:00', '2026-08-22T16:00:00'];
    const v4 = rates('genai-prices', 'deepseek', 'deepseek-v4-flash');
    expect(v4.filter((line) => line.startsWith('input'))).toEqual([
      'input 0.14',
      `input 0.22 ${repriced}`,
      `input 0.44 01:00-04:00 ${repriced}`,
      `input 0.44 01:00-04:00 12345 ${weekends}`,
      `input 0.44 06:00-10:00 ${repriced}`,
      `input 0.44 06:00-10:00 12345 ${weekends}`,
    ]);
    expect(rates('genai-prices', 'deepseek', 'deepseek-reasoner').filter((line) => line.startsWith('output'))).toEqual([
      'output 0.55 2025-02-26T16:30:00',
      'output 2.19 00:30-16:30 2025-02-26T16:30:00',
    ]);
  });

  // Prices of https://platform.openai.com/docs/pricing for searches of gpt-4o-search-preview: $30, $35, $50 per thousand.
  test('LiteLLM: searches by context size; Perplexity charges the request', () => {
    const searches = rates('litellm', 'openai', 'gpt-4o-search-preview').filter((line) =>
      line.startsWith('web_search'),
    );
    expect(searches).toEqual([
      'web_search_requests 0.035',
      'web_search_requests_low 0.03',
      'web_search_requests_medium 0.035',
      'web_search_requests_high 0.05',
    ]);
    expect(rates('litellm', 'perplexity', 'sonar')).toContain('requests 0.005');
  });

  describe('known defects', () => {
    test('wrong units: wandb × 100,000, jais-30b-chat × 1000, two of watsonx', () => {
      const implausible = new Set(reasons('litellm', /implausible: .* above \$1000|another token price/));
      expect([...implausible].filter((model) => !model.startsWith('wandb/')).sort()).toEqual([
        'azure_ai/jais-30b-chat',
        'watsonx/bigscience/mt0-xxl-13b',
        'watsonx/core42/jais-13b-chat',
      ]);
      expect([...implausible].filter((model) => model.startsWith('wandb/'))).toHaveLength(13);
      for (const [provider, model] of [
        ['azure_ai', 'jais-30b-chat'],
        ['watsonx', 'core42/jais-13b-chat'],
        ['wandb', 'meta-llama/Llama-3.1-8B-Instruct'],
      ] as const)
        expect(rates('litellm', provider, model)).toEqual([]);
    });

    test("gpt-5-nano's priority input is 50 times the standard price: it alone is set aside", () => {
      const [cell] = list('litellm').rejected.filter((one) => one.model === 'gpt-5-nano');
      expect(cell).toEqual({
        model: 'gpt-5-nano',
        provider: 'openai',
        field: 'input',
        raw_value: '0.0000025',
        reason: 'implausible: priority is more than 10 times the standard price',
      });
      expect(rates('litellm', 'openai', 'gpt-5-nano')).toContain('input 0.00000005');
    });

    test('one-hour writes of two Claude 3', () => {
      expect(reasons('litellm', /one-hour cache write/).sort()).toEqual([
        'claude-3-haiku-20240307',
        'claude-3-opus-20240229',
      ]);
    });

    test('float artefacts are the 12-digit numbers they stand for', () => {
      // 2.9999900000000002e-06 and 1.5000020000000002e-05 in the file
      expect(rates('litellm', 'databricks', 'databricks-claude-3-7-sonnet')).toEqual([
        'input 0.00000299999',
        'output 0.00001500002',
      ]);
      const digits = list('litellm').rates.map((rate) => rate.value.replace('.', '').replace(/^0+/, '').length);
      expect(Math.max(...digits)).toBeLessThanOrEqual(15);
    });

    test('one key pair equal up to case; without a price is not free', () => {
      const pair = list('litellm').models.filter(
        (one) => one.provider === 'together_ai' && one.model.toLowerCase() === 'baai/bge-base-en-v1.5',
      );
      expect(pair).toHaveLength(1);
      const copilot = list('litellm').models.find((one) => one.provider === 'github_copilot' && one.model === 'gpt-4o');
      expect(copilot?.free).toBe(false);
      expect(rates('litellm', 'github_copilot', 'gpt-4o')).toEqual([]);
    });
  });
});
