import { type Sql, sql } from '../../sql.js';
import { flagOf } from '../declare/convert.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format, type Place } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';
import { tierOf } from '../declare/normalize.js';

const GENERATION: Shape = Object.fromEntries(
  [
    'id',
    'created_at',
    'model',
    'provider_name',
    'api_type',
    'external_user',
    'session_id',
    'cancelled',
    'finish_reason',
    'is_byok',
    'service_tier',
    'latency',
    'generation_time',
    'total_cost',
    'usage',
    'upstream_inference_cost',
    'tokens_prompt',
    'tokens_completion',
    'native_tokens_prompt',
    'native_tokens_completion',
    'native_tokens_completion_images',
    'native_tokens_reasoning',
    'native_tokens_cached',
  ].map((name) => [name, 'text']),
);

/** A field of the answer, which people log with or without the envelope `data` around it. */
function of(name: string): Sql {
  return sql`coalesce(${field(`data.${name}`)}, ${field(name)})`;
}

/** The first of several fields that is there. */
function place(name: string, ...others: string[]): Place {
  return {
    at: `data.${name}`,
    value: others.reduce((before, next) => sql`coalesce(${before}, ${of(next)})`, of(name)),
  };
}

const CANCELLED = sql`coalesce(${flagOf(of('cancelled'))}, false)`;
const FAILED = sql`(${CANCELLED} or coalesce(${of('finish_reason')} = 'error', false))`;
const OWN_KEY = sql`coalesce(${flagOf(of('is_byok'))}, false)`;

/**
 * Answers of OpenRouter's /generation: what one call counted and cost.
 * https://openrouter.ai/docs/api-reference/get-a-generation
 */
export const openrouterGeneration: Format = {
  name: 'openrouter-generation',
  title: "answers of OpenRouter's /generation, one per line",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.data.native_tokens_prompt') or json_exists(line, '$.native_tokens_prompt')`,
  fields: { data: GENERATION, ...GENERATION },
  numbers: {
    // The bill follows the model's own tokenizer; tokens_prompt and tokens_completion are counted by one for all models.
    prompt: place('native_tokens_prompt', 'tokens_prompt'),
    completion: place('native_tokens_completion', 'tokens_completion'),
    reasoning: place('native_tokens_reasoning'),
    cached: place('native_tokens_cached'),
    images: place('native_tokens_completion_images'),
  },
  decimals: { cost: place('total_cost', 'usage'), upstream_cost: place('upstream_inference_cost') },
  // Called latency, but in real answers shorter than the time of generation: it is the wait for the first token.
  durations: { latency: place('generation_time'), ttft: place('latency') },
  times: { started: { at: 'data.created_at', value: of('created_at') } },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'data.created_at', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    { field: 'data.model', reason: 'is missing', missing: 'model', when: sql`${of('model')} is null` },
    { field: 'data.native_tokens_prompt', reason: 'is missing', when: sql`prompt is null and not ${FAILED}` },
    { field: 'data.native_tokens_completion', reason: 'is missing', when: sql`completion is null and not ${FAILED}` },
  ],
  traits: {
    provider: constant('openrouter'),
    model: of('model'),
    request_model: null,
    operation: sql`case when ${of('api_type')} = 'embeddings' then 'embedding' else 'chat' end`,
    service_tier: tierOf(of('service_tier')),
    speed: null,
    region: null,
    // A cancelled generation is billed up to where it was stopped.
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${CANCELLED} then 'cancelled'
        when ${FAILED} then 'other'
        when ${of('finish_reason')} = 'content_filter' then 'content_filter'
      end`,
    http_status: null,
    feature: null,
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: sql`case when cost is not null then 'USD' end`,
    gateway_cached: null,
    token_convention: constant('inclusive'),
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: of('id'),
    trace_id: null,
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: sql`prompt - coalesce(cached, 0)`,
    cache_read_tokens: sql`cached`,
    cache_write_tokens: null,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`completion - coalesce(reasoning, 0) - coalesce(images, 0)`,
    reasoning_tokens: sql`reasoning`,
    latency_ms: sql`latency`,
    ttft_ms: sql`ttft`,
    // The `user` of the request: the application's own customer or end user.
    customer: of('external_user'),
    user_id: null,
    session_id: of('session_id'),
    tags: withLabels(null, { upstream: of('provider_name') }),
    // With a key of one's own (BYOK) total_cost is OpenRouter's fee alone.
    billed_cost: sql`case when ${OWN_KEY} then cost + coalesce(upstream_cost, 0) else cost end`,
  },
  units: { output_image_tokens: sql`images` },
  repeats: 'same',
  dated: true,
};
