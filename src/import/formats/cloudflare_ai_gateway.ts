import { type Sql, sql } from '../../sql.js';
import { flagOf } from '../declare/convert.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { labelled, labelsIn } from '../declare/labels.js';
import { errorClassOf } from '../declare/normalize.js';
import { otherLabels } from './attribution.js';

const PROPERTIES = sql`properties`;
const FAILED = sql`(coalesce(http_status >= 400, false) or coalesce(not ${flagOf(field('success'))}, false))`;
/** A failed call counts zeros for what nobody counted. */
const NOTHING_COUNTED = sql`(${FAILED} and coalesce(tokens_in, 0) = 0 and coalesce(tokens_out, 0) = 0)`;
const FROM_CACHE = sql`coalesce(${flagOf(field('cached'))}, false)`;

/**
 * Logs of Cloudflare's AI Gateway, one per line.
 * https://developers.cloudflare.com/api/resources/ai_gateway/subresources/logs/methods/list/
 *
 * They count the whole prompt and the whole answer and do not say what of them was cached or reasoning.
 */
export const cloudflareAiGateway: Format = {
  name: 'cloudflare-ai-gateway',
  title: "logs of Cloudflare's AI Gateway",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.tokens_in') and json_exists(line, '$.tokens_out') and json_exists(line, '$.cached') and json_exists(line, '$.provider')`,
  fields: {
    id: 'text',
    created_at: 'text',
    provider: 'text',
    model: 'text',
    model_type: 'text',
    path: 'text',
    duration: 'text',
    status_code: 'text',
    success: 'text',
    cached: 'text',
    tokens_in: 'text',
    tokens_out: 'text',
    cost: 'text',
    metadata: 'text',
    step: 'text',
  },
  computed: [{ properties: labelsIn(field('metadata')) }],
  numbers: { tokens_in: 'tokens_in', tokens_out: 'tokens_out', http_status: 'status_code', step: 'step' },
  decimals: { cost: 'cost' },
  durations: { latency: 'duration' },
  times: { started: 'created_at' },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'created_at', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    { field: 'model', reason: 'is missing', missing: 'model', when: sql`${field('model')} is null and not ${FAILED}` },
    { field: 'tokens_in', reason: 'is missing', when: sql`tokens_in is null and not ${FAILED}` },
    { field: 'tokens_out', reason: 'is missing', when: sql`tokens_out is null and not ${FAILED}` },
  ],
  traits: {
    provider: field('provider'),
    model: field('model'),
    request_model: null,
    operation: sql`case
        when contains(${field('path')}, 'embedding') or starts_with(${field('model_type')}, 'embedding') then 'embedding'
        when ${field('model_type')} = 'text' or contains(${field('path')}, 'completions') then 'chat'
      end`,
    service_tier: null,
    speed: null,
    region: null,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${FAILED} then coalesce(${errorClassOf(sql`cast(http_status as integer)`, sql`cast(null as varchar)`)}, 'other')
      end`,
    http_status: sql`http_status`,
    feature: labelled(PROPERTIES, 'feature'),
    environment: labelled(PROPERTIES, 'environment'),
    // Steps after the first are fallbacks of a universal request.
    attempt: sql`step + 1`,
    bucket_seconds: null,
    billed_currency: sql`case when cost is not null then 'USD' end`,
    gateway_cached: sql`case when ${FROM_CACHE} then true end`,
    // Anthropic counts cached tokens beside its input; whether tokens_in has them, too, is not documented.
    token_convention: sql`case
        when ${field('provider')} in ('anthropic', 'aws-bedrock') then 'guessed'
        else 'inclusive'
      end`,
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: field('id'),
    trace_id: null,
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: counted(sql`tokens_in`),
    cache_read_tokens: null,
    cache_write_tokens: null,
    cache_write_1h_tokens: null,
    text_output_tokens: counted(sql`tokens_out`),
    reasoning_tokens: null,
    latency_ms: sql`latency`,
    ttft_ms: null,
    customer: labelled(PROPERTIES, 'customer'),
    user_id: labelled(PROPERTIES, 'user_id'),
    session_id: labelled(PROPERTIES, 'session_id'),
    tags: otherLabels(PROPERTIES),
    billed_cost: sql`case when ${FROM_CACHE} then 0 else cost end`,
  },
  units: {},
  repeats: 'grows',
  dated: true,
};

function counted(value: Sql): Sql {
  return sql`case when not ${NOTHING_COUNTED} then ${value} end`;
}
