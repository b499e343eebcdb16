import { type Sql, sql } from '../../sql.js';
import { field, merged } from '../declare/fields.js';
import { constant, type Format, type Place } from '../declare/format.js';
import { errorClassOf } from '../declare/normalize.js';
import { CHAT, reasoningInAnswer, reasoningTokens } from './openai_chat.js';
import { RESPONSE, toolUnits } from './openai_responses.js';

/** A part of the body; of several names the one that the endpoint uses. */
function body(...paths: [string, ...string[]]): Sql {
  const [first, ...others] = paths.map((path) => field(`response.body.${path}`));
  return others.reduce((before, next) => sql`coalesce(${before}, ${next})`, first ?? sql`null`);
}

function place(...paths: [string, ...string[]]): Place {
  return { at: `response.body.${paths[0]}`, value: body(...paths) };
}

const HTTP = sql`try_cast(${field('response.status_code')} as integer)`;
const ERROR_NAME = sql`coalesce(${field('error.code')}, ${body('error.code', 'error.type')})`;
const FAILED = sql`(${field('error.code')} is not null or ${HTTP} >= 400 or coalesce(${body('status')} in ('failed', 'cancelled'), false))`;
const STOPPED = sql`coalesce(
    list_contains(list_transform(${body('choices')}, lambda choice: choice.finish_reason), 'content_filter'),
    ${body('incomplete_details.reason')} = 'content_filter'
  )`;
const IMAGES = sql`(${body('object')} is null and ${body('data')} is not null)`;

/**
 * Output and error files of OpenAI's Batch API, and of those that have the same one (Azure, Groq, Mistral): one line
 * per request with the whole answer of a chat, responses, embeddings or images call.
 * https://platform.openai.com/docs/api-reference/batch/request-output
 *
 * The answers say `service_tier: default`, but are billed at batch prices. Lines that never ran have no time.
 */
export const openaiBatch: Format = {
  name: 'openai-batch',
  title: 'OpenAI batch output and error files',
  reads: 'ndjson',
  signature: sql`
    json_exists(line, '$.custom_id')
    and (json_exists(line, '$.response.body') or starts_with(line->>'id', 'batch_req_'))`,
  fields: {
    id: 'text',
    custom_id: 'text',
    error: { code: 'text' },
    response: { status_code: 'text', body: merged(CHAT, RESPONSE) },
  },
  numbers: {
    prompt: place('usage.prompt_tokens', 'usage.input_tokens'),
    completion: place('usage.completion_tokens', 'usage.output_tokens'),
    cached: place('usage.prompt_tokens_details.cached_tokens', 'usage.input_tokens_details.cached_tokens'),
    cache_written: place(
      'usage.prompt_tokens_details.cache_write_tokens',
      'usage.input_tokens_details.cache_write_tokens',
    ),
    audio_in: place('usage.prompt_tokens_details.audio_tokens'),
    image_in: place('usage.prompt_tokens_details.image_tokens', 'usage.input_tokens_details.image_tokens'),
    reasoning: place(
      'usage.completion_tokens_details.reasoning_tokens',
      'usage.output_tokens_details.reasoning_tokens',
    ),
    audio_out: place('usage.completion_tokens_details.audio_tokens'),
    total: place('usage.total_tokens'),
    max_output: place('max_output_tokens'),
  },
  decimals: {},
  times: { started: place('created', 'created_at') },
  timeUnit: 'seconds',
  skip: [],
  checks: [
    {
      field: 'response',
      reason: 'is missing, and no error either',
      when: sql`${HTTP} is null and ${body('usage')} is null and ${field('error.code')} is null`,
    },
    {
      field: 'response.body.model',
      reason: 'is missing',
      missing: 'model',
      when: sql`${body('model')} is null and ${body('object')} is not null`,
    },
  ],
  traits: {
    // Only Azure reports on its filters.
    provider: sql`case when ${body('prompt_filter_results')} is not null or ${body('content_filters')} is not null then 'azure' end`,
    model: body('model'),
    request_model: null,
    operation: sql`case
        when ${body('object')} = 'list' then 'embedding'
        when ${IMAGES} then 'image'
        else 'chat'
      end`,
    service_tier: constant('batch'),
    speed: null,
    region: null,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${field('error.code')} = 'batch_expired' then 'timeout'
        when ${FAILED} then ${errorClassOf(HTTP, ERROR_NAME)}
        when ${STOPPED} then 'content_filter'
      end`,
    http_status: HTTP,
    feature: null,
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: null,
    gateway_cached: null,
    token_convention: constant('inclusive'),
    max_output_tokens: sql`max_output`,
    has_tools: null,
    has_images: null,
    has_json_schema: sql`${body('text.format.type')} = 'json_schema'`,
  },
  facts: {
    // The id of the answer, so that its body in another log is the same call; embeddings and failures have none.
    request_id: sql`coalesce(nullif(${body('id')}, ''), ${field('id')})`,
    trace_id: null,
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: sql`prompt - coalesce(cached, 0) - coalesce(cache_written, 0) - coalesce(audio_in, 0) - coalesce(image_in, 0)`,
    cache_read_tokens: sql`cached`,
    cache_write_tokens: sql`cache_written`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`case when not ${IMAGES} then completion - ${reasoningInAnswer(body('id'))} - coalesce(audio_out, 0) end`,
    reasoning_tokens: reasoningTokens(body('model')),
    // Between the two times of a response it also waited for its turn.
    latency_ms: null,
    ttft_ms: null,
    customer: null,
    user_id: body('user', 'safety_identifier'),
    session_id: null,
    tags: sql`case when ${field('custom_id')} is not null then map {'custom_id': ${field('custom_id')}} end`,
    billed_cost: null,
  },
  units: {
    ...toolUnits(body('output')),
    input_audio_tokens: sql`audio_in`,
    input_image_tokens: sql`image_in`,
    output_audio_tokens: sql`audio_out`,
    output_image_tokens: sql`case when ${IMAGES} then completion end`,
    output_images: sql`coalesce(
        case when ${IMAGES} then len(${body('data')}) end,
        len(list_filter(${body('output')}, lambda item: item.type = 'image_generation_call'))
      )`,
  },
  repeats: 'grows',
  dated: true,
};
