import { UsageError } from '../errors.js';
import { literal, type Sql, sql } from '../sql.js';
import type { Store } from '../store/store.js';
import { textOf } from './cells.js';
import { type Count, countOf } from './count.js';
import { type Dimension, dimensionOf } from './dimensions.js';
import { type CostEffects, costEffects } from './effects.js';
import { quotient } from './metrics/division.js';
import type { MetricQuery } from './metrics/metric_rows.js';
import { type MetricName, metricOf } from './metrics/metrics.js';
import { metricSeries, type SeriesRow } from './metrics/series.js';
import type { Bounded } from './period.js';
import type { ReportMetrics, ReportRow } from './report.js';
import { groupOf, metricsOf } from './report_rows.js';
import { ANY_TABLE } from './rolled.js';
import type { Scope } from './scope.js';
import { timestampText } from './zone.js';

/** How a row changed. */
export interface Change {
  before: ReportMetrics;
  /** now − before, in the unit of each metric; null where one of them is not known. */
  change: Partial<Record<MetricName, Count | null>>;
  /** The same in percent of before; 2 places, half up; null where there was nothing before. */
  change_percent: Partial<Record<MetricName, string | null>>;
  presence: 'both' | 'new' | 'vanished';
}

export interface Comparison {
  /** The period, or the file. */
  with: string;
  since: string | null;
  until: string | null;
  /** null where the usage of before is not at hand. */
  effects: CostEffects | null;
}

/** A row now and before, not yet subtracted. */
export interface Pair extends Pick<Change, 'presence'> {
  kind: 'group' | 'other' | 'total';
  groups: Count;
  group: ReportRow['group'];
  now: ReportMetrics;
  before: ReportMetrics;
}

export interface Compared {
  rows: (ReportRow & Change)[];
  totals: ReportMetrics & Change;
}

interface Times {
  now: Bounded;
  before: Bounded;
  /** The usage asked for, without a period. */
  inAnyTime: Scope;
  by: readonly string[];
}

/** The rows of two periods, of whichever had usage; ordered and limited by both together. UsageError if the periods overlap. */
export async function pairsOfPeriods(store: Store, asked: MetricQuery, times: Times): Promise<Pair[]> {
  const { now, before, by } = times;
  if (before.since < now.until && now.since < before.until) throw overlapping(now, before);
  const lines = await metricSeries(
    store,
    { ...asked, scope: bothTimes(times) },
    { time: eraOf(now), spans: [before, now] },
  );
  return lines.map((line) => pairOf(line, by));
}

/** Why the cost changed from the one period to the other; requests move between models. */
export async function effectsOfPeriods(store: Store, times: Times): Promise<CostEffects> {
  const dimensions = ['provider', 'model'].map((name) => dimensionOf(name, []));
  return costEffects(store, { scope: bothTimes(times), era: eraOf(times.now), dimensions });
}

function overlapping(now: Bounded, before: Bounded): UsageError {
  return new UsageError(
    `${now.label} and ${before.label} have days in common: nothing can be said of their difference.\nCompare with a period that ends before, for example --compare previous.`,
  );
}

function bothTimes({ now, before, inAnyTime }: Times): Scope {
  const { params, rolled } = inAnyTime;
  const test = sql`${inAnyTime.test} and (${within(now)} or ${within(before)})`;
  if (rolled?.of !== inAnyTime.test) return { test, params };
  return { test, params, rolled: { ...rolled, of: test, times: [before, now] } };
}

function within({ since, until }: Bounded): Sql {
  return sql`(fact.occurred_at >= ${moment(since)} and fact.occurred_at < ${moment(until)})`;
}

function moment(instant: number): Sql {
  return sql`timestamp ${literal(timestampText(instant))}`;
}

/** 'now' or 'before', of usage that is in one of the two. */
function eraOf(now: Bounded): Dimension {
  return {
    name: 'era',
    home: 'time',
    tables: ANY_TABLE,
    key: sql`case when ${within(now)} then 'now' else 'before' end`,
    label: (key) => key,
  };
}

function pairOf(line: SeriesRow, by: readonly string[]): Pair {
  const now = line.cells.find(({ label }) => label === 'now');
  const before = line.cells.find(({ label }) => label === 'before');
  if (now === undefined || before === undefined) throw new Error('a comparison without both times');
  const [present, past] = [now.base.usage_rows !== 0, before.base.usage_rows !== 0];
  return {
    kind: line.kind,
    groups: line.groups,
    group: groupOf(line, by),
    now: metricsOf(now),
    before: metricsOf(before),
    presence: present === past ? 'both' : present ? 'new' : 'vanished',
  };
}

/** Rows and total with what changed. */
export async function compared(
  store: Store,
  pairs: readonly Pair[],
  metrics: readonly MetricName[],
): Promise<Compared> {
  const changes = await changesOf(store, pairs, metrics);
  const changed = pairs.map(({ now, before, presence, ...row }, index) => ({
    row,
    metrics: { ...now, before, ...(changes[index] ?? { change: {}, change_percent: {} }), presence },
  }));
  const total = changed.find(({ row }) => row.kind === 'total');
  if (total === undefined) throw new Error('a comparison without total');
  return {
    rows: changed.flatMap(({ row: { kind, ...row }, metrics: found }) =>
      kind === 'total' ? [] : [{ kind, ...row, ...found }],
    ),
    totals: total.metrics,
  };
}

type Changes = Pick<Change, 'change' | 'change_percent'>;

/** DuckDB subtracts: no digit is lost. */
async function changesOf(store: Store, pairs: readonly Pair[], metrics: readonly MetricName[]): Promise<Changes[]> {
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
