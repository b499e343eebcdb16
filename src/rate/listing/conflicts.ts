import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { EVIDENCE_ORDER, EVIDENCE_REASON } from '../cards/evidence.js';
import { presentRates } from './listing.js';

/** A price on which sources differ. USD per million tokens, or per one of anything else, as decimal text. */
export type PriceConflict = {
  provider: string;
  model: string;
  dimension: string;
  /** What it holds under, in words; '' for none. */
  conditions: string;
  /** The price that counts, whose it is, and why it does. */
  usd: string;
  source: string;
  reason: string;
  /** What the others say, with the day of their list: `models.dev 0.2 (2026-07-02)`. */
  others: string;
  /** The highest over the lowest price, less one, in percent, rounded down; null where one of them is 0. */
  difference_percent: string | null;
};

/** Sources that differ by no more than this many percent are taken to say the same. */
const TOLERANCE_PERCENT = sql`5`;

/** The prices in force of which sources differ by more than 5 %, the widest apart first. `now` is a UTC timestamp. */
export async function priceConflicts(store: Store, now: string): Promise<PriceConflict[]> {
  return store.rows<PriceConflict>(
    sql`
    with ${presentRates(sql`true`)},
    told as (
      select
        *,
        rtrim(rtrim(cast(cast(usd_per_unit * if(in_tokens, 1000000, 1) as decimal(38, 18)) as varchar), '0'), '.') as usd,
        cast(replace(cast(usd_per_unit as varchar), '.', '') as hugeint) as atto,
        bool_and(recent) over (partition by cell_key) as all_recent,
        row_number() over (partition by cell_key order by ${EVIDENCE_ORDER}, rate_id) as rank
      from weighed
    )
    select
      any_value(provider) filter (rank = 1) as provider,
      any_value(model) filter (rank = 1) as model,
      any_value(dimension) as dimension,
      any_value(conditions) as conditions,
      any_value(usd) filter (rank = 1) as usd,
      any_value(source) filter (rank = 1) as source,
      any_value(${EVIDENCE_REASON}) filter (rank = 1) as reason,
      string_agg(source || ' ' || usd || ' (' || strftime(last_seen, '%Y-%m-%d') || ')', ', ' order by rank) filter (rank > 1)
        as others,
      if(min(atto) = 0, null, cast((max(atto) * 100) // min(atto) - 100 as varchar)) as difference_percent
    from told
    group by cell_key
    having max(atto) * 100 > min(atto) * (100 + ${TOLERANCE_PERCENT})
    order by if(min(atto) = 0, null, (max(atto) * 100) // min(atto)) desc nulls first, provider, model, dimension, conditions`,
    { now },
  );
}
