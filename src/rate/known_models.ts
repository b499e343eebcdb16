import { sql } from '../sql.js';
import type { Store } from '../store/store.js';
import type { KnownModel } from './model_index.js';
import { inRevision, LATEST_REVISION } from './revision.js';

/** Every model the price book names, as it was in a revision, with whether it has a rate. */
export async function knownModels(store: Store, revision = LATEST_REVISION): Promise<KnownModel[]> {
  return store.rows<{ provider: string; model: string; priced: boolean }>(
    sql`
    with named as (
      select provider, model, false as priced
      from price_model
      union all
      select provider, model, true as priced
      from price_rate as rate
      where ${inRevision(sql`rate`)}
    )
    select provider, model, bool_or(priced) as priced
    from named
    group by provider, model
    order by provider, model`,
    { revision },
  );
}
