import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { EFFECTS } from '../effects/effects.js';
import { fromAtto, proportion } from '../metrics/division.js';
import { MEMBER_OF } from './answer.js';

/* What the effects of all cells (src/query/effects) add up to: reads the temporary table explain_effect. */

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
