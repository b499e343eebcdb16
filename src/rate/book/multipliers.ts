import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type MergeScope, MULTIPLIER_COLUMNS } from './staging.js';
import { reviseMultiplierEnds } from './supersede.js';

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
