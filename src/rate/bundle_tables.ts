import { join } from 'node:path';
import { literal, type Sql, sql } from '../sql.js';
import { USD_PER_UNIT } from './book_staging.js';

/** The columns of pricing/*.csv, all read as text: nothing is sniffed. */
export const BUNDLE_COLUMNS = {
  rates: [
    'book_id',
    'provider',
    'model',
    'dimension',
    'raw_value',
    'raw_unit',
    'rounded',
    'min_prompt_tokens',
    'service_tier',
    'speed',
    'region',
    'effective_from',
    'effective_to',
    'observed_at',
    'superseded_at',
    'supersede_reason',
  ],
  multipliers: [
    'book_id',
    'provider',
    'model',
    'kind',
    'service_tier',
    'speed',
    'region',
    'factor',
    'raw_value',
    'effective_from',
    'effective_to',
    'observed_at',
    'superseded_at',
  ],
  models: [
    'source',
    'provider',
    'model',
    'operation',
    'context_window',
    'max_output_tokens',
    'supports_tools',
    'supports_images',
    'supports_json_schema',
    'deprecation_date',
    'free',
  ],
} as const;

/** The rows of one file of the bundle; an empty cell is null. */
export function bundleRows(directory: string, table: keyof typeof BUNDLE_COLUMNS): Sql {
  const columns = BUNDLE_COLUMNS[table].map((name) => sql`${literal(name)}: 'varchar'`);
  const list = columns.reduce((before, column) => sql`${before}, ${column}`);
  return sql`read_csv(${literal(escapedGlob(join(directory, `${table}.csv`)))}, columns = {${list}}, header = true,
    delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false)`;
}

/** DuckDB takes paths for patterns. */
function escapedGlob(path: string): string {
  return path.replaceAll(/[*?[]/g, '[$&]');
}

/** What to multiply a published number with, from its unit: the same table as UNIT_SCALES. */
export const SCALE_OF_UNIT = sql`case raw_unit
  when 'per_unit' then '1'
  when 'per_mtok' then '0.000001'
  when 'per_mchar' then '0.000001'
  when 'per_kcount' then '0.001'
  when 'per_hour' then '0.000277777777777777777778'
end`;

/** The rates of the bundle with the columns of price_rate, except rate_id and source; `value` is the clean number. */
export function bundleRates(directory: string): Sql {
  return sql`(
    select
      cast(book_id as integer) as book_id,
      provider,
      model,
      dimension,
      ${USD_PER_UNIT} as usd_per_unit,
      raw_value,
      raw_unit,
      cast(coalesce(min_prompt_tokens, '0') as bigint) as min_prompt_tokens,
      coalesce(service_tier, 'standard') as service_tier,
      speed,
      region,
      cast(effective_from as timestamp) as effective_from,
      cast(effective_to as timestamp) as effective_to,
      cast(observed_at as timestamp) as observed_at,
      cast(superseded_at as timestamp) as superseded_at,
      supersede_reason
    from (
      select *, coalesce(rounded, raw_value) as value, ${SCALE_OF_UNIT} as scale
      from ${bundleRows(directory, 'rates')}
    )
  )`;
}
