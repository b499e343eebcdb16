import { type Sql, sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type Format, type Place } from '../declare/format.js';
import { labelled, labelsIn, otherLabels, parsed, withLabels } from '../declare/labels.js';
import { errorClassOf } from '../declare/normalize.js';
import { reasoningInAnswer } from './openai_chat.js';

/** A field under its two names, the older first. */
function either(older: string, newer: string): Place & { value: Sql } {
  return { at: older, value: sql`coalesce(${field(older)}, ${field(newer)})` };
}

const STATUS = either('response_status_code', 'status_code');
const PROPERTIES = sql`properties`;
const FAILED = sql`coalesce(status_code >= 400, false)`;
/** A failed call counts zeros for what nobody counted. */
const NOTHING_COUNTED = sql`(${FAILED} and coalesce(prompt, 0) = 0 and coalesce(completion, 0) = 0)`;
const FROM_CACHE = sql`coalesce(ends_with(upper(${field('cache_status')}), 'HIT'), false)`;
const CACHED = sql`(coalesce(cached, 0) + coalesce(written, 0))`;
/** Anthropic's cached tokens stand beside the prompt, as the total shows, or that they are more. */
const EXCLUSIVE = sql`coalesce(${CACHED} > 0 and (${CACHED} > prompt or total = prompt + completion + ${CACHED}), false)`;

/**
 * Portkey's export of its gateway's logs; files have the fields that were chosen for them.
 * https://portkey.ai/docs/product/observability/logs-export
 *
 * Where the answers were exported with it, their usage tells what of the prompt was cached.
 */
export const portkeyLogs: Format = {
  name: 'portkey-logs',
  title: "Portkey's export of logs",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.ai_model') and (json_exists(line, '$.ai_org') or json_exists(line, '$.ai_provider'))`,
  fields: {
    id: 'text',
    trace_id: 'text',
    created_at: 'text',
    ai_org: 'text',
    ai_provider: 'text',
    ai_model: 'text',
    req_units: 'text',
    request_tokens: 'text',
    res_units: 'text',
    response_tokens: 'text',
    total_units: 'text',
    total_tokens: 'text',
    cost: 'text',
    cost_currency: 'text',
    response_time: 'text',
    response_status_code: 'text',
    status_code: 'text',
    cache_status: 'text',
    prompt_slug: 'text',
    metadata: 'text',
    response: {
      id: 'text',
      usage: {
        cache_read_input_tokens: 'text',
        cache_creation_input_tokens: 'text',
        prompt_tokens_details: { cached_tokens: 'text', audio_tokens: 'text' },
        completion_tokens_details: { reasoning_tokens: 'text', audio_tokens: 'text' },
      },
    },
  },
  computed: [
    {
      // Either an object, or its keys and its values in two lists.
      properties: sql`case
        when json_type(try_cast(${field('metadata')} as json), '$.key') = 'ARRAY' then ${zipped(field('metadata'))}
        else ${labelsIn(field('metadata'))}
      end`,
    },
  ],
  numbers: {
    prompt: either('req_units', 'request_tokens'),
    completion: either('res_units', 'response_tokens'),
    total: either('total_units', 'total_tokens'),
    cached: {
      at: 'response.usage.prompt_tokens_details.cached_tokens',
      value: sql`coalesce(${field('response.usage.cache_read_input_tokens')}, ${field('response.usage.prompt_tokens_details.cached_tokens')})`,
    },
    written: 'response.usage.cache_creation_input_tokens',
    audio_in: 'response.usage.prompt_tokens_details.audio_tokens',
    reasoning: 'response.usage.completion_tokens_details.reasoning_tokens',
    audio_out: 'response.usage.completion_tokens_details.audio_tokens',
    status_code: STATUS,
  },
  decimals: { cents: 'cost' },
  durations: { latency: 'response_time' },
  times: { started: 'created_at' },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'created_at', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    {
      field: 'ai_model',
      reason: 'is missing',
      missing: 'model',
      when: sql`${field('ai_model')} is null and not ${FAILED}`,
    },
    { field: 'req_units', reason: 'is missing', when: sql`prompt is null and not ${FAILED}` },
    { field: 'res_units', reason: 'is missing', when: sql`completion is null and not ${FAILED}` },
  ],
  traits: {
    provider: sql`coalesce(${field('ai_org')}, ${field('ai_provider')})`,
    model: field('ai_model'),
    request_model: null,
    operation: constant('chat'),
    service_tier: null,
    speed: null,
    region: null,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: errorClassOf(sql`cast(status_code as integer)`, sql`cast(null as varchar)`),
    http_status: sql`status_code`,
    feature: labelled(PROPERTIES, 'feature'),
    environment: labelled(PROPERTIES, 'environment'),
    attempt: null,
    bucket_seconds: null,
    billed_currency: sql`case when cents is not null then upper(coalesce(${field('cost_currency')}, 'USD')) end`,
    gateway_cached: sql`case when ${FROM_CACHE} then true end`,
    token_convention: sql`case when ${EXCLUSIVE} then 'exclusive' else 'inclusive' end`,
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: field('id'),
    trace_id: field('trace_id'),
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: counted(
      sql`prompt - coalesce(audio_in, 0) - case when ${EXCLUSIVE} then 0 else ${CACHED} end`,
    ),
    cache_read_tokens: sql`cached`,
    cache_write_tokens: sql`written`,
    cache_write_1h_tokens: null,
    text_output_tokens: counted(sql`completion - ${reasoningInAnswer(field('response.id'))} - coalesce(audio_out, 0)`),
    reasoning_tokens: sql`reasoning`,
    latency_ms: sql`latency`,
    ttft_ms: null,
    customer: labelled(PROPERTIES, 'customer'),
    user_id: labelled(PROPERTIES, 'user_id'),
    session_id: labelled(PROPERTIES, 'session_id'),
    tags: withLabels(otherLabels(PROPERTIES), { prompt: field('prompt_slug') }),
    // In cents.
    billed_cost: sql`case when ${FROM_CACHE} then 0 else cents * 0.01 end`,
  },
  units: { input_audio_tokens: sql`audio_in`, output_audio_tokens: sql`audio_out` },
  repeats: 'grows',
  dated: true,
};

function zipped(metadata: Sql): Sql {
  const lists = parsed(metadata, { key: 'text', value: 'text' });
  return sql`try(map(from_json(${lists}.key, '["VARCHAR"]'), from_json(${lists}.value, '["VARCHAR"]')))`;
}

function counted(value: Sql): Sql {
  return sql`case when not ${NOTHING_COUNTED} then ${value} end`;
}
