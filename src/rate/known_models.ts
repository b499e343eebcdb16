import { sql } from '../sql.js';
import type { Store } from '../store/store.js';
import type { KnownModel } from './model_index.js';

/** Every model the price book names, with whether it has a rate that was not taken back. */
export async function knownModels(store: Store): Promise<KnownModel[]> {
  return store.rows<{ provider: string; model: string; priced: boolean }>(sql`
    with named as (
      select provider, model, false as priced
      from price_model
      union all
      select provider, model, true as priced
      from price_rate
      where removed_in is null
    )
    select provider, model, bool_or(priced) as priced
    from named
    group by provider, model
    order by provider, model`);
}
