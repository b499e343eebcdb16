import { type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { quotient } from '../metrics/division.js';
import { type MetricName, metricOf } from '../metrics/metrics.js';
import type { Change, ReportMetrics, ReportRow } from '../report/answer.js';
import { type Count, countOf, textOf } from '../scope/values.js';

/** A row (or a cell of a series) now and before, not yet subtracted. */
export interface Both extends Pick<Change, 'presence' | 'effects' | 'before_span'> {
  now: ReportMetrics;
  before: ReportMetrics;
}

export interface Pair extends Both {
  kind: 'group' | 'other' | 'total';
  groups: Count;
  group: ReportRow['group'];
  cells?: Both[];
}

export interface Compared {
  rows: (ReportRow & Change)[];
  totals: ReportMetrics & Change & { series?: (ReportMetrics & Change)[] };
}

/** Whether there was usage at both times, or only at one. */
export function presenceOf(now: boolean, before: boolean): Change['presence'] {
  return now === before ? 'both' : now ? 'new' : 'vanished';
}

/** A time without usage: nothing was counted and nothing paid, everything else is unknown. */
export function nothingOf(metrics: readonly MetricName[]): ReportMetrics {
  const values = metrics.map((name) => {
    const { unit, sample } = metricOf(name);
    if (unit === 'count' || (unit === 'tokens' && sample === undefined)) return [name, 0];
    const paid = unit === 'money' && sample === undefined && !name.startsWith('cost_per_');
    return [name, paid ? '0.000000000000000000' : null];
  });
  return { ...Object.fromEntries(values), requests_complete: true, unpriced_requests: 0, unpriced_rows: 0 };
}

/** Rows and total with what changed. */
export async function compared(
  store: Store,
  pairs: readonly Pair[],
  metrics: readonly MetricName[],
): Promise<Compared> {
  const all = pairs.flatMap((pair): Both[] => [pair, ...(pair.cells ?? [])]);
  const found = await changesOf(store, all, metrics);
  const changes = new Map(all.map((both, index) => [both, found[index] ?? { change: {}, change_percent: {} }]));
  const changed = (both: Both): ReportMetrics & Change => ({
    ...both.now,
    before: both.before,
    ...(changes.get(both) ?? { change: {}, change_percent: {} }),
    presence: both.presence,
    ...(both.effects === undefined ? {} : { effects: both.effects }),
    ...(both.before_span === undefined ? {} : { before_span: both.before_span }),
  });
  const lines = pairs.map((pair) => {
    const { kind, groups, group, cells } = pair;
    const series = cells === undefined ? {} : { series: cells.map(changed) };
    return { kind, groups, group, metrics: { ...changed(pair), ...series } };
  });
  const total = lines.find(({ kind }) => kind === 'total');
  if (total === undefined) throw new Error('a comparison without total');
  return {
    rows: lines.flatMap(({ kind, groups, group, metrics: values }) =>
      kind === 'total' ? [] : [{ kind, groups, group, ...values }],
    ),
    totals: total.metrics,
  };
}

type Changes = Pick<Change, 'change' | 'change_percent'>;

/** DuckDB subtracts: no digit is lost. */
async function changesOf(store: Store, pairs: readonly Both[], metrics: readonly MetricName[]): Promise<Changes[]> {
  const values = pairs.flatMap(({ now, before }, row) =>
    metrics.map((metric) => ({ row, metric, now: textOf(now[metric]), before: textOf(before[metric]) })),
  );
  const found = await store.rows<{ row: number; metric: string; change: string | null; percent: string | null }>(
    sql`
    with pair as (
      select unnest(from_json($values, '[{
        "row": "integer", "metric": "varchar", "now": "decimal(38, 18)", "before": "decimal(38, 18)"
      }]'), recursive := true)
    ),
    changed as (
      select *, now - before as change, ${units(sql`abs(now - before)`)} as distance, ${units(sql`abs(before)`)} as base
      from pair
    )
    select
      "row",
      metric,
      cast(change as varchar) as change,
      cast(sign(change) * ${quotient(sql`(100 * distance)`, sql`base`, 2)} as varchar) as percent
    from changed`,
    { values: JSON.stringify(values) },
  );
  const changes = pairs.map((): Changes => ({ change: {}, change_percent: {} }));
  for (const { row, metric, change, percent } of found) {
    const name = metrics.find((one) => one === metric);
    const at = changes[row];
    if (name === undefined || at === undefined) continue;
    at.change[name] = change === null ? null : inUnit(name, change);
    at.change_percent[name] = percent;
  }
  return changes;
}

function units(value: Sql): Sql {
  return sql`cast(replace(cast(${value} as varchar), '.', '') as hugeint)`;
}

/** 18 places → those of the metric. */
function inUnit(name: MetricName, change: string): Count {
  const { unit } = metricOf(name);
  if (unit === 'money') return change;
  if (unit === 'ms') return Number(change);
  const [whole = '0', rest = ''] = change.split('.');
  return unit === 'count' || unit === 'tokens' ? countOf(whole) : `${whole}.${rest.slice(0, 2)}`;
}
