import { type Sql, sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { SourceName } from '../sources/source.js';
import type { Validators } from './fetch_list.js';

/** How old the prices of a source are: the day they are of (YYYY-MM-DD), and the days since; below 0 in the future. */
export interface Age {
  asOf: string;
  days: number;
}

/** What is to be remembered of an answer. */
export interface FetchRecord {
  url: string;
  source: SourceName | null;
  checkedAt: Date;
  outcome: 'changed' | 'unchanged' | 'failed';
  /** Why it failed. */
  detail: string | null;
  /** The list that was merged; null where none came. */
  list: (Validators & { sha256: string }) | null;
}

/** The list each source was last merged from. */
const NEWEST: Sql = sql`
  select source, sha256, data_date
  from price_book
  qualify row_number() over (partition by source order by data_date desc, book_id desc) = 1`;

/**
 * What to ask each address with, so that it sends its list only if it changed. Only where the book still holds that
 * list: after a newer file or bundle "unchanged" would leave the prices of that one.
 */
export async function knownAnswers(store: Store): Promise<Map<string, Validators>> {
  const rows = await store.rows<{ url: string; etag: string | null; last_modified: string | null }>(sql`
    with newest as (${NEWEST})
    select fetched.url, fetched.etag, fetched.last_modified
    from price_fetch as fetched
    join newest on newest.source = fetched.source and newest.sha256 = fetched.sha256
    where fetched.etag is not null or fetched.last_modified is not null`);
  return new Map(rows.map(({ url, etag, last_modified }) => [url, { etag, lastModified: last_modified }]));
}

/** Remembers how it went. Of an address that failed, or had nothing new, the list it gave before stays known. */
export async function recordFetch(store: Store, record: FetchRecord): Promise<void> {
  const { url, source, outcome, detail, list } = record;
  const checkedAt = timestampOf(record.checkedAt);
  await store.run(
    sql`
    insert into price_fetch (url, source, etag, last_modified, sha256, confirmed_at, checked_at, outcome, detail)
    values (
      $url,
      $source,
      $etag,
      $lastModified,
      $sha256,
      if($outcome = 'failed', null, cast($checkedAt as timestamp)),
      cast($checkedAt as timestamp),
      $outcome,
      $detail
    )
    on conflict (url) do update set
      source = coalesce(excluded.source, source),
      etag = if(excluded.sha256 is null, etag, excluded.etag),
      last_modified = if(excluded.sha256 is null, last_modified, excluded.last_modified),
      sha256 = coalesce(excluded.sha256, sha256),
      confirmed_at = coalesce(excluded.confirmed_at, confirmed_at),
      checked_at = excluded.checked_at,
      outcome = excluded.outcome,
      detail = excluded.detail`,
    {
      url,
      source,
      etag: list?.etag ?? null,
      lastModified: list?.lastModified ?? null,
      sha256: list?.sha256 ?? null,
      checkedAt,
      outcome,
      detail,
    },
  );
}

/** How old the prices of each source are: of the day of its newest list, or of the day an address said it still holds. */
export async function sourceAges(store: Store, now: Date): Promise<Map<SourceName, Age>> {
  const rows = await store.rows<{ source: SourceName; as_of: string; days: number }>(
    sql`
    with newest as (${NEWEST}), confirmed as (
      select
        newest.source,
        greatest(newest.data_date, max(cast(fetched.confirmed_at as date))) as as_of
      from newest
      left join price_fetch as fetched on fetched.source = newest.source and fetched.sha256 = newest.sha256
      group by newest.source, newest.data_date
    )
    select
      source,
      cast(as_of as varchar) as as_of,
      cast(date_diff('day', as_of, cast(cast($now as timestamp) as date)) as integer) as days
    from confirmed`,
    { now: timestampOf(now) },
  );
  return new Map(rows.map(({ source, as_of, days }) => [source, { asOf: as_of, days }]));
}

/** Of which source the list of each address was when it last gave one. */
export async function knownSources(store: Store): Promise<Map<string, SourceName>> {
  const rows = await store.rows<{ url: string; source: SourceName }>(
    sql`select url, source from price_fetch where source is not null`,
  );
  return new Map(rows.map(({ url, source }) => [url, source]));
}
