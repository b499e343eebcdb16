import { type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Score, Scores } from '../quality/scores.js';
import type { Scope } from '../scope/scope.js';
import type { Money } from '../scope/values.js';
import { moneyText, percentText } from './cost_differences.js';
import type { Target } from './scenario.js';
import type { UsedModel } from './sources.js';

/** What the usage costs and how good its models are, as it is. */
export interface Today {
  requests: string;
  cost: Money;
  models: {
    provider: string | null;
    model: string | null;
    cost: Money;
    share_percent: string | null;
    score: number | null;
  }[];
  /** The mean of the models' scores, weighted by cost; null where less than half of the cost is scored. */
  score: number | null;
  low: number | null;
  high: number | null;
  scored_percent: number;
}

/** The models of the usage in scope with their scores, the dearest first. */
export async function todayOf(
  store: Store,
  { scope, used, scores }: { scope: Scope; used: readonly UsedModel[]; scores: Scores },
): Promise<Today> {
  const rows = await store.rows<{
    model_id: number;
    requests: string;
    cost: string;
    share_percent: string | null;
    weight: number;
  }>(todaySql(scope), scope.params);
  const models = rows.map(({ model_id, cost, share_percent, weight }) => {
    const one = used.find((known) => known.model_id === model_id);
    const name = one?.model ?? one?.price_model ?? '';
    const score = scores.of(name) ?? (one?.price_model == null ? undefined : scores.of(one.price_model));
    return { provider: one?.provider ?? null, model: one?.model ?? null, cost, share_percent, score, weight };
  });
  const total = await store.row<{ requests: string; cost: string }>(
    sql`select cast(coalesce(sum(requests), 0) as varchar) as requests, ${moneyText(sql`cast(coalesce(sum(before), 0) as decimal(38, 18))`)} as cost
    from simulate_cell`,
  );
  return {
    ...total,
    models: models.map(({ weight: _, score, ...model }) => ({ ...model, score: score?.score ?? null })),
    ...meanOf(models),
  };
}

function todaySql({ test }: Scope): Sql {
  return sql`
    with used as (
      select placed.model_id, coalesce(sum(fact.requests), 0) as requests, sum(fact.cost_usd) as cost
      from usage_fact as fact
      join simulate_profile as placed on placed.profile_id = fact.profile_id
      where ${test} and fact.cost_status <> 1
      group by placed.model_id
    ),
    whole as (
      select sum(cost) as cost from used
    )
    select
      used.model_id,
      cast(used.requests as varchar) as requests,
      ${moneyText(sql`used.cost`)} as cost,
      ${percentText(sql`used.cost`, sql`whole.cost`)} as share_percent,
      cast(used.cost / nullif(cast(whole.cost as double), 0) as double) as weight
    from used
    cross join whole
    order by used.cost desc, used.model_id`;
}

/** The weights are shares of a mean of scores: statistics, not money. */
function meanOf(models: readonly { score: Score | undefined; weight: number | null }[]) {
  const scored = models.flatMap(({ score, weight }) =>
    score === undefined ? [] : [{ ...score, weight: weight ?? 0 }],
  );
  const covered = scored.reduce((sum, { weight }) => sum + weight, 0);
  const scored_percent = Math.round(covered * 10_000) / 100;
  if (covered < 0.5) return { score: null, low: null, high: null, scored_percent };
  const mean = (value: (score: Score) => number) =>
    Math.round((scored.reduce((sum, one) => sum + value(one) * one.weight, 0) / covered) * 100) / 100;
  return {
    score: mean(({ score }) => score),
    low: mean(({ low, score }) => low ?? score),
    high: mean(({ high, score }) => high ?? score),
    scored_percent,
  };
}

/** Makes `simulate_score`: one row for each target, its score null where there is none. */
export async function putScores(
  store: Store,
  targets: readonly Target[],
  {
    scoreOf,
    success,
    retired,
  }: {
    scoreOf: (model: string) => Score | undefined;
    success: (score: number) => number | null;
    retired: (target: Target) => boolean;
  },
): Promise<void> {
  const rows = targets.map((target) => {
    const found = scoreOf(target.model);
    const rate = found === undefined ? null : success(found.score);
    return {
      target_id: target.id,
      score: found?.score ?? null,
      low: found?.low ?? null,
      high: found?.high ?? null,
      // Six places are more than a board can tell; from here on it is an exact number that divides money.
      success: rate === null ? null : Math.min(Math.max(rate, 0), 1).toFixed(6),
      retired: retired(target),
    };
  });
  await store.run(
    sql`
    create or replace temp table simulate_score as
    select unnest(from_json(cast($rows as json), '[{
      "target_id": "INTEGER", "score": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE", "success": "DECIMAL(9, 6)", "retired": "BOOLEAN"
    }]'), recursive := true)`,
    { rows: JSON.stringify(rows) },
  );
}
