import { type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format, type Place, type UnitName } from '../declare/format.js';
import { errorClassOf, tierOf } from '../declare/normalize.js';

/** What is read of a response object: counts, names and kinds; of the output only which tools ran. */
export const RESPONSE: Shape = {
  id: 'text',
  object: 'text',
  created_at: 'text',
  completed_at: 'text',
  status: 'text',
  model: 'text',
  service_tier: 'text',
  user: 'text',
  safety_identifier: 'text',
  max_output_tokens: 'text',
  conversation: { id: 'text' },
  error: { code: 'text', type: 'text' },
  incomplete_details: { reason: 'text' },
  content_filters: [{ blocked: 'text' }],
  output: [{ type: 'text', container_id: 'text', action: { type: 'text' } }],
  tools: [{ type: 'text' }],
  text: { format: { type: 'text' } },
  usage: {
    input_tokens: 'text',
    output_tokens: 'text',
    cost: 'text',
    input_tokens_details: { cached_tokens: 'text', cache_write_tokens: 'text' },
    output_tokens_details: { reasoning_tokens: 'text' },
  },
};

/** A part of the response, which is the line itself or what an event of a stream carries. */
function part(path: string): Sql {
  return sql`coalesce(${field(path)}, ${field(`response.${path}`)})`;
}

function place(path: string): Place {
  return { at: path, value: part(path) };
}

/**
 * What the built-in tools of a response are billed for, by the items of its output (a list as in RESPONSE).
 * https://platform.openai.com/docs/pricing#built-in-tools
 */
export function toolUnits(output: Sql): Partial<Record<UnitName, Sql>> {
  const calls = (type: Sql) => sql`list_filter(${output}, lambda item: item.type = ${type})`;
  const sessions = calls(sql`'code_interpreter_call'`);
  return {
    // Opening a page and looking into one are free: https://platform.openai.com/docs/guides/tools-web-search
    web_search_requests: sql`len(list_filter(${calls(sql`'web_search_call'`)}, lambda item: coalesce(item.action.type, 'search') = 'search'))`,
    file_search_calls: sql`len(${calls(sql`'file_search_call'`)})`,
    // What is billed is the container, not the run in it.
    code_interpreter_sessions: sql`case when len(${sessions}) > 0
        then greatest(1, list_unique(list_transform(${sessions}, lambda item: item.container_id))) end`,
    // The tokens of an image are those of another model, and not in this usage.
    output_images: sql`len(${calls(sql`'image_generation_call'`)})`,
  };
}

const EVENT = sql`starts_with(${field('type')}, 'response.')`;
const STATUS = part('status');
const REFUSED = sql`(${field('object')} is null and ${field('response')} is null and (${field('error')} is not null or ${field('type')} = 'error'))`;
const FAILED = sql`(coalesce(${STATUS} in ('failed', 'cancelled'), false) or ${REFUSED})`;
const ERROR_NAME = sql`coalesce(${part('error.code')}, ${part('error.type')}, ${field('code')}, case when ${STATUS} = 'cancelled' then 'cancelled' end, 'unknown')`;

/**
 * Answers of OpenAI's Responses API, one per line: the object itself, or the event that ends a stream and carries it.
 * https://platform.openai.com/docs/api-reference/responses/object,
 * https://platform.openai.com/docs/api-reference/responses-streaming
 */
export const openaiResponses: Format = {
  name: 'openai-responses',
  title: 'OpenAI responses, one object or stream event per line',
  reads: 'ndjson',
  signature: sql`
    (line->>'object') = 'response'
    or (starts_with(line->>'type', 'response.') and (line->>'$.response.object') = 'response')`,
  fields: { ...RESPONSE, type: 'text', code: 'text', response: RESPONSE },
  numbers: {
    input: place('usage.input_tokens'),
    cached: place('usage.input_tokens_details.cached_tokens'),
    cache_written: place('usage.input_tokens_details.cache_write_tokens'),
    output: place('usage.output_tokens'),
    reasoning: place('usage.output_tokens_details.reasoning_tokens'),
    max_output: place('max_output_tokens'),
  },
  decimals: { cost: place('usage.cost') },
  times: { started: place('created_at'), ended: place('completed_at') },
  timeUnit: 'seconds',
  // A response in the background is asked for until it is done, and a stream reports on its way: only the end counts.
  skip: [
    { reason: 'unfinished responses', when: sql`${STATUS} in ('in_progress', 'queued')` },
    { reason: 'stream events without usage', when: sql`${EVENT} and ${field('response')} is null` },
  ],
  checks: [
    {
      field: 'object',
      reason: "is not 'response'",
      when: sql`coalesce(${part('object')} <> 'response', not ${REFUSED} and ${field('response')} is null)`,
    },
    { field: 'model', reason: 'is missing', missing: 'model', when: sql`${part('model')} is null and not ${REFUSED}` },
  ],
  traits: {
    // Only OpenRouter tells the cost; only Azure reports on its filters.
    provider: sql`case
        when ${part('usage.cost')} is not null then 'openrouter'
        when ${part('content_filters')} is not null then 'azure'
      end`,
    model: part('model'),
    request_model: null,
    operation: constant('chat'),
    // The tier that served the call, whatever was asked for.
    service_tier: tierOf(part('service_tier')),
    speed: null,
    region: null,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${FAILED} then ${errorClassOf(sql`cast(null as integer)`, ERROR_NAME)}
        when ${part('incomplete_details.reason')} = 'content_filter' then 'content_filter'
      end`,
    http_status: null,
    feature: null,
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: sql`case when ${part('usage.cost')} is not null then 'USD' end`,
    gateway_cached: null,
    // https://platform.openai.com/docs/guides/prompt-caching: cached tokens are part of input_tokens.
    token_convention: constant('inclusive'),
    max_output_tokens: sql`max_output`,
    has_tools: sql`len(${part('tools')}) > 0`,
    has_images: null,
    has_json_schema: sql`${part('text.format.type')} = 'json_schema'`,
  },
  facts: {
    request_id: part('id'),
    trace_id: null,
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: sql`input - coalesce(cached, 0) - coalesce(cache_written, 0)`,
    cache_read_tokens: sql`cached`,
    cache_write_tokens: sql`cache_written`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`output - coalesce(reasoning, 0)`,
    reasoning_tokens: sql`reasoning`,
    // Both times are whole seconds, so this is right on average only.
    latency_ms: sql`case when ended >= started then date_diff('millisecond', started, ended) end`,
    ttft_ms: null,
    customer: null,
    user_id: sql`coalesce(${part('user')}, ${part('safety_identifier')})`,
    session_id: part('conversation.id'),
    tags: null,
    billed_cost: sql`cost`,
  },
  units: toolUnits(part('output')),
  repeats: 'grows',
  dated: true,
};
