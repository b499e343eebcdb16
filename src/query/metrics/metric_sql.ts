import { identifier, integer, join, type Sql, sql } from '../../sql.js';
import { commonTables, type RolledTable, type UsagePart } from '../rollups/read.js';
import type { Dimension } from '../scope/dimensions.js';
import { unitCost } from './division.js';
import { BASE, BASE_ADDED, BASE_COLUMNS, BASE_SHOWN, columnSql } from './measures.js';
import { PRICED_REQUESTS } from './metric.js';
import { type MetricName, metricOf } from './metrics.js';
import { measureOf, merged, type NamedKey, type Needs, needsOf, sampled, sampledColumns, sampling } from './needs.js';

export interface MetricSort {
  by: MetricName | 'name';
  direction: 'asc' | 'desc';
}

/** A question, ready for SQL. */
export interface Asked {
  dimensions: readonly Dimension[];
  /** Spans of time every row is told apart by, besides. */
  bucket?: Dimension | undefined;
  /** Over usage_fact, aliased fact. */
  test: Sql;
  /** What is added up: together it is the usage that `test` finds. */
  parts: readonly UsagePart[];
  metrics: readonly MetricName[];
  needs: Needs;
  sort: MetricSort;
  /** Names of sums that are 0 anyway. */
  nothing: ReadonlySet<string>;
  /** How long all the spans are together. */
  minutes?: number;
}

/** Everything that must be worked out, with what the order needs. */
export function askedNeeds(metrics: readonly MetricName[], sort: MetricSort): Needs {
  return needsOf([...new Set(sort.by === 'name' ? metrics : [...metrics, sort.by])]);
}

/** The sums of usage that a question about these dimensions can be told from. */
export function tablesFor(dimensions: readonly Dimension[]): readonly RolledTable[] {
  return commonTables(...dimensions.map(({ tables }) => tables));
}

/** The columns of the dimensions: k0, k1, … */
export function keysOf(dimensions: readonly Dimension[]): Sql[] {
  return dimensions.map((_, index) => identifier(`k${index}`));
}

/** The same with what they are over usage. */
export function namedKeys(dimensions: readonly Dimension[]): NamedKey[] {
  return dimensions.map(({ key }, index) => ({ name: identifier(`k${index}`), key }));
}

/** usage_fact, with usage_profile where a dimension lives there. */
export function usageSql(dimensions: readonly Dimension[]): Sql {
  const profile = sql` left join usage_profile as profile on profile.profile_id = fact.profile_id`;
  return sql`usage_fact as fact${dimensions.some(({ home }) => home === 'profile') ? profile : sql``}`;
}

/** Whether two rows are of the same group. */
export function sameKeys(keys: readonly Sql[], left: Sql, right: Sql): Sql {
  if (keys.length === 0) return sql`true`;
  return join(
    keys.map((key) => sql`${left}.${key} is not distinct from ${right}.${key}`),
    ' and ',
  );
}

/**
 * Makes the temporary table `metric_group`: k0, k1, … (and `bucket`) and the measures. If all names are kept in usage_profile, usage is
 * added up by profile number (and time) first and the few sums get their names later (5 million rows by model: 0.13 s, joined first 0.21 s). With a
 * name kept in usage_fact there would be nearly as many sums as rows, so they are joined first (by customer and model: 0.26 s,
 * otherwise 0.49 s).
 */
export function groupSql(asked: Asked): Sql {
  const { dimensions, bucket, needs } = asked;
  const all = bucket === undefined ? dimensions : [...dimensions, bucket];
  const keys = [...keysOf(dimensions), ...(bucket === undefined ? [] : [sql`bucket`])];
  const named = all.map(({ home, key }, index) => ({ home, name: sql`${key} as ${keys[index] ?? sql`bucket`}` }));
  const profiled = all.every(({ home }) => home !== 'fact') && all.some(({ home }) => home === 'profile');
  const measures = [
    ...Object.entries(BASE).map(([name, total]) => sql`${total} as ${identifier(name)}`),
    ...needs.measures.map((name) => sql`${measureOf(name).total} as ${identifier(name)}`),
  ];
  const splits = new Set(needs.measures.map((name) => measureOf(name).split));
  const card = splits.has('card') ? sql`left join rate_card as card on card.rate_card_id = named.rate_card_id` : sql``;
  return sql`
create or replace temp table metric_group as
with ${profiled || all.length === 0 ? byProfile(asked, named, splits) : byRow(asked, named, splits)}
select
  ${join([...keys.map((key) => sql`named.${key}`), ...measures], ',\n  ')}
from named
${card}
${keys.length === 0 ? sql`having count(*) > 0` : sql`group by ${join(keys.map((key) => sql`named.${key}`))}`}`;
}

const SPLITS = {
  outcome: [sql`profile.status`, sql`profile.error_class`],
  currency: [sql`coalesce(upper(profile.billed_currency), 'USD') as billed_currency`],
};

/** What rows are told apart by that usage_profile has. */
function profileSplits(splits: ReadonlySet<string | undefined>): Sql[] {
  return (['outcome', 'currency'] as const).flatMap((split) => (splits.has(split) ? SPLITS[split] : []));
}

/** The sums over rows: six sums for each status of cost instead of twelve, some with a filter, are a third faster. */
function sums({ needs, nothing }: Asked, added: boolean): Sql {
  const columns = [...new Set(needs.measures.flatMap((name) => measureOf(name).columns))];
  const own = columns.map((name) => sql`${nothing.has(name) ? sql`0` : columnSql(name, added)} as ${identifier(name)}`);
  return join([added ? BASE_ADDED : BASE_COLUMNS, ...own], ',\n    ');
}

/** The sums of every part of the usage; what is in several of them is added up together later. */
function eachPart(asked: Asked, query: (part: UsagePart) => Sql): Sql {
  return join(asked.parts.map(query), '\n  union all by name\n  ');
}

/** A dimension under the name of its column. */
type Named = Pick<Dimension, 'home'> & { name: Sql };

function byProfile(asked: Asked, named: readonly Named[], splits: ReadonlySet<string | undefined>): Sql {
  const names = named.filter(({ home }) => home === 'profile').map(({ name }) => name);
  const times = named.filter(({ home }) => home !== 'profile').map(({ name }) => name);
  const card = splits.has('card') ? [sql`fact.rate_card_id`] : [];
  const outcome = profileSplits(splits);
  const keys = join([sql`fact.profile_id`, sql`fact.cost_status`, ...card, ...times]);
  const counted = eachPart(
    asked,
    ({ table, added, test }) => sql`select
    ${keys},
    ${sums(asked, added)}
  from ${table} as fact
  where ${test}
  group by all`,
  );
  return sql`counted as (
  ${counted}
),
named as (
  select
    ${join([...names, ...outcome, sql`counted.*`], ',\n    ')}
  from counted
  left join usage_profile as profile on profile.profile_id = counted.profile_id
)`;
}

function byRow(asked: Asked, dimensional: readonly Named[], splits: ReadonlySet<string | undefined>): Sql {
  const names = dimensional.map(({ name }) => name);
  const { dimensions, bucket } = asked;
  const card = splits.has('card') ? [sql`fact.rate_card_id`] : [];
  const outcome = profileSplits(splits);
  const all = bucket === undefined ? dimensions : [...dimensions, bucket];
  const profile = outcome.length > 0 || all.some(({ home }) => home === 'profile');
  const named = eachPart(
    asked,
    ({ table, added, test }) => sql`select
    ${join([...names, ...outcome, sql`fact.cost_status`, ...card, sums(asked, added)], ',\n    ')}
  from ${table} as fact
  ${profile ? sql`left join usage_profile as profile on profile.profile_id = fact.profile_id` : sql``}
  where ${test}
  group by all`,
  );
  return sql`named as (
  ${named}
)`;
}

/**
 * Makes the temporary table `metric_slot`: each group with its measures, its place in the order, and whether it is `shown`: the others
 * are one row together. Parameters: those of `test`, $top and $min_cost, null where there is no such limit.
 */
export function slotSql(asked: Asked): Sql {
  const { dimensions, bucket, test, needs, sort } = asked;
  const keys = keysOf(dimensions);
  const own = [...keys.map((key) => key), merged(needs)];
  const groups =
    bucket === undefined
      ? sql`select * from metric_group`
      : sql`select ${join(own, ',\n    ')} from metric_group ${keys.length === 0 ? sql`` : sql`group by ${join(keys)}`}`;
  const samples = sampling(needs)
    ? sql`,
sample as (${sampled(needs, namedKeys(dimensions), sql`${usageSql(dimensions)} where ${test}`)})`
    : sql``;
  return sql`
create or replace temp table metric_slot as
with summed as (
  ${groups}
)${samples},
part as (
  select ${join([sql`summed.*`, minutesSql(asked), ...sampledColumns(needs).map((column) => sql`sample.${column}`)])}
  from summed
  ${sampling(needs) ? sql`left join sample on ${sameKeys(keys, sql`summed`, sql`sample`)}` : sql``}
),
${wholeSql(needs)},
ranked as (
  select part.*, whole.least, row_number() over (order by ${orderSql(sort, keys)}) as position
  from part
  cross join whole
)
select
  *,
  position <= coalesce(cast($top as bigint), position)
    and coalesce(cost >= cast($min_cost as decimal(38, 18)), $min_cost is null) as shown
from ranked`;
}

/** The step `whole`: what shares and ratios of the groups in `part` are taken of. */
export function wholeSql({ least }: Asked['needs']): Sql {
  const perRequest = unitCost(sql`part.cost`, PRICED_REQUESTS);
  return sql`whole as (
  select
    sum(part.cost) as cost,
    ${least ? sql`min(case when ${perRequest} > 0 then ${perRequest} end)` : sql`null`} as least
  from part
)`;
}

/** The minutes of all spans together, as a column. */
export function minutesSql({ minutes }: Asked): Sql {
  return sql`cast(${minutes === undefined ? sql`null` : integer(minutes)} as bigint) as minutes`;
}

/** Groups without a value come last either way; ties are broken by name, so the order is always the same. */
export function orderSql({ by, direction }: MetricSort, keys: readonly Sql[]): Sql {
  const turned = direction === 'asc' ? sql`asc` : sql`desc`;
  const names = keys.map((key) => sql`part.${key}`);
  if (by === 'name') return join([...names.map((name) => sql`${name} ${turned} nulls last`), sql`1`]);
  return join([sql`(${metricOf(by).value}) ${turned} nulls last`, ...names.map((name) => sql`${name} asc nulls last`)]);
}

/**
 * The rows in the order they are shown, `(other)` and the total at the end: kind, position, groups, k0, k1, …, the measures that are
 * always there, and each metric under its name. All sums come from `metric_group`, so they sum up. Parameters: those of `test`.
 */
export function rowsSql(asked: Asked): Sql {
  const { dimensions, metrics } = asked;
  const keys = keysOf(dimensions);
  const labels = dimensions.map(({ label }, index) => {
    const key = keys[index] ?? sql`k0`;
    return sql`${label(sql`part.${key}`)} as ${key}`;
  });
  const base = BASE_SHOWN.map((name) => sql`part.${identifier(name)} as ${identifier(`base_${name}`)}`);
  const values = metrics.map((name) => sql`${metricOf(name).value} as ${identifier(name)}`);
  return sql`
with whole as (
  select sum(cost) as cost, any_value(least) as least from metric_slot
),
part as (
  select 'group' as kind, 1 as groups, * exclude (least)
  from metric_slot
  where shown
  union all by name
  ${togetherSql(asked, 'other')}
  union all by name
  ${togetherSql(asked, 'total')}
)
select
  ${join([sql`part.kind`, sql`part.position`, sql`part.groups`, ...labels, ...base, ...values], ',\n  ')}
from part
cross join whole
order by part.position nulls last, part.kind`;
}

/** The row of all groups, or of those that are not shown. */
function togetherSql(asked: Asked, kind: 'other' | 'total'): Sql {
  const { dimensions, test, needs } = asked;
  const other = kind === 'other';
  const slots = sql`select count(*) as groups, ${minutesSql(asked)}, ${merged(needs)} from metric_slot ${other ? sql`where not shown having count(*) > 0` : sql``}`;
  const name = other ? sql`'other'` : sql`'total'`;
  if (!sampling(needs)) return sql`select ${name} as kind, * from (${slots})`;
  const usage = other
    ? sql`${usageSql(dimensions)} join metric_slot as slot on not slot.shown and ${sameSlot(dimensions)} where ${test}`
    : sql`usage_fact as fact where ${test}`;
  return sql`select ${name} as kind, * from (${slots}) cross join (${sampled(needs, [], usage)})`;
}

/** Whether a row of usage belongs to a row of metric_slot (aliased slot). */
export function sameSlot(dimensions: readonly Dimension[]): Sql {
  if (dimensions.length === 0) return sql`true`;
  return join(
    dimensions.map(({ key }, index) => sql`slot.${identifier(`k${index}`)} is not distinct from ${key}`),
    ' and ',
  );
}
