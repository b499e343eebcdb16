import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { knownModels } from '../../src/rate/models/index.js';
import { buildResolver } from '../../src/rate/models/resolve.js';
import { datedFiles, refreshFromFiles } from '../../src/rate/refresh/refresh.js';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';

const SOURCES = fileURLToPath(new URL('../../../shared/pricing-sources', import.meta.url));
const present = existsSync(SOURCES);

interface Found {
  provider: string;
  model: string;
  source: string;
  dimension: string;
  band: number;
  tier: string;
  region: string | null;
  usd: string;
  since: string | null;
  until: string | null;
}

let rates: Found[] = [];
let resolve: ReturnType<typeof buildResolver>;
let rejected: string[] = [];

describe.skipIf(!present)(`real price lists (SKIPPED when ${SOURCES} is absent)`, () => {
  beforeAll(async () => {
    const files = readdirSync(SOURCES)
      .filter((name) => /^litellm-.*\.json$|^genai-prices-(v2-data-\d|npm).*\.json$/.test(name))
      .map((name) => join(SOURCES, name));
    await withStore(':memory:', { access: 'write' }, async (store) => {
      const results = await refreshFromFiles(store, datedFiles(files, undefined), 'rebuilding');
      rejected = results.flatMap((result) => result.rejected.map((cell) => `${cell.model} ${cell.field}`));
      rates = await store.rows<Found & Record<string, string | number | null>>(sql`
        select provider, model, source, dimension, cast(min_prompt_tokens as integer) as band, service_tier as tier,
          region, rtrim(rtrim(cast(cast(usd_per_unit * 1000000 as decimal(38, 12)) as varchar), '0'), '.') as usd,
          strftime(effective_from, '%Y-%m-%d') as since, strftime(effective_to, '%Y-%m-%d') as until
        from price_rate
        where superseded_at is null
        order by all`);
      resolve = buildResolver(await knownModels(store), []);
    });
  });

  /** USD per million units in force at the end, by dimension, for one source and band. */
  function prices(source: string, provider: string, model: string, band = 0, tier = 'standard') {
    const found = rates.filter(
      (rate) =>
        rate.source === source &&
        rate.provider === provider &&
        rate.model === model &&
        rate.band === band &&
        rate.tier === tier &&
        rate.region === null &&
        rate.until === null,
    );
    return Object.fromEntries(found.map((rate) => [rate.dimension, rate.usd]));
  }

  test.each(['litellm', 'genai-prices'])('gpt-4o in %s: $2.50 in, $1.25 cached, $10 out', (source) => {
    expect(prices(source, 'openai', 'gpt-4o')).toMatchObject({ input: '2.5', cache_read: '1.25', output: '10' });
  });

  test.each(['litellm', 'genai-prices'])('claude-sonnet-4-5 in %s, both bands', (source) => {
    expect(prices(source, 'anthropic', 'claude-sonnet-4-5')).toMatchObject({
      input: '3',
      cache_read: '0.3',
      cache_write: '3.75',
      cache_write_1h: '6',
      output: '15',
      // $10 per thousand searches
      web_search_requests: '10000',
    });
    expect(prices(source, 'anthropic', 'claude-sonnet-4-5', 200_001)).toEqual({
      input: '6',
      cache_read: '0.6',
      cache_write: '7.5',
      cache_write_1h: '12',
      output: '22.5',
    });
  });

  test.each(['litellm', 'genai-prices'])(
    'gemini-2.5-pro in %s: the price of prompts above 200,000 tokens',
    (source) => {
      expect(prices(source, 'google', 'gemini-2.5-pro')).toMatchObject({ input: '1.25', output: '10' });
      expect(prices(source, 'google', 'gemini-2.5-pro', 200_001)).toMatchObject({ input: '2.5', output: '15' });
    },
  );

  test('a batch costs half', () => {
    expect(prices('litellm', 'openai', 'gpt-4o', 0, 'batch')).toMatchObject({ input: '1.25', output: '5' });
    expect(prices('litellm', 'openai', 'gpt-4o', 0, 'priority')).toMatchObject({ input: '4.25', output: '17' });
  });

  test("claude-3-haiku's one-hour write is twice its input price, LiteLLM's $6 is not believed", () => {
    expect(prices('genai-prices', 'anthropic', 'claude-3-haiku-20240307').cache_write_1h ?? '0.5').toBe('0.5');
    expect(prices('litellm', 'anthropic', 'claude-3-haiku-20240307')).not.toHaveProperty('cache_write_1h');
    expect(rejected).toContain('claude-3-haiku-20240307 cache_write_1h');
    expect(rejected).toContain('claude-3-opus-20240229 cache_write_1h');
  });

  test('o3 became cheaper on 2025-06-10: $10/$40 to $2/$8', () => {
    const o3 = rates.filter(
      (rate) => rate.source === 'genai-prices' && `${rate.provider}/${rate.model}` === 'openai/o3',
    );
    const line = (rate: Found) => `${rate.dimension} ${rate.usd} ${rate.since}..${rate.until}`;
    expect(o3.filter((rate) => ['input', 'output'].includes(rate.dimension)).map(line)).toEqual([
      'input 10 null..2025-06-10',
      'input 2 2025-06-10..null',
      'output 40 null..2025-06-10',
      'output 8 2025-06-10..null',
    ]);
  });

  test("the long-prompt surcharge of claude-opus-4-6 ended on 2026-03-13; sonnet 5's rise was withdrawn", () => {
    const opus = rates.filter((rate) => rate.source === 'genai-prices' && rate.model === 'claude-opus-4-6');
    const bands = opus.filter((rate) => rate.provider === 'anthropic' && rate.band > 0);
    expect(new Set(bands.map((rate) => rate.until))).toEqual(new Set(['2026-03-13']));
    expect(prices('genai-prices', 'anthropic', 'claude-sonnet-5')).toMatchObject({ input: '2', output: '10' });
  });

  test("gpt-4o-2024-05-13 always cost $5/$15; genai-prices' $2.50 of 2026-08 was an error", () => {
    const rows = rates.filter((rate) => rate.model === 'gpt-4o-2024-05-13' && rate.provider === 'openai');
    const plain = rows.filter((rate) => rate.tier === 'standard' && rate.source === 'genai-prices');
    expect(plain.filter((rate) => rate.dimension === 'input').map(({ usd, since }) => [usd, since])).toEqual([
      ['5', null],
    ]);
    expect(plain.filter((rate) => rate.dimension === 'output').map(({ usd, since }) => [usd, since])).toEqual([
      ['15', null],
    ]);
  });

  test('unit errors are not in the book', () => {
    const dear = rates.filter((rate) => ['input', 'output'].includes(rate.dimension) && Number(rate.usd) > 1000);
    expect(dear).toEqual([]);
    expect(rates.filter((rate) => rate.provider === 'wandb' && Number(rate.usd) > 100)).toEqual([]);
    expect(rates.filter((rate) => rate.model === 'jais-30b-chat')).toEqual([]);
    // $200 per million tokens in 2025-08, $0.20 since: a wrong unit
    expect(prices('litellm', 'watsonx', 'ibm/granite-3-8b-instruct').input).toBe('0.2');
  });

  test('models removed upstream are still priced', () => {
    expect(prices('litellm', 'anthropic', 'claude-3-5-sonnet-20241022')).toMatchObject({ input: '3', output: '15' });
  });

  test('at least 2,000 models have an input and an output price', () => {
    const dimensions = new Map<string, Set<string>>();
    for (const rate of rates) {
      const key = `${rate.provider}/${rate.model.toLowerCase()}`;
      dimensions.set(key, (dimensions.get(key) ?? new Set()).add(rate.dimension));
    }
    const priced = [...dimensions.values()].filter((set) => set.has('input') && set.has('output'));
    expect(priced.length).toBeGreaterThan(2000);
  });

  test.each([
    [null, 'gpt-4o-2024-05-13', 'openai/gpt-4o-2024-05-13'],
    ['anthropic', 'claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4-5-20250929'],
    [null, 'claude-opus-4.5', 'anthropic/claude-opus-4-5'],
    ['azure', 'gpt-35-turbo-16k', 'azure/gpt-35-turbo-16k'],
    ['openai', 'gpt-5-4-mini', 'openai/gpt-5.4-mini'],
    ['openrouter', 'anthropic/claude-3.5-haiku', 'openrouter/anthropic/claude-3.5-haiku'],
    ['bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ])('%s %s is priced as %s', (provider, model, price) => {
    const found = resolve({ provider, model, region: null });
    expect(found.kind === 'priced' ? `${found.price_provider}/${found.price_model}` : found).toBe(price);
  });
});
