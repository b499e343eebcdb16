import { type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { rateKey } from '../book/staging.js';
import { SOURCE_RANK } from '../sources/precedence.js';

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

/** The same number of a source that goes before, for all time: this row can never decide anything. */
function repeated(value: Sql): Sql {
  return sql`(
    ranked.source in ${SUPPLEMENTS}
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
 * given that of the maker.
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
