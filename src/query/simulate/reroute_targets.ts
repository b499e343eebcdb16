import type { Row, Store } from '../../store/store.js';
import { countOf, textOf } from '../scope/values.js';
import type { MoveTarget } from './answer.js';
import { plainFamily } from './cards.js';
import { reasonsSql, targetsSql } from './reroute_sql.js';
import type { MoveRule } from './routing_rules.js';
import type { Target } from './scenario.js';
import type { TokenRatio } from './tokenizers.js';

/** What became of the calls of each target that has any. */
export async function targetsOf(store: Store, rules: readonly MoveRule[], targets: readonly Target[]) {
  const sums = new Map((await store.rows(targetsSql())).map((row) => [Number(row.target_id), row]));
  const reasons = await store.rows<{ target_id: number; reason: string; requests: string }>(reasonsSql());
  return targets
    .filter(({ id }) => sums.has(id))
    .map((target) => {
      const row = sums.get(target.id) ?? {};
      const lacking = reasons.filter(({ target_id }) => target_id === target.id);
      return {
        target,
        rule: rules[target.rule - 1]?.label ?? '',
        provider: target.provider,
        model: target.model,
        share: target.share,
        requests: countOf(row.requests),
        fits_percent: textOf(row.fits_percent),
        fits_cost_percent: textOf(row.fits_cost_percent),
        not_fitting: Object.fromEntries(lacking.map(({ reason, requests }) => [reason, countOf(requests)])),
        unsure: countOf(row.unsure),
        unpriced: countOf(row.unpriced),
        flags: flagsOf(row),
        break_even: textOf(row.break_even),
      };
    });
}

function flagsOf(row: Row): MoveTarget['flags'] {
  return {
    lost_tier: countOf(row.lost_tier),
    early: countOf(row.early),
    no_cache_price: countOf(row.no_cache_price),
    fees: countOf(row.fees),
  };
}

/** The ratio between the tokenizer of some usage and that of a target, as texts; none where it is one. */
export function ratioTexts(from: string, target: Target, { low, mid, high, status }: TokenRatio) {
  if (status === 'same' || target.own) return [];
  const text = (ratio: number) => (ratio / 1_000_000).toFixed(3);
  return [{ from: plainFamily(from), low: text(low), mid: text(mid), high: text(high), status }];
}
