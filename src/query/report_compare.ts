import { UsageError } from '../errors.js';
import type { Store } from '../store/store.js';
import { type Compared, type Comparison, compared, effectsOfPeriods, pairsOfPeriods } from './comparison.js';
import { pairsWithReport } from './former_report.js';
import type { MetricQuery } from './metrics/metric_rows.js';
import type { MetricName } from './metrics/metrics.js';
import { type Bounded, boundedPeriod, previousOf } from './period.js';
import type { CompareWith, ReportMetrics, ReportQuery, ReportRow } from './report.js';
import type { Scope } from './scope.js';

/** What a comparison shows unless told otherwise. */
export const COMPARED_METRICS: readonly MetricName[] = ['requests', 'cost', 'cost_per_request'];

interface Present {
  query: ReportQuery;
  asked: MetricQuery;
  inAnyTime: Scope;
  /** The report without comparison. */
  rows: readonly ReportRow[];
  totals: ReportMetrics;
}

/** The rows of a report with what they were in another period, or in an earlier report. */
export async function comparedWith(
  store: Store,
  present: Present,
  compare: CompareWith,
): Promise<Compared & { comparison: Comparison }> {
  const { query, asked, inAnyTime } = present;
  if (query.every !== undefined) {
    throw new UsageError('--compare cannot be combined with --every.\nUse either the one or the other.');
  }
  const { by } = query;
  if (compare.kind === 'report') {
    const pairs = pairsWithReport({ ...present, by, metrics: asked.metrics }, compare.report, compare.file);
    const { period, since, until } = compare.report.query;
    const comparison = { with: `${period} (${compare.file})`, since, until, effects: null };
    return { ...(await compared(store, pairs, asked.metrics)), comparison };
  }
  const { now, before } = timesOf(query, compare);
  const times = { now, before, inAnyTime, by };
  const pairs = await pairsOfPeriods(store, asked, times);
  const answer = await compared(store, pairs, asked.metrics);
  const effects = await effectsOfPeriods(store, times);
  const [since, until] = [before.since, before.until].map((instant) => new Date(instant).toISOString());
  return { ...answer, comparison: { with: before.label, since: since ?? null, until: until ?? null, effects } };
}

function timesOf({ period, tz, now }: ReportQuery, compare: Exclude<CompareWith, { kind: 'report' }>) {
  if (compare.kind === 'previous') return previousOf(period, tz, now);
  const bounded = (one: typeof period): Bounded => boundedPeriod(one, '--compare', now);
  return { now: bounded(period), before: bounded(compare.period) };
}
