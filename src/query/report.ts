import { priceBookId } from '../rate/book.js';
import type { Row, Store } from '../store/store.js';
import { type Count, countOf } from './count.js';
import { dimensionOf, isTime } from './dimensions.js';
import type { Condition } from './filter.js';
import { type FlatCost, flatCosts } from './flat_costs.js';
import { overlapsIn } from './overlap.js';
import type { Period } from './period.js';
import { notesOn, undatedRows, unpricedModels } from './report_notes.js';
import { reportSql, type Sort } from './report_sql.js';
import { scopeOf, withPeriod, zoneOffsets } from './scope.js';

/** USD as a decimal string, exact. */
export type Money = string;

export interface ReportQuery {
  /** Names of dimensions, checked; at least one. */
  by: readonly string[];
  period: Period;
  /** IANA, checked. */
  tz: string;
  where: readonly Condition[];
  /** Undefined: by cost, or chronologically if only time is asked for. */
  sort?: Sort | undefined;
  /** How many groups to show; the rest is one row. */
  top?: number | undefined;
  /** The clock. */
  now: Date;
}

export interface ReportMetrics {
  /** null if no row in it tells how many requests it stands for. */
  requests: Count | null;
  /** false if some rows do not tell: then `requests` is the least it can be. */
  requests_complete: boolean;
  input_tokens: Count;
  output_tokens: Count;
  cached_tokens: Count;
  /** What the priced part cost; null if nothing in it has a price. */
  cost: Money | null;
  /** Of the priced requests; 18 places, half up; null if they cannot be counted. */
  cost_per_request: Money | null;
  /** Of the total cost; 2 places, half up; null where there is no cost to share. */
  share_percent: string | null;
  unpriced_requests: Count;
  /** Rows of usage without a price; may be above 0 while `unpriced_requests` is 0, where rows do not tell their requests. */
  unpriced_rows: Count;
}

export interface ReportRow extends ReportMetrics {
  /** `other` is the sum of all groups that --top left out. */
  kind: 'group' | 'other';
  /** How many groups this row stands for. */
  groups: Count;
  /** Dimension → value; null is missing. Empty in `other`. */
  group: Record<string, string | null>;
}

export interface UnpricedModel {
  provider: string | null;
  model: string | null;
  requests: Count;
  input_tokens: Count;
  output_tokens: Count;
}

export interface ReportWarning {
  code: 'unpriced' | 'assumed' | 'undated' | 'unknown_requests' | 'no_usage' | 'counted_twice';
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
  };
  price_book: string;
  currency: 'USD';
  rows: ReportRow[];
  totals: ReportMetrics;
  coverage: { requests: Count | null; priced_requests: Count; unpriced_requests: Count; assumed_requests: Count };
  unpriced: UnpricedModel[];
  /** What was paid by time and not by use: beside the totals, not in them. */
  flat_costs: FlatCost[];
  warnings: ReportWarning[];
}

/** Requests, tokens and cost by any dimensions; rows sum to the totals to the last digit. */
export async function costReport(store: Store, query: ReportQuery): Promise<CostReport> {
  const named = [...query.by, ...query.where.map(({ dimension }) => dimension)];
  const offsets = await zoneOffsets(store, named, query.tz);
  const sort = query.sort ?? defaultSort(query);
  const inAnyTime = scopeOf(query.where, offsets);
  const scope = withPeriod(inAnyTime, query.period);
  const dimensions = query.by.map((name) => dimensionOf(name, offsets));
  const parts = await store.rows(reportSql(dimensions, scope.test, sort), { ...scope.params, top: query.top ?? null });
  const total = parts.find((part) => part.kind === 'total');
  if (total === undefined) throw new Error('a report without total');
  const totals = metricsOf(total);
  const unpriced = totals.unpriced_rows === 0 ? [] : await unpricedModels(store, scope);
  const assumed = {
    rows: countOf(total.assumed_rows),
    requests: countOf(total.assumed_requests),
    cost: textOf(total.assumed_cost) ?? '0',
  };
  const bounded = query.period.since !== null || query.period.until !== null;
  const undated = bounded ? await undatedRows(store, inAnyTime) : 0;
  const overlaps = await overlapsIn(store, scope);
  return {
    schema: 'llmcost.report/1',
    query: described(query, sort),
    price_book: await priceBookId(store),
    currency: 'USD',
    rows: parts.filter((part) => part.kind !== 'total').map((part) => rowOf(part, query.by)),
    totals,
    coverage: {
      requests: totals.requests,
      priced_requests: countOf(total.priced_requests),
      unpriced_requests: totals.unpriced_requests,
      assumed_requests: assumed.requests,
    },
    unpriced,
    flat_costs: await flatCosts(store, query.period, query.now),
    warnings: notesOn({ totals, unpriced, assumed, undated, overlaps, empty: parts.length === 1 }),
  };
}

/** Chronological if only time is asked for, except when the dearest hours or days are wanted. */
function defaultSort({ by, top }: ReportQuery): Sort {
  return by.every(isTime) && top === undefined ? { by: 'name', direction: 'asc' } : { by: 'cost', direction: 'desc' };
}

function described(query: ReportQuery, sort: Sort): CostReport['query'] {
  const { by, period, tz, where, top } = query;
  return {
    by,
    since: isoText(period.since),
    until: isoText(period.until),
    period: period.label,
    tz,
    where: where.map(({ text }) => text),
    sort: `${sort.by}:${sort.direction}`,
    top: top ?? null,
  };
}

function isoText(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}

function rowOf(part: Row, by: readonly string[]): ReportRow {
  const other = part.kind === 'other';
  const values = by.map((name, index) => [name, textOf(part[`k${index}`])] as const);
  return {
    kind: other ? 'other' : 'group',
    groups: countOf(part.groups),
    group: other ? {} : Object.fromEntries(values),
    ...metricsOf(part),
  };
}

function metricsOf(part: Row): ReportMetrics {
  return {
    requests: part.requests === null ? null : countOf(part.requests),
    requests_complete: countOf(part.unknown_rows) === 0,
    input_tokens: countOf(part.input_tokens),
    output_tokens: countOf(part.output_tokens),
    cached_tokens: countOf(part.cached_tokens),
    cost: textOf(part.cost),
    cost_per_request: textOf(part.cost_per_request),
    share_percent: textOf(part.share_percent),
    unpriced_requests: countOf(part.unpriced_requests),
    unpriced_rows: countOf(part.unpriced_rows),
  };
}

function textOf(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
