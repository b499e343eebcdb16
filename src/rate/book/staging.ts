import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { UNIT_SCALES } from '../sources/price_text.js';
import type { Rejected, SourceName, StagedSource } from '../sources/source.js';

/** Where a file came from, and since when its changes hold (UTC, `YYYY-MM-DD` or with time). */
export interface Provenance {
  observedAt: string;
  url: string | null;
  licence: string | null;
  sha256: string;
  upstreamRev?: string | null;
  /** The clock: when the book learns of it. */
  now?: Date;
  /**
   * What a changed price without a date means. `observed` (default): it changed the day we saw it, and the past stays.
   * `corrected`: while a history is built from old files of a source that dates its changes, it was wrong before.
   */
  undatedChange?: 'observed' | 'corrected';
}

/** One merge: the number of its file, its source, since when its changes hold, and the revision it makes. */
export interface MergeScope {
  bookId: number;
  source: SourceName;
  observedAt: string;
  revision: number;
}

/** A merge of rates. */
export interface RateMergeScope extends MergeScope {
  /** The file is older than the last one of its source. */
  older: boolean;
  /** A changed price without a date was wrong before. */
  corrects: boolean;
}

/** Empty temp tables for one merge: staged_rate, staged_multiplier, staged_model. */
export async function createStaging(store: Store): Promise<void> {
  await store.run(sql`
    create or replace temp table staged_rate (
      rate_key varchar,
      provider varchar,
      model varchar,
      dimension varchar,
      usd_per_unit decimal(24, 18),
      raw_value varchar,
      raw_unit varchar,
      min_prompt_tokens bigint,
      service_tier varchar,
      speed varchar,
      region varchar,
      utc_start time,
      utc_end time,
      iso_weekdays utinyint[],
      effective_from timestamp,
      effective_to timestamp,
      dated boolean
    );
    create or replace temp table staged_multiplier (
      provider varchar,
      model varchar,
      kind varchar,
      service_tier varchar,
      speed varchar,
      region varchar,
      factor decimal(9, 6),
      raw_value varchar
    );
    create or replace temp table staged_model (
      provider varchar,
      model varchar,
      operation varchar,
      context_window bigint,
      max_output_tokens bigint,
      supports_tools boolean,
      supports_images boolean,
      supports_json_schema boolean,
      deprecation_date varchar,
      free boolean
    )`);
}

/**
 * What makes two rates the same price: everything but its value and its time. Takes a table with the columns of price_rate.
 * Names equal up to case are one model.
 */
export function rateKey(table: Sql): Sql {
  const text = (column: string) => sql`coalesce(cast(${table}.${identifier(column)} as varchar), '')`;
  return sql`concat_ws('|', lower(${table}.provider), lower(${table}.model), ${table}.dimension, ${table}.min_prompt_tokens,
  ${table}.service_tier, ${join(['speed', 'region', 'utc_start', 'utc_end'].map(text))},
  coalesce(array_to_string(${table}.iso_weekdays, ','), ''))`;
}

/** What the book holds from this source now. */
export const HELD = sql`(
  select *, ${rateKey(sql`price_rate`)} as rate_key
  from price_rate
  where source = $source and removed_in is null
)`;

/** The scales of units as constants: a cast of every row's would take 5 µs. Others are discounts. */
const SCALE = sql`case scale
    ${join(
      [...new Set(Object.values(UNIT_SCALES))]
        .filter((scale) => scale !== UNIT_SCALES.per_unit)
        .map((scale) => sql`when ${literal(scale)} then cast(${literal(scale)} as decimal(24, 24))`),
      ' ',
    )}
    else cast(scale as decimal(24, 24))
  end`;

/**
 * Published number × unit. DuckDB multiplies decimals exactly: 10 places × 24 places, then one rounding to the 18
 * places of the book; a number per single unit is only cast.
 */
export const USD_PER_UNIT = sql`case
  when scale = ${literal(UNIT_SCALES.per_unit)} then cast(value as decimal(24, 18))
  else cast(cast(value as decimal(14, 10)) * ${SCALE} as decimal(24, 18))
end`;

/** One parameter carries all rows: an insert per row would take seconds. */
export async function stageInto(store: Store, staged: StagedSource): Promise<void> {
  await store.run(
    sql`
    insert into staged_rate
    with published as (
      select unnest(from_json(cast($rows as json), '[{
        "provider": "VARCHAR", "model": "VARCHAR", "dimension": "VARCHAR", "raw_value": "VARCHAR", "raw_unit": "VARCHAR",
        "value": "VARCHAR", "scale": "VARCHAR", "min_prompt_tokens": "BIGINT", "service_tier": "VARCHAR",
        "speed": "VARCHAR", "region": "VARCHAR", "utc_start": "TIME", "utc_end": "TIME", "iso_weekdays": ["UTINYINT"],
        "effective_from": "TIMESTAMP", "effective_to": "TIMESTAMP"}]'),
        recursive := true)
    )
    select
      ${rateKey(sql`published`)} as rate_key,
      provider,
      model,
      dimension,
      ${USD_PER_UNIT} as usd_per_unit,
      raw_value,
      raw_unit,
      min_prompt_tokens,
      service_tier,
      speed,
      region,
      utc_start,
      utc_end,
      iso_weekdays,
      effective_from,
      effective_to,
      bool_or(effective_from is not null or effective_to is not null) over (partition by ${rateKey(sql`published`)}) as dated
    from published`,
    { rows: JSON.stringify(staged.rates) },
  );
  await store.run(
    sql`
    insert into staged_multiplier
    with published as (
      select unnest(from_json(cast($rows as json), '[{
        "provider": "VARCHAR", "model": "VARCHAR", "kind": "VARCHAR", "service_tier": "VARCHAR", "speed": "VARCHAR",
        "region": "VARCHAR", "value": "VARCHAR", "raw_value": "VARCHAR"}]'), recursive := true)
    )
    select provider, model, kind, service_tier, speed, region, cast(value as decimal(9, 6)) as factor, raw_value
    from published`,
    { rows: JSON.stringify(staged.multipliers) },
  );
  await store.run(
    sql`
    create or replace temp table staged_doubt as
    select unnest(from_json(cast($rows as json), '[{"provider": "VARCHAR", "model": "VARCHAR"}]'), recursive := true)`,
    { rows: JSON.stringify(staged.rejected.flatMap(doubtfulNames)) },
  );
  await store.run(
    sql`
    insert into staged_model
    select unnest(from_json(cast($rows as json), '[{
      "provider": "VARCHAR", "model": "VARCHAR", "operation": "VARCHAR", "context_window": "BIGINT",
      "max_output_tokens": "BIGINT", "supports_tools": "BOOLEAN", "supports_images": "BOOLEAN",
      "supports_json_schema": "BOOLEAN", "deprecation_date": "VARCHAR", "free": "BOOLEAN"}]'), recursive := true)`,
    { rows: JSON.stringify(staged.models) },
  );
}

/** Reasons why a number that is there was not believed, or could not be read: such a list says nothing about the number of before. */
const NOT_BELIEVED =
  /^(implausib|another token price|an answer for nothing|0 |a negative price|not a price|finer than)/;

/** The names under which a model may be known whose number was not believed: its key, and what follows each slash of it. */
function doubtfulNames({ provider, model, reason }: Rejected): { provider: string; model: string }[] {
  if (provider === undefined || !NOT_BELIEVED.test(reason)) return [];
  const parts = model.toLowerCase().split('/');
  return parts.map((_, start) => ({ provider: provider.toLowerCase(), model: parts.slice(start).join('/') }));
}

/** The columns of price_rate in the order in which rows are put into it. */
export const RATE_COLUMNS = sql`rate_id, book_id, source, provider, model, dimension, usd_per_unit, raw_value, raw_unit, min_prompt_tokens, service_tier, speed, region,
  utc_start, utc_end, iso_weekdays, effective_from, effective_to, observed_at, superseded_at, supersede_reason, added_in, removed_in`;

/** The same of price_multiplier. */
export const MULTIPLIER_COLUMNS = sql`multiplier_id, book_id, source, provider, model, kind, service_tier, speed, region, factor, raw_value,
  effective_from, effective_to, observed_at, superseded_at, added_in, removed_in, supersede_reason`;
