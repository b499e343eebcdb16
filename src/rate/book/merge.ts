import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Rejected } from '../sources/source.js';
import { classify, endReplaced, quarantined, refuseLeaps } from './changes.js';
import { HELD, type MergeScope, MULTIPLIER_COLUMNS, RATE_COLUMNS, type RateMergeScope } from './staging.js';
import { reviseEnds, reviseMultiplierEnds, takeOut } from './supersede.js';

export interface RateChanges {
  added: number;
  changed: number;
  corrected: number;
  withdrawn: number;
  unchanged: number;
  rejected: Rejected[];
}

/** Brings price_rate in line with staged_rate; the order of the steps matters. */
export async function mergeRates(store: Store, scope: RateMergeScope): Promise<RateChanges> {
  let withdrawn = 0;
  if (!scope.older) {
    withdrawn = await withdrawFuture(store, scope);
    await followDates(store, scope);
    await closeDropped(store, scope);
  }
  await classify(store, scope);
  if (!scope.older) await refuseLeaps(store, scope.source);
  const rejected = scope.older ? [] : await quarantined(store);
  if (!scope.older) await endReplaced(store, scope);
  await insertNew(store, scope);
  const counts = await store.row<{ added: number; changed: number; corrected: number; unchanged: number }>(sql`
    select
      cast(count(*) filter (action in ('new', 'again')) as integer) as added,
      cast(count(*) filter (action = 'change') as integer) as changed,
      cast(count(*) filter (action = 'correction') as integer) as corrected,
      cast(count(*) filter (action in ('same', 'quarantine')) as integer) as unchanged
    from rate_change`);
  return { ...counts, withdrawn, rejected };
}

/**
 * A price announced for later that is not announced any more never was one. "For later" is seen from the day we
 * learnt of it: the day may have come before we looked again. The price before it goes on.
 */
async function withdrawFuture(store: Store, scope: RateMergeScope): Promise<number> {
  const { source, observedAt } = scope;
  await store.run(
    sql`
    create or replace temp table taken_out as
    select held.rate_id, held.rate_key, held.effective_from, 'withdrawn_future' as reason
    from ${HELD} as held
    where held.effective_from > held.observed_at
      and not exists (
        from staged_rate as staged
        where staged.rate_key = held.rate_key
          and staged.usd_per_unit = held.usd_per_unit
          and (not staged.dated or staged.effective_from = held.effective_from)
      )
      and (
        held.effective_from > cast($observedAt as timestamp)
        or held.rate_key in (select staged.rate_key from staged_rate as staged)
      )`,
    { source, observedAt },
  );
  const withdrawn = await takeOut(store, scope);
  if (withdrawn === 0) return 0;
  await store.run(
    sql`
    create or replace temp table revised as
    select held.rate_id, cast(null as timestamp) as effective_to
    from ${HELD} as held
    join taken_out as gone on gone.rate_key = held.rate_key and gone.effective_from = held.effective_to`,
    { source },
  );
  await reviseEnds(store, scope);
  return withdrawn;
}

/** Where the source dates its prices, its dates are the truth: ours give way, and an end it now knows is noted. */
async function followDates(store: Store, scope: RateMergeScope): Promise<void> {
  const { source } = scope;
  await store.run(
    sql`
    create or replace temp table taken_out as
    select held.rate_id, 'redated' as reason
    from ${HELD} as held
    where held.rate_key in (select staged.rate_key from staged_rate as staged where staged.dated)
      and not exists (
        from staged_rate as staged
        where staged.rate_key = held.rate_key
          and staged.effective_from is not distinct from held.effective_from
          and staged.usd_per_unit = held.usd_per_unit
      )`,
    { source },
  );
  await takeOut(store, scope);
  await store.run(
    sql`
    create or replace temp table revised as
    select held.rate_id, staged.effective_to
    from ${HELD} as held
    join staged_rate as staged
      on staged.rate_key = held.rate_key
      and staged.effective_from is not distinct from held.effective_from
    where staged.dated and staged.effective_to is distinct from held.effective_to`,
    { source },
  );
  await reviseEnds(store, scope);
}

/**
 * A list is whole: what its newest issue does not say any more of a model it still names ends the day it was read. (A model
 * that is gone altogether keeps its price, and what was left out as implausible or set aside says nothing about the old number.)
 * Of a source that dates its changes and is rebuilt from old lists, such a price was a mistake.
 */
async function closeDropped(store: Store, scope: RateMergeScope): Promise<void> {
  const { source, observedAt } = scope;
  await store.run(
    sql`
    create or replace temp table revised as
    select held.rate_id, cast($observedAt as timestamp) as effective_to, 'correction' as reason
    from ${HELD} as held
    where held.effective_to is null
      and coalesce(held.effective_from < cast($observedAt as timestamp), true)
      and held.rate_key not in (select staged.rate_key from staged_rate as staged)
      and (lower(held.provider), lower(held.model)) in (select (lower(provider), lower(model)) from staged_model)
      and (lower(held.provider), lower(held.model)) not in (select (provider, model) from staged_doubt)`,
    { source, observedAt },
  );
  if (!scope.corrects) {
    await reviseEnds(store, scope);
    return;
  }
  await store.run(sql`create or replace temp table taken_out as select rate_id, reason from revised`);
  await takeOut(store, scope);
}

async function insertNew(store: Store, scope: RateMergeScope): Promise<void> {
  const wanted = scope.older ? sql`action = 'new' and held_id is null` : sql`action not in ('same', 'quarantine')`;
  await store.run(
    sql`
    insert into price_rate (${RATE_COLUMNS})
    select
      (select coalesce(max(rate_id), 0) from price_rate)
        + row_number() over (order by rate_key, effective_from nulls first) as rate_id,
      $bookId,
      $source,
      provider,
      model,
      dimension,
      usd_per_unit,
      raw_value,
      raw_unit,
      min_prompt_tokens,
      service_tier,
      speed,
      region,
      utc_start,
      utc_end,
      iso_weekdays,
      case action
        when 'change' then cast($observedAt as timestamp)
        when 'again' then greatest(held_to, cast($observedAt as timestamp))
        when 'correction' then held_from
        else effective_from
      end,
      effective_to,
      cast($observedAt as timestamp),
      null,
      null,
      $revision,
      null
    from rate_change
    where ${wanted}`,
    { bookId: scope.bookId, source: scope.source, observedAt: scope.observedAt, revision: scope.revision },
  );
}

/** Multipliers know two cases: a new one holds for all time, a changed one from the day it was seen. */
export async function mergeMultipliers(store: Store, scope: MergeScope): Promise<void> {
  const { bookId, source, observedAt } = scope;
  const same = sql`lower(held.provider) = lower(staged.provider) and lower(held.model) = lower(staged.model)
    and held.kind = staged.kind and held.service_tier is not distinct from staged.service_tier
    and held.speed is not distinct from staged.speed and held.region is not distinct from staged.region`;
  const held = sql`(from price_multiplier where source = $source and removed_in is null and effective_to is null)`;
  await store.run(
    sql`
    create or replace temp table multiplier_change as
    select staged.*, held.multiplier_id as held_id
    from staged_multiplier as staged
    left join ${held} as held on ${same}
    where held.multiplier_id is null or held.factor <> staged.factor`,
    { source },
  );
  await store.run(
    sql`
    create or replace temp table revised_multiplier as
    select held_id as multiplier_id, cast($observedAt as timestamp) as effective_to
    from multiplier_change
    where held_id is not null`,
    { observedAt },
  );
  await reviseMultiplierEnds(store, scope);
  await store.run(
    sql`
    insert into price_multiplier (${MULTIPLIER_COLUMNS})
    select
      (select coalesce(max(multiplier_id), 0) from price_multiplier) + row_number() over (order by provider, model, kind, region, speed, service_tier),
      $bookId,
      $source,
      provider,
      model,
      kind,
      service_tier,
      speed,
      region,
      factor,
      raw_value,
      if(held_id is null, null, cast($observedAt as timestamp)),
      null,
      cast($observedAt as timestamp),
      null,
      $revision,
      null,
      null
    from multiplier_change`,
    { bookId, source, observedAt, revision: scope.revision },
  );
}
