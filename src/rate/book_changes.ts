import { sql } from '../sql.js';
import type { Store } from '../store/store.js';
import { HELD, type MergeScope, type RateMergeScope } from './book_staging.js';
import { reviseEnds, takeOut } from './book_versions.js';
import type { Rejected } from './sources/source.js';

/**
 * One row in rate_change per staged rate: new, the same, changed, …
 * A price that moves by a factor of a hundred was a wrong unit, not a decision: it is corrected for all its time.
 * A paid price that turns 0 is set aside: upstream lists do that by mistake (gemini-1.5-flash, 2026).
 */
export async function classify(store: Store, { source, observedAt, corrects }: RateMergeScope): Promise<void> {
  await store.run(
    sql`
    create or replace temp table rate_change as
    with held as (
      from ${HELD}
    ), latest as (
      select
        held.rate_key,
        arg_max(held.rate_id, coalesce(held.effective_from, timestamp '0001-01-01')) as rate_id
      from held
      group by held.rate_key
    ), compared as (
      select
        staged.*,
        held.rate_id as held_id,
        held.usd_per_unit as held_usd,
        held.effective_from as held_from,
        held.effective_to as held_to,
        staged.dated and exists (
          from held as dated
          where dated.rate_key = staged.rate_key and dated.effective_from is not distinct from staged.effective_from
        ) as dated_already
      from staged_rate as staged
      left join latest on latest.rate_key = staged.rate_key
      left join held on held.rate_id = latest.rate_id
    )
    select
      *,
      case
        when dated then if(dated_already, 'same', 'new')
        when held_id is null then 'new'
        when held_usd = usd_per_unit and held_to is null then 'same'
        when held_to is not null then 'again'
        when usd_per_unit = 0 and held_usd > 0 then 'quarantine'
        when $corrects then 'correction'
        when held_from >= cast($observedAt as timestamp) then 'correction'
        when held_usd > 0 and (
          cast(usd_per_unit as decimal(38, 18)) >= 100 * cast(held_usd as decimal(34, 18))
          or cast(held_usd as decimal(38, 18)) >= 100 * cast(usd_per_unit as decimal(34, 18))
        ) then 'correction'
        else 'change'
      end as action
    from compared`,
    { source, observedAt, corrects },
  );
}

/** The rates that `classify` set aside. */
export async function quarantined(store: Store): Promise<Rejected[]> {
  const rows = await store.rows<{ provider: string; model: string; dimension: string; held: string }>(sql`
    select provider, model, dimension, cast(held_usd as varchar) as held
    from rate_change
    where action = 'quarantine'
    order by all`);
  return rows.map(({ provider, model, dimension, held }) => ({
    model: `${provider}/${model}`,
    field: dimension,
    reason: `turned 0; ${held} USD per unit is kept until \`llmcost pricing override\` says otherwise`,
  }));
}

/** Ends the rows whose price changed; takes back those that were wrong. */
export async function endReplaced(store: Store, scope: MergeScope): Promise<void> {
  await store.run(
    sql`
    create or replace temp table revised as
    select held_id as rate_id, cast($observedAt as timestamp) as effective_to
    from rate_change
    where action = 'change'`,
    { observedAt: scope.observedAt },
  );
  await reviseEnds(store, scope);
  await store.run(sql`
    create or replace temp table taken_out as
    select held_id as rate_id, 'correction' as reason
    from rate_change
    where action = 'correction'`);
  await takeOut(store, scope);
}
