import { sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { MULTIPLIER_COLUMNS, RATE_COLUMNS, rateKey } from '../book/staging.js';
import { reviseEnds, type Taken, takeOut } from '../book/supersede.js';
import { keepIfUsed, newRevision } from '../revision.js';
import type { BundledBook } from './manifest.js';
import { bundleRates, bundleRows } from './tables.js';

interface NewerBundle {
  books: readonly BundledBook[];
  /** The sources of which the bundle has a newer file than the store. */
  sources: readonly string[];
  /** The clock. */
  now: Date;
}

type MergedBundle = NewerBundle & { revision: number };

/**
 * Adds a newer bundle to a store that has prices. Of a price the store knows, only what changed after the store's
 * last file of that source is taken over, so the user's own refreshes stay and the past does not move.
 */
export async function mergeBundle(store: Store, directory: string, newer: NewerBundle): Promise<void> {
  const dates = newer.books.map((book) => book.data_date).sort();
  const revision = await newRevision(store, 'bundle', `prices of ${dates.at(-1)}`, newer.now);
  const taken = { revision, observedAt: timestampOf(newer.now) };
  await stageBundle(store, directory, { ...newer, revision });
  await takeBack(store, taken);
  await endChanged(store, taken);
  await addRates(store, revision);
  await addModelsAndMultipliers(store, directory, { ...newer, revision });
  await keepIfUsed(store, revision);
}

/** bundle_book: the number of each file here and there; bundle_rate: the rates of the newer sources, keyed. */
async function stageBundle(store: Store, directory: string, { books, sources, revision }: MergedBundle): Promise<void> {
  await store.run(
    sql`
    create or replace temp table bundle_book as
    with bundled as (
      select unnest(from_json(cast($books as json), '[{
        "book_id": "INTEGER", "source": "VARCHAR", "url": "VARCHAR", "upstream_rev": "VARCHAR", "licence": "VARCHAR",
        "sha256": "VARCHAR", "data_date": "DATE", "models": "INTEGER", "rates": "INTEGER"}]'), recursive := true)
    )
    select
      bundled.*,
      coalesce(held.book_id, (select max(book_id) from price_book) + bundled.book_id) as own_id,
      held.book_id is null as is_new,
      (select max(last.data_date) from price_book as last where last.source = bundled.source) as held_date
    from bundled
    left join price_book as held on held.source = bundled.source and held.sha256 = bundled.sha256
    where bundled.source in (select unnest(from_json(cast($sources as json), '["VARCHAR"]')))`,
    { books: JSON.stringify(books), sources: JSON.stringify(sources) },
  );
  await store.run(
    sql`
    insert into price_book
    select
      own_id, source, url, upstream_rev, licence, sha256, data_date, cast(data_date as timestamp), models, rates, $revision
    from bundle_book
    where is_new`,
    { revision },
  );
  await store.run(sql`
    create or replace temp table bundle_rate as
    select
      rate.* exclude (book_id),
      book.own_id as book_id,
      book.source,
      cast(book.held_date as timestamp) as held_date,
      cast(book.data_date as timestamp) as data_date,
      concat_ws('|', book.source, ${rateKey(sql`rate`)}) as rate_key
    from ${bundleRates(directory)} as rate
    join bundle_book as book on book.book_id = rate.book_id`);
  await rememberHeld(store);
}

/** An announced price the newer bundle knows to be withdrawn; the one before goes on. */
async function takeBack(store: Store, taken: Taken): Promise<void> {
  await store.run(sql`
    create or replace temp table taken_out as
    select held.rate_id, held.rate_key, held.effective_from, gone.supersede_reason as reason
    from held_rate as held
    join bundle_rate as gone
      on gone.rate_key = held.rate_key
      and gone.effective_from is not distinct from held.effective_from
      and gone.usd_per_unit = held.usd_per_unit
    where gone.supersede_reason = 'withdrawn_future'
      and not exists (
        from bundle_rate as valid
        where valid.rate_key = held.rate_key
          and valid.superseded_at is null
          and valid.effective_from is not distinct from held.effective_from
          and valid.usd_per_unit = held.usd_per_unit
      )`);
  await takeOut(store, taken);
  await store.run(sql`
    create or replace temp table revised as
    select held.rate_id, cast(null as timestamp) as effective_to
    from held_rate as held
    join taken_out as gone on gone.rate_key = held.rate_key and gone.effective_from = held.effective_to`);
  await reviseEnds(store, taken);
  await rememberHeld(store);
}

/** held_rate: what the store holds now, keyed as the bundle is. */
async function rememberHeld(store: Store): Promise<void> {
  await store.run(sql`
    create or replace temp table held_rate as
    select *, concat_ws('|', source, ${rateKey(sql`price_rate`)}) as rate_key
    from price_rate
    where removed_in is null`);
}

/**
 * rate_to_add: new prices; known ones that changed since the store's last file; and known ones a newer file of the
 * bundle corrected, which hold from that file on (a date the source gave is kept). The row before such a change ends.
 */
async function endChanged(store: Store, taken: Taken): Promise<void> {
  await store.run(sql`
    create or replace temp table rate_to_add as
    with fresh as (
      select
        *,
        rate_key in (select held.rate_key from held_rate as held) as known,
        coalesce(effective_from <= held_date, true) as from_before
      from bundle_rate
    )
    select
      fresh.* exclude (known, from_before) replace (
        if(known and from_before and coalesce(effective_from = observed_at, true), data_date, effective_from)
          as effective_from
      )
    from fresh
    where not known
      or (
        superseded_at is null
        and (not from_before or (effective_to is null and data_date > held_date))
        and not exists (
          from held_rate as held
          where held.rate_key = fresh.rate_key
            and held.usd_per_unit = fresh.usd_per_unit
            and (held.effective_from is not distinct from fresh.effective_from or (from_before and held.effective_to is null))
        )
      )`);
  await store.run(sql`
    create or replace temp table revised as
    with started as (
      select held.rate_id, min(fresh.effective_from) as effective_to
      from held_rate as held
      join rate_to_add as fresh on fresh.rate_key = held.rate_key
      where held.effective_to is null and coalesce(held.effective_from < fresh.effective_from, true)
      group by held.rate_id
    ),
    ended as (
      select held.rate_id, min(closed.effective_to) as effective_to
      from held_rate as held
      join bundle_rate as closed
        on closed.rate_key = held.rate_key
        and closed.effective_from is not distinct from held.effective_from
        and closed.usd_per_unit = held.usd_per_unit
      where closed.superseded_at is null and held.effective_to is null and closed.effective_to > closed.held_date
      group by held.rate_id
    )
    select coalesce(started.rate_id, ended.rate_id) as rate_id, coalesce(ended.effective_to, started.effective_to) as effective_to
    from started
    full join ended on ended.rate_id = started.rate_id`);
  await reviseEnds(store, taken);
}

async function addRates(store: Store, revision: number): Promise<void> {
  await store.run(
    sql`
    insert into price_rate (${RATE_COLUMNS})
    select
      (select coalesce(max(rate_id), 0) from price_rate) + row_number() over (order by rate_key, effective_from nulls first),
      book_id, source, provider, model, dimension, usd_per_unit, raw_value, raw_unit, min_prompt_tokens, service_tier,
      speed, region, utc_start, utc_end, iso_weekdays, effective_from, effective_to, observed_at, superseded_at,
      supersede_reason, $revision, if(superseded_at is null, null, $revision)
    from rate_to_add`,
    { revision },
  );
}

async function addModelsAndMultipliers(
  store: Store,
  directory: string,
  { sources, revision }: MergedBundle,
): Promise<void> {
  await store.run(
    sql`
    insert or replace into price_model
    select *
    from ${bundleRows(directory, 'models')}
    where source in (select unnest(from_json(cast($sources as json), '["VARCHAR"]')))`,
    { sources: JSON.stringify(sources) },
  );
  await store.run(
    sql`
    insert into price_multiplier (${MULTIPLIER_COLUMNS})
    select
      (select coalesce(max(multiplier_id), 0) from price_multiplier) + row_number() over (),
      book.own_id, book.source, fresh.provider, fresh.model, fresh.kind, fresh.service_tier, fresh.speed, fresh.region,
      fresh.factor, fresh.raw_value, fresh.effective_from, fresh.effective_to, fresh.observed_at, fresh.superseded_at, $revision,
      if(fresh.superseded_at is null, null, $revision), null
    from ${bundleRows(directory, 'multipliers')} as fresh
    join bundle_book as book on book.book_id = fresh.book_id
    where not exists (
      from price_multiplier as held
      where held.source = book.source
        and lower(held.provider) = lower(fresh.provider)
        and lower(held.model) = lower(fresh.model)
        and held.kind = fresh.kind
        and held.service_tier is not distinct from fresh.service_tier
        and held.speed is not distinct from fresh.speed
        and held.region is not distinct from fresh.region
    )`,
    { revision },
  );
}
