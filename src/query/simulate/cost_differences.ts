import { COST_USD, FEE_UNKNOWN, NOTHING_BILLED, UNITS_COST } from '../../rate/rating.js';
import { identifier, integer, join, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { atto, divided } from '../metrics/division.js';
import { currencyOf } from '../scope/currency.js';
import { timestampText } from '../scope/time_zone.js';
import { PART_MATCH } from './cells.js';

/** What a group of rows costs in USD: COST_USD of its sums, and the units of every further row. */
const USD_COST = sql`case when call.units is null or card.free or (${NOTHING_BILLED}) then ${COST_USD}
      else ${COST_USD} + cast(call.usage_rows - 1 as bigint) * ${UNITS_COST} end`;

/** The same in the currency of the answer: what was paid, and what changes at the rate of the days of the group. What changes nothing in USD changes nothing. */
function partCost(store: Store): Sql {
  if (currencyOf(store) === 'USD') return USD_COST;
  return sql`call.before + cast((${USD_COST} - call.usd_before) * call.exchange_rate as decimal(38, 18))`;
}

const LOST = [
  ['lost_tier', sql`list_contains(card.assumed_rates, 'service_tier')`],
  ['early', sql`list_contains(card.assumed_rates, 'early')`],
  ['no_cache_price', sql`coalesce(call.cache_read_tokens > 0 and card.cache_read_assumed, false)`],
  ['fees', sql`call.units is not null`],
] as const satisfies readonly (readonly [string, Sql])[];

/** What has to be said of calls that were priced: the tier or the cache is not sold there, it was not on sale yet, units were passed on. */
export const FLAGS = LOST.map(([name]) => name);

/**
 * Makes `simulate_delta`: what the calls of each target (and of each k0, k1, … and model) cost there, by the end of the
 * tokenizer's range, apart by whether they can go there (`reason` is null; `no_price` where some of them has none, or a search or another fee of it), whether that is known
 * (`unsure`), and whether all of it has a price where it goes (`unpriced`, then cost is null). What cannot go there is priced on the target
 * number `spare`, if there is one.
 */
export async function putDeltas(
  store: Store,
  { by, spare, now }: { by: number; spare: number | undefined; now: Date },
): Promise<void> {
  const keys = join([
    sql`call.rule_id`,
    sql`call.model_id`,
    sql`call.scale`,
    ...Array.from({ length: by }, (_, n) => sql`call.${identifier(`k${n}`)}`),
  ]);
  const cost = partCost(store);
  const flags = join(LOST.map(([name, test]) => sql`${test} as ${identifier(name)}`));
  const noFlags = join(LOST.map(([name]) => sql`false as ${identifier(name)}`));
  const moving = sql`pair.target_id, ends.variant, ${keys}, coalesce(call.reason, 'no_price') as reason, call.unsure, call.usage_rows,
        call.requests, call.before`;
  const staying = sql`from simulate_part as call
      join simulate_pair as pair on pair.limit_id = call.limit_id and pair.rule = call.rule_id
      left join lacking on lacking.target_id = pair.target_id and lacking.part_id = call.part_id`;
  const rest =
    spare === undefined
      ? sql`select ${moving}, cast(null as decimal(38, 18)) as cost, ${noFlags}
      ${staying}
      cross join (select distinct variant from simulate_ratio) as ends
      where call.reason is not null or lacking.part_id is not null`
      : sql`select ${moving}, ${cost} as cost, ${noFlags}
      ${staying}
      join simulate_card as card
        on card.source_id = pair.source_id and card.target_id = ${integer(spare)} and ${PART_MATCH}
      join (select distinct variant from simulate_ratio) as ends on ends.variant = card.variant
      where call.reason is not null or lacking.part_id is not null`;
  await store.run(
    sql`
    create or replace temp table simulate_delta as
    with fitting as materialized (
      select pair.target_id, call.part_id, card.variant, ${keys}, call.reason, call.unsure, call.usage_rows, call.requests, call.before,
        ${cost} as cost, not card.free and ${FEE_UNKNOWN} as lacks_fee, ${flags}
      from simulate_part as call
      join simulate_pair as pair on pair.limit_id = call.limit_id and pair.rule = call.rule_id
      join simulate_card as card
        on card.source_id = pair.source_id and card.target_id = pair.target_id and ${PART_MATCH}
      where call.reason is null
    ),
    lacking as materialized (
      select target_id, part_id from fitting group by target_id, part_id having bool_or(cost is null or lacks_fee)
    ),
    priced as (
      select fitting.* exclude (part_id, lacks_fee)
      from fitting
      anti join lacking on lacking.target_id = fitting.target_id and lacking.part_id = fitting.part_id
      union all
      ${rest}
    )
    select
      * exclude (usage_rows, requests, before, cost),
      cost is null as unpriced,
      sum(usage_rows) as usage_rows,
      coalesce(sum(requests), 0) as requests,
      sum(before) as before,
      sum(cost) as cost
    from priced
    group by all`,
    { now: timestampText(now.getTime()) },
  );
}

/** Exact decimal text with 18 places, or more where shares and growth need them. */
export function moneyText(amount: Sql): Sql {
  return sql`regexp_replace(cast(${amount} as varchar), '(\.\d{18}\d*?)0+$', '\1')`;
}

/** change ÷ base in percent as text, 2 places, half up away from zero; null where there is no base. */
export function percentText(change: Sql, base: Sql): Sql {
  const whole = (amount: Sql) => atto(sql`cast(${amount} as decimal(38, 18))`);
  const hundredths = divided(sql`(10000 * ${whole(sql`abs(${change})`)})`, whole(base));
  return sql`case when ${base} > 0 then
      cast(if(${change} < 0, -1, 1) * cast(${hundredths} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as varchar)
    end`;
}

/** a ÷ b as text, 2 places, half up; null where b is 0 or less. */
export function ratioText(a: Sql, b: Sql): Sql {
  const whole = (amount: Sql) => atto(sql`cast(${amount} as decimal(38, 18))`);
  return sql`case when ${b} > 0 then
      cast(cast(${divided(sql`(100 * ${whole(a)})`, whole(b))} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as varchar)
    end`;
}
