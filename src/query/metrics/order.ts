import { UsageError } from '../../errors.js';
import { identifier, join, type Sql, sql } from '../../sql.js';
import { type Asked, keysOf, minutesSql, namedKeys, orderSql, sameKeys, usageSql, wholeSql } from './metric_sql.js';
import { METRIC_NAMES, type MetricName, metricByName } from './metrics.js';
import { merged, sampled, sampledColumns, sampling } from './needs.js';

/** `change` is by how much the cost changed, in either direction. */
export interface ReportSort {
  by: MetricName | 'name' | 'change';
  direction: 'asc' | 'desc';
}

/** An order as --sort takes it: the name of a metric, `name` or `change`, with :asc or :desc. Throws UsageError, which lists them. */
export function parseSort(text: string): ReportSort {
  const [word = '', direction, ...rest] = text.split(':');
  const by = word === 'name' || word === 'change' ? word : metricByName(word);
  if (by === undefined || rest.length > 0 || !['asc', 'desc', undefined].includes(direction)) {
    throw new UsageError(
      `--sort '${text}' is not an order.\nPossible are: name, change (with --compare), ${METRIC_NAMES.join(', ')}; with :asc or :desc, for example --sort requests:desc.`,
    );
  }
  const usual = by === 'name' ? 'asc' : 'desc';
  return { by, direction: direction === 'asc' || direction === 'desc' ? direction : usual };
}

export interface Ranking {
  sort: ReportSort;
  /** Whether a row of `metric_group` is of the present period, and whether one of usage_fact (aliased fact) is. */
  bucketIsNow: Sql;
  factIsNow: Sql;
}

/**
 * Orders the groups of `metric_slot` anew, by what a comparison shows: the change of the cost, or a metric of the present period. Shown
 * are then the first $top, of those that cost $min_cost or more in one of the periods. Parameters: these and, where single rows are
 * sampled, those of `test`.
 */
export function rankedSql(asked: Asked, ranking: Ranking): Sql {
  const { sort } = ranking;
  const keys = keysOf(asked.dimensions);
  return sql`
create or replace temp table metric_slot as
with era as (
  select
    ${join([...keys, costOf(ranking.bucketIsNow, 'cost_now'), costOf(sql`not (${ranking.bucketIsNow})`, 'cost_before')], ',\n    ')}
  from metric_group
  ${keys.length === 0 ? sql`` : sql`group by ${join(keys)}`}
),
${sort.by === 'change' ? byChange(keys, sort) : byMetric(asked, ranking, sort.by)}
select
  slot.* exclude (position, shown),
  ranked.position,
  ranked.position <= coalesce(cast($top as bigint), ranked.position)
    and coalesce(greatest(era.cost_now, era.cost_before) >= cast($min_cost as decimal(38, 18)), $min_cost is null) as shown
from metric_slot as slot
join ranked on ${sameKeys(keys, sql`slot`, sql`ranked`)}
join era on ${sameKeys(keys, sql`slot`, sql`era`)}`;
}

function costOf(isThen: Sql, name: string): Sql {
  return sql`sum(cost) filter (where ${isThen}) as ${identifier(name)}`;
}

function byChange(keys: readonly Sql[], { direction }: ReportSort): Sql {
  const change = sql`abs(coalesce(era.cost_now, 0) - coalesce(era.cost_before, 0))`;
  const order = [
    sql`${change} ${direction === 'asc' ? sql`asc` : sql`desc`}`,
    ...keys.map((key) => sql`era.${key} asc nulls last`),
  ];
  return sql`ranked as (
  select ${join([...keys.map((key) => sql`era.${key}`), sql`row_number() over (order by ${join(order)}) as position`])}
  from era
)`;
}

/** By a metric of the present period (or by name). */
function byMetric(asked: Asked, { factIsNow, bucketIsNow, sort }: Ranking, by: MetricName | 'name'): Sql {
  const { dimensions, test, needs } = asked;
  const keys = keysOf(dimensions);
  const usage = sql`${usageSql(dimensions)} where ${test} and ${factIsNow}`;
  const samples = sampling(needs) ? sql`sample as (${sampled(needs, namedKeys(dimensions), usage)}),` : sql``;
  return sql`present as (
  select ${join([...keys, merged(needs)])}
  from metric_group
  where ${bucketIsNow}
  ${keys.length === 0 ? sql`` : sql`group by ${join(keys)}`}
),
${samples}
part as (
  select ${join([...keys.map((key) => sql`era.${key}`), sql`present.* ${keys.length === 0 ? sql`` : sql`exclude (${join(keys)})`}`, minutesSql(asked), ...sampledColumns(needs).map((column) => sql`sample.${column}`)])}
  from era
  left join present on ${sameKeys(keys, sql`era`, sql`present`)}
  ${sampling(needs) ? sql`left join sample on ${sameKeys(keys, sql`era`, sql`sample`)}` : sql``}
),
${wholeSql(needs)},
ranked as (
  select ${join([...keys.map((key) => sql`part.${key}`), sql`row_number() over (order by ${orderSql({ by, direction: sort.direction }, keys)}) as position`])}
  from part
  cross join whole
)`;
}
