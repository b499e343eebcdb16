import { type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { ratedProfiles } from '../rating.js';
import { putCards, wantedCards } from './cards.js';
import type { Combination } from './combinations.js';

/** Cards of another state of the book than the one usage was rated by. */
export interface CardsAt {
  /** A query of profile numbers: whose cards are wanted. */
  profiles: Sql;
  revision: number;
  now: Date;
}

/**
 * Makes the cards that the book of a revision has for some profiles, in a temporary table of the name given, and resolves to
 * what usage is joined with to be rated by them (`ratedProfiles`). The cards in force are not touched.
 */
export async function cardsAt(store: Store, table: Sql, { profiles, revision, now }: CardsAt): Promise<Sql> {
  const combinations = await store.rows<{ [name in keyof Combination]: string | null }>(sql`
    select distinct source_provider, coalesce(model, request_model) as model, service_tier, speed, region
    from usage_profile
    where profile_id in (${profiles})
    order by all`);
  await store.run(sql`create or replace temp table ${table} as from rate_card limit 0`);
  if (combinations.length > 0) {
    await putCards(store, table, { wanted: await wantedCards(store, combinations, { revision }), now, revision });
  }
  return ratedProfiles(sql`usage_profile`, table);
}
