import { sql } from '../../sql.js';
import { tagsOf } from '../declare/bucket.js';
import { field } from '../declare/fields.js';
import { constant, type Format, type Place } from '../declare/format.js';
import { among, errorClassOf, tierOf } from '../declare/normalize.js';
import { ATTRIBUTES, resolvedSpans, told } from './otlp_spans.js';

const FAILED = sql`coalesce(${field('status.code')} in ('2', 'STATUS_CODE_ERROR'), false)`;
const OPERATION = sql`lower(${told('operation')})`;
const KIND = sql`lower(${told('kind')})`;
/** The Vercel AI SDK: `ai.generateText` is the whole of `ai.generateText.doGenerate`, its calls. */
const SDK = sql`starts_with(${KIND}, 'ai.')`;

const CALLS = ['chat', 'text_completion', 'completion', 'generate_content', 'embeddings', 'embedding', 'responses'];
const AROUND = ['invoke_agent', 'create_agent', 'invoke_workflow', 'plan', 'execute_tool'];
const AROUND_KINDS = ['chain', 'agent', 'tool', 'retriever', 'guardrail', 'evaluator', 'prompt', 'workflow', 'task'];

/** Agents, chains and tools may repeat what the calls inside of them used. */
const WRAPS = sql`(
      ${among(OPERATION, AROUND)}
      or (${among(KIND, AROUND_KINDS)} and not ${among(OPERATION, CALLS)})
      or coalesce(${SDK} and not regexp_matches(${KIND}, '[.]do[a-z]+$'), false)
      or "$wraps"
    )`;
const CALLED = sql`(
      ${among(OPERATION, CALLS)}
      or ${among(KIND, ['llm', 'embedding', 'reranker'])}
      or coalesce(${SDK}, false)
      or (coalesce(${told('request_model')}, ${told('model')}) is not null
        and (coalesce(${told('input')}, ${told('output')}) is not null or ${FAILED}))
    )`;

/** Instrumentations that write Anthropic's own count, without what is cached, into gen_ai.usage.input_tokens. */
const EXCLUSIVE_SCOPES = ['@traceloop/instrumentation-anthropic', '@traceloop/instrumentation-bedrock'];
const EXCLUSIVE = sql`(coalesce(cache_read, 0) + coalesce(cache_written, 0) > 0
      and (coalesce(cache_read, 0) + coalesce(cache_written, 0) > input or ${among(field('scope.name'), EXCLUSIVE_SCOPES)}))`;

function attribute(name: string, spelling: string): Place {
  return { at: spelling, value: told(name) };
}

/** What failed, in words `errorClassOf` knows; the message is looked at and not kept. */
const FAILURE = sql`coalesce(${told('error_type')}, '') || ' ' || coalesce(${field('status.message')}, '')`;

/**
 * Traces in OTLP's JSON, as the Collector's file exporter writes them: one export per line, or one document.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. Calls to models are told by the conventions of
 * OpenTelemetry, old and new (https://github.com/open-telemetry/semantic-conventions-genai), OpenLLMetry
 * (https://www.traceloop.com/docs/openllmetry/contributing/semantic-conventions), OpenInference
 * (https://arize-ai.github.io/openinference/spec/semantic_conventions.html) and the Vercel AI SDK
 * (https://ai-sdk.dev/docs/ai-sdk-core/telemetry).
 */
export const otlpTraces: Format = {
  name: 'otlp-traces',
  title: 'OpenTelemetry traces (OTLP JSON)',
  reads: 'json',
  rows: [
    { list: 'resourceSpans', beside: {} },
    { list: 'scopeSpans', beside: { resource: { attributes: ATTRIBUTES } }, empty: 'resources without spans' },
    { list: 'spans', beside: { scope: { name: 'text' } }, empty: 'scopes without spans' },
  ],
  signature: sql`json_type(line, '$.resourceSpans') = 'ARRAY' and (
    json_array_length(line, '$.resourceSpans') = 0
    or json_exists(line, '$.resourceSpans[0].scopeSpans')
    or json_exists(line, '$.resourceSpans[0].resource')
  )`,
  fields: {
    traceId: 'text',
    spanId: 'text',
    parentSpanId: 'text',
    startTimeUnixNano: 'text',
    endTimeUnixNano: 'text',
    status: { code: 'text', message: 'text' },
    attributes: ATTRIBUTES,
  },
  resolved: resolvedSpans,
  attributeLists: ['attributes', 'resource.attributes'],
  numbers: {
    input: attribute('input', 'gen_ai.usage.input_tokens'),
    output: attribute('output', 'gen_ai.usage.output_tokens'),
    cache_read: attribute('cache_read', 'gen_ai.usage.cache_read.input_tokens'),
    cache_written: attribute('cache_written', 'gen_ai.usage.cache_creation.input_tokens'),
    reasoning: attribute('reasoning', 'gen_ai.usage.reasoning.output_tokens'),
    audio_in: attribute('audio_in', 'llm.token_count.prompt_details.audio'),
    audio_out: attribute('audio_out', 'llm.token_count.completion_details.audio'),
    max_output: attribute('max_output', 'gen_ai.request.max_tokens'),
  },
  decimals: {
    cost: attribute('cost', 'llm.cost.total'),
    first_chunk_s: attribute('first_chunk_s', 'gen_ai.response.time_to_first_chunk'),
    first_chunk_ms: attribute('first_chunk_ms', 'ai.response.msToFirstChunk'),
  },
  times: { started: 'startTimeUnixNano', ended: 'endTimeUnixNano' },
  timeUnit: 'any',
  skip: [
    { reason: 'agents, chains and tools around calls', when: sql`${WRAPS}` },
    { reason: 'spans that are no model call', when: sql`not ${CALLED} and ${field('traceId')} is not null` },
  ],
  checks: [
    { field: 'traceId', reason: 'is missing', when: sql`${field('traceId')} is null or ${field('spanId')} is null` },
    { field: 'startTimeUnixNano', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    {
      field: 'gen_ai.request.model',
      reason: 'is missing',
      missing: 'model',
      when: sql`coalesce(${told('request_model')}, ${told('model')}) is null`,
    },
  ],
  traits: {
    // Frameworks name themselves; then the model's name has to tell. The SDK adds its endpoint: google.vertex.chat.
    provider: sql`case when ${among(sql`lower(${told('provider')})`, ['langchain', 'langgraph', 'crewai', 'llamaindex', 'haystack'])} then null
      else regexp_replace(${told('provider')}, '[.](chat|messages|responses|completion|embedding|image)$', '') end`,
    model: told('model'),
    request_model: told('request_model'),
    operation: sql`case
        when ${among(OPERATION, ['embeddings', 'embedding'])} or ${KIND} = 'embedding' or starts_with(${KIND}, 'ai.embed') then 'embedding'
        when ${KIND} = 'reranker' then 'rerank'
        else 'chat'
      end`,
    service_tier: tierOf(told('tier')),
    speed: null,
    region: null,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case when ${FAILED} then ${errorClassOf(sql`try_cast(${told('http')} as integer)`, FAILURE)} end`,
    http_status: sql`try_cast(${told('http')} as integer)`,
    feature: told('feature'),
    environment: told('deployment'),
    attempt: null,
    bucket_seconds: null,
    billed_currency: sql`case when cost is not null then 'USD' end`,
    gateway_cached: null,
    // The conventions say that cached tokens are among the input tokens; not everybody keeps to it.
    token_convention: sql`case
        when ${EXCLUSIVE} then 'exclusive'
        when coalesce(cache_read, 0) + coalesce(cache_written, 0) > 0 and regexp_matches(lower(${told('provider')}), 'anthropic|bedrock')
          then 'guessed'
        else 'inclusive'
      end`,
    max_output_tokens: sql`max_output`,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: told('response_id'),
    trace_id: field('traceId'),
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: sql`input - coalesce(audio_in, 0)
      - case when ${EXCLUSIVE} then 0 else coalesce(cache_read, 0) + coalesce(cache_written, 0) end`,
    cache_read_tokens: sql`cache_read`,
    cache_write_tokens: sql`cache_written`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`output - coalesce(reasoning, 0) - coalesce(audio_out, 0)`,
    reasoning_tokens: sql`reasoning`,
    latency_ms: sql`case when ended >= started then datediff('microsecond', started, ended) // 1000 end`,
    // The conventions count in seconds, the SDK in milliseconds.
    ttft_ms: sql`cast(coalesce(first_chunk_s * 1000, first_chunk_ms) as bigint)`,
    customer: told('customer'),
    user_id: told('user'),
    session_id: told('session'),
    tags: tagsOf({ service: told('service_name') }),
    billed_cost: sql`cost`,
  },
  units: { input_audio_tokens: sql`audio_in`, output_audio_tokens: sql`audio_out` },
  // The same call may be in two spans, of the SDK and of the client under it: then its id is.
  key: sql`coalesce(${told('response_id')}, concat(${field('traceId')}, '/', ${field('spanId')}))`,
  repeats: 'grows',
  dated: true,
};
