import { UsageError } from '../../errors.js';
import type { MovesQuery } from '../simulate/answer.js';
import type { Target } from '../simulate/scenario.js';
import type { SavedQuestion, SavedRule } from './answer.js';

/** What a simulation proposes, as it is kept. Throws UsageError for one that moves nothing to another model. */
export function questionOf(query: MovesQuery, targets: readonly Target[], adjustments: string[]): SavedQuestion {
  checkSavable(query);
  const rules = query.rules.map((rule, index) => {
    const theirs = targets.filter(({ rule: number, own }) => number === index + 1 && !own);
    const names = rule.aims.flatMap(({ model }) => model ?? []);
    return {
      label: rule.label,
      from: rule.from ?? null,
      where: rule.where.map(({ text }) => text),
      targets: theirs.map(({ provider, model, share }, at) => ({ name: names[at] ?? model, provider, model, share })),
    };
  });
  const { fallback, period, tz, where } = query;
  return {
    rules: numbered(rules),
    fallback: fallback ?? null,
    period: period.label,
    tz,
    where: where.map(({ text }) => text),
    adjustments,
  };
}

/** Throws UsageError unless a rule moves calls to other models, as many as there are. */
export function checkSavable({ mode, rules, growth }: Pick<MovesQuery, 'mode' | 'rules' | 'growth'>): void {
  const moving = rules.some(({ aims }) => aims.some(({ model }) => model !== null));
  if (moving && growth.length === 0) return;
  const which = growth.length > 0 ? 'other traffic' : mode;
  throw new UsageError(
    `--save keeps what moves calls to another model, and ${which} does not.\nSave a --swap or --routes whose rules name models: llmcost simulate --swap gpt-4o=gpt-4o-mini --save NAME`,
  );
}

/** Gives rules that share a target the same number, from 1; those that keep the model have none. */
function numbered(rules: readonly Omit<SavedRule, 'move'>[]): SavedRule[] {
  const moves = rules.map((_, index) => index + 1);
  const keys = rules.map(({ targets }) => targets.map(({ provider, model }) => `${provider}/${model}`));
  for (const [at, mine] of keys.entries()) {
    for (const [other, theirs] of keys.entries()) {
      const [from, to] = [moves[other], moves[at]];
      if (other >= at || from === undefined || to === undefined || !theirs.some((key) => mine.includes(key))) continue;
      for (const [index, move] of moves.entries()) if (move === to) moves[index] = from;
    }
  }
  return rules.map((rule, index) => ({ ...rule, move: rule.targets.length === 0 ? null : (moves[index] ?? null) }));
}
