import { identifier, join, type Sql, sql } from '../../sql.js';
import { atto } from '../metrics/division.js';
import { INPUT_SUM, OUTPUT_SUM } from '../metrics/measures.js';
import type { Dimension } from '../scope/dimensions.js';

/** What usage is added up by: the groups asked for, and the day as the wall clock has it. */
export interface Grain {
  dimensions: readonly Dimension[];
  day: Sql;
  /** Which usage, of both periods. */
  test: Sql;
}

/** A quantity is kept in whole units of 10^-9 (USD: of 10^-18), so that it is divided exactly. */
export const SCALE = 9;

/** Calls that were answered by a model: those that failed have no tokens, and a gateway's cache answers in no time. */
const SERVED = sql`not failed and not gateway_cached`;

export function groupKeys(dimensions: readonly Dimension[]): Sql[] {
  return dimensions.map((_, index) => identifier(`k${index}`));
}

/** The columns of the groups, out of usage_fact or usage_profile as each dimension needs. */
export function keysOf(dimensions: readonly Dimension[], home: 'profile' | 'fact'): Sql {
  const columns = dimensions.map(({ home: at, key }, index) => {
    const name = identifier(`k${index}`);
    if ((at === 'profile') === (home === 'profile')) return sql`${key} as ${name},`;
    return home === 'profile' ? sql`daily.${name},` : sql``;
  });
  return join(columns, '\n    ');
}

/**
 * Names groups, and within them what is compared with like: the same feature on the same model. 64 bits are enough to tell 100,000 of them
 * apart (two would share a name in one of 10^9 stores), and to rank them takes ten times as long.
 */
function named(keys: readonly Sql[]): Sql {
  return sql`hash(${join(keys)}) as group_id,
    hash(${join([...keys, sql`same_feature`, sql`same_model`])}) as stratum_id`;
}

const TEXT_INPUT = sql`(coalesce(fact.uncached_input_tokens, 0) + coalesce(fact.cache_read_tokens, 0)
      + coalesce(fact.cache_write_tokens, 0) + coalesce(fact.cache_write_1h_tokens, 0))`;
const TEXT_OUTPUT = sql`(coalesce(fact.text_output_tokens, 0) + coalesce(fact.reasoning_tokens, 0))`;

/** How far single calls scatter is a statistic: it may be a double, even of money. */
function squares(what: Sql): Sql {
  return sql`sum(pow(cast(${what} as double), 2) / fact.requests)`;
}

/**
 * Makes the temporary table drift_usage, one row for each group, feature, model, day and side of $split (recent or not): sums
 * that can be added up further. Calls that do not tell how many they are cannot be compared. Parameters: those of `test`, $split.
 */
export function usageByDay({ dimensions, day, test }: Grain): Sql {
  const keys = groupKeys(dimensions);
  return sql`
create or replace temp table drift_usage as
with daily as (
  select
    fact.profile_id,
    ${keysOf(dimensions, 'fact')}
    ${day} as day,
    fact.occurred_at >= cast($split as timestamp) as recent,
    sum(fact.requests) as requests,
    sum(fact.requests) filter (where fact.cost_status <> 1) as priced_requests,
    ${INPUT_SUM} as input_tokens,
    ${OUTPUT_SUM} as output_tokens,
    coalesce(sum(fact.cache_read_tokens), 0) as cached_tokens,
    sum(fact.cost_usd) as cost,
    ${squares(TEXT_INPUT)} as input_squares,
    ${squares(TEXT_OUTPUT)} as output_squares,
    ${squares(sql`fact.cost_usd`)} as cost_squares
  from usage_fact as fact
  where ${test} and fact.requests > 0
  group by all
),
named as (
  select
    ${keysOf(dimensions, 'profile')}
    profile.feature as same_feature,
    coalesce(profile.model, profile.request_model) as same_model,
    coalesce(profile.status = 'error', false) as failed,
    profile.status is not null or profile.error_class is not null as told,
    -- A refusal may be an answer: it has a class without having failed, and is an error all the same.
    case when profile.status = 'error' then coalesce(profile.error_class, 'other') else profile.error_class end as error_class,
    coalesce(profile.gateway_cached, false) as gateway_cached,
    profile.bucket_seconds is not null as bucket,
    daily.profile_id,
    daily.day,
    daily.recent,
    daily.requests,
    daily.priced_requests,
    daily.input_tokens,
    daily.output_tokens,
    daily.cached_tokens,
    daily.cost,
    daily.input_squares,
    daily.output_squares,
    daily.cost_squares
  from daily
  left join usage_profile as profile on profile.profile_id = daily.profile_id
)
select *, ${named(keys)}
from named`;
}

const LARGE_GROUPS = sql`
    select group_id
    from drift_usage
    group by group_id
    having sum(requests) filter (where recent) >= $least and sum(requests) filter (where not recent) >= $least`;

/** The groups that cannot be judged in any respect: (group_id, n_before, n_after). Parameter: $least. */
export const SMALL_GROUPS: Sql = sql`
  select
    cast(group_id as varchar) as group_id,
    coalesce(sum(requests) filter (where not recent), 0) as n_before,
    coalesce(sum(requests) filter (where recent), 0) as n_after
  from drift_usage
  group by group_id
  having coalesce(n_after, 0) < $least or coalesce(n_before, 0) < $least
  order by n_after desc, group_id`;

/** `y` per `x`, which rests on `n` requests: one metric of the additive kind. `squares` is the sum of y² over calls, where it is kept. */
interface Ratio {
  metric: string;
  y: Sql;
  x: Sql;
  n: Sql;
  squares?: Sql;
}

const served = (what: Sql) => sql`sum(${what}) filter (where ${SERVED})`;
export const inUnits = (what: Sql) => sql`cast(${what} as hugeint) * 1000000000`;

const RATIOS: readonly Ratio[] = [
  {
    metric: 'cost_per_request',
    y: atto(sql`coalesce(sum(cost), cast(0 as decimal(38, 18)))`),
    x: sql`sum(priced_requests)`,
    n: sql`sum(priced_requests)`,
    squares: sql`sum(cost_squares)`,
  },
  {
    metric: 'input_tokens',
    y: inUnits(served(sql`input_tokens`)),
    x: served(sql`requests`),
    n: served(sql`requests`),
    squares: served(sql`input_squares`),
  },
  {
    metric: 'output_tokens',
    y: inUnits(served(sql`output_tokens`)),
    x: served(sql`requests`),
    n: served(sql`requests`),
    squares: served(sql`output_squares`),
  },
  {
    metric: 'cache_hit_rate',
    y: inUnits(served(sql`cached_tokens`)),
    x: served(sql`input_tokens`),
    n: served(sql`requests`),
  },
  {
    metric: 'error_rate',
    y: inUnits(sql`coalesce(sum(requests) filter (where told and error_class is not null), 0)`),
    x: sql`sum(requests) filter (where told)`,
    n: sql`sum(requests) filter (where told)`,
  },
];

function ratio({ metric, y, x, n, squares: sum = sql`0` }: Ratio): Sql {
  const integers = sql`y := cast(${y} as hugeint), x := cast(${x} as hugeint), n := cast(${n} as hugeint)`;
  return sql`struct_pack(${integers}, squares := cast(${sum} as double)) as ${identifier(metric)}`;
}

/**
 * Makes the temporary table drift_daily: (metric, group_id, stratum_id, weekday, day, recent, y, x, n, squares). The weekday is 0 where
 * weekdays are not told apart. A class of errors has a row for each day its group was used, also without such errors. Groups
 * that have fewer than $least requests on either side are left out: see SMALL_GROUPS.
 */
export function measuresByDay(weekdays: boolean): Sql {
  const weekday = weekdays ? sql`isodow(day)` : sql`0`;
  const names = RATIOS.map(({ metric }) => identifier(metric));
  return sql`
create or replace temp table drift_daily as
with summed as (
  select
    group_id,
    stratum_id,
    ${weekday} as weekday,
    day,
    recent,
    ${join(RATIOS.map(ratio), ',\n    ')}
  from drift_usage
  where group_id in (${LARGE_GROUPS})
  group by all
),
long as (
  unpivot summed on ${join(names)} into name metric value measured
),
classes as (
  select distinct group_id, error_class from drift_usage where error_class is not null
),
failures as (
  select stratum_id, day, recent, error_class, sum(requests) as errors
  from drift_usage
  where error_class is not null
  group by all
),
by_class as (
  select
    'error_rate:' || classes.error_class as metric,
    summed.group_id,
    summed.stratum_id,
    summed.weekday,
    summed.day,
    summed.recent,
    ${inUnits(sql`coalesce(failures.errors, 0)`)} as y,
    summed.error_rate.x as x,
    summed.error_rate.n as n,
    cast(0 as double) as squares
  from summed
  join classes on classes.group_id = summed.group_id
  left join failures on failures.stratum_id = summed.stratum_id and failures.day = summed.day
    and failures.recent = summed.recent and failures.error_class = classes.error_class
)
select
  metric,
  group_id,
  stratum_id,
  weekday,
  day,
  recent,
  measured.y as y,
  measured.x as x,
  measured.n as n,
  measured.squares as squares
from long
where measured.x > 0
union all by name
select * from by_class where x > 0`;
}
