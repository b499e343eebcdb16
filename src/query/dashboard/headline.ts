import { integer, join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { atto, quotient } from '../metrics/division.js';
import type { Unit } from '../metrics/metric.js';
import type { MetricRow } from '../metrics/metric_rows.js';
import { type MetricName, metricOf } from '../metrics/metrics.js';

/** What a dashboard begins with. */
export const HEADLINE = [
  'cost',
  'requests',
  'cost_per_request',
  'error_rate',
  'latency_p95',
  'cache_savings',
] as const satisfies readonly MetricName[];

/** One figure of the whole period beside that of the period before. */
export interface HeadlineFigure {
  metric: (typeof HEADLINE)[number];
  unit: Unit;
  title: string;
  /** A whole number, or decimal text; null where it is not known. */
  value: number | string | null;
  /** The same of the period before; null where there is none, or it is not known. */
  previous: number | string | null;
  /** By how many percent of `previous` the value is above it, 2 places, half away from 0; null where `previous` is 0 or not known. */
  change_percent: string | null;
  /** value − previous, exact; null where one of them is not known. */
  change: string | null;
}

/** The figures of two totals, and how they changed: subtracted and divided as decimals. */
export async function headlineOf(
  store: Store,
  now: MetricRow,
  before: MetricRow | undefined,
): Promise<HeadlineFigure[]> {
  const known = HEADLINE.filter((name) => isKnown(now, name) && isKnown(before, name));
  const changes = known.length === 0 ? [] : await store.rows<Change>(changeSql(known, { now, before }));
  const changeOf = new Map(changes.map((change) => [change.metric, change]));
  return HEADLINE.map((metric) => ({
    metric,
    unit: metricOf(metric).unit,
    title: metricOf(metric).title,
    value: now.values[metric] ?? null,
    previous: before === undefined || before.base.usage_rows === 0 ? null : (before.values[metric] ?? null),
    change_percent: changeOf.get(metric)?.change_percent ?? null,
    change: changeOf.get(metric)?.change ?? null,
  }));
}

type Change = { metric: string; change_percent: string | null; change: string | null };

function isKnown(row: MetricRow | undefined, name: MetricName): boolean {
  return row !== undefined && row.base.usage_rows !== 0 && (row.values[name] ?? null) !== null;
}

function changeSql(names: readonly MetricName[], rows: { now: MetricRow; before: MetricRow | undefined }): Sql {
  const lines = names.map(
    (name, index) =>
      sql`select ${integer(index)} as place, ${literal(name)} as metric, ${amount(rows.now, name)} as value, ${amount(rows.before, name)} as previous`,
  );
  const percent = quotient(sql`(100 * abs(${atto(sql`value`)} - ${atto(sql`previous`)}))`, atto(sql`abs(previous)`), 2);
  return sql`
with figure as (
  ${join(lines, '\n  union all\n  ')}
)
select
  metric,
  case when value < previous then -${percent} else ${percent} end as change_percent,
  value - previous as change
from figure
order by place`;
}

function amount(row: MetricRow | undefined, name: MetricName): Sql {
  return sql`cast(${literal(String(row?.values[name]))} as decimal(38, 18))`;
}
