import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { currentRevision } from '../revision.js';
import { MAKE_PRICE_CARDS } from './cards_sql.js';
import type { WantedCard } from './combinations.js';

/** What a model of the book is paid by, and under which conditions: all that its price depends on but the book. */
interface WantedPrice {
  number: number;
  price_provider: string;
  price_model: string;
  rate_tier: string;
  rate_speed: string | null;
  rate_region: string | null;
  /** The user's own rates and factors for the model. */
  overrides: readonly number[];
}

/** The same columns as price_card. */
const PRICE_COLUMNS = sql`price_provider, price_model, rate_tier, rate_speed, rate_region`;

/**
 * Puts the prices of some cards, by the book of a revision, into the temporary table `made_card`, each once; resolves to the cards
 * with the number of their price (null where nobody knows whose price holds). Prices that price_card has are taken from there.
 */
export async function priceEach(
  store: Store,
  wanted: readonly WantedCard[],
  revision: number,
): Promise<(WantedCard & { price: number | null })[]> {
  const prices = new Map<string, WantedPrice>();
  const priced = wanted.map((card) => {
    const { price_provider, price_model, rate_tier, rate_speed, rate_region, overrides } = card;
    if (price_provider === null || price_model === null) return { ...card, price: null };
    const conditions = { price_provider, price_model, rate_tier, rate_speed, rate_region, overrides };
    const key = JSON.stringify(conditions);
    const price = prices.get(key) ?? { number: prices.size, ...conditions };
    prices.set(key, price);
    return { ...card, price: price.number };
  });
  await store.run(sql`
    create or replace temp table made_card as
    select cast(null as integer) as number, price_card.* from price_card limit 0`);
  const missing = await takeReady(store, [...prices.values()]);
  await makePrices(store, missing, revision);
  return priced;
}

/** Copies the prices that stand in price_card; resolves to the others. */
async function takeReady(store: Store, prices: readonly WantedPrice[]): Promise<WantedPrice[]> {
  await store.run(
    sql`
    insert into made_card
    select wanted.number, ready.*
    from (
      select unnest(from_json(cast($prices as json), '[{
        "number": "INTEGER", "price_provider": "VARCHAR", "price_model": "VARCHAR", "rate_tier": "VARCHAR",
        "rate_speed": "VARCHAR", "rate_region": "VARCHAR"
      }]'), recursive := true)
    ) as wanted
    join price_card as ready
      on ready.price_provider = wanted.price_provider
      and ready.price_model = wanted.price_model
      and ready.rate_tier = wanted.rate_tier
      and ready.rate_speed is not distinct from wanted.rate_speed
      and ready.rate_region is not distinct from wanted.rate_region`,
    { prices: JSON.stringify(prices.filter(({ overrides }) => overrides.length === 0)) },
  );
  const ready = await store.rows<{ number: number }>(sql`select distinct number from made_card`);
  const numbers = new Set(ready.map(({ number }) => number));
  return prices.filter(({ number }) => !numbers.has(number));
}

async function makePrices(store: Store, prices: readonly WantedPrice[], revision: number): Promise<void> {
  if (prices.length === 0) return;
  await store.run(MAKE_PRICE_CARDS, { prices: JSON.stringify(prices), revision });
}

/**
 * Fills price_card: what every model of the book costs under ordinary conditions. To work that out takes seconds, so it is done once,
 * when the package is built; a change of the book empties the table (`newRevision`).
 */
export async function fillPriceCards(store: Store): Promise<void> {
  const models = await store.rows<{ price_provider: string; price_model: string }>(sql`
    select distinct provider as price_provider, model as price_model
    from price_rate
    where removed_in is null
    order by all`);
  await store.run(sql`
    create or replace temp table made_card as
    select cast(null as integer) as number, price_card.* from price_card limit 0`);
  const prices = models.map((model, number) => ({
    number,
    ...model,
    rate_tier: 'standard',
    rate_speed: null,
    rate_region: null,
    overrides: [],
  }));
  await makePrices(store, prices, await currentRevision(store));
  await store.run(sql`
    delete from price_card;
    insert into price_card select * exclude (number) from made_card order by ${PRICE_COLUMNS}, valid_from, week_from, min_prompt_tokens`);
}
