import { identifier, join, type Sql, sql } from '../../sql.js';
import { FLAGS, moneyText, percentText, ratioText } from './cost_differences.js';

export const RANKS = ['value', 'cost', 'quality'] as const;
export type Rank = (typeof RANKS)[number];

const ORDER: Record<Rank, Sql> = {
  value: sql`per_success nulls last, after, score desc nulls last`,
  cost: sql`after, score desc nulls last`,
  quality: sql`score desc nulls last, low desc nulls last, after`,
};

/** What one success costs, exact to 18 places: the whole cost by the number of requests that are expected to succeed. */
const PER_SUCCESS = sql`case when success > 0 and requests > 0
    then cast(cast((2 * cast(replace(cast(cast(after as decimal(38, 18)) as varchar), '.', '') as hugeint) * 1000000
        + cast(success * 1000000 as hugeint) * requests)
      // (2 * cast(success * 1000000 as hugeint) * requests) as decimal(38, 0)) * cast(0.000000000000000001 as decimal(18, 18))
      as decimal(38, 18))
  end`;

/**
 * One row for each target: what the usage costs there with what does not fit where it is (or on the fallback), how much
 * fits, and where the model stands. Reads `simulate_delta`, `simulate_cell` and `simulate_score` (target_id, score, low,
 * high, confidence, success; one row for each target, null where unscored). Parameters: $floor (null for none), $minFit
 * (percent of requests).
 *
 * A model is `eligible` if it is scored, not below the floor, enough fits, all of it has a price and it is not retired; of
 * those the `frontier` has all that no other is as cheap and as good as.
 */
export function surveySql(rank: Rank): Sql {
  const flags = FLAGS.map(
    (name) => sql`coalesce(sum(requests) filter (variant = 'mid' and ${identifier(name)}), 0) as ${identifier(name)}`,
  );
  const of = (variant: Sql) => sql`sum(change) filter (variant = ${variant})`;
  return sql`
with whole as (
  select coalesce(sum(requests), 0) as all_requests, coalesce(bool_and(not uncounted), true) as counted, coalesce(sum(before), 0) as before
  from simulate_cell
),
moved as (
  select *, coalesce(cost, before) - before as change
  from simulate_delta
),
summed as (
  select
    target_id,
    ${of(sql`'mid'`)} as mid,
    coalesce(${of(sql`'low'`)}, ${of(sql`'mid'`)}) as low_change,
    coalesce(${of(sql`'high'`)}, ${of(sql`'mid'`)}) as high_change,
    coalesce(sum(requests) filter (variant = 'mid' and reason is null and not unpriced), 0) as fit,
    coalesce(sum(before) filter (variant = 'mid' and reason is null and not unpriced), 0) as fit_before,
    coalesce(sum(cost) filter (variant = 'mid' and reason is null), 0) as fit_after,
    coalesce(sum(requests) filter (variant = 'mid' and reason is null and unsure), 0) as unsure,
    coalesce(sum(requests) filter (variant = 'mid' and reason = 'no_price'), 0) as unpriced,
    coalesce(sum(usage_rows) filter (variant = 'mid' and (reason is not null or unpriced)), 0) as staying_rows,
    ${join(flags)}
  from moved
  group by target_id
),
costed as (
  select
    summed.*,
    whole.all_requests as requests,
    whole.counted,
    whole.before,
    whole.before + summed.mid as after,
    whole.before + summed.low_change as after_low,
    whole.before + summed.high_change as after_high,
    scored.score,
    scored.low,
    scored.high,
    scored.success,
    scored.retired,
    scored.score is not null and not scored.retired and coalesce(scored.score >= cast($floor as double), true)
      and 100 * summed.fit >= cast($minFit as integer) * whole.all_requests and (summed.staying_rows = 0 or $minFit < 100) as eligible
  from summed
  join simulate_score as scored on scored.target_id = summed.target_id
  cross join whole
),
valued as (
  select *, case when counted then ${PER_SUCCESS} end as per_success
  from costed
),
ranked as (
  select
    *,
    eligible and score > coalesce(max(score) filter (eligible) over (
      order by after, score desc, low desc nulls last, target_id rows between unbounded preceding and 1 preceding
    ), '-infinity'::double) as frontier,
    row_number() over (order by eligible desc, ${ORDER[rank]}, target_id) as position
  from valued
)
select
  target_id,
  position,
  eligible,
  frontier,
  score,
  low,
  high,
  requests,
  fit,
  unsure,
  unpriced,
  ${join(FLAGS.map(identifier))},
  ${percentText(sql`fit`, sql`requests`)} as fits_percent,
  ${percentText(sql`fit_before`, sql`before`)} as fits_cost_percent,
  ${moneyText(sql`after`)} as after,
  ${moneyText(sql`after_low`)} as after_low,
  ${moneyText(sql`after_high`)} as after_high,
  ${moneyText(sql`mid`)} as change,
  ${percentText(sql`mid`, sql`before`)} as change_percent,
  after_high < before as surely_cheaper,
  ${ratioText(sql`fit_before`, sql`fit_after`)} as break_even,
  cast(per_success as varchar) as cost_per_success,
  ${ratioText(sql`cast(if(counted, requests * success, null) as decimal(38, 6))`, sql`after`)} as successes_per_dollar,
  ${ratioText(sql`after`, sql`(min(after) filter (after > 0) over (partition by fit = requests))`)} as times_cheapest,
  after_high >= lead(after_low) over (partition by eligible order by position) as order_unsure
from ranked
order by position`;
}
