import { type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Resolver } from '../models/resolve.js';
import { currentRevision } from '../revision.js';
import { cardsInto } from './cards_sql.js';
import { type Combination, unsettled, type WantedCard, wantedCards } from './combinations.js';
import { priceEach } from './price_cards.js';

export { type Combination, ORDINARY_CONDITIONS, resolverOf, type WantedCard, wantedCards } from './combinations.js';

export interface Settling {
  now: Date;
  /** Of `resolverOf`; built here if it is not given and needed. */
  resolver?: Resolver;
}

/**
 * Makes rate cards for the combinations that have none in force; resolves to how many cards that took. The cards of a
 * combination cover all times, hours of the week and prompt sizes without overlap: a call matches exactly one.
 * Models of the bundled book take 0.05 s, others about a second in all (docs/decisions/prices.md); 300 combinations that have
 * their cards 0.01 s.
 */
export async function settleRateCards(
  store: Store,
  combinations: readonly Combination[],
  { now, resolver }: Settling,
): Promise<number> {
  const missing = await unsettled(store, combinations);
  if (missing.length === 0) return 0;
  const wanted = await wantedCards(store, missing, { resolver });
  return putCards(store, sql`rate_card`, { wanted, now, revision: await currentRevision(store) });
}

/** What the cards of some combinations are made from. */
export interface Making {
  wanted: readonly WantedCard[];
  now: Date;
  revision: number;
}

/** Puts the cards of some combinations, by the book of a revision, into a table with the columns of rate_card. */
export async function putCards(store: Store, table: Sql, { wanted, now, revision }: Making): Promise<number> {
  const priced = await priceEach(store, wanted, revision);
  return store.run(cardsInto(table), {
    wanted: JSON.stringify(priced),
    now: now.toISOString(),
    madeIn: revision,
  });
}
