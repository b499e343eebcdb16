import { join, literal, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { RATE_COLUMNS, rateKey } from '../book/staging.js';
import { reviseEnds, type Taken, takeOut } from '../book/supersede.js';
import { isMeant } from '../globs.js';
import { SOURCES } from '../sources/origin.js';

/** The sources that never date a change: every date of theirs is the day somebody looked. */
const UNDATED = join(
  Object.entries(SOURCES)
    .filter(([, { datesChanges }]) => !datesChanges)
    .map(([name]) => literal(name)),
);

/** Whose prices: globs, null is any; and since when they hold (UTC), null for all time. */
export interface Backdating {
  provider: string | null;
  model: string | null;
  since: string | null;
}

/**
 * The price published last held since a day, or always: what stood before it was a mistake of the list. A price that its
 * source dates is history and stays. Resolves to the number of rates that were moved.
 */
export async function backdateRates(store: Store, backdating: Backdating, taken: Taken): Promise<number> {
  await findEarlier(store, backdating);
  await store.run(sql`
    create or replace temp table revised as
    select rate_id, since as effective_to from earlier where straddles`);
  await reviseEnds(store, taken);
  await store.run(
    sql`
    insert into price_rate (${RATE_COLUMNS})
    select
      moved.* replace (
        (select max(rate_id) from price_rate) + row_number() over (order by moved.rate_id) as rate_id,
        cast($since as timestamp) as effective_from,
        $revision as added_in
      )
    from (
      select ${RATE_COLUMNS} from price_rate where rate_id in (select latest_id from earlier)
    ) as moved`,
    { since: backdating.since, revision: taken.revision },
  );
  await store.run(sql`
    create or replace temp table taken_out as
    select rate_id, 'correction' as reason from earlier where not straddles
    union
    select latest_id, 'correction' from earlier`);
  await takeOut(store, taken);
  const { moved } = await store.row<{ moved: number }>(
    sql`select cast(count(distinct latest_id) as integer) as moved from earlier`,
  );
  return moved;
}

/** `earlier`: the rates that stand between a newest one, dated by our seeing it only, and the time it is to hold since. */
async function findEarlier(store: Store, { provider, model, since }: Backdating): Promise<void> {
  const names = await store.rows<{ provider: string; model: string }>(
    sql`select distinct provider, model from price_rate where removed_in is null order by all`,
  );
  const chosen = names.filter((one) => isMeant({ provider, model }, one.provider, one.model));
  await store.run(
    sql`
    create or replace temp table earlier as
    with named as (
      select unnest(from_json(cast($names as json), '[{"provider": "VARCHAR", "model": "VARCHAR"}]'), recursive := true)
    ),
    held as (
      select rate.*, concat_ws('|', rate.source, ${rateKey(sql`rate`)}) as rate_key
      from price_rate as rate
      join named on named.provider = rate.provider and named.model = rate.model
      where rate.removed_in is null
    ),
    latest as (
      select *
      from held
      qualify row_number() over (partition by rate_key order by effective_from desc nulls last) = 1
    )
    select
      latest.rate_id as latest_id,
      held.rate_id,
      cast($since as timestamp) as since,
      coalesce(held.effective_from < cast($since as timestamp), cast($since as timestamp) is not null) as straddles
    from latest
    join held on held.rate_key = latest.rate_key and held.rate_id <> latest.rate_id
    where latest.effective_to is null
      and (latest.source in (${UNDATED}) or latest.effective_from = latest.observed_at)
      and coalesce(latest.effective_from > cast($since as timestamp), true)
      and coalesce(held.effective_to > cast($since as timestamp), true)`,
    { names: JSON.stringify(chosen), since },
  );
}
