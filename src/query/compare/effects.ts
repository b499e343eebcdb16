import { type Sql, sql } from '../../sql.js';
import type { Row, Store } from '../../store/store.js';
import { type Cells, cellsSql } from '../effects/cells_sql.js';
import { EFFECTS, wordsFor } from '../effects/effects.js';
import { effectsSql } from '../effects/steps_sql.js';
import { MERGED_USAGE, placedUsageSql, sideOf, sumUsage, WHOLE_CELLS } from '../effects/usage.js';
import type { CostEffects } from '../report/answer.js';
import type { Dimension } from '../scope/dimensions.js';
import type { Bounded } from '../scope/period.js';
import type { Scope } from '../scope/scope.js';
import { rowEffectsSql } from './effects_sql.js';

export interface Effects {
  total: CostEffects;
  /** Of each row of `metric_slot` that is shown, in their order, then of `(other)`; null where usage of one of the times has no price at all. */
  rows: (CostEffects | null)[];
}

interface Compared {
  /** Usage of both times. */
  scope: Scope;
  now: Bounded;
  /** What rows are grouped by. */
  by: readonly Dimension[];
}

/**
 * Why the cost of priced usage changed: the effects that `llmcost explain` tells, of the total and of rows. The total is the sum of the
 * cells that explain has; a row is the sum of its own, which are the same where its dimensions tell whole cells apart, and else finer.
 * Needs the rows in `metric_slot`, grouped by the same dimensions.
 */
export async function costEffects(store: Store, { scope, now, by }: Compared): Promise<Effects> {
  const { counted, classes, customers } = await sumUsage(store, { scope, span: sideOf(now), by });
  const isGrouped = by.length > 0;
  const isWhole = by.every(({ name }) => WHOLE_CELLS.includes(name) && (customers || name !== 'customer'));
  const [total, rows] = [sql`total_effect`, isWhole ? sql`total_effect` : sql`row_effect`];
  if (isGrouped) await store.run(placedUsageSql(by));
  const placed = isGrouped ? { usage: sql`placed_usage`, keys: [sql`place`] } : {};
  await takeApart(store, rows, { counted, classes, ...placed });
  if (!isWhole) {
    await store.run(MERGED_USAGE);
    await takeApart(store, total, { counted, classes, usage: sql`merged_usage` });
  }
  const found = await store.rows(rowEffectsSql({ total, rows: isGrouped ? rows : null, counted }));
  const whole = found.find(({ kind }) => kind === 'total');
  return {
    total: { ...(whole === undefined ? NOTHING : effectsOf(whole)), parts: partsOf(whole ?? {}, counted) },
    rows: found.filter(({ kind }) => kind !== 'total').map((row) => (row.known === true ? effectsOf(row) : null)),
  };
}

/** Makes the table `effects` of the cells that `effect_usage` has with these keys. */
async function takeApart(store: Store, effects: Sql, cells: Cells): Promise<void> {
  await store.run(cellsSql(sql`compare_cell`, cells));
  await store.run(effectsSql(sql`compare_cell`, effects, cells.keys));
}

const ZERO = '0.000000000000000000';
const NOTHING: CostEffects = {
  before: ZERO,
  now: ZERO,
  change: ZERO,
  volume: ZERO,
  mix: ZERO,
  tokens: ZERO,
  price: ZERO,
  per_request: null,
};

function effectsOf(row: Row): CostEffects {
  const text = (name: string) => String(row[name]);
  const each = {
    before: text('each_before'),
    now: text('each_now'),
    change: text('each_change'),
    mix: text('each_mix'),
    tokens: text('each_tokens'),
    price: text('each_price'),
  };
  return {
    before: text('before'),
    now: text('now'),
    change: text('change'),
    volume: row.volume === null ? null : text('volume'),
    mix: text('mix'),
    tokens: text('tokens'),
    price: text('price'),
    per_request: row.each_change === null ? null : each,
  };
}

function partsOf(row: Row, counted: boolean): CostEffects['parts'] {
  return EFFECTS.map((effect) => {
    const amount = String(row[`part_${effect}`] ?? ZERO);
    return { effect, words: wordsFor(effect, amount, counted), amount };
  });
}
