import type { Store } from '../../store/store.js';
import { metricSeries } from '../metrics/series.js';
import type { Dimension } from '../scope/dimensions.js';
import type { Scope } from '../scope/scope.js';
import type { Span } from '../scope/time_buckets.js';
import type { SpendSeries } from './answer.js';

/** The time of a dashboard: how spans are told apart, and all of them. */
export interface Timing {
  time: Dimension;
  spans: readonly Span[];
}

/** So many series have a colour of their own. */
const SERIES = 8;

/** The cost of the dearest of so many groups over time, and of the others together; all series sum to the whole cost. */
export async function spendOverTime(
  store: Store,
  { by, scope, groups }: { by: Dimension; scope: Scope; groups: number },
  timing: Timing,
): Promise<SpendSeries[]> {
  // Nine have nine: the others of one group would be named otherwise.
  const top = groups === SERIES + 1 ? groups : SERIES;
  const rows = await metricSeries(store, { dimensions: [by], scope, metrics: ['cost'], top }, timing);
  return rows.flatMap(({ kind, keys, groups: stands, cells }) =>
    kind === 'total'
      ? []
      : [{ kind, name: keys[0] ?? null, groups: stands, costs: cells.map(({ values }) => values.cost ?? null) }],
  );
}
