import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Dimension } from '../scope/dimensions.js';
import { FLAGS, moneyText, percentText, ratioText } from './cost_differences.js';

/** The part of its calls that a target takes. */
const SHARE = sql`(cast(target.share as decimal(5, 0)) * cast(0.01 as decimal(3, 2)))`;

/** What moving a group changes: nothing where it has no price on the other model. */
const CHANGE = sql`cast(coalesce(delta.cost, delta.before) - delta.before as decimal(38, 18)) * ${SHARE}`;

function keysOf(by: number): Sql[] {
  return Array.from({ length: by }, (_, index) => identifier(`k${index}`));
}

function scaled(change: Sql, hasScale: boolean): Sql {
  return hasScale ? sql`${change} * delta.scale` : change;
}

const earnedIn = (currency: string) => sql`left join (
    select customer, sum(amount) as revenue
    from revenue_part
    where currency = ${literal(currency)}
    group by customer
  ) as earned on earned.customer is not distinct from whole.k0`;

/**
 * One row for each group, `(other)` and the total: before, and after for the middle and both ends of the tokenizer ratios.
 * After is before plus what the moves change, so what stays counts as it is. `grows`: nothing is asked but how
 * much more the traffic of --scale costs, so before is without it. `earns`: the only key is the customer, and
 * `revenue_part` (src/query/margin/revenue.ts) tells what each brought in, in this currency. Parameter: $top (null for all).
 */
export function movesSql(
  dimensions: readonly Dimension[],
  { scale, grows, earns }: { scale: boolean; grows: boolean; earns: string | undefined },
): Sql {
  const keys = keysOf(dimensions.length);
  const grouped = join([...keys, sql`total`]);
  const delta = join([...keys.map((key) => sql`delta.${key}`), sql`1 as total`]);
  const same = join([...keys.map((key) => sql`moved.${key} is not distinct from whole.${key}`), sql`true`], ' and ');
  const labels = dimensions.map(
    ({ label }, index) => sql`${label(identifier(`k${index}`))} as ${identifier(`k${index}`)},`,
  );
  const of = (variant: string) =>
    sql`coalesce(sum(change) filter (variant = ${literal(variant)}), sum(change) filter (variant = 'mid'))`;
  return sql`
with whole as (
  select
    ${join([...keys, sql`1 as total`])},
    sum(usage_rows) as usage_rows,
    sum(requests) as requests,
    coalesce(sum(usage_rows) filter (uncounted), 0) as uncounted,
    sum(${scale && !grows ? sql`before * scale` : sql`before`}) as before,
    sum(${grows ? sql`before * scale - before` : sql`0`}) as growth
  from simulate_cell
  group by all
),
change as (
  select
    ${delta},
    delta.variant,
    sum(${scaled(CHANGE, scale)}) as change,
    sum(if(delta.reason is null and not delta.unpriced, delta.requests * target.share, 0)) as moved
  from simulate_delta as delta
  join simulate_target as target on target.id = delta.target_id
  group by all
),
moved as (
  select
    ${grouped},
    ${of('mid')} as mid,
    ${of('low')} as low,
    ${of('high')} as high,
    max(moved) filter (variant = 'mid') as moved
  from change
  group by all
),
grouped as (
  select
    whole.*,
    whole.growth + coalesce(moved.mid, 0) as mid,
    whole.growth + coalesce(moved.low, 0) as low,
    whole.growth + coalesce(moved.high, 0) as high,
    cast(coalesce(moved.moved, 0) as decimal(38, 0)) as moved,
    ${earns !== undefined ? sql`earned.revenue` : sql`cast(null as decimal(38, 18))`} as revenue
  from whole
  left join moved on ${same}
  ${earns === undefined ? sql`` : earnedIn(earns)}
),
ranked as (
  select *, row_number() over (order by before desc, ${join([...keys, sql`1`])}) as position
  from grouped
),
shown as (
  select 'group' as kind, position, 1 as groups, ${join(labels, ' ')} requests, uncounted, before, mid, low, high, moved, revenue
  from ranked
  where position <= coalesce(cast($top as bigint), position)
  union all by name
  select 'other' as kind, count(*) as groups, sum(requests) as requests, sum(uncounted) as uncounted, sum(before) as before, sum(mid) as mid,
    sum(low) as low, sum(high) as high, sum(moved) as moved, sum(revenue) as revenue
  from ranked
  where position > cast($top as bigint)
  having count(*) > 0
  union all by name
  select 'total' as kind, count(*) as groups, if(count(*) = 0, 0, sum(requests)) as requests,
    coalesce(sum(uncounted), 0) as uncounted, coalesce(sum(before), 0) as before,
    coalesce(sum(mid), 0) as mid, coalesce(sum(low), 0) as low, coalesce(sum(high), 0) as high, coalesce(sum(moved), 0) as moved,
    sum(revenue) as revenue
  from grouped
)
select
  * exclude (before, mid, low, high, moved, revenue),
  cast(moved * cast(0.01 as decimal(3, 2)) as varchar) as moved,
  ${moneyText(sql`before`)} as before,
  ${moneyText(sql`before + mid`)} as after,
  ${moneyText(sql`before + low`)} as after_low,
  ${moneyText(sql`before + high`)} as after_high,
  ${moneyText(sql`mid`)} as change,
  ${percentText(sql`mid`, sql`before`)} as change_percent,
  ${moneyText(sql`revenue`)} as revenue,
  ${moneyText(sql`revenue - before`)} as margin_before,
  ${moneyText(sql`revenue - (before + mid)`)} as margin_after
from shown
order by position nulls last, kind`;
}

/** What became of the calls of each target: how many fit, how many not and why, and what has to be said of them. */
export function targetsSql(): Sql {
  const flags = FLAGS.map(
    (name) => sql`coalesce(sum(requests) filter (${identifier(name)}), 0) as ${identifier(name)}`,
  );
  return sql`
select
  target_id,
  sum(requests) as requests,
  coalesce(sum(requests) filter (reason is null), 0) as fit,
  coalesce(sum(requests) filter (reason is null and unsure), 0) as unsure,
  coalesce(sum(requests) filter (reason = 'no_price'), 0) as unpriced,
  ${percentText(sql`coalesce(sum(requests) filter (reason is null), 0)`, sql`sum(requests)`)} as fits_percent,
  ${percentText(sql`coalesce(sum(before) filter (reason is null), 0)`, sql`sum(before)`)} as fits_cost_percent,
  ${ratioText(sql`coalesce(sum(before) filter (reason is null and not unpriced), 0)`, sql`coalesce(sum(cost) filter (reason is null), 0)`)} as break_even,
  ${join(flags)}
from simulate_delta
where variant = 'mid'
group by target_id
order by target_id`;
}

/** Requests that do not fit each target, by reason; what only has no price there is counted apart. */
export function reasonsSql(): Sql {
  return sql`
select target_id, reason, sum(requests) as requests
from simulate_delta
where variant = 'mid' and reason is not null and reason <> 'no_price'
group by target_id, reason
order by target_id, requests desc, reason`;
}

/** The tokenizers of the usage that goes to each target. */
export function familiesSql(): Sql {
  return sql`
select distinct pair.target_id, source.family
from simulate_cell as cell
join simulate_pair as pair on pair.source_id = cell.source_id and pair.rule = cell.rule_id
join simulate_source as source on source.source_id = cell.source_id
order by pair.target_id, source.family`;
}
