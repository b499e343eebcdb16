import { literal, type Sql, sql } from '../../sql.js';
import { atto, fromAtto, proportion } from '../metrics/division.js';
import { type Offset, wallSql } from '../scope/time_zone.js';
import type { MarginBy } from './answer.js';

/** Usage under the names that llmcost.yaml gives to customers. Parameters: $aliases. */
export function usageNamed(hasAliases: boolean): Sql {
  if (!hasAliases) return sql`usage_fact`;
  return sql`(
    select fact.* replace (coalesce(alias.customer, fact.customer) as customer)
    from usage_fact as fact
    left join (
      select unnest(from_json($aliases, '[{"alias": "varchar", "customer": "varchar"}]'), recursive := true)
    ) as alias on alias.alias = fact.customer
  )`;
}

/** Who has which plan when: what llmcost.yaml says, else the newest plan of an import, for all time. Parameters: $terms. */
export const PLANS: Sql = sql`
create or replace temp table margin_plan as
with term as (
  select unnest(from_json($terms, '[{"customer": "varchar", "plan": "varchar", "from": "timestamp", "to": "timestamp"}]'), recursive := true)
),
imported as (
  select customer, arg_max(plan, starts) as plan
  from revenue_judged
  where plan is not null and customer is not null and kind <> 'plan'
  group by customer
)
select
  customer, plan,
  coalesce("from", timestamp '1970-01-01') as starts,
  coalesce("to", timestamp '9999-01-01') as ends
from term
union all
select customer, plan, timestamp '1970-01-01', timestamp '9999-01-01'
from imported
where customer not in (select customer from term)`;

/** Revenue of the period in a currency by customer, plan, feature and month; `test` is over its columns, aliased fact. */
export function revenueSql(test: Sql, currency: string): Sql {
  return sql`
create or replace temp table margin_revenue as
select
  fact.customer,
  coalesce(fact.plan, held.plan) as plan,
  fact.feature,
  date_trunc('month', fact.bucket) as month,
  sum(fact.amount) as amount
from revenue_part as fact
left join margin_plan as held
  on fact.plan is null and held.customer = fact.customer and fact.bucket >= held.starts and fact.bucket < held.ends
where fact.currency = ${literal(currency)} and ${test}
group by all`;
}

/** Cost of the usage in scope by customer, plan, feature and day of the wall clock (null: undated). */
export function costSql(usage: Sql, test: Sql, offsets: readonly Offset[]): Sql {
  return sql`
create or replace temp table margin_cost as
with summed as (
  select
    fact.customer,
    fact.profile_id,
    cast(${wallSql(sql`fact.occurred_at`, offsets)} as date) as day,
    sum(fact.cost_usd) as cost,
    count(*) as usage_rows,
    count(*) - count(fact.cost_usd) as unpriced_rows,
    sum(fact.requests) as requests
  from ${usage} as fact
  where ${test}
  group by all
),
named as (
  select
    summed.customer, profile.feature, summed.day,
    sum(summed.cost) as cost,
    sum(summed.usage_rows) as usage_rows,
    sum(summed.unpriced_rows) as unpriced_rows,
    sum(summed.requests) as requests
  from summed
  left join usage_profile as profile on profile.profile_id = summed.profile_id
  group by all
)
select named.*, held.plan
from named
left join margin_plan as held on held.customer = named.customer and named.day >= held.starts and named.day < held.ends`;
}

/** The day of each whole month on which a customer had cost more than the month brings in; the newest such month counts. */
const TURNED: Sql = sql`
spent as (
  select
    customer,
    day,
    date_trunc('month', day) as month,
    sum(sum(cost)) over (partition by customer, date_trunc('month', day) order by day) as spent
  from margin_cost
  where day is not null and customer is not null
  group by customer, day
),
crossed as (
  select spent.customer, spent.month, min(spent.day) as day
  from spent
  join margin_month on margin_month.customer = spent.customer and margin_month.month = spent.month
  where margin_month.amount > 0 and spent.spent > margin_month.amount and spent.month >= cast($since as timestamp)
  group by spent.customer, spent.month
),
turned as (
  select customer as key, strftime(arg_max(day, month), '%Y-%m-%d') as turned_negative, count(*) as months_negative
  from crossed
  group by customer
)`;

const KEYS: Record<MarginBy, { revenue: Sql; cost: Sql }> = {
  customer: { revenue: sql`customer`, cost: sql`customer` },
  plan: { revenue: sql`plan`, cost: sql`plan` },
  feature: { revenue: sql`feature`, cost: sql`feature` },
  month: { revenue: sql`strftime(month, '%Y-%m')`, cost: sql`strftime(day, '%Y-%m')` },
};

/** A share in hundredths, half up. */
function percent(part: Sql, whole: Sql): Sql {
  return sql`cast(cast(${proportion(atto(part), sql`10000`, atto(whole))} as decimal(38, 0)) * cast(0.01 as decimal(2, 2)) as varchar)`;
}

/** cost ÷ (1 − target), and what may be spent at this revenue; $margin_points is the target in hundredths of a percent. */
const TARGET: Sql = sql`
  case when $margin_points is not null and priced then ${fromAtto(
    proportion(atto(sql`cost`), sql`cast(10000 as hugeint)`, sql`cast(10000 - coalesce($margin_points, 0) as hugeint)`),
  )} end as revenue_needed,
  case when $margin_points is not null and revenue > 0 then ${fromAtto(
    proportion(
      atto(sql`revenue`),
      sql`cast(10000 - coalesce($margin_points, 0) as hugeint)`,
      sql`cast(10000 as hugeint)`,
    ),
  )} end as cost_allowed`;

/**
 * A row for each group, `other` and the total, in their order: months as they follow each other, else the smallest margin first.
 * Parameters: $since (wall clock), $top, $margin_points.
 */
export function groupsSql(by: MarginBy): Sql {
  const key = KEYS[by];
  return sql`
with ${TURNED},
part as (
  select ${key.revenue} as key, strftime(month, '%Y-%m') as month, amount as revenue, null as cost, 0 as usage_rows, 0 as unpriced_rows, 0 as requests
  from margin_revenue
  union all
  select ${key.cost} as key, strftime(day, '%Y-%m') as month, null as revenue, cost, usage_rows, unpriced_rows, requests
  from margin_cost
),
monthly as (
  select
    key, month,
    coalesce(sum(revenue), 0) as revenue,
    coalesce(sum(cost), 0) as cost,
    sum(usage_rows) as usage_rows,
    sum(unpriced_rows) as unpriced_rows,
    sum(requests) as requests
  from part
  group by key, month
),
grouped as (
  select
    key,
    cast(sum(revenue) as decimal(38, 18)) as revenue,
    cast(sum(cost) as decimal(38, 18)) as cost,
    sum(usage_rows) as usage_rows,
    sum(unpriced_rows) as unpriced_rows,
    sum(requests) as requests,
    arg_min(month_percent, month) as first_percent,
    arg_max(month_percent, month) as last_percent,
    count(month_percent) as months
  from (
    select
      *,
      case when revenue > 0 and month is not null and unpriced_rows = 0
        then ${percent(sql`cast(revenue - cost as decimal(38, 18))`, sql`cast(revenue as decimal(38, 18))`)} end as month_percent
    from monthly
  ) as dated
  group by key
),
ranked as (
  select *, row_number() over (order by ${by === 'month' ? sql`key nulls last` : sql`revenue - cost, key nulls last`}) as position
  from grouped
),
shown as (
  select 'group' as kind, position, 1 as groups, * exclude (position)
  from ranked
  where position <= coalesce(cast($top as bigint), position)
  union all by name
  select 'other' as kind, count(*) as groups, ${SUMMED}
  from ranked
  where position > cast($top as bigint)
  having count(*) > 0
  union all by name
  select 'total' as kind, count(*) as groups, ${SUMMED}
  from ranked
),
told as (
  select
    shown.kind, shown.position, shown.groups, shown.key,
    case when shown.months > 1 then shown.first_percent end as first_percent,
    case when shown.months > 1 then shown.last_percent end as last_percent,
    coalesce(shown.revenue, 0) as revenue,
    coalesce(shown.cost, 0) as cost,
    coalesce(shown.usage_rows, 0) as usage_rows,
    coalesce(shown.unpriced_rows, 0) as unpriced_rows,
    coalesce(shown.requests, 0) as requests,
    coalesce(shown.usage_rows > shown.unpriced_rows or shown.usage_rows = 0, true) as priced,
    ${by === 'customer' ? sql`turned.turned_negative, coalesce(turned.months_negative, 0) as months_negative` : sql`null as turned_negative, 0 as months_negative`}
  from shown
  ${by === 'customer' ? sql`left join turned on shown.kind = 'group' and turned.key = shown.key` : sql``}
),
whole as (
  select revenue as whole_revenue from told where kind = 'total'
),
reckoned as (
  select
    *,
    case when priced then revenue - cost end as margin,
    ${TARGET}
  from told
  cross join whole
)
select
  * exclude (whole_revenue, position),
  case when priced and revenue > 0 then ${percent(sql`margin`, sql`revenue`)} end as margin_percent,
  case when priced and revenue > 0 then ${percent(sql`cost`, sql`revenue`)} end as cost_percent,
  case when priced and whole_revenue > 0 then ${percent(sql`cost`, sql`whole_revenue`)} end as cost_percent_of_all,
  case when cost_allowed is not null and cost > 0 and priced then ${percent(sql`cost_allowed`, sql`cost`)} end as usage_allowed_percent
from reckoned
order by position nulls last, kind`;
}

const SUMMED = sql`sum(revenue) as revenue, sum(cost) as cost, sum(usage_rows) as usage_rows,
    sum(unpriced_rows) as unpriced_rows, sum(requests) as requests`;
