import { identifier, integer, join, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { BASE_ADDED, BASE_COLUMNS, type ColumnName, columnSql } from '../metrics/measures.js';
import { emptyColumns } from '../metrics/metric_rows.js';
import { keysOf, sameKeys, tablesFor } from '../metrics/metric_sql.js';
import { type UsagePart, usageParts } from '../rollups/read.js';
import { type Dimension, dimensionOf } from '../scope/dimensions.js';
import type { Bounded } from '../scope/period.js';
import { inPeriod, type Scope } from '../scope/scope.js';

/** The token classes that a change of cost is taken apart by: where usage keeps the tokens, and the rate card their price. */
export const INPUT_CLASSES = {
  uncached: { tokens: 'uncached_input_tokens', rate: sql`card.uncached_input` },
  read: { tokens: 'cache_read_tokens', rate: sql`card.cache_read` },
  write: { tokens: 'cache_write_tokens', rate: sql`card.cache_write` },
  write_1h: { tokens: 'cache_write_1h_tokens', rate: sql`card.cache_write_1h` },
} as const satisfies Record<string, TokenClass>;
export const OUTPUT_CLASSES = {
  text: { tokens: 'text_output_tokens', rate: sql`card.text_output` },
  reasoning: { tokens: 'reasoning_tokens', rate: sql`card.reasoning` },
} as const satisfies Record<string, TokenClass>;
export const CLASSES: Record<string, TokenClass> = { ...INPUT_CLASSES, ...OUTPUT_CLASSES };

interface TokenClass {
  tokens: ColumnName;
  rate: Sql;
}

/** What cells are told apart by, over usage_profile; `way` is how a model is called. */
const NAMES = {
  feature: sql`profile.feature`,
  model: sql`coalesce(profile.model, profile.request_model)`,
  way: sql`concat(profile.provider, chr(31), profile.service_tier, chr(31), profile.speed, chr(31), profile.region)`,
  retry: sql`profile.attempt > 1`,
};

/** What every cell is of: a customer's requests of a feature, to a model, called in one way; retries apart. `kind` stands for all but the customer. */
export const CELL_KEYS: readonly Sql[] = [sql`customer`, sql`kind`];

/** Dimensions whose groups are made of whole cells: their rows sum up to the effects of the total. */
export const WHOLE_CELLS: readonly string[] = [
  'customer',
  'feature',
  'model',
  'provider',
  'service_tier',
  'speed',
  'region',
];

/** Whether usage is of the time before (1) or after (2), as the spans of `sumUsage`. */
export function sideOf(after: Bounded): Dimension {
  const key = sql`case when ${inPeriod(after)} then 2 else 1 end`;
  return { name: 'side', home: 'time', tables: tablesFor([]), key, label: (value) => value };
}

interface Asked {
  scope: Scope;
  /** Tells usage apart by time. */
  span: Dimension;
  /** What usage is told apart by besides: the rows of a report. */
  by?: readonly Dimension[];
}

/** What is to be known of the usage before cells are made of it. */
export interface SummedUsage {
  /** Every row tells how many requests it is. */
  counted: boolean;
  /** Rows of usage. */
  unpriced: string;
  /** The classes of tokens that there are at all. */
  classes: readonly string[];
  /** Customers are told apart; with too many of them cells have none. */
  customers: boolean;
}

/**
 * Makes the temporary tables that everything which takes a change of cost apart is made of. `effect_usage` has sums of rows, requests, cost and
 * tokens by span, customer, kind, k0, k1, … (the dimensions of `by`), rate_card_id and cost_status; `effect_kind` has the feature, model,
 * way and retry of a kind, for grouping by one number takes half the time of grouping by names. Usage is read from sums that were added up
 * in advance where they can tell it.
 */
export async function sumUsage(store: Store, { scope, span, by = [] }: Asked): Promise<SummedUsage> {
  const parts = await usageParts(store, scope, tablesFor([dimensionOf('customer', []), span, ...by]));
  const nothing = await emptyColumns(store);
  await store.run(KINDS);
  const { customers } = await store.row<{ customers: boolean }>(customersSql(parts), scope.params);
  await store.run(usageSql({ parts, span, by, nothing, customers }), scope.params);
  const found = await store.row<{ counted: boolean; unpriced: string }>(sql`
    select
      coalesce(sum(usage_rows - known_rows), 0) = 0 as counted,
      cast(coalesce(sum(usage_rows) filter (where cost_status = 1), 0) as varchar) as unpriced
    from effect_usage`);
  const classes = Object.entries(CLASSES).flatMap(([name, { tokens }]) => (nothing.has(tokens) ? [] : [name]));
  return { ...found, classes, customers };
}

/** With more customers, each times what it asks, telling them apart would take minutes, and tell of single requests (4 million: 60 s). */
const MOST_CELLS = 200_000;

/** Whether there are few enough of them; an estimate, which is the same of the same usage however it is read. */
function customersSql(parts: readonly UsagePart[]): Sql {
  const pairs = parts.map(
    ({ table, test }) => sql`select hash(fact.customer, fact.profile_id) as pair from ${table} as fact where ${test}`,
  );
  return sql`
  select approx_count_distinct(pair) <= ${integer(MOST_CELLS)} as customers
  from (${join(pairs, ' union all ')})`;
}

const KINDS = sql`
create or replace temp table effect_profile as
with named as (
  select profile.profile_id, ${join(Object.entries(NAMES).map(([name, key]) => sql`${key} as ${identifier(name)}`))}
  from usage_profile as profile
)
select *, dense_rank() over (order by ${join(Object.keys(NAMES).map(identifier))}) as kind
from named;
create or replace temp table effect_kind as
select kind, ${join(Object.keys(NAMES).map((name) => sql`any_value(${identifier(name)}) as ${identifier(name)}`))}
from effect_profile
group by kind`;

interface Summed extends Required<Pick<Asked, 'span' | 'by'>> {
  parts: readonly UsagePart[];
  /** Names of sums that are 0 anyway. */
  nothing: ReadonlySet<string>;
  customers: boolean;
}

function usageSql({ parts, span, by, nothing, customers }: Summed): Sql {
  const keys = keysOf(by).map((name, index) => ({ name, home: by[index]?.home, key: by[index]?.key ?? sql`null` }));
  const named = ({ name, key }: { name: Sql; key: Sql }) => sql`${key} as ${name}`;
  const ofProfile = keys.filter(({ home }) => home === 'profile');
  const ofCall = keys.filter(({ home }) => home !== 'profile');
  const tokens = Object.values(CLASSES).map(({ tokens }) => tokens);
  const sumsOf = (added: boolean) =>
    tokens.map((name) => sql`${nothing.has(name) ? sql`0` : columnSql(name, added)} as ${identifier(name)}`);
  const summed = parts.map(
    ({ table, added, test }) => sql`select
    ${join([sql`${span.key} as span`, customers ? sql`fact.customer` : sql`cast(null as varchar) as customer`, sql`fact.profile_id`, sql`fact.rate_card_id`, sql`fact.cost_status`, ...ofCall.map(named)])},
    ${join([added ? BASE_ADDED : BASE_COLUMNS, ...sumsOf(added)], ',\n    ')}
  from ${table} as fact
  where ${test}
  group by all`,
  );
  return sql`
create or replace temp table effect_usage as
with summed as (
  ${join(summed, '\n  union all by name\n  ')}
),
named as (
  select ${join([sql`own.profile_id`, sql`own.kind`, ...ofProfile.map(named)])}
  from effect_profile as own
  ${ofProfile.length === 0 ? sql`` : sql`join usage_profile as profile on profile.profile_id = own.profile_id`}
)
select
  ${join([sql`summed.span`, ...CELL_KEYS, ...keys.map(({ name }) => name), sql`rate_card_id`, sql`cost_status`])},
  ${join(
    ['usage_rows', 'known_rows', 'requests', ...tokens].map(
      (name) => sql`cast(coalesce(sum(${identifier(name)}), 0) as hugeint) as ${identifier(name)}`,
    ),
    ',\n  ',
  )},
  sum(cost) as cost
from summed
left join named on named.profile_id = summed.profile_id
group by all`;
}

/**
 * Makes the temporary table `placed_usage` of `effect_usage`: with `place`, that of the row of `metric_slot` it belongs to (null: of a row that is
 * not shown), in the place of k0, k1, …
 */
export function placedUsageSql(by: readonly Dimension[]): Sql {
  const keys = keysOf(by);
  return sql`
create or replace temp table placed_usage as
select used.* exclude (${join(keys)}), case when slot.shown then slot.position end as place
from effect_usage as used
join metric_slot as slot on ${sameKeys(keys, sql`used`, sql`slot`)}`;
}

/** Makes the temporary table `merged_usage`: `effect_usage` in as few rows as where nothing was told apart but cells. */
export const MERGED_USAGE: Sql = sql`
create or replace temp table merged_usage as
select
  ${join([sql`span`, ...CELL_KEYS, sql`rate_card_id`, sql`cost_status`, sql`sum(cost) as cost`])},
  ${join(
    ['usage_rows', 'known_rows', 'requests', ...Object.values(CLASSES).map(({ tokens }) => tokens)].map(
      (name) => sql`cast(sum(${identifier(name)}) as hugeint) as ${identifier(name)}`,
    ),
  )}
from effect_usage
group by all`;
