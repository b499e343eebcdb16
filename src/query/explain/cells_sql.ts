import { identifier, integer, join, type Sql, sql } from '../../sql.js';
import { type Offset, wallSql } from '../scope/time_zone.js';

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

/** What stands for the requests of rows that do not tell how many they are. */
const TOKENS = sql`(${join(
  Object.values(CLASSES).map(({ tokens }) => sql`coalesce(${tokens}, 0)`),
  ' + ',
)})`;

/** Money in 10^-18 USD. */
const units = (amount: Sql) =>
  sql`coalesce(cast(replace(cast(cast(${amount} as decimal(38, 18)) as varchar), '.', '') as hugeint), 0)`;
const side = (value: Sql, which: 1 | 2) => sql`sum(${value}) filter (where side = ${which === 1 ? sql`1` : sql`2`})`;
const count = (value: Sql, which: 1 | 2) => sql`cast(coalesce(${side(value, which)}, 0) as hugeint)`;

/** The step `priced`: rows of `summed`, told apart by another column, with feature, model, way and the cost of each class of tokens. */
function pricedSql(apart: Sql): Sql {
  return sql`priced as (
  select
    summed.${apart}, summed.customer, profile.feature,
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
)`;
}

/**
 * One row for every customer, feature and way of calling a model, retries apart: requests n1 and n2, cost c1 and c2, tokens and
 * their cost by class, and what else was paid (rest1, rest2), before (1) and after (2). Only calls with a price count, and tokens of
 * calls that cost nothing (answered from a gateway's cache) do not. Where not all requests are `counted`, tokens stand for them. Money in 10^-18 USD. `test` is over usage_fact (aliased fact).
 * Parameters: $before_since, $before_until, $after_since, $after_until.
 */
export function cellsSql(test: Sql, counted: boolean): Sql {
  return sql`
create or replace temp table explain_cell as
with summed as (
  select
    case when fact.occurred_at >= cast($after_since as timestamp) and fact.occurred_at < cast($after_until as timestamp) then 2 else 1 end as side,
    fact.customer,
    fact.profile_id,
    fact.rate_card_id,
    fact.cost_usd > 0 as paid,
    sum(${counted ? sql`coalesce(fact.requests, 1)` : TOKENS}) as requests,
    sum(fact.cost_usd) as cost,
    ${each((name, { tokens }) => sql`coalesce(sum(${tokens}), 0) as ${identifier(name)}`)}
  from usage_fact as fact
  where fact.cost_usd is not null and ${test} and ${inEither(sql`fact.occurred_at`)}
  group by all
),
${pricedSql(sql`side`)},
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
  0 as span,
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

/**
 * The table explain_day_cell, of days of the time before: every cell of all these days together (1) beside what it was on each single day
 * (2), also on days without it; `span` is the day. Parameters: $history_since, $history_until (UTC), $history_from, $history_to (the same by
 * the wall clock).
 */
export function dayCellsSql(test: Sql, counted: boolean, offsets: readonly Offset[]): Sql {
  const of = (side: 1 | 2) =>
    each((name) => {
      const [q, k, r] = ['q', 'k', 'r'].map((kind) => identifier(`${kind}_${name}`)) as [Sql, Sql, Sql];
      const sums = sql`cast(coalesce(sum(${q}), 0) as hugeint) as ${column('q', side, name)},
    ${units(sql`sum(${k})`)} as ${column('k', side, name)}`;
      return side === 2
        ? sums
        : sql`${sums},
    ${units(sql`arg_max(${r}, cost)`)} as ${identifier(`r1_${name}`)}`;
    });
  const zeros = each(
    (name) => sql`coalesce(daily.${column('q', 2, name)}, 0) as ${column('q', 2, name)},
    coalesce(daily.${column('k', 2, name)}, 0) as ${column('k', 2, name)}`,
  );
  const rest = (side: 1 | 2) =>
    join(
      CLASS_NAMES.map((name) => column('k', side, name)),
      ' + ',
    );
  return sql`
create or replace temp table explain_day_cell as
with summed as (
  select
    cast(${wallSql(sql`fact.occurred_at`, offsets)} as date) as span,
    fact.customer,
    fact.profile_id,
    fact.rate_card_id,
    fact.cost_usd > 0 as paid,
    sum(${counted ? sql`coalesce(fact.requests, 1)` : TOKENS}) as requests,
    sum(fact.cost_usd) as cost,
    ${each((name, { tokens }) => sql`coalesce(sum(${tokens}), 0) as ${identifier(name)}`)}
  from usage_fact as fact
  where fact.cost_usd is not null and ${test}
    and fact.occurred_at >= cast($history_since as timestamp) and fact.occurred_at < cast($history_until as timestamp)
  group by all
),
${pricedSql(sql`span`)},
pool as (
  select
    customer, feature, model, way, retry,
    cast(sum(requests) as hugeint) as n1,
    ${units(sql`sum(cost)`)} as c1,
    ${of(1)}
  from priced
  group by all
),
daily as (
  select
    span, customer, feature, model, way, retry,
    cast(sum(requests) as hugeint) as n2,
    ${units(sql`sum(cost)`)} as c2,
    ${of(2)}
  from priced
  group by all
),
slot as (
  select cast(slot as date) as span
  from unnest(generate_series(
    greatest(cast($history_from as timestamp), (select min(span) from priced)), cast($history_to as timestamp), interval 1 day
  )) as series(slot)
  where slot < cast($history_to as timestamp) and (select min(span) from priced) is not null
    and (select count(*) from pool) <= ${integer(MOST_CELLS)}
),
filled as (
  select
    slot.span,
    pool.*,
    coalesce(daily.n2, 0) as n2,
    coalesce(daily.c2, 0) as c2,
    ${zeros}
  from pool
  cross join slot
  left join daily
    on daily.span = slot.span and daily.retry = pool.retry
    and daily.customer is not distinct from pool.customer
    and daily.feature is not distinct from pool.feature
    and daily.model is not distinct from pool.model
    and daily.way is not distinct from pool.way
)
select *, c1 - (${rest(1)}) as rest1, c2 - (${rest(2)}) as rest2
from filled`;
}

/** With more cells than this the scatter of each part would take longer than the answer. */
const MOST_CELLS = 20_000;

/** Whether a moment lies in one of the two periods. */
export function inEither(moment: Sql): Sql {
  const within = (name: string) =>
    sql`(${moment} >= cast($${identifier(`${name}_since`)} as timestamp) and ${moment} < cast($${identifier(`${name}_until`)} as timestamp))`;
  return sql`(${within('before')} or ${within('after')})`;
}
