import { UsageError } from '../../errors.js';
import { type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { MetricQuery } from '../metrics/metric_rows.js';
import type { ReportSort, rankedSql } from '../metrics/order.js';
import { groupOf, metricsOf } from '../metrics/rows.js';
import { type Cell, metricSeries, type SeriesRow } from '../metrics/series.js';
import { ANY_TABLE } from '../rollups/read.js';
import type { Dimension } from '../scope/dimensions.js';
import type { Bounded } from '../scope/period.js';
import { inPeriod, type Scope, withEither } from '../scope/scope.js';
import { type Both, type Pair, presenceOf } from './comparison.js';
import { costEffects, type Effects } from './effects.js';

/** The usage of two periods that are compared. */
export interface Periods {
  now: Bounded;
  before: Bounded;
  /** The usage asked for, without a period. */
  inAnyTime: Scope;
  by: readonly string[];
  sort: ReportSort;
}

/** The rows of two periods, of whichever had usage; ordered and limited by what is shown of both. UsageError if the periods overlap. */
export async function pairsOfPeriods(store: Store, asked: MetricQuery, periods: Periods): Promise<Pair[]> {
  const { now, before, by } = periods;
  refuseOverlap(now, before);
  const lines = await metricSeries(store, inBoth(asked, periods), {
    time: eraOf(now),
    spans: [before, now],
    ranked: ranking(periods, sql`bucket = 'now'`),
  });
  return lines.map((line) => pairOf(line, by));
}

/** What `metricSeries` must know to order rows by what is shown of the present and the former period. */
export function ranking({ sort, now }: Periods, isNow: Sql): Parameters<typeof rankedSql>[1] {
  return { sort, bucketIsNow: isNow, factIsNow: inPeriod(now) };
}

/** The same question about the usage of both periods. */
export function inBoth(asked: MetricQuery, periods: Periods): MetricQuery {
  return {
    ...asked,
    scope: withEither(periods.inAnyTime, periods.before, periods.now),
    sort: { by: 'name', direction: 'asc' },
  };
}

/** Why the cost of the rows of `pairsOfPeriods`, and of the total, changed. */
export async function effectsOfPeriods(
  store: Store,
  { dimensions }: Pick<MetricQuery, 'dimensions'>,
  { now, before, inAnyTime }: Periods,
): Promise<Effects> {
  return costEffects(store, { scope: withEither(inAnyTime, before, now), now, by: dimensions });
}

/** Throws UsageError if the periods have a moment in common. */
export function refuseOverlap(now: Bounded, before: Bounded): void {
  if (before.since >= now.until || now.since >= before.until) return;
  throw new UsageError(
    `${now.label} and ${before.label} have days in common: nothing can be said of their difference.\nCompare with a period that ends before, for example --compare previous.`,
  );
}

/** 'now' or 'before', of usage that is in one of the two. */
function eraOf(now: Bounded): Dimension {
  return {
    name: 'era',
    home: 'time',
    tables: ANY_TABLE,
    key: sql`case when ${inPeriod(now)} then 'now' else 'before' end`,
    label: (key) => key,
  };
}

function pairOf(line: SeriesRow, by: readonly string[]): Pair {
  const now = line.cells.find(({ label }) => label === 'now');
  const before = line.cells.find(({ label }) => label === 'before');
  if (now === undefined || before === undefined) throw new Error('a comparison without both times');
  return { kind: line.kind, groups: line.groups, group: groupOf(line, by), ...bothOf(now, before) };
}

/** Two cells side by side. */
export function bothOf(now: Cell, before: Cell): Both {
  return {
    now: metricsOf(now),
    before: metricsOf(before),
    presence: presenceOf(now.base.usage_rows !== 0, before.base.usage_rows !== 0),
  };
}
