import { literal, type Sql, sql } from '../../sql.js';
import { atto, fromAtto, proportion } from '../metrics/division.js';

/** What recurs earns in the calendar month from `month` on; a year's twelve months sum up to it. */
function monthly(amount: Sql): Sql {
  const whole = atto(amount);
  const day = sql`date_trunc('month', starts)`;
  const upTo = (count: Sql, of: Sql) => proportion(whole, sql`cast(${count} as hugeint)`, of);
  const between = (count: (month: Sql) => Sql, of: Sql) =>
    sql`(${upTo(count(sql`(month + interval 1 month)`), of)} - ${upTo(count(sql`month`), of)})`;
  const days = (month: Sql) => sql`date_diff('day', ${day}, ${month})`;
  return sql`case recurs
      when 'month' then ${whole}
      when 'year' then ${between((month) => sql`date_diff('month', ${day}, ${month})`, sql`12`)}
      when 'week' then ${between(days, sql`7`)}
      when 'day' then ${between(days, sql`1`)}
    end`;
}

/**
 * What counts, in a currency where there is a rate of the day it begins, over a stretch of time: `moment` is null, or the one moment it is
 * earned at. What recurs becomes a stretch for each month of the span. Parameters: $since, $until (of the wall clock), $rates.
 */
export function datedSql(currency: string): Sql {
  return sql`
create or replace temp table revenue_dated as
with counted as (
  select
    *,
    date_trunc('day', starts) as first_day,
    date_trunc('day', ends) as end_day
  from revenue_judged
  where left_out is null and amount <> 0
),
stretch as (
  select
    kind, customer, plan, feature, currency,
    ${atto(sql`amount`)} as units,
    case when end_day > first_day then null else starts end as moment,
    first_day as anchor,
    end_day as anchor_end,
    first_day as clip_from,
    end_day as clip_to
  from counted
  where recurs is null
  union all by name
  select
    kind, customer, plan, feature, currency,
    ${monthly(sql`amount`)} as units,
    cast(null as timestamp) as moment,
    month as anchor,
    month + interval 1 month as anchor_end,
    greatest(month, first_day) as clip_from,
    least(month + interval 1 month, end_day) as clip_to
  from (
    select *, unnest(generate_series(
      date_trunc('month', greatest(starts, cast($since as timestamp))),
      least(coalesce(ends, cast($until as timestamp)), cast($until as timestamp)),
      interval 1 month
    )) as month
    from counted
    where recurs is not null
  ) as running
),
rate as (
  select
    currency,
    cast("from" as timestamp) as valid_from,
    cast(replace(cast(usd as varchar), '.', '') as hugeint) as usd_units
  from (
    select unnest(from_json($rates, '[{"currency": "varchar", "from": "date", "usd": "decimal(18, 10)"}]'), recursive := true)
  ) as given
)
${currency === 'USD' ? IN_DOLLARS : inOther(currency)}`;
}

const IN_DOLLARS = sql`select
  stretch.* exclude (currency, units),
  case when rate.usd_units is null then stretch.currency else 'USD' end as currency,
  case when rate.usd_units is null then stretch.units
    else ${proportion(sql`stretch.units`, sql`rate.usd_units`, sql`10000000000`)} end as units
from stretch
asof left join rate on rate.currency = stretch.currency and stretch.anchor >= rate.valid_from`;

/** What is in the currency already stays as it is; the rest becomes USD first, and then what USD were worth that day (`exchange_day`). */
function inOther(currency: string): Sql {
  const rate = sql`cast(replace(cast(exchange.rate as varchar), '.', '') as hugeint)`;
  return sql`, dollar as (
  select * exclude (currency, units), currency as first_currency, units as first_units,
    case when currency = ${literal(currency)} then null else currency end as foreign_currency
  from stretch
),
known as (
  select
    dollar.*,
    case
      when dollar.foreign_currency = 'USD' then dollar.first_units
      when rate.usd_units is not null then ${proportion(sql`dollar.first_units`, sql`rate.usd_units`, sql`10000000000`)}
    end as usd_units
  from dollar
  asof left join rate on rate.currency = dollar.foreign_currency and dollar.anchor >= rate.valid_from
)
select
  known.* exclude (first_currency, first_units, foreign_currency, usd_units),
  case when known.usd_units is not null and exchange.rate is not null then ${literal(currency)} else known.first_currency end as currency,
  case when known.usd_units is not null and exchange.rate is not null
    then ${proportion(sql`known.usd_units`, rate, sql`10000000000`)} else known.first_units end as units
from known
left join exchange_day as exchange on exchange.day = cast(known.anchor as date)`;
}

/**
 * What a stretch has earned up to a moment, in 10^-18: a stretch of n whole months an n-th in each, else as much as of its time
 * has passed; rounded half up. A part is the difference of two such sums, so parts always add up to the whole.
 */
function earnedUpTo(moment: Sql): Sql {
  const since = sql`date_diff('month', anchor, ${moment})`;
  const passed = sql`(${since} - case when anchor + to_months(cast(${since} as integer)) > ${moment} then 1 else 0 end)`;
  const begin = sql`(anchor + to_months(cast(${passed} as integer)))`;
  const length = sql`date_diff('second', ${begin}, anchor + to_months(cast(${passed} as integer) + 1))`;
  const byMonths = proportion(
    sql`units`,
    sql`cast(${passed} * ${length} + date_diff('second', ${begin}, ${moment}) as hugeint)`,
    sql`cast(months * ${length} as hugeint)`,
  );
  const byTime = proportion(
    sql`units`,
    sql`cast(date_diff('second', anchor, ${moment}) as hugeint)`,
    sql`cast(date_diff('second', anchor, anchor_end) as hugeint)`,
  );
  return sql`case when months > 0 then ${byMonths} else ${byTime} end`;
}

/** What was earned in each stretch of the question: all of it, or its days or months. Parameters: $since, $until. */
export function partsSql(every: 'day' | 'month' | 'all'): Sql {
  const whole = sql`select cast($since as timestamp) as bucket, cast($since as timestamp) as since, cast($until as timestamp) as until`;
  const step = every === 'day' ? sql`interval 1 day` : sql`interval 1 month`;
  const buckets =
    every === 'all'
      ? whole
      : sql`select
      bucket,
      greatest(bucket, cast($since as timestamp)) as since,
      least(bucket + ${step}, cast($until as timestamp)) as until
    from unnest(generate_series(
      date_trunc(${literal(every)}, cast($since as timestamp)), cast($until as timestamp), ${step}
    )) as series(bucket)
    where bucket < cast($until as timestamp)`;
  const bucketOf = every === 'all' ? sql`cast($since as timestamp)` : sql`date_trunc(${literal(every)}, moment)`;
  return sql`
create or replace temp table revenue_part as
with bucket as (
  ${buckets}
),
spread as (
  select
    * exclude (months),
    case when anchor + to_months(cast(months as integer)) = anchor_end then months else 0 end as months
  from (select *, date_diff('month', anchor, anchor_end) as months from revenue_dated where moment is null) as dated
),
cut as (
  select
    spread.*,
    bucket.bucket,
    greatest(spread.clip_from, bucket.since) as part_from,
    least(coalesce(spread.clip_to, bucket.until), bucket.until) as part_to
  from spread
  join bucket on spread.clip_from < bucket.until and coalesce(spread.clip_to, bucket.until) > bucket.since
),
earned as (
  select
    kind, customer, plan, feature, currency, bucket,
    ${earnedUpTo(sql`part_to`)} - ${earnedUpTo(sql`part_from`)} as units
  from cut
  where part_from < part_to
  union all by name
  select kind, customer, plan, feature, currency, ${bucketOf} as bucket, units
  from revenue_dated
  where moment >= cast($since as timestamp) and moment < cast($until as timestamp)
)
select kind, customer, plan, feature, currency, bucket, ${fromAtto(sql`sum(units)`)} as amount
from earned
group by all`;
}
