import { UsageError } from '../../errors.js';
import { priceBookId } from '../../rate/book/book.js';
import { type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { COMPARED_METRICS, comparedWith, refuseIncomparable } from '../compare/compare.js';
import { type MetricQuery, type MetricRow, metricRows } from '../metrics/metric_rows.js';
import { type MetricName, metricOf, presetOf } from '../metrics/metrics.js';
import type { ReportSort } from '../metrics/order.js';
import { reportSeries } from '../metrics/report_series.js';
import { groupRows, metricsOf, seriesOf, spanRows } from '../metrics/rows.js';
import { coverageOf } from '../scope/coverage.js';
import { currencyOf, shownAgain, shownMoney } from '../scope/currency.js';
import { dimensionOf, isTime } from '../scope/dimensions.js';
import { scopeOf, visibleNow, withPeriod, zoneOffsets } from '../scope/scope.js';
import { useSnapshot } from '../scope/snapshot.js';
import { isoText } from '../scope/values.js';
import { unusualDays } from './anomalies.js';
import type { CostReport, ReportMetric } from './answer.js';
import { notesOn, undatedRows, unpricedModels } from './notes.js';
import { overlapsIn } from './overlap.js';
import type { ReportQuery } from './query.js';
import { flatCosts } from './subscriptions.js';

/** Any metrics by any dimensions; what can be added up sums to the totals to the last digit. */
export async function costReport(store: Store, query: ReportQuery): Promise<CostReport> {
  const { snapshot } = query;
  if (snapshot !== undefined) await shownAgain(store, () => useSnapshot(store, snapshot, query.now));
  const { every, period, tz } = query;
  const metrics = query.metrics ?? (query.compare === undefined ? presetOf('default') : COMPARED_METRICS);
  if (every === undefined) refuseTimed(metrics);
  refuseIncomparable(query);
  const named = [
    ...query.by,
    ...query.where.map(({ dimension }) => dimension),
    ...(every === undefined ? [] : [every]),
  ];
  const offsets = await zoneOffsets(store, named, tz, period);
  const sort = query.sort ?? defaultSort(query, metrics);
  const inAnyTime = scopeOf(query.where, offsets, await visibleNow(store));
  const scope = withPeriod(inAnyTime, period);
  // What is compared with a period is asked for there, for both at once.
  const here = query.compare === undefined || query.compare.kind === 'report';
  const asked: MetricQuery = {
    dimensions: query.by.map((name) => dimensionOf(name, offsets)),
    scope,
    metrics,
    sort: sort.by === 'change' ? undefined : { by: sort.by, direction: sort.direction },
    top: query.top,
    minCost: query.minCost,
  };
  const series =
    every === undefined || !here ? undefined : await reportSeries(store, asked, { ...query, every, offsets });
  const lines = series?.lines ?? (await metricRows(store, here ? asked : { ...asked, dimensions: [] }));
  const total = totalOf(lines);
  const totals = { ...metricsOf(total), ...seriesOf(total, query.by) };
  const alone = series !== undefined && query.by.length === 0;
  const rows = alone ? spanRows(series.lines, series.every) : groupRows(lines, query.by);
  const { compare } = query;
  const changed =
    compare === undefined
      ? undefined
      : await comparedWith(store, { query, asked, sort, inAnyTime, rows, totals }, compare);
  const unpriced = totals.unpriced_rows === 0 ? [] : await unpricedModels(store, scope);
  const bounded = query.period.since !== null || query.period.until !== null;
  const undated = bounded ? await undatedRows(store, inAnyTime) : 0;
  const overlaps = await overlapsIn(store, scope);
  const thorough = query.by.includes('day');
  const unusual = await unusualDays(store, { scope: inAnyTime, period, tz, thorough, daily: dailyOf(query) });
  const coverage = await coverageOf(store, total.base, { ...query, scope });
  return {
    schema: 'llmcost.report/1',
    query: described(query, sort),
    price_book: await priceBookId(store),
    ...shownMoney(store),
    metrics: metrics.map(describedMetric),
    ...(series === undefined || alone ? {} : { spans: series.spans }),
    rows,
    totals,
    ...changed,
    coverage,
    unpriced,
    flat_costs: await flatCosts(store, query.period, query.now),
    warnings: notesOn({
      base: total.base,
      unpriced,
      undated,
      overlaps,
      unusual,
      query,
      currency: currencyOf(store),
      coverage,
    }),
  };
}

/** A report by nothing but day over all time has added up the days already. */
function dailyOf({ by, period, every, compare }: ReportQuery): Sql | undefined {
  const days = by.length === 1 && by[0] === 'day' && period.since === null;
  if (!days || every !== undefined || compare !== undefined) return undefined;
  return sql`select k0 as day, cost from metric_group where k0 is not null`;
}

function refuseTimed(metrics: readonly MetricName[]): void {
  const timed = metrics.find((name) => metricOf(name).timed === true);
  if (timed === undefined) return;
  throw new UsageError(
    `${timed} is counted over spans of time.\nSay which: --every hour, --every day, --every week or --every month.`,
  );
}

/**
 * Chronological if only time is asked for, except when the dearest hours or days are wanted. A comparison is ordered by what it shows:
 * how much the cost changed, or the first of its metrics.
 */
function defaultSort({ by, top, minCost, compare }: ReportQuery, metrics: readonly MetricName[]): ReportSort {
  const all = top === undefined && minCost === undefined;
  if (by.every(isTime) && all) return { by: 'name', direction: 'asc' };
  if (compare === undefined || compare.kind === 'report') return { by: 'cost', direction: 'desc' };
  return { by: metrics.includes('cost') ? 'change' : (metrics[0] ?? 'cost'), direction: 'desc' };
}

function described(query: ReportQuery, sort: ReportSort): CostReport['query'] {
  const { by, period, tz, where, top, minCost, every } = query;
  return {
    by: by.length === 0 && every !== undefined ? [every] : by,
    since: isoText(period.since),
    until: isoText(period.until),
    period: period.label,
    tz,
    where: where.map(({ text }) => text),
    sort: `${sort.by}:${sort.direction}`,
    top: top ?? null,
    min_cost: minCost ?? null,
    every: every ?? null,
  };
}

function describedMetric(name: MetricName): ReportMetric {
  const { unit, title, means } = metricOf(name);
  return { name, unit, title, means };
}

function totalOf(lines: readonly MetricRow[]): MetricRow {
  const total = lines.find(({ kind }) => kind === 'total');
  if (total === undefined) throw new Error('a report without total');
  return total;
}
