import { type Sql, sql } from '../../sql.js';

/**
 * The 128-bit key of a call, over the columns of usage and the id that tells calls apart:
 * - An id whose random part has 16 characters or more stands for itself, so the same call seen by a gateway and by the
 *   application is one. The random part is what follows the leading small letters (`chatcmpl-`, `msg_`); an id of
 *   more than 28 characters has one in any case, which is ten times faster to see. Small letters that run into digits
 *   and capitals without a separator are no prefix but part of it (`qbtexhfR7d-kWmL2-05x8Zw`, Gemini).
 * - Any other id is joined with time, model and counts: some servers number their calls `chatcmpl-0` to `chatcmpl-998`.
 * - Without id it is all that is known of the call; equal ones of a file are told apart by `ordinalKey`.
 * md5 and not `hash`: the key is kept for years, and hash() may change with DuckDB. Each test of the id is a case of its
 * own: of several in one condition DuckDB tries now and then another one first, which takes half as long again as the key.
 */
export function callKey(id: Sql): Sql {
  const own = sql`md5_number(case when trait_attempt > 1 then concat(${id}, chr(31), trait_attempt) else ${id} end)`;
  return sql`case
          when strlen(${id}) > 28 then ${own}
          when strlen(ltrim(${id}, 'abcdefghijklmnopqrstuvwxyz')) > 16 then ${own}
          when strlen(${id}) >= 20 and regexp_matches(${id}, '^[a-z]+[0-9A-Z]') and ${id} <> lower(${id}) then ${own}
          when ${id} is not null then md5_number(concat_ws(chr(31), ${id}, ${KNOWN}))
          else md5_number(concat_ws(chr(31), ${KNOWN}, ${ATTRIBUTION}))
        end`;
}

/** The key of the second, third, … of rows that agree in everything. */
export function ordinalKey(key: Sql, ordinal: Sql): Sql {
  return sql`md5_number(concat_ws(chr(31), ${key}, ${ordinal}))`;
}

const part = (column: Sql) => sql`coalesce(cast(${column} as varchar), '')`;

const KNOWN = [
  sql`occurred_at`,
  sql`trait_model`,
  sql`trait_provider`,
  sql`uncached_input_tokens`,
  sql`cache_read_tokens`,
  sql`cache_write_tokens`,
  sql`cache_write_1h_tokens`,
  sql`text_output_tokens`,
  sql`reasoning_tokens`,
  sql`units`,
]
  .map(part)
  .reduce((before, column) => sql`${before}, ${column}`);

const ATTRIBUTION = [
  sql`trait_request_model`,
  sql`trait_operation`,
  sql`trait_status`,
  sql`trait_error_class`,
  sql`trait_service_tier`,
  sql`trait_region`,
  sql`trait_feature`,
  sql`trait_environment`,
  sql`trait_bucket_seconds`,
  sql`requests`,
  sql`customer`,
  sql`user_id`,
  sql`session_id`,
  sql`trace_id`,
  sql`tags`,
  sql`latency_ms`,
  sql`ttft_ms`,
  sql`billed_cost`,
]
  .map(part)
  .reduce((before, column) => sql`${before}, ${column}`);
