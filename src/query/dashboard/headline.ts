import { integer, join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { atto, quotient } from '../metrics/division.js';
import type { MetricRow } from '../metrics/metric_rows.js';
import { type MetricName, metricOf } from '../metrics/metrics.js';
import { HEADLINE, type HeadlineFigure } from './answer.js';

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
