import { describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';
import { addFactors, addPrices, inMemory, type PriceRow, settle } from './price_rows.js';

const USUAL: PriceRow[] = [
  { dimension: 'input', usd: '3' },
  { dimension: 'output', usd: '15' },
];

/** Each card on a line: from..to, smallest..next prompt, then USD per million for the six classes. */
async function cards(store: Store): Promise<string[]> {
  const rows = await store.rows<{ line: string }>(sql`
    with card as (
      select
        *,
        list_transform(
          [uncached_input, cache_read, cache_write, cache_write_1h, text_output, reasoning],
          lambda rate: coalesce(rtrim(rtrim(cast(cast(rate as decimal(38, 18)) * 1000000 as varchar), '0'), '.'), '-')
        ) as rates
      from rate_card
    )
    select concat_ws(' ',
      concat(coalesce(strftime(valid_from, '%Y-%m-%d'), ''), '..', coalesce(strftime(valid_to, '%Y-%m-%d'), '')),
      concat(min_prompt_tokens, '..', coalesce(cast(max_prompt_tokens as varchar), '')),
      if(status = 'priced', array_to_string(rates, ' '), status)) as line
    from card
    order by rate_card_id`);
  return rows.map(({ line }) => line);
}

/** What is assumed in the only card, without the tokens of other media, which nearly every card has to guess. */
async function assumed(store: Store): Promise<string> {
  const { line } = await store.row<{ line: string }>(sql`
    select array_to_string(list_filter(assumed, lambda name: not regexp_matches(name, '_(audio|image|video)_tokens')), ' ') as line
    from rate_card`);
  return line;
}

/** Searches of a stated context size, where only the default size has a price. */
const SIZED = 'web_search_requests_high web_search_requests_low web_search_requests_medium';

describe('what a dimension without a price of its own costs', () => {
  test('cache costs what input costs, assumed; reasoning is output, which is no assumption', () =>
    inMemory(async (store) => {
      await addPrices(store, USUAL);
      expect(await settle(store)).toBe(1);
      expect(await cards(store)).toEqual(['.. 0.. 3 3 3 3 15 15']);
      expect(await assumed(store)).toBe('cache_read cache_write cache_write_1h');
    }));

  test('cached input of Fireworks costs half of the input, assumed', () =>
    inMemory(async (store) => {
      const rates = { dimension: 'input', usd: '0.9' };
      await addPrices(store, [
        { ...rates, provider: 'fireworks_ai', model: 'gpt-x' },
        { ...rates, provider: 'groq', model: 'gpt-x' },
      ]);
      await settle(store, { source_provider: 'fireworks_ai' }, { source_provider: 'groq' });
      const rows = await store.rows<{ line: string }>(sql`
        select source_provider || ' ' || cast(cache_read * 1000000 as decimal(9, 2)) || ' ' || list_contains(assumed, 'cache_read') as line
        from rate_card
        order by source_provider`);
      expect(rows.map(({ line }) => line)).toEqual(['fireworks_ai 0.45 true', 'groq 0.90 true']);
    }));

  test("one-hour writes: twice the input with Anthropic's models, whoever sells them; elsewhere what a write costs", () =>
    inMemory(async (store) => {
      const claude = { provider: 'bedrock', model: 'anthropic.claude-x' };
      const write: PriceRow = { dimension: 'cache_write', usd: '3.75' };
      await addPrices(store, [...USUAL, write, ...[...USUAL, write].map((row) => ({ ...row, ...claude }))]);
      await settle(store, {}, { source_provider: 'bedrock', model: 'anthropic.claude-x' });
      expect(await cards(store)).toEqual(['.. 0.. 3 3 3.75 6 15 15', '.. 0.. 3 3 3.75 3.75 15 15']);
    }));

  test('prices of its own, for tokens of other media too; a search has no neighbour to take a price from', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        ...USUAL,
        { dimension: 'cache_read', usd: '0.3' },
        { dimension: 'cache_write', usd: '3.75' },
        { dimension: 'cache_write_1h', usd: '6' },
        { dimension: 'reasoning', usd: '20' },
        { dimension: 'input_audio_tokens', usd: '40' },
        { dimension: 'file_search_calls', usd: '2500' },
        { dimension: 'requests', usd: '5000' },
      ]);
      await settle(store);
      expect(await cards(store)).toEqual(['.. 0.. 3 0.3 3.75 6 15 20']);
      expect(await assumed(store)).toBe('');
      const units = await store.rows<{ key: string; usd: string; assumed: boolean }>(sql`
        select entry.key, rtrim(rtrim(cast(entry.value as varchar), '0'), '.') as usd, list_contains(assumed, entry.key) as assumed
        from (select assumed, unnest(map_entries(unit_rates)) as entry from rate_card)
        order by all`);
      expect(units.map((unit) => `${unit.key} ${unit.usd}${unit.assumed ? ' assumed' : ''}`)).toEqual([
        'cache_read_audio_tokens 0.0000003 assumed',
        'cache_read_image_tokens 0.0000003 assumed',
        'cache_write_audio_tokens 0.00000375 assumed',
        'file_search_calls 0.0025',
        'input_audio_tokens 0.00004',
        'input_image_tokens 0.000003 assumed',
        'input_video_tokens 0.000003 assumed',
        'output_audio_tokens 0.000015 assumed',
        'output_image_tokens 0.000015 assumed',
        'output_video_tokens 0.000015 assumed',
        'requests 0.005',
      ]);
    }));

  test('a search of a stated size costs what the default size does, and the other way round, assumed', () =>
    inMemory(async (store) => {
      const unit = (dimension: string, usd: string) => ({ dimension, usd });
      await addPrices(store, [
        unit('web_search_requests', '35000'),
        unit('web_search_requests_high', '50000'),
        unit('pages', '4000'),
        unit('output_video_seconds', '50000'),
        { model: 'gpt-medium', ...unit('web_search_requests_medium', '25000') },
      ]);
      await settle(store, {}, { model: 'gpt-medium' });
      const units = await store.rows<{ model: string; key: string; usd: string; assumed: boolean }>(sql`
        select model, entry.key, rtrim(rtrim(cast(entry.value as varchar), '0'), '.') as usd, list_contains(assumed, entry.key) as assumed
        from (select model, assumed, unnest(map_entries(unit_rates)) as entry from rate_card)
        order by all`);
      expect(units.map((one) => `${one.model} ${one.key} ${one.usd}${one.assumed ? ' assumed' : ''}`)).toEqual([
        'gpt-medium web_search_requests 0.025 assumed',
        'gpt-medium web_search_requests_medium 0.025',
        'gpt-x annotated_pages 0.004 assumed',
        'gpt-x output_video_seconds 0.05',
        'gpt-x output_video_seconds_1080p 0.05 assumed',
        'gpt-x output_video_seconds_480p 0.05 assumed',
        'gpt-x output_video_seconds_4k 0.05 assumed',
        'gpt-x output_video_seconds_720p 0.05 assumed',
        'gpt-x pages 0.004',
        'gpt-x web_search_requests 0.035',
        'gpt-x web_search_requests_high 0.05',
        'gpt-x web_search_requests_low 0.035 assumed',
        'gpt-x web_search_requests_medium 0.035 assumed',
      ]);
    }));

  test('an embedding model has no price for output, and none is invented', () =>
    inMemory(async (store) => {
      await addPrices(store, [{ dimension: 'input', usd: '0.02' }]);
      await settle(store);
      expect(await cards(store)).toEqual(['.. 0.. 0.02 0.02 0.02 0.02 - -']);
    }));

  test('a card remembers which rate gave which price', () =>
    inMemory(async (store) => {
      await addPrices(store, [...USUAL, { dimension: 'cache_read', usd: '0.3' }]);
      await addFactors(store, [{ kind: 'region', region: 'eu', factor: '1.1' }]);
      await settle(store, { region: 'eu' });
      const { ids } = await store.row<{ ids: string }>(sql`
        select concat_ws(' ', rate_ids['uncached_input'], rate_ids['cache_read'], rate_ids['cache_write'], rate_ids['text_output'],
          rate_ids['reasoning'], rate_ids['multiplier_region']) as ids
        from rate_card`);
      expect(ids).toBe('1 3 1 2 2 1');
    }));
});

describe('time and prompt size', () => {
  test('the cards cover all times and sizes; what says the same is one card', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        { dimension: 'input', usd: '3' },
        { dimension: 'input', usd: '6', band: 200_001, to: '2026-03-13' },
        { dimension: 'output', usd: '15', to: '2026-03-13' },
        { dimension: 'output', usd: '15', from: '2026-03-13' },
        { dimension: 'output', usd: '22.5', band: 200_001, to: '2026-03-13' },
        { dimension: 'cache_read', usd: '0.3' },
        { dimension: 'cache_read', usd: '0.3', band: 200_001, from: '2026-03-13' },
      ]);
      await settle(store);
      expect(await cards(store)).toEqual([
        '..2026-03-13 0..200001 3 0.3 3 3 15 15',
        // No price of its own for long cached prompts while input has one: the base price, assumed.
        '..2026-03-13 200001.. 6 0.3 6 6 22.5 22.5',
        '2026-03-13.. 0..200001 3 0.3 3 3 15 15',
        '2026-03-13.. 200001.. 3 0.3 3 3 15 15',
      ]);
      const long = await store.rows<{ assumed: boolean }>(
        sql`select list_contains(assumed, 'cache_read') as assumed from rate_card order by rate_card_id`,
      );
      expect(long.map((card) => card.assumed)).toEqual([false, true, false, false]);
    }));

  test('a change that ends up where it was is no change', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        ...USUAL,
        { source: 'litellm', dimension: 'input', usd: '4', to: '2025-05-01' },
        { source: 'litellm', dimension: 'input', usd: '5', from: '2025-05-01' },
        { source: 'litellm', dimension: 'input', usd: '8', band: 128_001 },
      ]);
      await settle(store);
      expect(await cards(store)).toEqual(['.. 0.. 3 3 3 3 15 15']);
    }));

  test('before the first and after the last known rate nothing has a price', () =>
    inMemory(async (store) => {
      await addPrices(store, [{ dimension: 'input', usd: '3', from: '2026-02-01', to: '2026-03-01' }]);
      expect(await settle(store)).toBe(3);
      expect(await cards(store)).toEqual([
        '..2026-02-01 0.. unpriced',
        '2026-02-01..2026-03-01 0.. 3 3 3 3 - -',
        '2026-03-01.. 0.. unpriced',
      ]);
      const rules = await store.rows<{ rule: string }>(sql`select distinct rule from rate_card order by rule`);
      expect(rules.map(({ rule }) => rule)).toEqual(['exact', 'exact: no rate of it holds at this time']);
    }));

  test('a bound that its source corrects by one token is replaced, not added', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        ...USUAL,
        { dimension: 'input', usd: '6', band: 272_001, to: '2026-09-23' },
        { dimension: 'input', usd: '5', band: 272_000, observed: '2026-09-23' },
      ]);
      await settle(store);
      expect(await cards(store)).toEqual(['.. 0..272000 3 3 3 3 15 15', '.. 272000.. 5 5 5 5 15 15']);
    }));

  test('such a bound holds for earlier prices too, also where a list between the two had the other', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        { dimension: 'input', usd: '2' },
        { dimension: 'input', usd: '5', band: 272_001, to: '2026-07-30', observed: '2026-08-21' },
        { dimension: 'input', usd: '5', band: 272_000, to: '2026-07-30', observed: '2026-09-23' },
        { dimension: 'input', usd: '4', band: 272_001, from: '2026-07-30', observed: '2026-11-10' },
      ]);
      await settle(store);
      expect(await cards(store)).toEqual([
        '..2026-07-30 0..272001 2 2 2 2 - -',
        '..2026-07-30 272001.. 5 5 5 5 - -',
        '2026-07-30.. 0..272001 2 2 2 2 - -',
        '2026-07-30.. 272001.. 4 4 4 4 - -',
      ]);
    }));

  test('rates taken back do not count', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        { dimension: 'input', usd: '9', superseded: '2026-02-01' },
        { dimension: 'input', usd: '3' },
      ]);
      await settle(store);
      expect(await cards(store)).toEqual(['.. 0.. 3 3 3 3 - -']);
    }));
});

describe('hours', () => {
  /** Minutes of the week since Monday 00:00 UTC, and the input rate of the card for them, per million. */
  async function week(store: Store): Promise<string[]> {
    const rows = await store.rows<{ line: string }>(sql`
      select concat_ws(' ', coalesce(strftime(valid_from, '%Y-%m-%d'), '..'), min_prompt_tokens,
        coalesce(week_from || '..' || week_to, 'always'),
        rtrim(rtrim(cast(cast(uncached_input as decimal(38, 18)) * 1000000 as varchar), '0'), '.')) as line
      from rate_card
      order by valid_from nulls first, min_prompt_tokens, week_from`);
    return rows.map(({ line }) => line);
  }

  test('a price of certain hours replaces, in them, the one of all hours', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        { dimension: 'input', usd: '2' },
        { dimension: 'input', usd: '4', hours: '01:00-04:00', days: [1, 3] },
      ]);
      await settle(store);
      // Monday 01:00 is minute 60, Wednesday 01:00 is 2 × 1440 + 60 = 2940.
      expect(await week(store)).toEqual([
        '.. 0 0..60 2',
        '.. 0 60..240 4',
        '.. 0 240..2940 2',
        '.. 0 2940..3120 4',
        '.. 0 3120..10080 2',
      ]);
    }));

  test('hours that pass midnight go on into the next day, and from Sunday into Monday', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        { dimension: 'input', usd: '2' },
        { dimension: 'input', usd: '1', hours: '16:30-00:30', days: [7] },
      ]);
      await settle(store);
      // Sunday 16:30 is 6 × 1440 + 990 = 9630.
      expect(await week(store)).toEqual(['.. 0 0..30 1', '.. 0 30..9630 2', '.. 0 9630..10080 1']);
    }));

  test('off-peak holds for prompts of any size; outside of it the bands do', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        { dimension: 'input', usd: '2' },
        { dimension: 'input', usd: '4', band: 128_001 },
        { dimension: 'input', usd: '1', hours: '00:00-12:00', days: [1, 2, 3, 4, 5, 6, 7] },
      ]);
      await settle(store);
      const lines = await week(store);
      expect(lines.filter((line) => line.startsWith('.. 0 0..') || line.includes('..1440 '))).toEqual([
        '.. 0 0..720 1',
        '.. 0 720..1440 2',
        '.. 128001 720..1440 4',
      ]);
    }));

  test('days without hours, and hours that begin on a day', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        { dimension: 'input', usd: '2' },
        { dimension: 'input', usd: '1', days: [6, 7], from: '2026-08-17' },
      ]);
      await settle(store);
      // Saturday 00:00 is minute 7200.
      expect(await week(store)).toEqual(['.. 0 always 2', '2026-08-17 0 0..7200 2', '2026-08-17 0 7200..10080 1']);
    }));
});

describe('sources', () => {
  test('of OpenAI genai-prices comes first, of Azure LiteLLM, and the user before all; bands are never mixed', () =>
    inMemory(async (store) => {
      const litellm: PriceRow[] = [
        { source: 'litellm', dimension: 'input', usd: '4' },
        { source: 'litellm', dimension: 'input', usd: '8', band: 272_001 },
        { source: 'litellm', dimension: 'cache_read', usd: '0.4' },
      ];
      const genai: PriceRow[] = [...USUAL, { dimension: 'input', usd: '6', band: 272_000 }];
      await addPrices(store, [
        ...litellm,
        ...genai,
        ...[...litellm, ...genai].map((row) => ({ ...row, provider: 'azure' })),
        ...genai.map((row) => ({ ...row, model: 'gpt-own' })),
        { source: 'user', model: 'gpt-own', dimension: 'input', usd: '2' },
      ]);
      await settle(store, {}, { source_provider: 'azure' }, { model: 'gpt-own' });
      expect(await cards(store)).toEqual([
        '.. 0..272001 4 0.4 4 4 15 15',
        '.. 272001.. 8 0.4 8 8 15 15',
        '.. 0.. 2 2 2 2 15 15',
        '.. 0..272000 3 0.4 3 3 15 15',
        '.. 272000.. 6 0.4 6 6 15 15',
      ]);
    }));
});

describe('tier, speed and region', () => {
  test.each([[null], ['standard'], ['default'], ['auto'], ['ON_DEMAND'], ['']])('%s is the ordinary tier', (tier) =>
    inMemory(async (store) => {
      await addPrices(store, [...USUAL, { dimension: 'input', usd: '1.5', tier: 'batch' }]);
      await settle(store, { service_tier: tier });
      expect(await cards(store)).toEqual(['.. 0.. 3 3 3 3 15 15']);
      expect(await assumed(store)).not.toContain('service_tier');
    }),
  );

  test('a tier nobody prices costs the standard price, assumed', () =>
    inMemory(async (store) => {
      await addPrices(store, USUAL);
      await settle(store, { service_tier: 'scale' });
      expect(await cards(store)).toEqual(['.. 0.. 3 3 3 3 15 15']);
      expect(await assumed(store)).toBe('service_tier cache_read cache_write cache_write_1h');
    }));

  test('a batch with prices of its own; what has none costs the standard price, assumed; reasoning follows output', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        ...USUAL,
        { dimension: 'cache_read', usd: '0.3' },
        { dimension: 'reasoning', usd: '15' },
        { dimension: 'web_search_requests', usd: '10000' },
        { source: 'litellm', dimension: 'input', usd: '1.5', tier: 'batch' },
        { source: 'litellm', dimension: 'output', usd: '7.5', tier: 'batch' },
      ]);
      await addFactors(store, [{ kind: 'batch', tier: 'batch', factor: '0.5' }]);
      await settle(store, { service_tier: 'batch' });
      // 0.3 × 0.5; the batch prices are not halved again.
      expect(await cards(store)).toEqual(['.. 0.. 1.5 0.15 1.5 1.5 7.5 7.5']);
      expect(await assumed(store)).toBe(`cache_write cache_write_1h ${SIZED}`);
    }));

  test('without a factor the missing batch price is the standard one, assumed; searches cost what they cost', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        ...USUAL,
        { dimension: 'cache_read', usd: '0.3' },
        { dimension: 'web_search_requests', usd: '10000' },
        { source: 'litellm', dimension: 'input', usd: '1.5', tier: 'batch' },
        { source: 'litellm', dimension: 'output', usd: '7.5', tier: 'batch' },
      ]);
      await settle(store, { service_tier: 'batch' });
      expect(await cards(store)).toEqual(['.. 0.. 1.5 0.3 1.5 1.5 7.5 7.5']);
      expect(await assumed(store)).toBe(`cache_read cache_write cache_write_1h ${SIZED}`);
    }));

  test('a batch price without long-prompt band has that of the long prompt in its own proportion', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        ...USUAL,
        { dimension: 'input', usd: '6', band: 272_001, source: 'litellm' },
        { dimension: 'input', usd: '3', source: 'litellm' },
        { dimension: 'input', usd: '6', band: 272_000 },
        { dimension: 'output', usd: '22', band: 272_000 },
        { dimension: 'output', usd: '15', source: 'litellm' },
        { dimension: 'output', usd: '22', band: 272_001, source: 'litellm' },
        { source: 'litellm', dimension: 'input', usd: '1.5', tier: 'batch' },
        { source: 'litellm', dimension: 'output', usd: '7.5', tier: 'batch' },
      ]);
      await settle(store, { service_tier: 'batch' });
      expect(await cards(store)).toEqual(['.. 0..272001 1.5 1.5 1.5 1.5 7.5 7.5', '.. 272001.. 3 3 3 3 11 11']);
      const flags = await store.rows<{ flagged: boolean }>(
        sql`select list_contains(assumed, 'service_tier') as flagged from rate_card order by rate_card_id`,
      );
      expect(flags.map(({ flagged }) => flagged)).toEqual([false, false]);
    }));

  test('one factor of each kind, on tokens only, rounded half up once at the 18th place', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        // 0.000000000005 per million is 5 · 10^-18 per token.
        { dimension: 'input', usd: '0.000000000005' },
        { dimension: 'output', usd: '15' },
        { dimension: 'web_search_requests', usd: '10000' },
      ]);
      await addFactors(store, [
        { kind: 'batch', tier: 'batch', factor: '0.5' },
        { kind: 'batch', tier: 'batch', factor: '0.5', source: 'genai-prices' },
        { kind: 'speed', speed: 'fast', factor: '6' },
        { kind: 'region', region: 'us', factor: '1.1' },
        { kind: 'region', region: 'eu', factor: '9' },
      ]);
      await settle(
        store,
        { service_tier: 'batch' },
        { service_tier: 'batch', speed: 'fast', region: 'us' },
        { speed: 'fast' },
      );
      // 5 × 0.5 = 2.5 → 3; 5 × 0.5 × 6 × 1.1 = 16.5 → 17; 15 × 0.5 × 6 × 1.1 = 49.5
      const rates = await store.rows<{ line: string }>(sql`
        select concat_ws(' ', cast(uncached_input as varchar), cast(text_output as varchar), cast(unit_rates['web_search_requests'] as varchar)) as line
        from rate_card
        order by rate_card_id`);
      expect(rates.map(({ line }) => line)).toEqual([
        '0.000000000000000017 0.000049500000000000 0.010000000000000000',
        '0.000000000000000003 0.000007500000000000 0.010000000000000000',
        '0.000000000000000030 0.000090000000000000 0.010000000000000000',
      ]);
    }));

  test('a factor that is dated splits time', () =>
    inMemory(async (store) => {
      await addPrices(store, USUAL);
      await addFactors(store, [
        { kind: 'speed', speed: 'fast', factor: '6', to: '2026-05-01' },
        { kind: 'speed', speed: 'fast', factor: '2', from: '2026-05-01' },
      ]);
      await settle(store, { speed: 'fast' });
      expect(await cards(store)).toEqual(['..2026-05-01 0.. 18 18 18 18 90 90', '2026-05-01.. 0.. 6 6 6 6 30 30']);
    }));

  test('a speed nobody prices is assumed to cost the same', () =>
    inMemory(async (store) => {
      await addPrices(store, USUAL);
      await settle(store, { speed: 'fast' });
      expect(await assumed(store)).toBe('speed cache_read cache_write cache_write_1h');
    }));

  test('OpenAI calls priority fast now', () =>
    inMemory(async (store) => {
      await addPrices(store, [...USUAL, { dimension: 'input', usd: '5', tier: 'priority' }]);
      await settle(store, { service_tier: 'fast' }, { service_tier: 'priority' });
      expect(await cards(store)).toEqual(['.. 0.. 5 5 5 5 15 15', '.. 0.. 5 5 5 5 15 15']);
    }));

  test('the price of the region where there is one, else the price of anywhere', () =>
    inMemory(async (store) => {
      await addPrices(store, [
        ...USUAL,
        { dimension: 'input', usd: '3.3', region: 'eu' },
        { dimension: 'output', usd: '16.5', region: 'eu' },
        { dimension: 'input', usd: '1.5', tier: 'batch' },
      ]);
      await settle(store, { region: 'eu' }, { region: 'westeurope' }, { region: 'eu', service_tier: 'batch' });
      expect(await cards(store)).toEqual([
        // 1.5 × 3.3 / 3: the batch in the proportion that the region has
        '.. 0.. 1.65 1.65 1.65 1.65 16.5 16.5',
        '.. 0.. 3.3 3.3 3.3 3.3 16.5 16.5',
        '.. 0.. 3 3 3 3 15 15',
      ]);
      const flagged = await store.rows<{ assumed: string }>(sql`
        select array_to_string(list_filter(assumed, lambda name: name in ('uncached_input', 'text_output', 'reasoning')), ' ') as assumed
        from rate_card
        order by rate_card_id`);
      // The batch price says nothing about the EU, and output has no batch price.
      expect(flagged.map((card) => card.assumed)).toEqual(['reasoning text_output uncached_input', '', '']);
    }));
});

test('a tier knows a long prompt although the second source of its price does not', () =>
  inMemory(async (store) => {
    const output = { dimension: 'output' };
    await addPrices(store, [
      { ...output, usd: '15' },
      { ...output, usd: '22.5', band: 272_001 },
      { ...output, usd: '30', tier: 'priority' },
      { ...output, usd: '30', tier: 'priority', source: 'models.dev' },
    ]);
    await settle(store, { service_tier: 'priority' });
    const rows = await store.rows<{ usd: string }>(
      sql`select cast(cast(text_output * 1000000 as decimal(9, 1)) as varchar) as usd from rate_card order by min_prompt_tokens`,
    );
    // 30 × 22.5 / 15
    expect(rows.map(({ usd }) => usd)).toEqual(['30.0', '45.0']);
  }));

test('image tokens that cost what text costs do so in a long prompt', () =>
  inMemory(async (store) => {
    await addPrices(store, [
      { dimension: 'input', usd: '1.25' },
      { dimension: 'input', usd: '2.5', band: 200_000 },
      { dimension: 'input_image_tokens', usd: '1.25' },
      { model: 'gpt-y', dimension: 'input', usd: '1.25' },
      { model: 'gpt-y', dimension: 'input', usd: '2.5', band: 200_000 },
      { model: 'gpt-y', dimension: 'input_image_tokens', usd: '4' },
    ]);
    await settle(store, {}, { model: 'gpt-y' });
    const rows = await store.rows<{ line: string }>(sql`
      select model || ' ' || cast(unit_rates['input_image_tokens'] * 1000000 as decimal(9, 2)) as line
      from rate_card
      order by model, min_prompt_tokens`);
    expect(rows.map(({ line }) => line)).toEqual(['gpt-x 1.25', 'gpt-x 2.50', 'gpt-y 4.00', 'gpt-y 4.00']);
  }));

test('Azure Government is one region, whichever of its names a log has', () =>
  inMemory(async (store) => {
    const azure = { provider: 'azure', model: 'gpt-x', source: 'litellm', dimension: 'input' };
    await addPrices(store, [
      { ...azure, usd: '1.25' },
      { ...azure, usd: '1.71875', region: 'us-gov' },
    ]);
    const call = { source_provider: 'azure', model: 'gpt-x' };
    await settle(store, { ...call, region: 'usgovvirginia' }, { ...call, region: 'us-gov' }, { ...call, region: 'us' });
    const rows = await store.rows<{ line: string }>(
      sql`select region || ' ' || cast(uncached_input * 1000000 as decimal(9, 5)) as line from rate_card order by region`,
    );
    expect(rows.map(({ line }) => line)).toEqual(['us 1.25000', 'us-gov 1.71875', 'usgovvirginia 1.71875']);
  }));

describe('settling', () => {
  test('once: the same combinations again, nulls included, cost nothing', () =>
    inMemory(async (store) => {
      await addPrices(store, USUAL);
      const wanted = [{}, {}, { source_provider: null }, { service_tier: 'batch', region: 'eu', speed: 'fast' }];
      expect(await settle(store, ...wanted)).toBe(3);
      expect(await settle(store, ...wanted)).toBe(0);
      expect(await settle(store, ...wanted, { model: null })).toBe(1);
      const { numbers } = await store.row<{ numbers: string }>(
        sql`select string_agg(rate_card_id, ' ' order by rate_card_id) as numbers from rate_card`,
      );
      expect(numbers).toBe('1 2 3 4');
    }));

  test('a retired card is replaced by a new number', () =>
    inMemory(async (store) => {
      await addPrices(store, USUAL);
      await settle(store);
      await store.run(sql`update rate_card set retired_at = timestamp '2026-10-01'`);
      expect(await settle(store)).toBe(1);
      expect(await cards(store)).toHaveLength(2);
    }));

  test('who was paid and whose price it is; what does not resolve says why; a free variant is free only where it is listed', () =>
    inMemory(async (store) => {
      await addPrices(store, [...USUAL, { provider: 'openrouter', model: 'a/b', dimension: 'input', usd: '1' }]);
      await settle(
        store,
        { source_provider: 'Open AI', model: 'GPT-X' },
        { source_provider: 'acme_gateway', model: 'gpt-x' },
        { source_provider: null, model: 'nobody-1' },
        { source_provider: 'openrouter', model: 'a/c:free' },
      );
      const found = await store.rows(sql`
        select source_provider, provider, status, price_provider, price_model, rule, list_contains(assumed, 'price') as assumed,
          cast(created_at as varchar) as created_at
        from rate_card
        order by source_provider nulls last`);
      const created_at = '2026-10-15 12:00:00';
      const gptx = { status: 'priced', price_provider: 'openai', price_model: 'gpt-x', created_at };
      const none = { price_provider: null, price_model: null, assumed: false, created_at };
      expect(found).toEqual([
        { source_provider: 'Open AI', provider: 'openai', rule: 'exact', assumed: false, ...gptx },
        {
          source_provider: 'acme_gateway',
          provider: 'acme_gateway',
          rule: 'exact+assumed_list_price',
          assumed: true,
          ...gptx,
        },
        {
          source_provider: 'openrouter',
          provider: 'openrouter',
          status: 'unpriced',
          rule: 'not_found: no price list has a model of this name from this provider',
          ...none,
        },
        {
          source_provider: null,
          provider: null,
          status: 'unpriced',
          rule: 'no_provider: nothing says who was paid',
          ...none,
        },
      ]);
    }));
});
