import { identifier, join, type Sql, sql } from '../../sql.js';
import { unitCost } from './division.js';
import { BASE_SHOWN } from './measures.js';
import { pricedRequests } from './metric.js';
import { type Asked, keysOf, namedKeys, sameKeys, sameSlot, usageSql } from './metric_sql.js';
import { metricOf } from './metrics.js';
import { merged, type Needs, sampled, sampledColumns, sampling } from './needs.js';

/**
 * The metrics of every row (`group`, `other`, `total`) in every span of time, also where there was no usage: kind, position (of a group),
 * bucket, the measures that are always there, and each metric under its name; in the order of time. Needs the tables of `groupSql` and
 * `slotSql`; `span` is a query of bucket, since and until. Parameters: those of `test` and of `span`.
 */
export function cellsSql(asked: Asked, span: Sql): Sql {
  const { dimensions, bucket, needs, metrics } = asked;
  if (bucket === undefined) throw new Error('a series without spans');
  const keys = keysOf(dimensions);
  const base = BASE_SHOWN.map((name) => sql`part.${identifier(name)} as ${identifier(`base_${name}`)}`);
  // Where the spans are the rows a share is that of the span in all of them, else that of the row in its span.
  const cost = dimensions.length === 0 ? sql`sum(part.cost) over ()` : sql`part.cost`;
  const values = metrics.map((name) => sql`${metricOf(name).value} as ${identifier(name)}`);
  return sql`
with span as (
  ${span}
),
cell as (
  select ${PLACE}, part.bucket, ${merged(needs)}
  from metric_group as part
  join (select ${join([...keys, sql`position`, sql`shown`])} from metric_slot) as slot on ${sameKeys(keys, sql`part`, sql`slot`)}
  group by all
  union all by name
  select 'total' as kind, null as position, bucket, ${merged(needs)}
  from metric_group
  group by bucket
)${sampling(needs) ? sql`,${sampleSteps(asked)}` : sql``},
place as (
  select distinct ${PLACE}
  from metric_slot as slot
  union all by name
  select 'total' as kind, null as position
),
part as (
  select
    ${join(partColumns(needs), ',\n    ')}
  from place
  cross join span
  left join cell on cell.kind = place.kind and cell.position is not distinct from place.position
    and cell.bucket is not distinct from span.bucket
  ${sampling(needs) ? SAMPLE_JOIN : sql``}
),
whole as (
  select part.bucket, ${cost} as cost, ${needs.least ? LEAST : sql`null`} as least
  from part
  where part.kind = 'total'
)
select
  ${join([sql`part.kind`, sql`part.position`, sql`${bucket.label(sql`part.bucket`)} as bucket`, ...base, ...values], ',\n  ')}
from part
join whole on whole.bucket is not distinct from part.bucket
order by part.kind, part.position, part.since nulls last`;
}

const PER_REQUEST = unitCost(sql`one.cost`, pricedRequests(sql`one`));

/** What a request cost in the cheapest group of the span. */
const LEAST = sql`(
    select min(case when ${PER_REQUEST} > 0 then ${PER_REQUEST} end)
    from metric_group as one
    where one.bucket is not distinct from part.bucket
  )`;

/** The row a group is shown in. */
const PLACE = sql`case when slot.shown then 'group' else 'other' end as kind, case when slot.shown then slot.position end as position`;

const SAMPLE_JOIN = sql`left join sample on sample.kind = place.kind and sample.position is not distinct from place.position
    and sample.bucket is not distinct from span.bucket`;

function partColumns(needs: Needs): Sql[] {
  return [
    sql`place.kind`,
    sql`place.position`,
    sql`span.bucket`,
    sql`span.since`,
    sql`date_diff('minute', span.since, span.until) as minutes`,
    sql`cell.* exclude (kind, position, bucket)`,
    ...sampledColumns(needs).map((column) => sql`sample.${column}`),
  ];
}

function sampleSteps({ dimensions, bucket, test, needs }: Asked): Sql {
  const time = bucket === undefined ? [] : namedKeys([bucket]).map(({ key }) => ({ name: sql`bucket`, key }));
  const placed = [
    { name: sql`kind`, key: sql`case when slot.shown then 'group' else 'other' end` },
    { name: sql`position`, key: sql`case when slot.shown then slot.position end` },
    ...time,
  ];
  const all = [
    { name: sql`kind`, key: sql`'total'` },
    { name: sql`position`, key: sql`cast(null as bigint)` },
    ...time,
  ];
  const whole = sampled(needs, all, sql`usage_fact as fact where ${test}`);
  // Without dimensions there is one group, and it is the whole.
  if (dimensions.length === 0) {
    return sql`
sample as (
  with whole as (${whole})
  select * from whole
  union all by name
  select * replace ('group' as kind, cast(1 as bigint) as position) from whole
)`;
  }
  const slots = sql`${usageSql(dimensions)} join metric_slot as slot on ${sameSlot(dimensions)} where ${test}`;
  return sql`
sample as (
  ${sampled(needs, placed, slots)}
  union all by name
  ${whole}
)`;
}
