import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { constant, type Format } from '../declare/format.js';

/**
 * The key of a bucket: its kind, start and end and all its dimensions, so that the same bucket is one whoever exports
 * it, and a later state of it meets the earlier one.
 */
export function bucketKey(kind: Sql, dimensions: readonly Sql[]): Sql {
  const parts = dimensions.map((dimension) => sql`coalesce(cast(${dimension} as varchar), '')`);
  // A key longer than 28 characters stands for itself; see callKey.
  return sql`concat('bucket of many calls to a model', chr(31), ${join([kind, ...parts], ', chr(31), ')})`;
}

/** Dimensions that have no column, as tags; what is null is left out. */
export function tagsOf(dimensions: Readonly<Record<string, Sql>>): Sql {
  const all = Object.entries(dimensions);
  const entries = all.map(([name, value]) => sql`{'key': ${literal(name)}, 'value': ${value}}`);
  const none = all.map(([, value]) => sql`${value} is null`);
  return sql`case when not (${join(none, ' and ')})
      then map_from_entries(list_filter([${join(entries)}], lambda tag: tag.value is not null)) end`;
}

/** The traits that no bucket tells. */
export const UNTOLD_TRAITS = {
  request_model: null,
  status: constant('ok'),
  error_class: null,
  http_status: null,
  feature: null,
  environment: null,
  attempt: null,
  gateway_cached: null,
  max_output_tokens: null,
  has_tools: null,
  has_images: null,
  has_json_schema: null,
} as const satisfies Partial<Format['traits']>;

/** The facts that no bucket tells. */
export const UNTOLD_FACTS = {
  request_id: null,
  trace_id: null,
  latency_ms: null,
  ttft_ms: null,
  session_id: null,
} as const satisfies Partial<Format['facts']>;

/** How many seconds lie between two converted times. */
export function secondsBetween(start: string, end: string): Sql {
  return sql`date_diff('second', ${identifier(start)}, ${identifier(end)})`;
}
