import { literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type Scope, VISIBLE } from '../scope/scope.js';

/** Days of one provider whose usage is in the store twice: as buckets of a report, and again from another kind of file. */
export interface Overlap {
  provider: string;
  /** How many days, the first and the last of them (UTC). */
  days: number;
  first_day: string;
  last_day: string;
  /** The format of the buckets. */
  buckets: string;
  /** The other format: `call` is one call a row, `bucket` buckets again. */
  other: string;
  other_granularity: 'call' | 'bucket';
}

/** What is counted twice in a scope of usage. Costs nothing where nobody imported buckets. */
export async function overlapsIn(store: Store, { test, params }: Scope): Promise<Overlap[]> {
  if (!(await hasBuckets(store))) return [];
  return found(store, sql`select * from (${pairs(test)})`, params);
}

/** What of some imports is counted twice, now that they are in: with whatever other imports hold of the same days. */
export async function overlapsOf(store: Store, importIds: readonly number[]): Promise<Overlap[]> {
  if (importIds.length === 0 || !(await hasBuckets(store))) return [];
  const params = { ids: JSON.stringify(importIds) };
  const ids = sql`(select unnest(from_json($ids, '["INTEGER"]')))`;
  const { first_at, last_at } = await store.row<{ first_at: string | null; last_at: string | null }>(
    sql`select min(first_at) as first_at, max(last_at) as last_at from imports where import_id in ${ids}`,
    params,
  );
  if (first_at === null || last_at === null) return [];
  // A bucket that began the day before may reach into the first day.
  const near = sql`${VISIBLE} and fact.occurred_at between timestamp ${literal(first_at)} - interval 1 day
    and timestamp ${literal(last_at)} + interval 1 day`;
  const concerned = sql`select * from (${pairs(near)}) as pair where bucket_import in ${ids} or other_import in ${ids}`;
  return found(store, concerned, params);
}

async function hasBuckets(store: Store): Promise<boolean> {
  const { buckets } = await store.row<{ buckets: boolean }>(
    sql`select count(*) > 0 as buckets from usage_profile where bucket_seconds is not null`,
  );
  return buckets;
}

async function found(store: Store, pairsOfDays: Sql, params: Scope['params']): Promise<Overlap[]> {
  const rows = await store.rows<Overlap & Record<string, string | number>>(
    sql`
    select
      provider,
      cast(count(distinct day) as integer) as days,
      cast(min(day) as varchar) as first_day,
      cast(max(day) as varchar) as last_day,
      buckets,
      other,
      other_granularity
    from (${pairsOfDays}) as pair
    group by provider, buckets, other, other_granularity
    order by provider, buckets, other`,
    params,
  );
  return rows;
}

/** Every (provider, day) that one import has in buckets and another format has, too. Days are few; rows are not met twice. */
function pairs(test: Sql): Sql {
  const until = sql`fact.occurred_at + to_seconds(greatest(profile.bucket_seconds, 1)) - interval 1 microsecond`;
  return sql`
    with bucket as (
      select distinct
        profile.provider,
        fact.import_id,
        cast(unnest(generate_series(date_trunc('day', fact.occurred_at), ${until}, interval 1 day)) as date) as day
      from usage_fact as fact
      join usage_profile as profile on profile.profile_id = fact.profile_id
      where profile.bucket_seconds is not null and profile.provider is not null and fact.occurred_at is not null and ${test}
    ),
    span as (
      select min(day) as first_day, max(day) + 1 as last_day from bucket
    ),
    call as (
      select distinct profile.provider, fact.import_id, cast(fact.occurred_at as date) as day
      from usage_fact as fact
      join usage_profile as profile on profile.profile_id = fact.profile_id
      where profile.bucket_seconds is null
        and profile.provider in (select provider from bucket)
        and fact.occurred_at >= (select first_day from span)
        and fact.occurred_at < (select last_day from span)
        and ${test}
    ),
    other as (
      select *, 'call' as other_granularity from call
      union all
      select *, 'bucket' as other_granularity from bucket
    )
    select
      bucket.provider,
      bucket.day,
      bucket.import_id as bucket_import,
      other.import_id as other_import,
      bucket_source.format as buckets,
      other_source.format as other,
      other.other_granularity
    from bucket
    join other on other.provider = bucket.provider and other.day = bucket.day
    join imports as bucket_source on bucket_source.import_id = bucket.import_id
    join imports as other_source on other_source.import_id = other.import_id
    where other.other_granularity = 'call' or bucket_source.format < other_source.format`;
}

/** An overlap in a sentence. */
export function overlapSentence({
  provider,
  days,
  first_day,
  last_day,
  buckets,
  other,
  other_granularity,
}: Overlap): string {
  const when = days === 1 ? first_day : `${days} days from ${first_day} to ${last_day}`;
  const twice =
    other_granularity === 'call'
      ? `in buckets (${buckets}) and call by call (${other}); --where granularity=call leaves the buckets out, granularity=bucket the calls`
      : `in the buckets of ${buckets} and of ${other}; take one of the imports back: llmcost imports remove`;
  return `Usage of ${provider} may be counted twice, on ${when}: ${twice}.`;
}
