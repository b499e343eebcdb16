import { identifier, integer, join, type Sql, sql } from '../../sql.js';
import type { Dimension } from '../scope/dimensions.js';
import { type Grain, inUnits, keysOf } from './daily_sql.js';

/**
 * The shares of calls, per mille, whose latency is looked up: the quantiles and what bounds their intervals. A bound between two of them is
 * moved outward, so an interval is never too narrow.
 */
export const SHARES: readonly number[] = [
  50, 100, 150, 200, 250, 300, 350, 400, 430, 450, 470, 480, 490, 500, 510, 520, 530, 550, 570, 600, 650, 700, 750, 800,
  820, 840, 860, 880, 900, 910, 920, 925, 930, 935, 940, 945, 950, 955, 960, 965, 970, 975, 980, 983, 985, 987, 989,
  990, 991, 992, 993, 994, 995, 996, 997, 998, 999, 1000,
];

/** The latency at a share of SHARES, a column of drift_latency. */
export function valueAt(share: number): Sql {
  return identifier(`v${share}`);
}

/** Calls whose latency says something: answered by a model, one by one. */
const TIMED = sql`fact.latency_ms > 0 and fact.requests = 1`;

/** The groups' columns that stand in usage_fact: their name, and what they are there. */
function factKeys(dimensions: readonly Dimension[]): { name: Sql; key: Sql }[] {
  return dimensions.flatMap(({ home, key }, index) =>
    home === 'profile' ? [] : [{ name: identifier(`k${index}`), key }],
  );
}

/** Joins calls (usage_fact, or sums over it with the groups' columns) to drift_member. */
function sameMember(calls: Sql, dimensions: readonly Dimension[]): Sql {
  const tests = factKeys(dimensions).map(({ name, key }) => {
    const value = calls.text === 'fact' ? key : sql`${calls}.${name}`;
    return sql`member.${name} is not distinct from ${value}`;
  });
  return join([sql`member.profile_id = ${calls}.profile_id`, ...tests], ' and ');
}

/**
 * Makes drift_latency: (group_id, recent, v50 … v1000), milliseconds, the smallest value that a share of the calls does not exceed. The
 * baseline is weighted so that every feature and model has the share it has in the window; what only one of the two has does not count.
 * `alike` are the weekdays of the window: the baseline is limited to them. Needs drift_usage; parameters as there.
 */
export function latencyByGroup(grain: Grain, alike: readonly number[]): Sql {
  const { dimensions, day, test } = grain;
  const members = join([
    sql`profile_id`,
    ...factKeys(dimensions).map(({ name }) => name),
    sql`group_id`,
    sql`stratum_id`,
  ]);
  const values = SHARES.map(
    (share) =>
      sql`min(latency_ms) filter (where reached >= total * ${integer(share)} / 1000 - total * 1e-9) as ${valueAt(share)}`,
  );
  return sql`
create or replace temp table drift_member as
select distinct ${members}
from drift_usage
where not failed and not gateway_cached and not bucket and group_id in (select group_id from drift_daily);
create or replace temp table drift_latency as
with timed as (
  select
    fact.profile_id,
    ${keysOf(dimensions, 'fact')}
    fact.occurred_at >= cast($split as timestamp) as recent,
    fact.latency_ms,
    count(*) as calls
  from usage_fact as fact
  where ${test} and ${TIMED} and isodow(${day}) in (${join(alike.map(integer))})
  group by all
),
cell as (
  select member.group_id, member.stratum_id, timed.recent, timed.latency_ms, sum(timed.calls) as calls
  from timed
  join drift_member as member on ${sameMember(sql`timed`, dimensions)}
  group by all
),
size as (
  select
    stratum_id,
    sum(calls) filter (where recent) as after,
    sum(calls) filter (where not recent) as before
  from cell
  group by stratum_id
),
weighed as (
  select
    cell.group_id,
    cell.recent,
    cell.latency_ms,
    sum(case when cell.recent then cell.calls else cell.calls * cast(size.after as double) / size.before end) as weight
  from cell
  join size on size.stratum_id = cell.stratum_id
  where size.after > 0 and size.before > 0
  group by all
),
summed as (
  select
    *,
    sum(weight) over (partition by group_id, recent order by latency_ms) as reached,
    sum(weight) over (partition by group_id, recent) as total
  from weighed
)
select group_id, recent, ${join(values, ',\n  ')}
from summed
group by group_id, recent`;
}

/**
 * Adds to drift_daily how many calls took longer than the baseline's quantile, as `latency_p50`, `latency_p95` and `latency_p99`. Whether a
 * quantile moved is judged by these counts, because they add up over days.
 */
export function slowCallsByDay({ dimensions, day, test }: Grain, weekdays: boolean): Sql {
  const quantiles = [50, 95, 99].map((quantile) => ({
    name: identifier(`latency_p${quantile}`),
    bound: valueAt(quantile * 10),
  }));
  const slow = quantiles.map(
    ({ name, bound }) => sql`count(*) filter (where fact.latency_ms > latency.${bound}) as ${name}`,
  );
  return sql`
insert into drift_daily
with counted as (
  select
    member.group_id,
    member.stratum_id,
    ${day} as day,
    fact.occurred_at >= cast($split as timestamp) as recent,
    count(*) as calls,
    ${join(slow, ',\n    ')}
  from usage_fact as fact
  join drift_member as member on ${sameMember(sql`fact`, dimensions)}
  join drift_latency as latency on latency.group_id = member.group_id and not latency.recent
  where ${test} and ${TIMED}
  group by all
),
long as (
  unpivot counted on ${join(quantiles.map(({ name }) => name))} into name metric value slow
)
select
  metric,
  group_id,
  stratum_id,
  ${weekdays ? sql`isodow(day)` : sql`0`} as weekday,
  day,
  recent,
  ${inUnits(sql`slow`)} as y,
  calls as x,
  calls as n,
  0 as squares
from long`;
}
