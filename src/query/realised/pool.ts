import { identifier, integer, join, literal, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import { COLUMNS } from '../metrics/measures.js';
import { isTime } from '../scope/dimensions.js';
import { type Condition, filterSql, parseCondition } from '../scope/filter.js';
import { VISIBLE, zoneOffsets } from '../scope/scope.js';
import { type Offset, timestampText } from '../scope/time_zone.js';
import { modelsNamed } from '../simulate/named_model.js';
import { type UsedModel, usedModels } from '../simulate/sources.js';
import type { Saved, SavedRule } from './answer.js';
import { onTarget } from './projection.js';

/** What a call has of the model it was on, or of one moment: a filter by it holds before the move and says nothing of the calls after it. */
const BOUND = [
  ...['model', 'request_model', 'provider', 'service_tier', 'speed', 'region', 'token_convention'],
  ...['cost_status', 'agreement', 'import', 'trace', 'session'],
];
/** Times that come again. */
const RECURRING = ['weekday', 'hour_of_day'];

function isBound({ dimension }: Condition): boolean {
  return BOUND.includes(dimension) || (isTime(dimension) && !RECURRING.includes(dimension));
}

/**
 * Makes `realised_pool`: the calls of a saved simulation since the beginning of its period, `from` (those its rules would move) and `to`
 * (those on a target), added up by move, feature, side and minute. A call falls under the first rule that fits, as in the
 * simulation; calls without a time are left out. Returns how many rows these are.
 */
export async function putPool(store: Store, { question, since }: Saved, now: Date): Promise<{ undated: number }> {
  const used = await usedModels(store, { test: VISIBLE, params: {} });
  const scope = question.where.map(parseCondition);
  const rules = question.rules.map((rule) => ({ ...rule, conditions: rule.where.map(parseCondition) }));
  const named = [scope, ...rules.map(({ conditions }) => conditions)].flat().map(({ dimension }) => dimension);
  const offsets = await zoneOffsets(store, named, question.tz);
  const params: Params = { used: JSON.stringify(used) };
  const sides = sidesSql(rules, { used, scope, offsets, params });
  const period =
    since === null ? sql`true` : sql`(fact.occurred_at is null or fact.occurred_at >= cast($since as timestamp))`;
  if (since !== null) params.since = timestampText(since);
  await store.run(
    sql`
    create or replace temp table realised_pool as
    with used as (
      select unnest(from_json(cast($used as json), '[{
        "model_id": "INTEGER", "source_provider": "VARCHAR", "model": "VARCHAR", "region": "VARCHAR"
      }]'), recursive := true)
    ),
    placed as (
      select profile.*, used.model_id
      from usage_profile as profile
      join used
        on used.source_provider is not distinct from profile.source_provider
        and used.model is not distinct from coalesce(profile.model, profile.request_model)
        and used.region is not distinct from profile.region
    ),
    call as (
      select
        fact.* exclude (cost_usd),
        fact.cost_usd as cost,
        placed.feature,
        placed.status,
        placed.error_class,
        ${sides.to} as to_move,
        ${sides.from} as from_move
      from usage_fact as fact
      join placed on placed.profile_id = fact.profile_id
      where ${VISIBLE} and ${period} and (fact.occurred_at is null or fact.occurred_at < cast($now as timestamp))
    ),
    sided as (
      select *, to_move as move, 'to' as side from call where to_move is not null
      union all
      select *, from_move as move, 'from' as side from call where from_move is not null and from_move is distinct from to_move
    )
    select
      move,
      feature,
      side,
      date_trunc('minute', occurred_at) as minute,
      min(occurred_at) as first_at,
      count(*) as usage_rows,
      count(*) filter (requests is null) as uncounted,
      coalesce(sum(requests), 0) as requests,
      coalesce(sum(requests) filter (cost_status = 1), 0) as unpriced,
      coalesce(sum(cost), 0) as cost,
      ${sumOf('uncached_input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'input_units')} as input,
      ${sumOf('cache_read_tokens', 'cache_read_units')} as cache_read,
      ${sumOf('text_output_tokens', 'reasoning_tokens', 'output_units')} as output,
      coalesce(sum(requests) filter (status is not null or error_class is not null), 0) as told,
      coalesce(sum(requests) filter (coalesce(status = 'error', false) or error_class is not null), 0) as errors
    from sided as fact
    group by all`,
    { ...params, now: timestampText(now.getTime()) },
  );
  const { undated } = await store.row<{ undated: string }>(
    sql`select coalesce(sum(usage_rows), 0) as undated from realised_pool where minute is null`,
  );
  await store.run(sql`delete from realised_pool where minute is null`);
  return { undated: Number(undated) };
}

function sumOf(...columns: (keyof typeof COLUMNS)[]): Sql {
  return join(
    columns.map((column) => COLUMNS[column]),
    ' + ',
  );
}

/** The move whose target a call is on, and the move whose rule it falls under. */
function sidesSql(
  rules: readonly (SavedRule & { conditions: readonly Condition[] })[],
  known: { used: readonly UsedModel[]; scope: readonly Condition[]; offsets: readonly Offset[]; params: Params },
): { to: Sql; from: Sql } {
  const { used, scope, offsets, params } = known;
  const sellers = new Set(used.flatMap(({ provider, price_provider }) => [provider, price_provider]));
  const filter = (conditions: readonly Condition[], prefix: string): Sql => {
    const { test, params: more } = filterSql(conditions, offsets, prefix);
    Object.assign(params, more);
    return test;
  };
  const cases = rules.map((rule, index) => {
    const all = [...scope, ...rule.conditions];
    const from = rule.from === null ? sql`true` : isAmong(modelsNamed(used, (name) => sellers.has(name), rule.from));
    const lasting = all.filter((condition) => !isBound(condition));
    return {
      to: sql`when ${isAmong(onTarget(rule, used))} and ${filter(lasting, `to_${index}`)} then ${moveSql(rule)}`,
      from: sql`when ${from} and ${filter(all, `from_${index}`)} then ${moveSql(rule)}`,
    };
  });
  return {
    to: sql`case ${join(
      cases.map(({ to }) => to),
      ' ',
    )} end`,
    from: sql`case ${join(
      cases.map(({ from }) => from),
      ' ',
    )} end`,
  };
}

function moveSql({ move }: SavedRule): Sql {
  return move === null ? sql`null` : integer(move);
}

function isAmong(ids: readonly number[]): Sql {
  return ids.length === 0 ? sql`false` : sql`placed.model_id in (${join(ids.map(integer))})`;
}

/** A step is no accident from this chi-square on: as the largest of all places where one could be, noise reaches it in one of 100 features. */
const STEP = sql`15.0`;
/** Less is no move. */
const LEAST_STEP = sql`0.05`;
/** Chance that a model already in use is not seen in the calls before by accident. */
const UNSEEN = sql`0.01`;

function chiSquare(before: { n: Sql; x: Sql }, after: { n: Sql; x: Sql }): Sql {
  const [n, x] = [sql`(${before.n} + ${after.n})`, sql`(${before.x} + ${after.x})`];
  return sql`${n} * power(${after.x} * ${before.n} - ${before.x} * ${after.n}, 2)
        / nullif(${before.n} * ${after.n} * ${x} * (${n} - ${x}), 0)`;
}

/**
 * Makes `realised_step`: for each move and feature when its calls went to the target, and when they came back. The place is the minute
 * that parts the calls best (largest sum of squares between both sides of the share on the target), looked for among those that no
 * accident explains: the target was not in use before, or chi-square and the step are large enough. Coming back is the best
 * place after it from which on at most half of that share is left, over `least` calls or more.
 * Columns: move, feature, calls, on_target, moved_minute (null without a step), back_minute.
 */
export async function putSteps(store: Store, least: number): Promise<void> {
  const total = (column: string) => sql`sum(${identifier(column)}) over whole`;
  const before = (column: string) => sql`coalesce(sum(${identifier(column)}) over earlier, 0)`;
  const windows = sql`window
        whole as (partition by move, feature),
        earlier as (partition by move, feature order by minute rows between unbounded preceding and 1 preceding)`;
  const parted = (from: Sql) => sql`
      select
        move,
        feature,
        minute,
        cast(${before('calls')} as double) as n1,
        cast(${before('on_target')} as double) as x1,
        cast(${total('calls')} - ${before('calls')} as double) as n2,
        cast(${total('on_target')} - ${before('on_target')} as double) as x2
      from ${from}
      ${windows}`;
  const [n1, x1, n2, x2] = [sql`n1`, sql`x1`, sql`n2`, sql`x2`];
  const chi = chiSquare({ n: n1, x: x1 }, { n: n2, x: x2 });
  const best = sql`qualify row_number() over (
        partition by move, feature order by n1 * n2 * power(x2 / n2 - x1 / n1, 2) desc, minute
      ) = 1`;
  await store.run(
    sql`
    create or replace temp table realised_step as
    with minute as (
      select
        move,
        feature,
        minute,
        sum(requests + uncounted) as calls,
        coalesce(sum(requests + uncounted) filter (side = ${literal('to')}), 0) as on_target
      from realised_pool
      group by all
    ),
    up as (
      select move, feature, minute
      from (${parted(sql`minute`)})
      where n1 > 0 and n2 > 0 and x2 / n2 > x1 / n1
        and if(x1 = 0, power(1 - x2 / n2, n1) < ${UNSEEN}, ${chi} >= ${STEP} and x2 / n2 - x1 / n1 >= ${LEAST_STEP})
      ${best}
    ),
    since as (
      select minute.* from minute
      join up on up.move = minute.move and up.feature is not distinct from minute.feature and minute.minute >= up.minute
    ),
    down as (
      select move, feature, minute
      from (${parted(sql`since`)})
      where n1 > 0 and n2 >= ${integer(least)} and x2 / n2 <= x1 / n1 / 2 and ${chi} >= ${STEP}
      ${best}
    )
    select
      minute.move,
      minute.feature,
      sum(minute.calls) as calls,
      sum(minute.on_target) as on_target,
      any_value(up.minute) as moved_minute,
      any_value(down.minute) as back_minute
    from minute
    left join up on up.move = minute.move and up.feature is not distinct from minute.feature
    left join down on down.move = minute.move and down.feature is not distinct from minute.feature
    group by minute.move, minute.feature`,
  );
}
