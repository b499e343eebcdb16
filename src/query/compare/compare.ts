import { UsageError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { MetricQuery } from '../metrics/metric_rows.js';
import type { MetricName } from '../metrics/metrics.js';
import type { ReportSort } from '../metrics/order.js';
import type { ComparedSpan, Comparison, ReportMetrics, ReportRow } from '../report/answer.js';
import type { CompareWith, ReportQuery } from '../report/query.js';
import { currencyOf } from '../scope/currency.js';
import { type Bounded, boundedPeriod, previousOf } from '../scope/period.js';
import { type Scope, zoneOffsets } from '../scope/scope.js';
import { EVERY } from '../scope/time_buckets.js';
import { type Compared, compared, type Pair } from './comparison.js';
import type { Effects } from './effects.js';
import { effectsOfPeriods, type Periods, pairsOfPeriods } from './periods.js';
import { pairsWithReport } from './saved_report.js';
import { pairsOfSpans, timesOf, withSeries } from './series.js';

/** What a comparison shows unless told otherwise. */
export const COMPARED_METRICS: readonly MetricName[] = ['requests', 'cost', 'cost_per_request'];

interface Present {
  query: ReportQuery;
  asked: MetricQuery;
  sort: ReportSort;
  inAnyTime: Scope;
  /** The report without comparison; of a comparison with a period only the total. */
  rows: readonly ReportRow[];
  totals: ReportMetrics;
}

/** Throws UsageError of what cannot be set beside anything. */
export function refuseIncomparable({
  by,
  every,
  compare,
  sort,
}: Pick<ReportQuery, 'by' | 'every' | 'compare' | 'sort'>): void {
  if (compare === undefined) {
    if (sort?.by !== 'change') return;
    throw new UsageError(
      '--sort change orders by how much the cost changed, and nothing is compared.\nAdd --compare previous, or sort by another metric.',
    );
  }
  if (compare.kind === 'report') {
    if (every !== undefined) {
      throw new UsageError(
        '--every sets each span beside one of another period, not of a file.\nName the period: --compare previous, or --compare 2026-09.',
      );
    }
    if (sort?.by === 'change') {
      throw new UsageError(
        '--sort change needs the usage of before, and a file has only its rows.\nName the period: --compare previous, or sort by another metric.',
      );
    }
    return;
  }
  const time = EVERY.find((name) => by.includes(name));
  if (time === undefined) return;
  throw new UsageError(
    `No ${time} is in both periods: --by ${time} has nothing to compare.\nSet every ${time} beside that of the former period: --every ${time}${by.length === 1 ? '' : ` --by ${by.filter((name) => name !== time).join(',')}`} --compare …`,
  );
}

/** The rows of a report with what they were in another period, or in an earlier report. */
export async function comparedWith(
  store: Store,
  present: Present,
  compare: CompareWith,
): Promise<Compared & { comparison: Comparison; spans?: ComparedSpan[] }> {
  const { query, asked } = present;
  if (compare.kind === 'report') {
    refuseOtherCurrency(compare, currencyOf(store));
    const pairs = pairsWithReport({ ...present, by: query.by, metrics: asked.metrics }, compare.report, compare.file);
    const { period, since, until } = compare.report.query;
    const comparison = { with: `${period} (${compare.file})`, since, until, effects: null };
    return { ...(await compared(store, pairs, asked.metrics)), comparison };
  }
  const { now, before } = comparedPeriods(query, compare);
  const periods: Periods = { now, before, inAnyTime: present.inAnyTime, by: query.by, sort: present.sort };
  const { pairs, spans } = await pairsAsked(store, asked, periods, query);
  const effects = await effectsOfPeriods(store, asked, periods);
  const answer = await compared(store, withEffects(pairs, effects, query), asked.metrics);
  const [since, until] = [before.since, before.until].map((instant) => new Date(instant).toISOString());
  const comparison = { with: before.label, since: since ?? null, until: until ?? null, effects: effects.total };
  return { ...answer, comparison, ...(spans === undefined ? {} : { spans }) };
}

async function pairsAsked(
  store: Store,
  asked: MetricQuery,
  periods: Periods,
  { every, tz, now, by }: ReportQuery,
): Promise<{ pairs: Pair[]; spans?: ComparedSpan[] }> {
  if (every === undefined) return { pairs: await pairsOfPeriods(store, asked, periods) };
  const { now: is, before: was } = periods;
  const both = { since: Math.min(is.since, was.since), until: Math.max(is.until, was.until) };
  const times = await timesOf(store, periods, { every, tz, now }, await zoneOffsets(store, [every], tz, both));
  if (by.length === 0) return { pairs: await pairsOfSpans(store, asked, periods, times) };
  return withSeries(store, { pairs: await pairsOfPeriods(store, asked, periods), asked, periods }, times);
}

/** Rows come in the order of `effects`, the total last; spans of time have none of their own. */
function withEffects(pairs: readonly Pair[], effects: Effects, { by }: ReportQuery): Pair[] {
  const rows = pairs.filter(({ kind }) => kind !== 'total').length;
  if (by.length > 0 && rows !== effects.rows.length) throw new Error('effects of other rows than those shown');
  return pairs.map((pair, index) => {
    if (pair.kind === 'total') return { ...pair, effects: effects.total };
    return by.length === 0 ? pair : { ...pair, effects: effects.rows[index] ?? null };
  });
}

function comparedPeriods({ period, tz, now }: ReportQuery, compare: Exclude<CompareWith, { kind: 'report' }>) {
  if (compare.kind === 'previous') return previousOf(period, tz, now);
  const bounded = (one: typeof period): Bounded => boundedPeriod(one, '--compare', now);
  return { now: bounded(period), before: bounded(compare.period) };
}

/** Throws UsageError where an earlier report is in another currency: amounts of two are no change. */
function refuseOtherCurrency({ report, file }: Extract<CompareWith, { kind: 'report' }>, currency: string): void {
  if (report.currency === currency) return;
  throw new UsageError(
    `${file} is in ${report.currency}, this report in ${currency}.\nAsk for the same: --currency ${report.currency}.`,
  );
}
