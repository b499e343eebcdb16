import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifier, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { rateKey } from '../book/staging.js';
import { SOURCES } from '../sources/origin.js';
import type { SourceName } from '../sources/source.js';
import type { BundledBook, BundleManifest } from './bundle.js';
import { chooseShipped } from './shipped.js';
import { SCALE_OF_UNIT } from './tables.js';

/** Writes what a bundle carries of the price tables as pricing/*.csv and book.json: sorted, so that a refresh reads well as a diff. */
export async function writeBundle(store: Store, directory: string): Promise<BundleManifest> {
  await chooseShipped(store);
  await writeRates(store, directory);
  await copy(store, join(directory, 'multipliers.csv'), MULTIPLIERS);
  await copy(store, join(directory, 'models.csv'), sql`select * from shipped_model order by source, provider, model`);
  const manifest = await bundleManifest(store);
  writeFileSync(join(directory, 'book.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** A time as text, without the hours of a midnight. */
function day(column: string): Sql {
  return sql`replace(strftime(${identifier(column)}, '%Y-%m-%dT%H:%M:%S'), 'T00:00:00', '')`;
}

const MULTIPLIERS = sql`
  select
    book_id, provider, model, kind, service_tier, speed, region, factor, raw_value,
    ${day('effective_from')} as effective_from,
    ${day('effective_to')} as effective_to,
    ${day('observed_at')} as observed_at,
    ${day('superseded_at')} as superseded_at
  from shipped_multiplier
  order by source, provider, model, kind, region nulls first, speed nulls first, effective_from nulls first`;

/** Most prices are exact in `raw_value`; `rounded` has the clean number of those that came out of a calculation. */
async function writeRates(store: Store, directory: string): Promise<void> {
  const exact = sql`case
    when scale = '1' then try_cast(raw_value as decimal(38, 30)) = cast(usd_per_unit as decimal(38, 30))
    else true
  end`;
  await copy(
    store,
    join(directory, 'rates.csv'),
    sql`
    select
      book_id, provider, model, dimension, raw_value, raw_unit,
      if(${exact}, null, cast(usd_per_unit as varchar)) as rounded,
      nullif(min_prompt_tokens, 0) as min_prompt_tokens,
      nullif(service_tier, 'standard') as service_tier,
      speed, region,
      strftime(cast(date '2000-01-01' + utc_start as timestamp), '%H:%M') as utc_start,
      strftime(cast(date '2000-01-01' + utc_end as timestamp), '%H:%M') as utc_end,
      array_to_string(iso_weekdays, ' ') as iso_weekdays,
      ${day('effective_from')} as effective_from,
      ${day('effective_to')} as effective_to,
      ${day('observed_at')} as observed_at,
      ${day('superseded_at')} as superseded_at,
      supersede_reason
    from (select *, ${SCALE_OF_UNIT} as scale from shipped_rate) as rate
    order by source, ${rateKey(sql`rate`)}, effective_from nulls first, observed_at, usd_per_unit`,
  );
}

async function copy(store: Store, path: string, rows: Sql): Promise<void> {
  await store.run(sql`copy (${rows}) to ${literal(path)} (format csv, header true)`);
}

async function bundleManifest(store: Store): Promise<BundleManifest> {
  const books = await store.rows<Omit<BundledBook, 'name' | 'attribution'> & { source: SourceName }>(sql`
    select
      book_id, source, url, upstream_rev, licence, sha256, cast(data_date as varchar) as data_date, models, rates
    from price_book
    order by book_id`);
  const counts = await store.row<BundleManifest['counts']>(sql`
    select
      (select cast(count(*) as integer) from shipped_rate) as rates,
      (select cast(count(*) as integer) from shipped_multiplier) as multipliers,
      (select cast(count(*) as integer) from shipped_model) as models,
      (
        select cast(count(*) as integer)
        from (
          select lower(provider), lower(model)
          from shipped_rate
          where dimension in ('input', 'output') and superseded_at is null
          group by all
          having count(distinct dimension) = 2
        )
      ) as priced_models`);
  return {
    schema: 1,
    books: books.map((book) => ({
      ...book,
      name: SOURCES[book.source].name,
      attribution: SOURCES[book.source].attribution,
    })),
    counts,
  };
}
