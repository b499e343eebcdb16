import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Scores } from '../quality/scores.js';
import type { PolicyScore } from './answer.js';
import type { Target } from './scenario.js';
import type { UsedModel } from './sources.js';

interface Weighed {
  score: number | undefined;
  calls: number;
}

/** Scores are statistics: they are weighed by numbers of calls, never by money. */
export async function policyScore(
  store: Store,
  scores: Scores,
  { used, targets }: { used: readonly UsedModel[]; targets: readonly Target[] },
): Promise<PolicyScore> {
  const rows = await store.rows<{ model_id: number; target_id: number | null; calls: number }>(sql`
    select model_id, null as target_id, cast(coalesce(sum(requests), 0) as double) as calls
    from simulate_cell
    group by model_id
    union all by name
    select
      delta.model_id,
      delta.target_id,
      cast(sum(delta.requests) * any_value(target.share) as double) / 100 as calls
    from simulate_delta as delta
    join simulate_target as target on target.id = delta.target_id
    where delta.variant = 'mid' and delta.reason is null and not delta.unpriced and not target.own
    group by delta.model_id, delta.target_id`);
  const present = new Map(
    used.map((one) => [one.model_id, scores.of(one.model ?? '') ?? scores.of(one.price_model ?? '')]),
  );
  const scoreOf = (id: number) => present.get(id)?.score;
  const before = rows
    .filter(({ target_id }) => target_id === null)
    .map(({ model_id, calls }) => ({ score: scoreOf(model_id), calls }));
  const moved = rows.filter(({ target_id }) => target_id !== null);
  const left = moved.map(({ model_id, calls }) => ({ score: scoreOf(model_id), calls: -calls }));
  const came = moved.map(({ target_id, calls }) => {
    const model = targets.find(({ id }) => id === target_id)?.model ?? '';
    return { score: scores.of(model)?.score, calls };
  });
  const [asIs, then] = [meanOf(before), meanOf([...before, ...left, ...came])];
  const { title, as_of, attribution } = scores;
  return {
    title,
    as_of,
    attribution,
    before: asIs.mean,
    after: then.mean,
    scored_before: asIs.scored,
    scored_after: then.scored,
  };
}

function meanOf(all: readonly Weighed[]): { mean: number | null; scored: number } {
  const calls = all.reduce((sum, one) => sum + one.calls, 0);
  const scored = all.filter(({ score }) => score !== undefined);
  const known = scored.reduce((sum, one) => sum + one.calls, 0);
  const weighed = scored.reduce((sum, { score, calls: weight }) => sum + (score ?? 0) * weight, 0);
  const share = calls > 0 ? known / calls : 0;
  return {
    mean: share < 0.5 ? null : Math.round((weighed / known) * 100) / 100,
    scored: Math.round(share * 10_000) / 100,
  };
}
