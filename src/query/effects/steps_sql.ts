import { identifier, join, type Sql, sql } from '../../sql.js';
import { proportion } from '../metrics/division.js';
import { column } from './cells_sql.js';
import { INPUT_CLASSES, OUTPUT_CLASSES } from './usage.js';

/*
 * The change of cost, taken apart by changing one thing after the other. Each step is a cost that might have been, t0 (as it
 * was before) to t9 (as it is after); an effect is the difference of two steps. So whatever is rounded (each step once, half
 * up, at 18 places), the effects sum to the change to the last digit.
 */

const sum = (parts: readonly Sql[]) => join(parts, ' + ');
const tokens = (side: 1 | 2, classes: object) => sum(Object.keys(classes).map((name) => column('q', side, name)));
const costs = (side: 1 | 2, classes: object) => sum(Object.keys(classes).map((name) => column('k', side, name)));

/** The tokens after, at what the class cost before: by its sum, else by its rate, else (it had none) as it costs now. */
function atOldRate(name: string): Sql {
  const [q1, q2, k1, k2] = [column('q', 1, name), column('q', 2, name), column('k', 1, name), column('k', 2, name)];
  const rate = identifier(`r1_${name}`);
  return sql`case when ${q1} > 0 then ${proportion(k1, q2, q1)} when ${rate} > 0 then ${q2} * ${rate} else ${k2} end`;
}

const inputAtOldRates = sum(Object.keys(INPUT_CLASSES).map(atOldRate));
const outputAtOldRates = sum(Object.keys(OUTPUT_CLASSES).map(atOldRate));
const perRequest = (cost: Sql) => proportion(cost, sql`n2`, sql`n1`);

/**
 * Makes the table `effects`: a row for every cell of `cells` (cells_sql.ts) with all effects in 10^-18 USD, each span by itself, and with the
 * `keys` that cells are told apart by besides. How much everybody grew is told by all customers' features whose
 * requests grew like those of the median one (by the requests it had in both periods), within four deviations of a count: one heavy
 * customer, come or gone, is no growth of all. Where nobody asked anything before there is none: all is customers who are new.
 */
export function effectsSql(cells: Sql, effects: Sql, keys: readonly Sql[] = []): Sql {
  return sql`
create or replace temp table ${effects} as
with featured as (
  select span, customer, feature, cast(sum(n1) as hugeint) as n1, cast(sum(n2) as hugeint) as n2
  from ${cells}
  where not retry
  group by span, customer, feature
),
member as (
  select *, least(n1, n2) as weight from featured where n1 > 0
),
median as (
  select span, n1 as m1, n2 as m2
  from (
    select
      *,
      sum(weight) over (partition by span order by n2 / n1, n1, n2 rows unbounded preceding) as upto,
      sum(weight) over (partition by span) as whole
    from member
  ) as ordered
  where 2 * upto >= whole
  qualify row_number() over (partition by span order by upto, n2 / n1) = 1
),
growth as (
  select median.span, coalesce(sum(n1), any_value(m1)) as g1, coalesce(sum(n2), any_value(m2)) as g2
  from median
  left join member
    on member.span = median.span and abs(n2 - n1 * (m2 / m1)) <= 4 * sqrt(n1 * (m2 / m1) * (1 + m2 / m1) + 4)
  group by median.span
),
customered as (
  select span, customer, cast(sum(n1) as hugeint) as n1, cast(sum(n2) as hugeint) as n2
  from featured
  group by span, customer
),
placed as (
  select
    cell.*,
    coalesce(growth.g1, 1) as g1, coalesce(growth.g2, 1) as g2,
    coalesce(customered.n1, 0) as customer1,
    coalesce(customered.n2, 0) as customer2,
    coalesce(featured.n1, 0) as feature1,
    coalesce(featured.n2, 0) as feature2,
    ${costs(1, INPUT_CLASSES)} as in1,
    ${costs(1, OUTPUT_CLASSES)} as out1,
    ${tokens(1, INPUT_CLASSES)} as p1,
    ${tokens(2, INPUT_CLASSES)} as p2
  from ${cells} as cell
  left join growth on growth.span = cell.span
  left join customered on customered.span = cell.span and customered.customer is not distinct from cell.customer
  left join featured
    on featured.span = cell.span
    and featured.customer is not distinct from cell.customer
    and featured.feature is not distinct from cell.feature
),
stepped as (
  select
    *,
    ${proportion(sql`c1`, sql`g2`, sql`g1`)} as t1,
    case when n1 > 0 then ${perRequest(sql`in1`)} else 0 end as in_scaled,
    case when n1 > 0 then ${perRequest(sql`out1`)} else 0 end as out_scaled,
    case when n1 > 0 then ${perRequest(sql`rest1`)} else 0 end as rest_scaled,
    ${inputAtOldRates} as in_old,
    ${outputAtOldRates} as out_old
  from placed
),
step as (
  select
    *,
    case when customer1 = 0 then c2 else ${proportion(sql`c1`, sql`customer2`, sql`greatest(customer1, 1)`)} end as t2,
    case when feature1 = 0 then c2 else ${proportion(sql`c1`, sql`feature2`, sql`greatest(feature1, 1)`)} end as t3,
    case when n1 = 0 then c2 else in_scaled + out_scaled + rest_scaled end as t4,
    case when n1 = 0 then c2 when p1 = 0 then in_old + out_scaled + rest_scaled
      else ${proportion(sql`in1`, sql`p2`, sql`greatest(p1, 1)`)} + out_scaled + rest_scaled end as t5,
    case when n1 = 0 then c2 else in_old + out_scaled + rest_scaled end as t6,
    case when n1 = 0 then c2 else in_old + out_old + rest_scaled end as t7,
    case when n1 = 0 then c2 else in_old + out_old + rest2 end as t8
  from stepped
)
select
  ${join([...['span', 'customer', 'feature', 'model', 'retry', 'n1', 'n2', 'c1', 'c2'].map(identifier), ...keys])},
  p1, p2, q1_read, q2_read,
  ${tokens(1, OUTPUT_CLASSES)} as o1,
  ${tokens(2, OUTPUT_CLASSES)} as o2,
  t1 - c1 as volume,
  case when retry then 0 else t2 - t1 end as customer_mix,
  case when retry then 0 else t3 - t2 end as feature_mix,
  case when retry then 0 else t4 - t3 end as model_mix,
  case when retry then 0 else t5 - t4 end as prompt_length,
  case when retry then 0 else t6 - t5 end as caching,
  case when retry then 0 else t7 - t6 end as output_length,
  case when retry then 0 else t8 - t7 end as other_units,
  case when retry then 0 else c2 - t8 end as price,
  case when retry then c2 - t1 else 0 end as retries
from step`;
}
