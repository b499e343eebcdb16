import { type Sql, sql } from '../../sql.js';

/** Lists at most this many days apart are equally new. */
const SAME_AGE_DAYS = sql`31`;

/**
 * The steps `judged` and `weighed`: rates with what speaks for each of them against those that are `alike` (columns: the same
 * thing under the same conditions, one row of each source). The rates need source, source_rank, usd_per_unit, began (since
 * when the source says it), last_seen (the newest list that says it), dated (its source dates the change), unseen (nobody had
 * read it yet when the time in question was over).
 *
 * The rule, the same for makers, clouds, gateways and resellers:
 * 1. a number that another source replaced after this one was last read does not count any more (`outdated`), and one that
 *    was first read later says nothing about the time before (`unseen`);
 * 2. a change that its source dates, and the seller's own list (`of_seller`);
 * 3. a number that a second source has too (`supported`);
 * 4. the newest list, a month being one age (`recent`);
 * 5. the rank of the source.
 */
export function weighedBy(rates: Sql, alike: Sql): Sql {
  return sql`judged as materialized (
  select
    *,
    source_rank > 0 and began_last > last_seen as outdated,
    date_diff('day', last_seen, read_last) <= ${SAME_AGE_DAYS} as recent
  from (
    select *, max(began) over alike as began_last, max(last_seen) over alike as read_last
    from ${rates}
    window alike as (partition by ${alike})
  )
),
weighed as materialized (
  select
    *,
    not outdated and not unseen and (dated or source = 'published' or (source = 'openrouter' and recent)) as of_seller,
    count(distinct if(outdated or unseen, null, source)) over (partition by ${alike}, usd_per_unit) > 1 as supported
  from judged
)`;
}

/** The order of rates after `weighedBy`: the one that counts first. */
export const EVIDENCE_ORDER: Sql = sql`outdated, unseen, of_seller desc, supported desc, recent desc, source_rank`;

/** Why a rate after `weighedBy` goes before the others, in words. */
export const EVIDENCE_REASON: Sql = sql`case
    when of_seller and dated then 'a dated change'
    when of_seller then 'the list of the seller'
    when supported then 'two sources agree'
    when recent and not all_recent then 'the newest list'
    else 'rank of the source'
  end`;
