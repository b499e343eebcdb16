import { join } from 'node:path';
import { literal, type Sql, sql } from '../../sql.js';
import { USD_PER_UNIT } from '../book/staging.js';

/** The columns of pricing/*.csv and their types: nothing is sniffed. */
const BUNDLE_COLUMNS = {
  rates: sql`{
    book_id: 'integer', provider: 'varchar', model: 'varchar', dimension: 'varchar', raw_value: 'varchar',
    raw_unit: 'varchar', rounded: 'varchar', min_prompt_tokens: 'bigint', service_tier: 'varchar', speed: 'varchar',
    region: 'varchar', utc_start: 'time', utc_end: 'time', iso_weekdays: 'varchar', effective_from: 'timestamp',
    effective_to: 'timestamp', observed_at: 'timestamp', superseded_at: 'timestamp', supersede_reason: 'varchar'
  }`,
  multipliers: sql`{
    book_id: 'integer', provider: 'varchar', model: 'varchar', kind: 'varchar', service_tier: 'varchar',
    speed: 'varchar', region: 'varchar', factor: 'decimal(9, 6)', raw_value: 'varchar', effective_from: 'timestamp',
    effective_to: 'timestamp', observed_at: 'timestamp', superseded_at: 'timestamp'
  }`,
  models: sql`{
    source: 'varchar', provider: 'varchar', model: 'varchar', operation: 'varchar', context_window: 'bigint',
    max_output_tokens: 'bigint', supports_tools: 'boolean', supports_images: 'boolean',
    supports_json_schema: 'boolean', deprecation_date: 'date', free: 'boolean', last_listed: 'date'
  }`,
};

/** The rows of one file of the bundle; an empty cell is null. */
export function bundleRows(directory: string, table: keyof typeof BUNDLE_COLUMNS): Sql {
  const path = literal(escapedGlob(join(directory, `${table}.csv.gz`)));
  return sql`read_csv(${path}, columns = ${BUNDLE_COLUMNS[table]}, header = true, delim = ',', quote = '"',
    escape = '"', nullstr = '', auto_detect = false, compression = 'gzip')`;
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
      book_id,
      provider,
      model,
      dimension,
      ${USD_PER_UNIT} as usd_per_unit,
      raw_value,
      raw_unit,
      coalesce(min_prompt_tokens, 0) as min_prompt_tokens,
      coalesce(service_tier, 'standard') as service_tier,
      speed,
      region,
      utc_start,
      utc_end,
      cast(string_split(iso_weekdays, ' ') as utinyint[]) as iso_weekdays,
      effective_from,
      effective_to,
      observed_at,
      superseded_at,
      supersede_reason
    from (
      select *, coalesce(rounded, raw_value) as value, ${SCALE_OF_UNIT} as scale
      from ${bundleRows(directory, 'rates')}
    )
  )`;
}
