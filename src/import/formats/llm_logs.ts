import { identifier, sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { field } from '../declare/fields.js';
import { parsed } from '../declare/labels.js';
import { USAGE_SHAPE, usagePlaces } from '../declare/usage_keys.js';

const MODEL = sql`coalesce(${field('resolved_model')}, ${field('model')})`;
const detail = (path: string) => path.split('.').reduce((value, key) => sql`${value}.${identifier(key)}`, sql`details`);
/** Its plug-in for Claude takes input and output out of Claude's usage and leaves the rest: cached tokens stand beside them. */
const CLAUDES = sql`coalesce(${detail('cache_read_input_tokens')}, ${detail('cache_creation_input_tokens')}) is not null`;

/**
 * What the command line `llm` remembers: `llm logs --json`, and the same of its database logs.db. `token_details` is what is left of
 * the provider's usage when the two counts are taken out. https://llm.datasette.io/en/stable/logging.html
 */
export const llmLogs = calls({
  name: 'llm-logs',
  title: 'logs of llm (llm logs --json, logs.db)',
  reads: 'ndjson',
  signature: sql`
    json_exists(line, '$.datetime_utc') and json_exists(line, '$.duration_ms') and json_exists(line, '$.conversation_id')
    and json_exists(line, '$.model') and json_exists(line, '$.input_tokens')`,
  computed: [{ details: parsed(field('token_details'), USAGE_SHAPE) }],
  convention: 'inclusive',
  rule: { input: sql`case when ${CLAUDES} then 'nothing' end`, output: sql`cast(null as varchar)` },
  set: { operation: 'chat' },
  at: {
    ...usagePlaces(detail, 'token_details'),
    request_id: ['response_json.id', 'id'],
    session_id: 'conversation_id',
    started: 'datetime_utc',
    model: { at: 'model', value: MODEL },
    input: 'input_tokens',
    output: 'output_tokens',
    latency: 'duration_ms',
    service_tier: {
      at: 'service_tier',
      value: sql`coalesce(${field('response_json.service_tier')}, json_extract_string(${field('token_details')}, '$.service_tier'))`,
    },
  },
  also: ['token_details', 'model', 'resolved_model', 'response_json.service_tier'],
  // Some models tell no counts.
  optional: ['input', 'output'],
});
