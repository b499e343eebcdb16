import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { MULTIPLIER_COLUMNS, RATE_COLUMNS } from './staging.js';

/** When something is taken back: the revision and its time (UTC). */
export interface Taken {
  revision: number;
  observedAt: string;
}

/**
 * Gives rates another end. A row is never changed: the one that held so far leaves the book with this revision, and one
 * with the new end takes its place, so the book of before can still be asked. Reads the temporary table
 * `revised (rate_id, effective_to)`; a row that this very revision brought was never seen and is simply corrected.
 * Resolves to the number of rates.
 */
export async function reviseEnds(store: Store, { revision, observedAt }: Taken): Promise<number> {
  const params = { revision, observedAt };
  const own = await store.run(
    sql`
    update price_rate
    set effective_to = revised.effective_to
    from revised
    where price_rate.rate_id = revised.rate_id and price_rate.added_in = $revision`,
    { revision },
  );
  await store.run(
    sql`
    insert into price_rate (${RATE_COLUMNS})
    select
      held.* replace (
        (select max(rate_id) from price_rate) + row_number() over (order by held.rate_id) as rate_id,
        revised.effective_to as effective_to,
        $revision as added_in
      )
    from (select ${RATE_COLUMNS} from price_rate where removed_in is null and added_in < $revision) as held
    join revised on revised.rate_id = held.rate_id`,
    { revision },
  );
  const older = await store.run(
    sql`
    update price_rate
    set removed_in = $revision, superseded_at = cast($observedAt as timestamp), supersede_reason = 'new_end'
    from revised
    where price_rate.rate_id = revised.rate_id and price_rate.added_in < $revision and price_rate.removed_in is null`,
    params,
  );
  return own + older;
}

/** The same for multipliers: reads `revised_multiplier (multiplier_id, effective_to)`. */
export async function reviseMultiplierEnds(store: Store, { revision, observedAt }: Taken): Promise<void> {
  await store.run(
    sql`
    insert into price_multiplier (${MULTIPLIER_COLUMNS})
    select
      held.* replace (
        (select max(multiplier_id) from price_multiplier) + row_number() over (order by held.multiplier_id) as multiplier_id,
        revised.effective_to as effective_to,
        $revision as added_in
      )
    from (select ${MULTIPLIER_COLUMNS} from price_multiplier where removed_in is null) as held
    join revised_multiplier as revised on revised.multiplier_id = held.multiplier_id`,
    { revision },
  );
  await store.run(
    sql`
    update price_multiplier
    set removed_in = $revision, superseded_at = cast($observedAt as timestamp), supersede_reason = 'new_end'
    from revised_multiplier as revised
    where price_multiplier.multiplier_id = revised.multiplier_id`,
    { revision, observedAt },
  );
}

/** Takes rates out of the book for good; they stay readable. Reads the temporary table `taken_out (rate_id, reason)`. */
export async function takeOut(store: Store, { revision, observedAt }: Taken): Promise<number> {
  return store.run(
    sql`
    update price_rate
    set removed_in = $revision, superseded_at = cast($observedAt as timestamp), supersede_reason = taken_out.reason
    from taken_out
    where price_rate.rate_id = taken_out.rate_id`,
    { revision, observedAt },
  );
}
