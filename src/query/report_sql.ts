import { identifier, join, type Sql, sql } from '../sql.js';
import type { Dimension } from './dimensions.js';
import { atto, divided } from './metrics/division.js';
import { INPUT_SUM, OUTPUT_SUM } from './metrics/measures.js';

export const SORT_KEYS = [
  'cost',
  'requests',
  'input',
  'output',
  'cached',
  'cost_per_request',
  'unpriced',
  'name',
] as const;

export interface Sort {
  by: (typeof SORT_KEYS)[number];
  direction: 'asc' | 'desc';
}

export { INPUT_SUM, OUTPUT_SUM };

/** What is added up, in every step under the same name. `cost` and `unpriced_requests` are null where there is nothing to add. */
const MEASURES = [
  'usage_rows',
  'unknown_rows',
  'priced_rows',
  'requests',
  'unpriced_requests',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cost',
  'assumed_rows',
  'assumed_requests',
  'assumed_cost',
];

/** What is added up over rows, for each status of cost: six sums instead of twelve, some with a filter, are a third faster. */
const COUNTED = sql`fact.cost_status,
    count(*) as usage_rows,
    count(fact.requests) as known_rows,
    sum(fact.requests) as requests,
    ${INPUT_SUM} as input_tokens,
    ${OUTPUT_SUM} as output_tokens,
    coalesce(sum(fact.cache_read_tokens), 0) as cached_tokens,
    sum(fact.cost_usd) as cost`;

/** The measures, out of `counted`. Status 1 is unpriced, and then only is the cost null; 2 is assumed (src/rate/rating.ts). */
const MEASURED = sql`sum(usage_rows) as usage_rows,
    sum(usage_rows) - sum(known_rows) as unknown_rows,
    coalesce(sum(usage_rows) filter (where cost_status <> 1), 0) as priced_rows,
    sum(requests) as requests,
    sum(requests) filter (where cost_status = 1) as unpriced_requests,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(cached_tokens) as cached_tokens,
    sum(cost) as cost,
    coalesce(sum(usage_rows) filter (where cost_status = 2), 0) as assumed_rows,
    sum(requests) filter (where cost_status = 2) as assumed_requests,
    sum(cost) filter (where cost_status = 2) as assumed_cost`;

const SUMMED = join(
  MEASURES.map((name) => sql`sum(${identifier(name)}) as ${identifier(name)}`),
  ',\n    ',
);

/**
 * One row for each group, `(other)` and the total, in the order they are shown. All parts come from `grouped`, so they sum up.
 * Divided once and here: share_percent to 2 places, cost_per_request to 18, both half up.
 * Parameters: those of `test`, and $top (null for all).
 */
export function reportSql(dimensions: readonly Dimension[], test: Sql, sort: Sort): Sql {
  const keys = dimensions.map((_, index) => identifier(`k${index}`));
  const labels = dimensions.map(({ label }, index) => {
    const key = identifier(`k${index}`);
    return sql`${label(key)} as ${key}`;
  });
  return sql`
with ${groupedSql(dimensions, test)},
ranked as (
  select *, row_number() over (order by ${orderSql(sort, keys)}) as position
  from grouped
),
shown as (
  select 'group' as kind, position, 1 as groups, ${join(labels)}, ${join(MEASURES.map(identifier))}
  from ranked
  where position <= coalesce(cast($top as bigint), position)
  union all by name
  select 'other' as kind, count(*) as groups,
    ${SUMMED}
  from ranked
  where position > cast($top as bigint)
  having count(*) > 0
  union all by name
  select 'total' as kind, count(*) as groups,
    ${SUMMED}
  from grouped
),
settled as (
  select
    * exclude (requests, unpriced_requests, cost),
    case when usage_rows > 0 and unknown_rows = usage_rows then null else coalesce(requests, 0) end as requests,
    coalesce(unpriced_requests, 0) as unpriced_requests,
    coalesce(requests, 0) - coalesce(unpriced_requests, 0) as priced_requests,
    coalesce(usage_rows, 0) - coalesce(priced_rows, 0) as unpriced_rows,
    case when priced_rows > 0 then cost when coalesce(usage_rows, 0) = 0 then 0 end as cost
  from shown
)
select
  part.* exclude (position, usage_rows, priced_rows),
  case when part.unknown_rows = 0 and part.priced_requests > 0
    then cast(${divided(atto(sql`part.cost`), sql`part.priced_requests`)} as decimal(38, 0))
      * cast(0.000000000000000001 as decimal(18, 18))
  end as cost_per_request,
  case when whole.cost > 0
    then cast(${divided(sql`(10000 * ${atto(sql`part.cost`)})`, atto(sql`whole.cost`))} as decimal(18, 0)) * cast(0.01 as decimal(3, 2))
  end as share_percent
from settled as part
cross join (select cost from settled where kind = 'total') as whole
order by part.position nulls last, part.kind`;
}

/**
 * The steps up to `grouped`: k0, k1, … and the measures. If all names are kept in usage_profile, usage is added up by profile number
 * first and the few sums get their names later (5 million rows by model: 0.13 s, joined first 0.21 s). With a name kept in usage_fact
 * there would be nearly as many sums as rows, so they are joined first (by customer and model: 0.26 s, otherwise 0.49 s).
 */
function groupedSql(dimensions: readonly Dimension[], test: Sql): Sql {
  const keys = dimensions.map((_, index) => identifier(`k${index}`));
  const names = join(
    dimensions.map(({ key }, index) => sql`${key} as ${identifier(`k${index}`)}`),
    ',\n    ',
  );
  const namedBy = sql`left join usage_profile as profile on profile.profile_id`;
  if (dimensions.every(({ home }) => home === 'profile')) {
    return sql`counted as (
  select
    fact.profile_id,
    ${COUNTED}
  from usage_fact as fact
  where ${test}
  group by fact.profile_id, fact.cost_status
),
grouped as materialized (
  select
    ${names},
    ${MEASURED}
  from counted
  ${namedBy} = counted.profile_id
  group by all
)`;
  }
  const named = dimensions.some(({ home }) => home === 'profile');
  return sql`counted as (
  select
    ${names},
    ${COUNTED}
  from usage_fact as fact
  ${named ? sql`${namedBy} = fact.profile_id` : sql``}
  where ${test}
  group by all
),
grouped as materialized (
  select
    ${join(keys)},
    ${MEASURED}
  from counted
  group by all
)`;
}

/** Groups without a value come last either way; ties are broken by name, so the order is always the same. */
function orderSql(sort: Sort, keys: readonly Sql[]): Sql {
  const direction = sort.direction === 'asc' ? sql`asc` : sql`desc`;
  if (sort.by === 'name') return join(keys.map((key) => sql`${key} ${direction} nulls last`));
  return join([sql`${metric(sort.by)} ${direction} nulls last`, ...keys.map((key) => sql`${key} asc nulls last`)]);
}

/** Ordering by a ratio may use floating point: it decides nothing that is shown but the order. */
function metric(name: Exclude<Sort['by'], 'name'>): Sql {
  switch (name) {
    case 'cost':
      return sql`cost`;
    case 'requests':
      return sql`requests`;
    case 'input':
      return sql`input_tokens`;
    case 'output':
      return sql`output_tokens`;
    case 'cached':
      return sql`cached_tokens`;
    case 'unpriced':
      return sql`usage_rows - priced_rows`;
    case 'cost_per_request':
      return sql`case when unknown_rows = 0 then cost / nullif(requests - coalesce(unpriced_requests, 0), 0) end`;
    default:
      throw new Error(`no metric ${name satisfies never}`);
  }
}
