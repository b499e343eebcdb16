import { identifier, join, type Sql, sql } from '../../sql.js';

/** Token classes, and the column of the rate card that prices each. */
export const INPUT_CLASSES = {
  uncached: { tokens: sql`fact.uncached_input_tokens`, rate: sql`card.uncached_input` },
  read: { tokens: sql`fact.cache_read_tokens`, rate: sql`card.cache_read` },
  write: { tokens: sql`fact.cache_write_tokens`, rate: sql`card.cache_write` },
  write_1h: { tokens: sql`fact.cache_write_1h_tokens`, rate: sql`card.cache_write_1h` },
};
export const OUTPUT_CLASSES = {
  text: { tokens: sql`fact.text_output_tokens`, rate: sql`card.text_output` },
  reasoning: { tokens: sql`fact.reasoning_tokens`, rate: sql`card.reasoning` },
};
const CLASSES = { ...INPUT_CLASSES, ...OUTPUT_CLASSES };
export const CLASS_NAMES = Object.keys(CLASSES);

const each = (part: (name: string, of: (typeof CLASSES)[keyof typeof CLASSES]) => Sql) =>
  join(
    Object.entries(CLASSES).map(([name, of]) => part(name, of)),
    ',\n    ',
  );

/** `q1_read`: tokens before; `k2_read`: what they cost after. */
export function column(kind: 'q' | 'k', side: 1 | 2, name: string): Sql {
  return identifier(`${kind}${side}_${name}`);
}

/** Money in 10^-18 USD. */
const units = (amount: Sql) =>
  sql`coalesce(cast(replace(cast(cast(${amount} as decimal(38, 18)) as varchar), '.', '') as hugeint), 0)`;
const side = (value: Sql, which: 1 | 2) => sql`sum(${value}) filter (where side = ${which === 1 ? sql`1` : sql`2`})`;
const count = (value: Sql, which: 1 | 2) => sql`cast(coalesce(${side(value, which)}, 0) as hugeint)`;

/**
 * One row for every customer, feature and way of calling a model, retries apart: requests n1 and n2, cost c1 and c2, tokens and
 * their cost by class, and what else was paid (rest1, rest2), before (1) and after (2). Only calls with a price count, and tokens of
 * calls that cost nothing (answered from a gateway's cache) do not. Money in 10^-18 USD. `test` is over usage_fact (aliased fact).
 * Parameters: $before_since, $before_until, $after_since, $after_until.
 */
export function cellsSql(test: Sql): Sql {
  return sql`
create or replace temp table explain_cell as
with summed as (
  select
    case when fact.occurred_at >= cast($after_since as timestamp) and fact.occurred_at < cast($after_until as timestamp) then 2 else 1 end as side,
    fact.customer,
    fact.profile_id,
    fact.rate_card_id,
    fact.cost_usd > 0 as paid,
    sum(coalesce(fact.requests, 1)) as requests,
    sum(fact.cost_usd) as cost,
    ${each((name, { tokens }) => sql`coalesce(sum(${tokens}), 0) as ${identifier(name)}`)}
  from usage_fact as fact
  where fact.cost_usd is not null and ${test} and ${inEither(sql`fact.occurred_at`)}
  group by all
),
priced as (
  select
    summed.side, summed.customer, profile.feature,
    coalesce(profile.model, profile.request_model) as model,
    concat_ws(chr(31), profile.provider, profile.service_tier, profile.speed, profile.region) as way,
    coalesce(profile.attempt, 1) > 1 as retry,
    summed.requests,
    summed.cost,
    summed.paid,
    ${each(
      (
        name,
        { rate },
      ) => sql`case when summed.paid then summed.${identifier(name)} else 0 end as ${identifier(`q_${name}`)},
    case when summed.paid then cast(summed.${identifier(name)} as bigint) * coalesce(${rate}, 0) else 0 end as ${identifier(`k_${name}`)},
    ${rate} as ${identifier(`r_${name}`)}`,
    )}
  from summed
  left join usage_profile as profile on profile.profile_id = summed.profile_id
  left join rate_card as card on card.rate_card_id = summed.rate_card_id
),
cell as (
  select
    customer, feature, model, way, retry,
    ${count(sql`requests`, 1)} as n1,
    ${count(sql`requests`, 2)} as n2,
    ${units(side(sql`cost`, 1))} as c1,
    ${units(side(sql`cost`, 2))} as c2,
    ${each((name) => {
      const [q, k, r] = ['q', 'k', 'r'].map((kind) => identifier(`${kind}_${name}`)) as [Sql, Sql, Sql];
      return sql`${count(q, 1)} as ${column('q', 1, name)},
    ${count(q, 2)} as ${column('q', 2, name)},
    ${units(side(k, 1))} as ${column('k', 1, name)},
    ${units(side(k, 2))} as ${column('k', 2, name)},
    ${units(sql`arg_max(${r}, cost) filter (where side = 1)`)} as ${identifier(`r1_${name}`)}`;
    })}
  from priced
  group by all
)
select
  *,
  c1 - (${join(
    CLASS_NAMES.map((name) => column('k', 1, name)),
    ' + ',
  )}) as rest1,
  c2 - (${join(
    CLASS_NAMES.map((name) => column('k', 2, name)),
    ' + ',
  )}) as rest2
from cell`;
}

/** Whether a moment lies in one of the two periods. */
export function inEither(moment: Sql): Sql {
  const within = (name: string) =>
    sql`(${moment} >= cast($${identifier(`${name}_since`)} as timestamp) and ${moment} < cast($${identifier(`${name}_until`)} as timestamp))`;
  return sql`(${within('before')} or ${within('after')})`;
}
