import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { MULTIPLIER_COLUMNS, RATE_COLUMNS } from '../book/staging.js';
import { rateUnpriced } from '../rerate/rerate.js';
import { newRevision } from '../revision.js';
import { type BundledBook, type BundleManifest, readManifest } from './manifest.js';
import { mergeBundle } from './merge.js';
import { bundleRates, bundleRows } from './tables.js';

/**
 * Brings the prices that came with the program into the store: fills an empty one, adds what is newer to another,
 * and leaves alone what the user's own refreshes brought. Cheap when there is nothing to do.
 */
export async function loadBundledBook(
  store: Store,
  directory: string,
  now = new Date(),
): Promise<'filled' | 'merged' | 'current'> {
  const held = await store.rows<{ source: string; data_date: string }>(
    sql`select source, cast(max(data_date) as varchar) as data_date from price_book group by source`,
  );
  const manifest = readManifest(directory);
  if (held.length === 0) {
    await store.transaction(() => fill(store, directory, manifest));
    return 'filled';
  }
  const dates = new Map(held.map(({ source, data_date }) => [source, data_date]));
  const newer = manifest.books.filter((book) => book.data_date > (dates.get(book.source) ?? ''));
  const sources = [...new Set(newer.map((book) => book.source))];
  if (sources.length === 0) return 'current';
  await store.transaction(async () => {
    await mergeBundle(store, directory, { books: manifest.books, sources, now });
    await rateUnpriced(store, now);
  });
  return 'merged';
}

/** Into empty tables: one read of each file, no comparison. */
async function fill(store: Store, directory: string, manifest: BundleManifest): Promise<void> {
  const dates = manifest.books.map((book) => book.data_date).sort();
  await newRevision(store, 'bundle', `prices of ${dates.at(-1)}`, new Date(`${dates[0]}T00:00:00Z`));
  await registerBooks(store, manifest.books);
  await store.run(sql`
    insert into price_rate (${RATE_COLUMNS})
    select
      row_number() over () as rate_id,
      rate.book_id,
      book.source,
      rate.provider,
      rate.model,
      rate.dimension,
      rate.usd_per_unit,
      rate.raw_value,
      rate.raw_unit,
      rate.min_prompt_tokens,
      rate.service_tier,
      rate.speed,
      rate.region,
      rate.utc_start,
      rate.utc_end,
      rate.iso_weekdays,
      rate.effective_from,
      rate.effective_to,
      rate.observed_at,
      rate.superseded_at,
      rate.supersede_reason,
      1,
      if(rate.superseded_at is null, null, 1)
    from ${bundleRates(directory)} as rate
    join price_book as book on book.book_id = rate.book_id`);
  await store.run(sql`
    insert into price_multiplier (${MULTIPLIER_COLUMNS})
    select
      row_number() over () as multiplier_id,
      row.book_id,
      book.source,
      row.provider,
      row.model,
      row.kind,
      row.service_tier,
      row.speed,
      row.region,
      row.factor,
      row.raw_value,
      row.effective_from,
      row.effective_to,
      row.observed_at,
      row.superseded_at,
      1,
      if(row.superseded_at is null, null, 1),
      null
    from ${bundleRows(directory, 'multipliers')} as row
    join price_book as book on book.book_id = row.book_id`);
  await store.run(sql`insert into price_model select * from ${bundleRows(directory, 'models')}`);
}

/** `loaded_at` of a bundled file is the day of its data: filling a store twice gives the same store. */
async function registerBooks(store: Store, books: readonly BundledBook[]): Promise<void> {
  await store.run(
    sql`
    insert into price_book
    select
      book.book_id, book.source, book.url, book.upstream_rev, book.licence, book.sha256, book.data_date,
      cast(book.data_date as timestamp), book.models, book.rates, 1
    from (
      select unnest(from_json(cast($books as json), '[{
        "book_id": "INTEGER", "source": "VARCHAR", "url": "VARCHAR", "upstream_rev": "VARCHAR", "licence": "VARCHAR",
        "sha256": "VARCHAR", "data_date": "DATE", "models": "INTEGER", "rates": "INTEGER"}]'), recursive := true)
    ) as book`,
    { books: JSON.stringify(books) },
  );
}
