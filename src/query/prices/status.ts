import { priceBookId } from '../../rate/book/book.js';
import { sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { unpricedModels } from '../report/notes.js';
import { VISIBLE } from '../scope/scope.js';
import type { PastRevision, PriceStatus, SetAside, SourceStatus } from './answer.js';

/** How old the book is, what it holds, and what it lacks for the usage there is. */
export async function priceStatus(store: Store, now: Date): Promise<PriceStatus> {
  const { revisions, overrides, aliases, flat } = await store.row<
    Record<'revisions' | 'overrides' | 'aliases' | 'flat', number>
  >(sql`
    select
      (select cast(count(*) as integer) from price_revision) as revisions,
      (select cast(count(*) as integer) from price_override where removed_in is null) as overrides,
      (select cast(count(*) as integer) from price_alias where removed_in is null) as aliases,
      (select cast(count(*) as integer) from price_flat where removed_in is null) as flat`);
  return {
    price_book: await priceBookId(store),
    revisions,
    sources: await sourcesOf(store, now),
    own: { overrides, aliases, flat },
    unpriced: await unpricedModels(store, { test: VISIBLE, params: {} }),
  };
}

async function sourcesOf(store: Store, now: Date): Promise<SourceStatus[]> {
  return store.rows<SourceStatus>(
    sql`
    with newest as (
      select *
      from price_book
      qualify row_number() over (partition by source order by data_date desc, book_id desc) = 1
    ),
    held as (
      select source, cast(count(*) as integer) as rates
      from price_rate
      where removed_in is null
      group by source
    ),
    aside as (
      select book_id, cast(count(*) as integer) as cells
      from price_quarantine
      group by book_id
    ),
    asked as (
      select source, arg_max(outcome, checked_at) as outcome, max(checked_at) as checked_at
      from price_fetch
      group by source
    )
    select
      newest.source,
      cast(newest.data_date as varchar) as data_date,
      cast(date_diff('day', newest.data_date, cast(cast($now as timestamp) as date)) as integer) as age_days,
      newest.sha256,
      newest.url,
      strftime(newest.loaded_at, '%Y-%m-%dT%H:%M:%SZ') as fetched_at,
      newest.models,
      coalesce(held.rates, 0) as rates,
      coalesce(aside.cells, 0) as set_aside,
      strftime(asked.checked_at, '%Y-%m-%dT%H:%M:%SZ') as checked_at,
      asked.outcome
    from newest
    left join held on held.source = newest.source
    left join aside on aside.book_id = newest.book_id
    left join asked on asked.source = newest.source
    order by newest.source`,
    { now: timestampOf(now) },
  );
}

/** What the newest list of each source says and the book does not believe or cannot use. */
export async function pricesSetAside(store: Store): Promise<SetAside[]> {
  return store.rows<SetAside>(sql`
    select
      quarantine.source,
      quarantine.provider,
      quarantine.model,
      quarantine.field,
      quarantine.raw_value,
      quarantine.reason,
      strftime(quarantine.seen_at, '%Y-%m-%d') as seen_at
    from price_quarantine as quarantine
    join (
      select source, arg_max(book_id, (data_date, book_id)) as book_id
      from price_book
      group by source
    ) as newest on newest.book_id = quarantine.book_id
    order by all`);
}

/** All states the prices were in, the newest first. */
export async function priceHistory(store: Store): Promise<PastRevision[]> {
  return store.rows<PastRevision>(sql`
    with added as (
      select added_in as revision, count(*) as rates from price_rate group by all
    ),
    removed as (
      select removed_in as revision, count(*) as rates from price_rate where removed_in > added_in group by all
    ),
    rated as (
      select revision, sum(rows_changed) as calls, sum(cost_after) - sum(cost_before) as cost from rerating group by all
    )
    select
      made.revision,
      strftime(made.made_at, '%Y-%m-%dT%H:%M:%SZ') as made_at,
      made.kind,
      made.detail,
      cast(coalesce(added.rates, 0) as integer) as rates_added,
      cast(coalesce(removed.rates, 0) as integer) as rates_removed,
      cast(coalesce(rated.calls, 0) as varchar) as calls_rated,
      cast(coalesce(rated.cost, 0) as varchar) as cost_change
    from price_revision as made
    left join added on added.revision = made.revision
    left join removed on removed.revision = made.revision
    left join rated on rated.revision = made.revision
    order by made.revision desc`);
}
