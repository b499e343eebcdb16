import type { Store } from '../../store/store.js';
import type { Count } from '../count.js';
import { dimensionOf } from '../dimensions.js';
import type { Condition } from '../filter.js';
import { type MetricRow, metricRows } from '../metrics/metric_rows.js';
import type { Period } from '../period.js';
import type { Money } from '../report.js';
import { scopeOf, withPeriod } from '../scope.js';
import type { Offset } from '../zone.js';
import type { Every } from './spans.js';

/** The cost of one model or customer, or of all that are not among the dearest, over time. */
export interface SpendSeries {
  kind: 'group' | 'other';
  /** null is missing. */
  name: string | null;
  /** How many names this series stands for. */
  groups: Count;
  /** One for each span of time: 0 where nothing was used, null where nothing that was used has a price. */
  costs: (Money | null)[];
}

export interface SpendAsked {
  where: readonly Condition[];
  period: Period;
  offsets: readonly Offset[];
  every: Every;
  /** Labels of the spans; null for usage without a time. */
  spans: readonly (string | null)[];
}

/** So many series have a colour of their own. */
const SERIES = 8;

/** The cost of the dearest groups over time, and of the others together; all series sum to the whole cost. `groups` are dearest first. */
export async function spendOverTime(
  store: Store,
  { by, groups }: { by: string; groups: readonly MetricRow[] },
  asked: SpendAsked,
): Promise<SpendSeries[]> {
  const all = groups.reduce((sum, { groups: stands }) => sum + Number(stands), 0);
  const named = groups.filter(({ kind }) => kind === 'group').slice(0, all === SERIES + 1 ? SERIES + 1 : SERIES);
  const names = named.map(({ keys }) => keys[0] ?? null);
  if (names.length === 0) return [];
  const only = (negated: boolean): Condition => ({ text: by, dimension: by, negated, glob: false, values: names });
  const shown = await costRows(store, [asked.every, by], { ...asked, where: [...asked.where, only(false)] });
  const series = names.map((name) =>
    seriesOf(
      asked.spans,
      shown.filter(({ keys }) => keys[1] === name),
      { kind: 'group', name, groups: 1 },
    ),
  );
  if (names.length === all) return series;
  const rest = await costRows(store, [asked.every], { ...asked, where: [...asked.where, only(true)] });
  return [...series, seriesOf(asked.spans, rest, { kind: 'other', name: null, groups: all - names.length })];
}

async function costRows(
  store: Store,
  by: readonly string[],
  { where, period, offsets }: SpendAsked,
): Promise<MetricRow[]> {
  const rows = await metricRows(store, {
    dimensions: by.map((name) => dimensionOf(name, offsets)),
    scope: withPeriod(scopeOf(where, offsets), period),
    metrics: ['cost'],
    sort: { by: 'name', direction: 'asc' },
  });
  return rows.filter(({ kind }) => kind === 'group');
}

function seriesOf(
  spans: readonly (string | null)[],
  rows: readonly MetricRow[],
  head: Omit<SpendSeries, 'costs'>,
): SpendSeries {
  const costs = new Map(rows.map(({ keys, values }) => [keys[0] ?? null, values.cost ?? null]));
  return { ...head, costs: spans.map((span) => (costs.has(span) ? (costs.get(span) ?? null) : '0')) };
}
