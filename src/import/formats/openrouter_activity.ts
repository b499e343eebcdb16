import { sql } from '../../sql.js';
import { flagOf } from '../declare/convert.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';

const FIELDS: Shape = Object.fromEntries(
  [
    'generation_id',
    'created_at',
    'cost_total',
    'byok_usage_inference',
    'tokens_prompt',
    'tokens_completion',
    'tokens_reasoning',
    'tokens_cached',
    'model_permaslug',
    'provider_name',
    'variant',
    'cancelled',
    'user',
    'finish_reason_normalized',
    'generation_time_ms',
    'time_to_first_token_ms',
    'app_name',
    'api_key_name',
  ].map((name) => [name, 'text']),
);

const CANCELLED = sql`coalesce(${flagOf(field('cancelled'))}, false)`;
const FAILED = sql`(${CANCELLED} or coalesce(${field('finish_reason_normalized')} = 'error', false))`;

/**
 * The export of OpenRouter's activity page: one row per generation. Its columns come in several orders, and older files
 * lack tokens_cached. https://openrouter.ai/docs/use-cases/usage-accounting, https://openrouter.ai/activity
 */
export const openrouterActivity: Format = {
  name: 'openrouter-activity',
  title: "the CSV export of OpenRouter's activity",
  reads: 'csv',
  signature: ['generation_id', 'created_at', 'model_permaslug', 'tokens_prompt', 'tokens_completion'],
  fields: FIELDS,
  numbers: {
    prompt: 'tokens_prompt',
    completion: 'tokens_completion',
    reasoning: 'tokens_reasoning',
    cached: 'tokens_cached',
  },
  // cost_cache (a discount) and cost_web_search are parts of cost_total.
  decimals: { cost: 'cost_total', own_key_cost: 'byok_usage_inference' },
  durations: { latency: 'generation_time_ms', ttft: 'time_to_first_token_ms' },
  // Without zone, in UTC.
  times: { started: 'created_at' },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'created_at', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    {
      field: 'model_permaslug',
      reason: 'is missing',
      missing: 'model',
      when: sql`${field('model_permaslug')} is null`,
    },
    { field: 'tokens_prompt', reason: 'is missing', when: sql`prompt is null and not ${FAILED}` },
    { field: 'tokens_completion', reason: 'is missing', when: sql`completion is null and not ${FAILED}` },
  ],
  traits: {
    provider: constant('openrouter'),
    // Another variant has another price, free ones none at all; OpenRouter writes it `name:free`.
    model: sql`case
        when ${field('variant')} <> 'standard' then concat(${field('model_permaslug')}, ':', ${field('variant')})
        else ${field('model_permaslug')}
      end`,
    request_model: null,
    operation: constant('chat'),
    service_tier: null,
    speed: null,
    region: null,
    // A cancelled generation is billed up to where it was stopped.
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${CANCELLED} then 'cancelled'
        when ${FAILED} then 'other'
        when ${field('finish_reason_normalized')} = 'content_filter' then 'content_filter'
      end`,
    http_status: null,
    feature: field('app_name'),
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: sql`case when cost is not null or own_key_cost is not null then 'USD' end`,
    gateway_cached: null,
    token_convention: constant('inclusive'),
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: field('generation_id'),
    trace_id: null,
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: sql`prompt - coalesce(cached, 0)`,
    cache_read_tokens: sql`cached`,
    cache_write_tokens: null,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`completion - coalesce(reasoning, 0)`,
    reasoning_tokens: sql`reasoning`,
    latency_ms: sql`latency`,
    ttft_ms: sql`ttft`,
    // The `user` of the request: the application's own customer or end user.
    customer: field('user'),
    user_id: null,
    session_id: null,
    tags: withLabels(null, { upstream: field('provider_name'), api_key: field('api_key_name') }),
    // With a key of one's own (BYOK) cost_total is OpenRouter's fee alone; the supplier's bill stands beside it.
    billed_cost: sql`coalesce(cost + coalesce(own_key_cost, 0), own_key_cost)`,
  },
  units: {},
  repeats: 'same',
  dated: true,
};
