import { UsageError } from '../../errors.js';
import { type Sql, sql } from '../../sql.js';
import type { Params, Row, Store } from '../../store/store.js';
import { usageParts } from '../rollups/read.js';
import type { Dimension } from '../scope/dimensions.js';
import type { Span } from '../scope/time_buckets.js';
import { timestampText } from '../scope/time_zone.js';
import { type Base, baseOf, emptyColumns, type MetricQuery, type MetricRow, rowOf, valuesOf } from './metric_rows.js';
import { type Asked, askedNeeds, groupSql, type MetricSort, rowsSql, slotSql, tablesFor } from './metric_sql.js';
import type { MetricName, MetricValues } from './metrics.js';
import { type Ranking, rankedSql } from './order.js';
import { cellsSql } from './series_sql.js';

/** One row in one span of time; zeros and unknowns where there was no usage. */
export interface Cell {
  /** The span as people read it; null holds what has no time. */
  label: string | null;
  base: Base;
  values: Partial<MetricValues>;
}

export interface SeriesRow extends MetricRow {
  /** In the order of time, one for each span; the last one has no label if some usage has no time. */
  cells: Cell[];
}

/**
 * The rows of `metricRows`, each with its metrics in every span. `time` tells the spans apart: a dimension of usage that is the same
 * within one of them and another in each. The cells of a row sum up to it, the rows of a span to its total. With `ranked` the order and
 * the limits are those of a comparison, not those of the query.
 */
export async function metricSeries(
  store: Store,
  query: MetricQuery,
  { time, spans, ranked }: { time: Dimension; spans: readonly Span[]; ranked?: Ranking },
): Promise<SeriesRow[]> {
  const { dimensions, scope, metrics, top, minCost } = query;
  const sort = query.sort ?? { by: 'cost', direction: 'desc' };
  const minutes = Math.round(spans.reduce((sum, { since, until }) => sum + until - since, 0) / 60_000);
  const needs = askedNeeds(metrics, orderOf(ranked, sort));
  const nothing = await emptyColumns(store);
  const parts = await usageParts(store, scope, tablesFor([...dimensions, time]));
  const asked: Asked = { dimensions, bucket: time, test: scope.test, parts, metrics, needs, sort, minutes, nothing };
  const samples: Params = asked.needs.samples.length > 0 || asked.needs.customers ? scope.params : {};
  await store.run(groupSql(asked), scope.params);
  const limits: Params = { top: top ?? null, min_cost: minCost ?? null };
  await store.run(slotSql(asked), { ...samples, ...limits });
  if (ranked !== undefined)
    await store.run(rankedSql(asked, ranked), { ...(ranked.sort.by === 'change' ? {} : samples), ...limits });
  await refuseTooMany(store, spans.length);
  const rows = await store.rows(rowsSql(asked), samples);
  const cells = await store.rows(cellsSql(asked, spanSql(time)), { ...samples, ...spanParams(spans) });
  const placed = new Map<string, Cell[]>();
  for (const cell of cells) {
    const place = placeOf(cell);
    placed.set(place, placed.get(place) ?? []);
    placed.get(place)?.push(cellOf(cell, metrics));
  }
  return rows.map((row) => ({ ...rowOf(row, query), cells: placed.get(placeOf(row)) ?? [] }));
}

function orderOf(ranked: Ranking | undefined, sort: MetricSort): MetricSort {
  if (ranked === undefined || ranked.sort.by === 'change') return sort;
  return { by: ranked.sort.by, direction: ranked.sort.direction };
}

const MOST_CELLS = 500_000;

async function refuseTooMany(store: Store, spans: number): Promise<void> {
  const { groups } = await store.row<{ groups: number }>(
    sql`select cast(count(*) as integer) as groups from metric_slot where shown`,
  );
  if (groups * spans <= MOST_CELLS) return;
  throw new UsageError(
    `A series of ${spans} spans for each of ${groups} rows has more than ${MOST_CELLS.toLocaleString('en-US')} entries.\nShow the largest with --top 20, take longer spans, or a shorter period.`,
  );
}

function placeOf({ kind, position }: Row): string {
  return `${kind} ${position}`;
}

function cellOf(cell: Row, metrics: readonly MetricName[]): Cell {
  const { bucket = null } = cell;
  return { label: bucket === null ? null : String(bucket), base: baseOf(cell), values: valuesOf(cell, metrics) };
}

/** The spans, and one more for what has no time, if there is any. */
function spanSql({ key }: Dimension): Sql {
  return sql`select ${key} as bucket, fact.occurred_at as since, fact.until
  from (
    select unnest(cast($starts as timestamp[])) as occurred_at, unnest(cast($ends as timestamp[])) as until
  ) as fact
  union all
  select null, null, null
  where exists (from metric_group where bucket is null)`;
}

function spanParams(spans: readonly Span[]): Params {
  const list = (moments: readonly number[]) => `[${moments.map(timestampText).join(', ')}]`;
  return { starts: list(spans.map(({ since }) => since)), ends: list(spans.map(({ until }) => until)) };
}
