import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifier, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { rateKey } from '../book/staging.js';
import { SOURCES } from '../sources/origin.js';
import { SOURCE_RANK } from '../sources/precedence.js';
import type { SourceName } from '../sources/source.js';
import type { BundledBook, BundleManifest } from './manifest.js';
import { SCALE_OF_UNIT } from './tables.js';

/** Every source of a bundle is kept whole but these two, which add what the others do not say. */
const SUPPLEMENTS = sql`('models.dev', 'openrouter')`;

/**
 * Sellers only models.dev lists: 74 of its 147, resellers of resellers most of them, with two thirds of its prices. They
 * come with a refresh from it; bundled, they would make the first import half as slow again.
 */
const UNKNOWN_SELLER = sql`(
    ranked.source = 'models.dev'
    and ranked.provider not in (select provider from other)
    and exists (from other)
  )`;

/** The name of a model on OpenRouter without the date its second name ends with. */
const UNDATED = sql`lower(regexp_replace(ranked.model, '-20[0-9]{6}$', ''))`;

/**
 * OpenRouter's own feed goes before all others there, which an old one must not: where another source, whose last list
 * is later, names the model, the feed is left to the refresh. (That of 2026-05 has no long-prompt prices at all.)
 */
const OUTDATED_FEED = sql`(
    ranked.source = 'openrouter'
    and exists (
      from other
      where other.provider = ranked.provider
        and other.model in (lower(ranked.model), ${UNDATED})
        and other.last_list > ranked.observed_at
    )
  )`;

/** The steps `other` (the models of the sources that are kept whole) and `ranked` (the rows of a table). */
function rankedRows(table: Sql, key: Sql): Sql {
  return sql`other as materialized (
    select rate.provider, lower(rate.model) as model, max(book.data_date) as last_list
    from price_rate as rate
    join price_book as book on book.source = rate.source
    where rate.source not in ${SUPPLEMENTS} and rate.superseded_at is null
    group by all
  ),
  ranked as materialized (
    select *, ${key} as row_key, ${SOURCE_RANK} as source_rank
    from ${table}
    where supersede_reason is distinct from 'new_end'
  )`;
}

/** The same number of a source that goes before, for all time, with nobody who disagrees: this row can never decide anything. */
function repeated(value: Sql): Sql {
  return sql`(
    ranked.source in ${SUPPLEMENTS}
    and not exists (
      from ranked as disagreeing
      where disagreeing.row_key = ranked.row_key
        and disagreeing.${value} <> ranked.${value}
        and disagreeing.superseded_at is null
    )
    and exists (
      from ranked as before
      where before.row_key = ranked.row_key
        and before.source_rank < ranked.source_rank
        and before.${value} = ranked.${value}
        and before.superseded_at is null
        and before.effective_from is null
        and before.effective_to is null
    )
  )`;
}

const MULTIPLIER_KEY = sql`concat_ws('|', lower(provider), lower(model), kind, coalesce(service_tier, ''),
    coalesce(speed, ''), coalesce(region, ''))`;

/**
 * Of a seller without any price (a subscription, mostly) the names of its models: what is known to have no price is not
 * given that of the author.
 */
const WITHOUT_PRICES = sql`(price_model.source = 'models.dev' and price_model.provider not in (select provider from price_rate))`;

/**
 * Fills the temp tables shipped_rate, shipped_multiplier and shipped_model: what of the price tables a bundle carries.
 * Sources that disagree are both in it; what only repeats a source that goes before is not.
 */
export async function chooseShipped(store: Store): Promise<void> {
  await store.run(sql`
    create or replace temp table shipped_rate as
    with ${rankedRows(sql`price_rate`, rateKey(sql`price_rate`))}
    select ranked.* exclude (row_key, source_rank)
    from ranked
    where not ${UNKNOWN_SELLER} and not ${OUTDATED_FEED} and not ${repeated(sql`usd_per_unit`)};
    create or replace temp table shipped_multiplier as
    with ${rankedRows(sql`price_multiplier`, MULTIPLIER_KEY)}
    select ranked.* exclude (row_key, source_rank)
    from ranked
    where not ${UNKNOWN_SELLER} and not ${repeated(sql`factor`)};
    create or replace temp table shipped_model as
    with shipped as (
      select distinct source, provider, lower(model) as model
      from shipped_rate
    )
    select price_model.*
    from price_model
    where source not in ${SUPPLEMENTS}
      or ${WITHOUT_PRICES}
      or (source, provider, lower(model)) in (select (source, provider, model) from shipped)`);
}

/** Writes what a bundle carries of the price tables as pricing/*.csv.gz and book.json: sorted, so that the same lists give the same bytes. */
export async function writeBundle(store: Store, directory: string): Promise<BundleManifest> {
  await chooseShipped(store);
  await writeRates(store, directory);
  await copy(store, join(directory, 'multipliers.csv.gz'), MULTIPLIERS);
  await copy(
    store,
    join(directory, 'models.csv.gz'),
    sql`select * from shipped_model order by source, provider, model`,
  );
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
    join(directory, 'rates.csv.gz'),
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
  await store.run(sql`copy (${rows}) to ${literal(path)} (format csv, header true, compression gzip)`);
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
