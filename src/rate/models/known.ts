import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { inRevision, LATEST_REVISION } from '../revision.js';
import type { KnownModel } from './index.js';

/** Every model the price book names, as it was in a revision, with whether it has a rate, and whether all of its rates are 0. */
export async function knownModels(store: Store, revision = LATEST_REVISION): Promise<KnownModel[]> {
  return store.rows<{ provider: string; model: string; priced: boolean; free: boolean }>(
    sql`
    with named as (
      select provider, model, false as priced, cast(null as boolean) as zero
      from price_model
      union all
      select provider, model, true as priced, usd_per_unit = 0 as zero
      from price_rate as rate
      where ${inRevision(sql`rate`)}
    )
    select provider, model, bool_or(priced) as priced, coalesce(bool_and(zero), false) as free
    from named
    group by provider, model
    order by provider, model`,
    { revision },
  );
}
