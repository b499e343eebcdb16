import { priceBookId } from '../rate/book.js';
import type { Store } from '../store/store.js';
import { unusualDays } from './anomalies.js';
import type { Count } from './count.js';
import { type Coverage, coverageOf } from './coverage.js';
import { dimensionOf, isTime } from './dimensions.js';
import type { Condition } from './filter.js';
import { type FlatCost, flatCosts } from './flat_costs.js';
import type { Unit } from './metrics/metric.js';
import { type Base, type MetricRow, metricRows } from './metrics/metric_rows.js';
import type { MetricSort } from './metrics/metric_sql.js';
import { type MetricName, type MetricValues, metricOf, presetOf } from './metrics/metrics.js';
import { overlapsIn } from './overlap.js';
import type { Period } from './period.js';
import { notesOn, undatedRows, unpricedModels } from './report_notes.js';
import { scopeOf, withPeriod, zoneOffsets } from './scope.js';

/** USD as a decimal string, exact. */
export type Money = string;

export interface ReportQuery {
  /** Names of dimensions, checked; none is one row of everything. */
  by: readonly string[];
  /** Undefined: the preset `default`. */
  metrics?: readonly MetricName[] | undefined;
  period: Period;
  /** IANA, checked. */
  tz: string;
  where: readonly Condition[];
  /** Undefined: by cost, or chronologically if only time is asked for. */
  sort?: MetricSort | undefined;
  /** How many groups to show; the rest is one row. */
  top?: number | undefined;
  /** USD as decimal text: groups that cost less are in the row of the rest. */
  minCost?: string | undefined;
  /** The clock. */
  now: Date;
}

/** The metrics asked for, under their names, and how far they can be trusted. */
export interface ReportMetrics extends Partial<MetricValues> {
  /** false if some rows do not tell how many requests they stand for: then `requests` is the least it can be. */
  requests_complete: boolean;
  unpriced_requests: Count;
  /** Rows of usage without a price; may be above 0 while `unpriced_requests` is 0, where rows do not tell their requests. */
  unpriced_rows: Count;
}

export interface ReportRow extends ReportMetrics {
  /** `other` is the sum of all groups that are not shown. */
  kind: 'group' | 'other';
  /** How many groups this row stands for. */
  groups: Count;
  /** Dimension → value; null is missing. Empty in `other`. */
  group: Record<string, string | null>;
}

/** What a metric is. */
export interface ReportMetric {
  name: MetricName;
  unit: Unit;
  title: string;
  means: string;
}

export interface UnpricedModel {
  provider: string | null;
  model: string | null;
  requests: Count;
  input_tokens: Count;
  output_tokens: Count;
}

export interface ReportWarning {
  code: 'unpriced' | 'assumed' | 'undated' | 'unknown_requests' | 'no_usage' | 'counted_twice' | 'unusual_day';
  message: string;
}

export interface CostReport {
  schema: 'llmcost.report/1';
  query: {
    by: readonly string[];
    since: string | null;
    until: string | null;
    period: string;
    tz: string;
    where: string[];
    sort: string;
    top: number | null;
    min_cost: Money | null;
  };
  price_book: string;
  currency: 'USD';
  metrics: ReportMetric[];
  rows: ReportRow[];
  totals: ReportMetrics;
  coverage: Coverage;
  unpriced: UnpricedModel[];
  /** What was paid by time and not by use: beside the totals, not in them. */
  flat_costs: FlatCost[];
  warnings: ReportWarning[];
}

/** Any metrics by any dimensions; what can be added up sums to the totals to the last digit. */
export async function costReport(store: Store, query: ReportQuery): Promise<CostReport> {
  const named = [...query.by, ...query.where.map(({ dimension }) => dimension)];
  const offsets = await zoneOffsets(store, named, query.tz);
  const sort = query.sort ?? defaultSort(query);
  const inAnyTime = scopeOf(query.where, offsets);
  const scope = withPeriod(inAnyTime, query.period);
  const metrics = query.metrics ?? presetOf('default');
  const lines = await metricRows(store, {
    dimensions: query.by.map((name) => dimensionOf(name, offsets)),
    scope,
    metrics,
    sort,
    top: query.top,
    minCost: query.minCost,
  });
  const total = totalOf(lines);
  const totals = metricsOf(total);
  const unpriced = totals.unpriced_rows === 0 ? [] : await unpricedModels(store, scope);
  const bounded = query.period.since !== null || query.period.until !== null;
  const undated = bounded ? await undatedRows(store, inAnyTime) : 0;
  const overlaps = await overlapsIn(store, scope);
  const asked = { scope: inAnyTime, period: query.period, tz: query.tz, thorough: query.by.includes('day') };
  const unusual = await unusualDays(store, asked);
  return {
    schema: 'llmcost.report/1',
    query: described(query, sort),
    price_book: await priceBookId(store),
    currency: 'USD',
    metrics: metrics.map(describedMetric),
    rows: lines.flatMap((line) => (line.kind === 'total' ? [] : [rowOf(line, query.by)])),
    totals,
    coverage: coverageOf(total.base),
    unpriced,
    flat_costs: await flatCosts(store, query.period, query.now),
    warnings: notesOn({ base: total.base, unpriced, undated, overlaps, unusual, query }),
  };
}

/** Chronological if only time is asked for, except when the dearest hours or days are wanted. */
function defaultSort({ by, top, minCost }: ReportQuery): MetricSort {
  const all = top === undefined && minCost === undefined;
  return by.every(isTime) && all ? { by: 'name', direction: 'asc' } : { by: 'cost', direction: 'desc' };
}

function described(query: ReportQuery, sort: MetricSort): CostReport['query'] {
  const { by, period, tz, where, top, minCost } = query;
  return {
    by,
    since: isoText(period.since),
    until: isoText(period.until),
    period: period.label,
    tz,
    where: where.map(({ text }) => text),
    sort: `${sort.by}:${sort.direction}`,
    top: top ?? null,
    min_cost: minCost ?? null,
  };
}

function describedMetric(name: MetricName): ReportMetric {
  const { unit, title, means } = metricOf(name);
  return { name, unit, title, means };
}

function isoText(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}

function totalOf(lines: readonly MetricRow[]): MetricRow {
  const total = lines.find(({ kind }) => kind === 'total');
  if (total === undefined) throw new Error('a report without total');
  return total;
}

function rowOf(line: MetricRow, by: readonly string[]): ReportRow {
  const group = line.kind === 'group' ? by.map((name, index) => [name, line.keys[index] ?? null] as const) : [];
  return {
    kind: line.kind === 'group' ? 'group' : 'other',
    groups: line.groups,
    group: Object.fromEntries(group),
    ...metricsOf(line),
  };
}

function metricsOf({ values, base }: { values: Partial<MetricValues>; base: Base }): ReportMetrics {
  return {
    ...values,
    requests_complete: base.unknown_rows === 0,
    unpriced_requests: base.unpriced_requests,
    unpriced_rows: base.unpriced_rows,
  };
}
