import { type Sql, sql } from '../../sql.js';
import { constant, type Format } from '../declare/format.js';

/** The traits that the sessions of coding agents do not tell. */
export const AGENT_TRAITS = {
  request_model: null,
  operation: constant('chat'),
  service_tier: null,
  speed: null,
  region: null,
  http_status: null,
  environment: null,
  attempt: null,
  bucket_seconds: null,
  gateway_cached: null,
  max_output_tokens: null,
  has_tools: null,
  has_images: null,
  has_json_schema: null,
} as const satisfies Partial<Format['traits']>;

/** The facts that they do not tell. */
export const AGENT_FACTS = {
  trace_id: null,
  ttft_ms: null,
  customer: null,
} as const satisfies Partial<Format['facts']>;

/** The folder an agent worked in, without those it lies in. */
export function projectOf(folder: Sql): Sql {
  return sql`nullif(regexp_extract(${folder}, '([^/\\\\]+)[/\\\\]*$', 1), '')`;
}
