import { identifier, join, literal, type Sql, sql } from '../sql.js';
import type { Params, Store } from '../store/store.js';
import type { Dimension } from './dimensions.js';
import { atto, divided } from './metrics/division.js';
import { emptyColumns } from './metrics/metric_rows.js';
import { askedNeeds, groupSql, keysOf, tablesFor } from './metrics/metric_sql.js';
import type { Money } from './report.js';
import { usageParts } from './rolled.js';
import type { Scope } from './scope.js';

/** Why a cost changed. The four effects sum up to `change` to the last digit. */
export type CostEffects = {
  before: Money;
  now: Money;
  change: Money;
  /** More or fewer requests, at what a request cost on average. */
  volume: Money;
  /** A larger part of the requests went to dearer (or cheaper) models. */
  mix: Money;
  /** More or fewer tokens in a request of the same model. */
  tokens: Money;
  /** What a token of the same model cost: list prices, cache hits, the part of the answer. */
  price: Money;
};

interface Compared {
  /** Usage of both times. */
  scope: Scope;
  /** Tells usage apart by 'before' and 'now'. */
  era: Dimension;
  /** What counts as the same: requests may move from one to another (the mix). */
  dimensions: readonly Dimension[];
}

/**
 * The change of the cost of priced usage, step by step: first only the number of requests changes (volume), then where they go (mix),
 * then how many tokens each has, then what a token costs. Each step is what the cost would be with all changes so far; it is rounded half
 * up to 12 places, and differences of exact sums are exact. What is new has no price of before: its cost belongs to the mix.
 */
export async function costEffects(store: Store, { scope, era, dimensions }: Compared): Promise<CostEffects> {
  const sort = { by: 'name', direction: 'asc' } as const;
  const needs = askedNeeds(['cost_per_million_tokens'], sort);
  await store.run(
    groupSql({
      dimensions,
      bucket: era,
      test: scope.test,
      parts: await usageParts(store, scope, tablesFor([...dimensions, era])),
      metrics: [],
      needs,
      sort,
      nothing: await emptyColumns(store),
    }),
    scope.params satisfies Params,
  );
  return store.row<CostEffects>(effectsSql(keysOf(dimensions)));
}

/** Whole units of 10^-12 USD, so that a product with tokens fits into 128 bits. */
function pico(cost: Sql): Sql {
  return divided(atto(sql`cast(${cost} as decimal(38, 18))`), sql`1000000`);
}

function effectsSql(keys: readonly Sql[]): Sql {
  const money = (value: Sql, name: Sql) => sql`cast(${value} as varchar) as ${name}`;
  const usd = (units: Sql) => sql`(cast(${units} as decimal(38, 0)) * cast(0.000000000001 as decimal(18, 18)))`;
  return sql`
with part as (
  select
    ${join([...keys, ...sums('before'), ...sums('now')], ',\n    ')}
  from metric_group
  ${keys.length === 0 ? sql`` : sql`group by ${join(keys)}`}
),
step as (
  select
    *,
    case
      when requests_before > 0 then ${divided(sql`(units_before * requests_now)`, sql`requests_before`)}
      when tokens_before > 0 then ${divided(sql`(units_before * tokens_now)`, sql`tokens_before`)}
      else units_now
    end as at_mix,
    case
      when tokens_before > 0 then ${divided(sql`(units_before * tokens_now)`, sql`tokens_before`)}
      when requests_before > 0 then ${divided(sql`(units_before * requests_now)`, sql`requests_before`)}
      else units_now
    end as at_tokens
  from part
),
whole as (
  select
    coalesce(sum(cost_before), 0) as cost_before,
    coalesce(sum(cost_now), 0) as cost_now,
    case
      when sum(requests_before) > 0 then ${divided(sql`(sum(units_before) * sum(requests_now))`, sql`sum(requests_before)`)}
      when sum(tokens_before) > 0 then ${divided(sql`(sum(units_before) * sum(tokens_now))`, sql`sum(tokens_before)`)}
      else 0
    end as at_volume,
    coalesce(sum(at_mix), 0) as at_mix,
    coalesce(sum(at_tokens), 0) as at_tokens
  from step
)
select
  ${join(
    [
      money(sql`cost_before`, sql`before`),
      money(sql`cost_now`, sql`now`),
      money(sql`cost_now - cost_before`, sql`change`),
      money(sql`${usd(sql`at_volume`)} - cost_before`, sql`volume`),
      money(sql`${usd(sql`at_mix`)} - ${usd(sql`at_volume`)}`, sql`mix`),
      money(sql`${usd(sql`at_tokens`)} - ${usd(sql`at_mix`)}`, sql`tokens`),
      money(sql`cost_now - ${usd(sql`at_tokens`)}`, sql`price`),
    ],
    ',\n  ',
  )}
from whole`;
}

/** What has a price, of one of the two times. */
function sums(era: 'before' | 'now'): Sql[] {
  const test = sql`where bucket = ${literal(era)}`;
  const named = (what: string) => identifier(`${what}_${era}`);
  const cost = sql`coalesce(sum(cost) filter (${test}), 0)`;
  return [
    sql`${cost} as ${named('cost')}`,
    sql`${pico(cost)} as ${named('units')}`,
    sql`coalesce(sum(requests - coalesce(unpriced_requests, 0)) filter (${test}), 0) as ${named('requests')}`,
    sql`coalesce(sum(priced_tokens) filter (${test}), 0) as ${named('tokens')}`,
  ];
}
