import type { Row, Store } from '../../store/store.js';
import { emptyColumns } from '../metrics/metric_rows.js';
import { askedNeeds, groupSql, tablesFor } from '../metrics/metric_sql.js';
import type { CostEffects } from '../report/answer.js';
import { usageParts } from '../rollups/read.js';
import type { Dimension } from '../scope/dimensions.js';
import type { Scope } from '../scope/scope.js';
import { effectsSql } from './effects_sql.js';

export interface Effects {
  total: CostEffects;
  /** Of each row of `metric_slot` that is shown, in their order, then of `(other)`; null where usage of one of the times has no price at all. */
  rows: (CostEffects | null)[];
}

interface Compared {
  /** Usage of both times. */
  scope: Scope;
  /** Tells usage apart by 'before' and 'now'. */
  era: Dimension;
  /** What rows are grouped by. */
  by: readonly Dimension[];
  /** What counts as the same: requests may move from one to another (the mix). */
  same: readonly Dimension[];
}

/**
 * The change of the cost of priced usage, step by step: first only the number of requests changes (volume), then where they go (mix),
 * then how many tokens each has, then what a token costs. Each step is what the cost would be with all changes so far; it is rounded half
 * up to 12 places, and differences of exact sums are exact. What is new has no price of before: its cost belongs to the mix, or to the
 * volume if nothing was there at all. A row is taken apart by itself: by its requests, and what they went to. Needs the rows in
 * `metric_slot`, grouped by the same dimensions; overwrites `metric_group`.
 */
export async function costEffects(store: Store, { scope, era, by, same }: Compared): Promise<Effects> {
  const sort = { by: 'name', direction: 'asc' } as const;
  const dimensions = [...by, ...same.filter(({ name }) => !by.some((one) => one.name === name))];
  await store.run(
    groupSql({
      dimensions,
      bucket: era,
      test: scope.test,
      parts: await usageParts(store, scope, tablesFor([...dimensions, era])),
      metrics: [],
      needs: askedNeeds(['cost_per_million_tokens'], sort),
      sort,
      nothing: await emptyColumns(store),
    }),
    scope.params,
  );
  const places = same.map(({ name }) => dimensions.findIndex((one) => one.name === name));
  const found = await store.rows(effectsSql({ by: by.length, same: places }));
  const total = found.find(({ kind }) => kind === 'total');
  return {
    total: total === undefined ? NOTHING : effectsOf(total),
    rows: found.filter(({ kind }) => kind !== 'total').map((row) => (row.known === true ? effectsOf(row) : null)),
  };
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
