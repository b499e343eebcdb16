import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUNDLE_DIRECTORY } from '../../src/commands/pricing/book.js';
import { loadBundledBook } from '../../src/rate/bundle/bundle.js';
import { type Combination, settleRateCards } from '../../src/rate/cards/cards.js';
import { sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';
import { combination, NOW } from './price_rows.js';

let store: Store;
let close: () => void;
let closed: Promise<void>;

/** One store with the bundled book for the whole file. */
beforeAll(async () => {
  await new Promise<void>((opened) => {
    closed = withStore(':memory:', { access: 'write' }, async (book) => {
      await loadBundledBook(book, BUNDLE_DIRECTORY);
      store = book;
      opened();
      await new Promise<void>((done) => {
        close = done;
      });
    });
  });
});

afterAll(async () => {
  close();
  await closed;
});

/** USD per million for input, cache read, cache write, one-hour write and output, of the card for a prompt of this size at this time. */
async function prices(traits: Partial<Combination>, prompt = 1000, at = '2026-10-01'): Promise<string> {
  const wanted = combination(traits);
  await settleRateCards(store, [wanted], { now: NOW });
  const { line } = await store.row<{ line: string }>(
    sql`
    select array_to_string(list_transform(
      [uncached_input, cache_read, cache_write, cache_write_1h, text_output],
      lambda rate: rtrim(rtrim(cast(cast(rate as decimal(38, 18)) * 1000000 as varchar), '0'), '.')
    ), ' ') as line
    from rate_card
    where source_provider is not distinct from $source_provider and model is not distinct from $model
      and service_tier is not distinct from $service_tier and speed is not distinct from $speed and region is not distinct from $region
      and $prompt >= min_prompt_tokens and coalesce($prompt < max_prompt_tokens, true)
      and coalesce(cast($at as timestamp) >= valid_from, true) and coalesce(cast($at as timestamp) < valid_to, true)`,
    { ...wanted, prompt, at },
  );
  return line;
}

/** As published by the providers; where OpenAI and Google name no price for writing a cache, that of input stands in. */
test.each<[string, Partial<Combination>, number, string]>([
  ['gpt-4o', { model: 'gpt-4o-2024-08-06' }, 1000, '2.5 1.25 2.5 2.5 10'],
  ['gpt-5', { model: 'gpt-5' }, 1000, '1.25 0.125 1.25 1.25 10'],
  ['gpt-4o-mini in a batch', { model: 'gpt-4o-mini', service_tier: 'batch' }, 1000, '0.075 0.075 0.075 0.075 0.3'],
  ['claude-sonnet-4-5', { source_provider: 'anthropic', model: 'claude-sonnet-4-5' }, 200_000, '3 0.3 3.75 6 15'],
  [
    'claude-sonnet-4-5, long',
    { source_provider: 'anthropic', model: 'claude-sonnet-4-5' },
    250_000,
    '6 0.6 7.5 12 22.5',
  ],
  [
    'claude-sonnet-4-5 in a batch: half of everything',
    { source_provider: 'anthropic', model: 'claude-sonnet-4-5', service_tier: 'batch' },
    1000,
    '1.5 0.15 1.875 3 7.5',
  ],
  [
    'Bedrock in the US: 10 % more',
    { source_provider: 'aws.bedrock', model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
    1000,
    '3.3 0.33 4.125 6.6 16.5',
  ],
  ['gemini-2.5-pro', { source_provider: null, model: 'gemini-2.5-pro' }, 200_000, '1.25 0.125 1.25 1.25 10'],
  ['gemini-2.5-pro, long', { source_provider: null, model: 'gemini-2.5-pro' }, 200_001, '2.5 0.25 2.5 2.5 15'],
  // Writes to the cache are not billed there; their price is that of the zone's newer snapshot of the same prices.
  ['Azure in the EU', { source_provider: null, model: 'azure/eu/gpt-4o-2024-08-06' }, 1000, '2.75 1.375 1.38 1.38 11'],
])('%s', async (_, traits, prompt, expected) => expect(await prices(traits, prompt)).toBe(expected));

test('o3 before and after 10 June 2025', async () => {
  expect(await prices({ model: 'o3' }, 1000, '2025-06-09')).toBe('10 0.5 10 10 40');
  expect(await prices({ model: 'o3' }, 1000, '2025-06-10')).toBe('2 0.5 2 2 8');
});

test('a quarter of the models of the book, in every tier: one card for any time, hour of the week and prompt size', async () => {
  const models = await store.rows<Record<'provider' | 'model', string>>(
    sql`select distinct provider, model from price_rate where removed_in is null and hash(provider, model) % 4 = 0 order by all`,
  );
  const tiers = [null, 'batch', 'flex', 'priority'];
  const wanted = models.map(({ provider, model }, index) => {
    const traits = { source_provider: provider, model, service_tier: tiers[index % 4] ?? null };
    return combination({ ...traits, region: index % 3 === 0 ? 'eu' : null });
  });
  await settleRateCards(store, wanted, { now: NOW });
  const [count] = await store.rows(sql`
    with moment as (
      select unnest([timestamp '2020-01-01', timestamp '2026-03-12 23:59:59', timestamp '2030-01-01']) as moment
    ),
    size as (
      select unnest([0, 200000, 200001, 272000, 1000000]) as size
    ),
    minute as (
      select unnest([0, 60, 61, 5000, 10079]) as minute
    ),
    traits as (
      select distinct source_provider, model, service_tier, region from rate_card
    ),
    met as (
      select count(card.rate_card_id) as cards
      from traits
      cross join moment
      cross join size
      cross join minute
      left join rate_card as card
        on card.source_provider is not distinct from traits.source_provider
        and card.model is not distinct from traits.model
        and card.service_tier is not distinct from traits.service_tier
        and card.region is not distinct from traits.region
        and coalesce(moment.moment >= card.valid_from, true) and coalesce(moment.moment < card.valid_to, true)
        and coalesce(minute.minute >= card.week_from and minute.minute < card.week_to, true)
        and size.size >= card.min_prompt_tokens and coalesce(size.size < card.max_prompt_tokens, true)
      group by traits.source_provider, traits.model, traits.service_tier, traits.region, moment.moment, size.size,
        minute.minute
    )
    select count(*) > 50000 as enough, max(cards) as most, min(cards) as fewest
    from met`);
  expect(count).toEqual({ enough: true, most: '1', fewest: '1' });
}, 1_200_000);
