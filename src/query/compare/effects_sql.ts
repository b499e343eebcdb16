import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { atto, divided, unitCost } from '../metrics/division.js';
import { sameKeys } from '../metrics/metric_sql.js';

/** How many of k0, k1, … of `metric_group` are those of rows, and which of them tell what counts as the same. */
interface Keys {
  by: number;
  same: readonly number[];
}

/**
 * The effects of every row, and of the total: kind, position, before, now, …, the same per request (each_before, …), and whether they are
 * known. Reads `metric_group`, whose bucket is 'before' or 'now', and (if there are rows) `metric_slot`.
 */
export function effectsSql({ by, same }: Keys): Sql {
  const own = same.map(keyOf);
  const columns = join([
    ...own.map((key) => sql`part.${key}`),
    sql`part.bucket`,
    ...SUMMED.map((name) => sql`part.${name}`),
  ]);
  return sql`
with placed as (
  select 'total' as kind, cast(null as bigint) as position, ${columns}
  from metric_group as part
  ${by === 0 ? sql`` : sql`union all by name ${rowsOfGroups(by, columns)}`}
),
part as (
  select
    ${join([sql`kind`, sql`position`, ...own, ...sums('before'), ...sums('now')], ',\n    ')}
  from placed
  group by ${join([sql`kind`, sql`position`, ...own])}
),
${STEPS}`;
}

function keyOf(index: number): Sql {
  return identifier(`k${index}`);
}

/** The groups, each at the place of the row it is shown in. */
function rowsOfGroups(by: number, columns: Sql): Sql {
  const keys = Array.from({ length: by }, (_, index) => keyOf(index));
  return sql`
  select
    case when slot.shown then 'group' else 'other' end as kind,
    case when slot.shown then slot.position end as position,
    ${columns}
  from metric_group as part
  join metric_slot as slot on ${sameKeys(keys, sql`part`, sql`slot`)}`;
}

const SUMMED = [
  'usage_rows',
  'unknown_rows',
  'priced_rows',
  'requests',
  'unpriced_requests',
  'cost',
  'priced_tokens',
].map(identifier);

/** What has a price, of one of the two times. */
function sums(era: 'before' | 'now'): Sql[] {
  const test = sql`where bucket = ${literal(era)}`;
  const named = (what: string) => identifier(`${what}_${era}`);
  const added = (value: Sql) => sql`coalesce(sum(${value}) filter (${test}), 0)`;
  return [
    sql`${added(sql`cost`)} as ${named('cost')}`,
    sql`${pico(added(sql`cost`))} as ${named('units')}`,
    sql`${added(sql`requests - coalesce(unpriced_requests, 0)`)} as ${named('requests')}`,
    sql`${added(sql`priced_tokens`)} as ${named('tokens')}`,
    sql`${added(sql`usage_rows`)} as ${named('rows')}`,
    sql`${added(sql`priced_rows`)} as ${named('priced')}`,
    sql`${added(sql`unknown_rows`)} as ${named('unknown')}`,
  ];
}

/** Whole units of 10^-12 USD, so that a product with tokens fits into 128 bits. */
function pico(cost: Sql): Sql {
  return divided(atto(sql`cast(${cost} as decimal(38, 18))`), sql`1000000`);
}

function usd(units: Sql): Sql {
  return sql`(cast(${units} as decimal(38, 0)) * cast(0.000000000001 as decimal(18, 18)))`;
}

/** The cost with as many requests (tokens) as now, each at the price of before. */
const BY_REQUESTS = divided(sql`(units_before * requests_now)`, sql`requests_before`);
const BY_TOKENS = divided(sql`(units_before * tokens_now)`, sql`tokens_before`);

/** Where rows do not tell how many requests they are, their tokens stand for them; what is new costs what it costs. */
const AS_REQUESTS = sql`case
      when requests_before > 0 and ((unknown_before = 0 and unknown_now = 0) or tokens_before = 0) then ${BY_REQUESTS}
      when tokens_before > 0 then ${BY_TOKENS}
      else units_now
    end`;

function money(value: Sql, name: string): Sql {
  return sql`cast(${value} as varchar) as ${identifier(name)}`;
}

const LEVELS = ['each_0', 'each_1', 'each_2', 'each_3'].map(identifier);

/** What a request cost at a step. */
function each(step: number): Sql {
  return LEVELS[step] ?? sql`null`;
}

const STEPS = sql`step as (
  select
    *,
    ${AS_REQUESTS} as at_mix,
    case when tokens_before > 0 then ${BY_TOKENS} when requests_before > 0 then ${BY_REQUESTS} else units_now end as at_tokens
  from part
),
summed as (
  select
    kind,
    position,
    sum(cost_before) as cost_before,
    sum(cost_now) as cost_now,
    ${join(
      ['units', 'requests', 'tokens', 'rows', 'priced', 'unknown']
        .flatMap((what) => ['before', 'now'].map((era) => identifier(`${what}_${era}`)))
        .map((name) => sql`sum(${name}) as ${name}`),
      ',\n    ',
    )},
    sum(at_mix) as at_mix,
    sum(at_tokens) as at_tokens
  from step
  group by kind, position
),
whole as (
  select
    *,
    ${AS_REQUESTS} as at_volume,
    (rows_before = 0 or priced_before > 0) and (rows_now = 0 or priced_now > 0) as known,
    unknown_before = 0 and unknown_now = 0 as all_told,
    unknown_before = 0 and unknown_now = 0 and requests_before > 0 and requests_now > 0 as counted
  from summed
),
levelled as (
  select
    *,
    ${join(
      [
        unitCost(sql`cost_before`, sql`requests_before`),
        unitCost(usd(sql`at_mix`), sql`requests_now`),
        unitCost(usd(sql`at_tokens`), sql`requests_now`),
        unitCost(sql`cost_now`, sql`requests_now`),
      ].map((value, step) => sql`case when counted then ${value} end as ${each(step)}`),
      ',\n    ',
    )}
  from whole
)
select
  ${join(
    [
      sql`kind`,
      sql`known`,
      money(sql`cost_before`, 'before'),
      money(sql`cost_now`, 'now'),
      money(sql`cost_now - cost_before`, 'change'),
      money(sql`case when all_told then ${usd(sql`at_volume`)} - cost_before end`, 'volume'),
      money(sql`${usd(sql`at_mix`)} - ${usd(sql`at_volume`)}`, 'mix'),
      // What cannot be called more requests is more tokens.
      money(
        sql`${usd(sql`at_tokens`)} - ${usd(sql`at_mix`)} + if(all_told, 0, ${usd(sql`at_volume`)} - cost_before)`,
        'tokens',
      ),
      money(sql`cost_now - ${usd(sql`at_tokens`)}`, 'price'),
      money(each(0), 'each_before'),
      money(each(3), 'each_now'),
      money(sql`${each(3)} - ${each(0)}`, 'each_change'),
      money(sql`${each(1)} - ${each(0)}`, 'each_mix'),
      money(sql`${each(2)} - ${each(1)}`, 'each_tokens'),
      money(sql`${each(3)} - ${each(2)}`, 'each_price'),
    ],
    ',\n  ',
  )}
from levelled
order by kind, position`;
