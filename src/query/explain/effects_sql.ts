import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { fromAtto, proportion } from '../metrics/division.js';
import { EFFECTS, MEMBER_OF } from './answer.js';
import { column, INPUT_CLASSES, OUTPUT_CLASSES } from './cells_sql.js';

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
 * The table `effects`: a row for every cell of `cells` with all effects, each span by itself. How much everybody grew is told by all customers' features whose
 * requests grew like those of the median one (by the requests it had in both periods), within four deviations of a count: one heavy
 * customer, come or gone, is no growth of all.
 */
export function effectsSql(cells: Sql, effects: Sql): Sql {
  return sql`
create or replace temp table ${effects} as
with member as (
  select span, customer, feature, sum(n1) as n1, sum(n2) as n2, least(sum(n1), sum(n2)) as weight
  from ${cells}
  where not retry
  group by span, customer, feature
  having sum(n1) > 0
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
placed as (
  select
    cell.*,
    growth.g1, growth.g2,
    sum(case when retry then 0 else n1 end) over (partition by cell.span, customer) as customer1,
    sum(case when retry then 0 else n2 end) over (partition by cell.span, customer) as customer2,
    sum(case when retry then 0 else n1 end) over (partition by cell.span, customer, feature) as feature1,
    sum(case when retry then 0 else n2 end) over (partition by cell.span, customer, feature) as feature2,
    ${costs(1, INPUT_CLASSES)} as in1,
    ${costs(1, OUTPUT_CLASSES)} as out1,
    ${tokens(1, INPUT_CLASSES)} as p1,
    ${tokens(2, INPUT_CLASSES)} as p2
  from ${cells} as cell
  join growth on growth.span = cell.span
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
  span, customer, feature, model, retry, n1, n2, c1, c2,
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

/** The whole: cost before, after, its change, and each effect, as decimals. */
export const TOTALS: Sql = sql`
select
  ${fromAtto(sql`sum(c1)`)} as cost_before,
  ${fromAtto(sql`sum(c2)`)} as cost_after,
  ${fromAtto(sql`sum(c2) - sum(c1)`)} as change,
  ${percentOf(sql`sum(c2) - sum(c1)`)} as change_percent,
  ${join(
    EFFECTS.map(
      (effect) => sql`${fromAtto(sql`sum(${identifier(effect)})`)} as ${identifier(effect)},
  ${percentOf(sql`sum(${identifier(effect)})`)} as ${identifier(`${effect}_percent`)}`,
    ),
    ',\n  ',
  )}
from explain_effect`;

/** Of the cost before, in hundredths. */
function percentOf(part: Sql): Sql {
  return sql`case when sum(c1) > 0
    then cast(cast(${proportion(sql`(${part})`, sql`10000`, sql`sum(c1)`)} as decimal(38, 0)) * cast(0.01 as decimal(2, 2)) as varchar) end`;
}

const MEMBERS = join(
  MEMBER_OF.map(
    (of) => sql`
  select
    ${literal(of)} as kind, ${identifier(of)} as name,
    sum(case when retry then 0 else n1 end) as requests1, sum(case when retry then 0 else n2 end) as requests2,
    sum(case when retry then n1 else 0 end) as retries1, sum(case when retry then n2 else 0 end) as retries2,
    sum(case when retry then 0 else p1 end) as input1, sum(case when retry then 0 else p2 end) as input2,
    sum(case when retry then 0 else q1_read end) as cached1, sum(case when retry then 0 else q2_read end) as cached2,
    sum(case when retry then 0 else o1 end) as output1, sum(case when retry then 0 else o2 end) as output2,
    [${join(EFFECTS.map((effect) => sql`{'effect': ${literal(effect)}, 'amount': sum(${identifier(effect)})}`))}] as effects
  from explain_effect
  group by ${identifier(of)}`,
  ),
  ' union all ',
);

/** The three customers, features and models with the biggest part in each effect. */
export const CONTRIBUTIONS: Sql = sql`
with member as (${MEMBERS}
),
part as (
  select member.* exclude (effects), unnest(effects, recursive := true)
  from member
),
ranked as (
  select *, row_number() over (partition by effect, kind order by abs(amount) desc, name nulls last) as place
  from part
  where amount <> 0
)
select * exclude (amount), ${fromAtto(sql`amount`)} as amount
from ranked
where place <= 3
order by effect, kind, place`;
