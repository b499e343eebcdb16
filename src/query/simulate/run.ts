import type { Sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import type { Dimension } from '../scope/dimensions.js';
import type { Scope } from '../scope/scope.js';
import { putBaseCards, putMovedCards, putTargets } from './cards.js';
import { largestIn, putCells, putParts } from './cells.js';
import { putDeltas } from './cost_differences.js';
import { putLimits } from './limits.js';
import type { Adjustments, Target } from './scenario.js';
import { putSources, type UsedModel } from './sources.js';
import type { FamilyRatio } from './tokenizers.js';

/** One run of the engine: which usage moves where, and how. */
export interface Run {
  scope: Scope;
  used: readonly UsedModel[];
  targets: readonly Target[];
  families: readonly FamilyRatio[];
  adjust: Adjustments;
  by: readonly Dimension[];
  /** The number of the rule a row of usage falls under, as SQL over `fact`; 0 is none. */
  rule: Sql;
  ruleParams: Params;
  /** How much a row counts for: SQL over `fact`. */
  scale: Sql;
  /** Keeps the models of the usage apart: needed where a model moves to itself, and for what depends on the model. */
  perModel: boolean;
  now: Date;
}

/**
 * Prices the usage in scope on all targets of its rules. Leaves `simulate_cell` (the usage as it is, grouped) and
 * `simulate_delta` (what it costs on each target). Usage is grouped once; the groups are then priced, so the number of
 * rows counts once and the number of models hardly.
 */
export async function simulate(store: Store, run: Run): Promise<void> {
  const { adjust, targets, now } = run;
  await putSources(store, run.used, run.perModel);
  await putTargets(store, targets, run);
  await putBaseCards(store, targets, { revision: adjust.revision, now });
  await putMovedCards(store, adjust);
  await putLimits(store, await largestIn(store, run.scope), adjust.assumeAble === true);
  await putCells(store, { ...run, at: adjust.at });
  await putParts(store, run.by.length);
  await putDeltas(store, { by: run.by.length, spare: targets.find(({ spare }) => spare === true)?.id, now });
}
