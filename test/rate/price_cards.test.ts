import { expect, test } from 'vitest';
import { priceEach } from '../../src/rate/cards/price_cards.js';
import { currentRevision, newRevision } from '../../src/rate/revision.js';
import { sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';
import { newWorld } from '../import/world.js';

const NOW = new Date('2026-11-20T12:00:00Z');

async function onTemplate<T>(fn: (store: Store) => Promise<T>): Promise<T> {
  const { db } = await newWorld();
  return withStore(db, { access: 'write' }, fn);
}

async function count(store: Store): Promise<number> {
  const { cards } = await store.row<{ cards: number }>(sql`select cast(count(*) as integer) as cards from price_card`);
  return cards;
}

test('prices worked out beforehand are those that the book gives now', async () => {
  await onTemplate(async (store) => {
    expect(await count(store)).toBeGreaterThan(5000);
    // Every fiftieth model, and all whose price changed or depends on the hour or on the length of the prompt.
    await store.run(sql`
      create temp table chosen as
      select price_provider, price_model
      from price_card
      group by price_provider, price_model
      having hash(price_provider || price_model) % 50 = 0
        or (count(*) > 2 and hash(price_provider || price_model) % 5 = 0)
        or bool_or(week_from is not null)`);
    const models = await store.rows<{ source_provider: string; model: string }>(
      sql`select price_provider as source_provider, price_model as model from chosen order by all`,
    );
    expect(models.length).toBeGreaterThan(100);
    await store.run(sql`
      create temp table beforehand as
      select price_card.* from price_card join chosen using (price_provider, price_model);
      delete from price_card`);
    const wanted = models.map((model, number) => ({
      ...model,
      number,
      kind: 'priced' as const,
      provider: model.source_provider,
      service_tier: null,
      speed: null,
      region: null,
      price_provider: model.source_provider,
      price_model: model.model,
      rule: 'exact',
      assumed: false,
      rate_tier: 'standard',
      rate_speed: null,
      rate_region: null,
      overrides: [],
    }));
    await priceEach(store, wanted, await currentRevision(store));
    const differing = await store.rows(sql`
      (from beforehand except all select * exclude (number) from made_card)
      union all
      (select * exclude (number) from made_card except all from beforehand)`);
    expect(differing).toEqual([]);
  });
});

test('a change of the book takes them away, a word of the user does not', async () => {
  await onTemplate(async (store) => {
    const before = await count(store);
    await newRevision(store, 'override', 'a price of our own', NOW);
    await newRevision(store, 'alias', 'another name', NOW);
    await newRevision(store, 'configuration', 'llmcost.yaml', NOW);
    expect(await count(store)).toBe(before);
    await newRevision(store, 'refresh', 'a newer list', NOW);
    expect(await count(store)).toBe(0);
  });
});

test('a model with a price of the user does not take the one worked out beforehand', async () => {
  const world = await newWorld();
  world.write(
    'calls.jsonl',
    '{"timestamp":"2026-10-01T10:00:00Z","request_id":"req_000000000000000000000001","model":"gpt-4o","input_tokens":1000000,"output_tokens":0}\n',
  );
  await world.llmcost(['pricing', 'override', 'openai/gpt-4o', '--input', '7']);
  await world.imported(['calls.jsonl']);
  expect(await world.rows(sql`select cast(cost_usd as varchar) as cost from usage`)).toEqual([
    { cost: '7.000000000000000000' },
  ]);
});
