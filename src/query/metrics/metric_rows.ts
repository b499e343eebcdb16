import { identifier, join, sql } from '../../sql.js';
import type { Params, Row, Store } from '../../store/store.js';
import { usageParts } from '../rollups/read.js';
import type { Dimension } from '../scope/dimensions.js';
import type { Scope } from '../scope/scope.js';
import { type Count, countOf, textOf } from '../scope/values.js';
import { type BASE, SELDOM } from './measures.js';
import { type Asked, askedNeeds, groupSql, type MetricSort, rowsSql, slotSql, tablesFor } from './metric_sql.js';
import { type MetricName, type MetricValues, metricOf } from './metrics.js';

export interface MetricQuery {
  /** What rows are grouped by; none gives one group of everything. */
  dimensions: readonly Dimension[];
  scope: Scope;
  metrics: readonly MetricName[];
  /** By cost, the dearest first, unless told otherwise. */
  sort?: MetricSort | undefined;
  /** How many groups to show; the rest is one row. */
  top?: number | undefined;
  /** USD as decimal text: groups that cost less belong to the rest. */
  minCost?: string | undefined;
}

/** What is always added up, whatever the metrics; sums over nothing are 0, costs null. */
export interface Base {
  usage_rows: Count;
  /** Rows that do not tell how many requests they stand for. */
  unknown_rows: Count;
  priced_rows: Count;
  unpriced_rows: Count;
  /** Of the rows that tell. */
  requests: Count;
  unpriced_requests: Count;
  priced_requests: Count;
  assumed_rows: Count;
  assumed_requests: Count;
  assumed_cost: string | null;
}

export interface MetricRow {
  /** `other` is the sum of all groups that are not shown. */
  kind: 'group' | 'other' | 'total';
  /** How many groups this row stands for. */
  groups: Count;
  /** The value of each dimension, as people read it; null is missing; empty in `other` and `total`. */
  keys: (string | null)[];
  base: Base;
  values: Partial<MetricValues>;
}

/**
 * The metrics of usage in scope, by any dimensions: the groups in their order, `(other)` if some are not shown, and the total, which is
 * always there and last. What can be added up sums to the total to the last digit; quantiles are those of all rows a line stands for.
 */
export async function metricRows(store: Store, query: MetricQuery): Promise<MetricRow[]> {
  const { dimensions, scope, metrics, top, minCost } = query;
  const sort = query.sort ?? { by: 'cost', direction: 'desc' };
  const needs = askedNeeds(metrics, sort);
  const nothing = await emptyColumns(store);
  const parts = await usageParts(store, scope, tablesFor(dimensions));
  const asked: Asked = { dimensions, test: scope.test, parts, metrics, needs, sort, nothing };
  const limits: Params = { top: top ?? null, min_cost: minCost ?? null };
  await store.run(groupSql(asked), scope.params);
  await store.run(slotSql(asked), { ...samplingParams(asked, scope), ...limits });
  const rows = await store.rows(rowsSql(asked), samplingParams(asked, scope));
  return rows.map((row) => rowOf(row, query));
}

/** The sums that are 0, because no usage has anything to add; the statistics of a column answer that. */
export async function emptyColumns(store: Store): Promise<ReadonlySet<string>> {
  const tests = Object.keys(SELDOM).map((name) => {
    const column = identifier(name);
    return sql`exists (from usage_fact where ${column} is not null) as ${column}`;
  });
  const found = await store.row(sql`select ${join(tests)}`);
  return new Set(Object.entries(SELDOM).flatMap(([name, sums]) => (found[name] === true ? [] : sums)));
}

/** A statement takes no parameter it does not name: the scope is only asked again where rows are sampled. */
function samplingParams({ needs }: Asked, { params }: Scope): Params {
  return needs.samples.length > 0 || needs.customers ? params : {};
}

/** A row of an answer of `rowsSql`. */
export function rowOf(part: Row, { dimensions, metrics }: MetricQuery): MetricRow {
  const kind = part.kind === 'group' || part.kind === 'other' ? part.kind : 'total';
  return {
    kind,
    groups: countOf(part.groups),
    keys: kind === 'group' ? dimensions.map((_, index) => textOf(part[`k${index}`])) : [],
    base: baseOf(part),
    values: valuesOf(part, metrics),
  };
}

/** What is always added up, out of a row of an answer. */
export function baseOf(part: Row): Base {
  const count = (name: keyof typeof BASE) => countOf(part[`base_${name}`]);
  return {
    usage_rows: count('usage_rows'),
    unknown_rows: count('unknown_rows'),
    priced_rows: count('priced_rows'),
    unpriced_rows: difference(part.base_usage_rows, part.base_priced_rows),
    requests: count('requests'),
    unpriced_requests: count('unpriced_requests'),
    priced_requests: difference(part.base_requests, part.base_unpriced_requests),
    assumed_rows: count('assumed_rows'),
    assumed_requests: count('assumed_requests'),
    assumed_cost: textOf(part.base_assumed_cost),
  };
}

function difference(a: Row[string] | undefined, b: Row[string] | undefined): Count {
  return countOf(String(BigInt(String(a ?? 0)) - BigInt(String(b ?? 0))));
}

/** The metrics, out of a row of an answer. */
export function valuesOf(part: Row, metrics: readonly MetricName[]): Partial<MetricValues> {
  return Object.fromEntries(metrics.map((name) => [name, metricValue(name, part[name])]));
}

function metricValue(name: MetricName, value: Row[string] | undefined): Count | string | null {
  if (value === null || value === undefined) return null;
  const { unit } = metricOf(name);
  if (unit === 'ms') return Number(value);
  return unit === 'count' || unit === 'tokens' ? countOf(value) : String(value);
}
