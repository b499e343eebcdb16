import { type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { parsed, withLabels } from '../declare/labels.js';
import { errorClassOf } from '../declare/normalize.js';

const PROPERTIES: Shape = {
  modelName: 'text',
  modelVersion: 'text',
  modelDeploymentName: 'text',
  requestTime: 'text',
  streamType: 'text',
};

const HTTP = sql`try_cast(${field('resultSignature')} as integer)`;
const FAILED = sql`coalesce(${HTTP} >= 400, false)`;
const DURATION = field('durationMs');
const NAMED = (pattern: Sql) => sql`regexp_matches(lower(${field('operationName')}), ${pattern})`;

/**
 * Diagnostic logs of Azure OpenAI, category RequestResponse: which deployment was called, how long it took and how it
 * ended. They count no tokens (`requestLength` is bytes), so what the calls cost is unknown.
 * https://learn.microsoft.com/azure/ai-foundry/openai/monitor-openai-reference
 */
export const azureDiagnostics: Format = {
  name: 'azure-openai-diagnostics',
  title: 'Azure OpenAI diagnostic logs (RequestResponse): errors and latency, no tokens',
  reads: 'ndjson',
  signature: sql`
    coalesce(line->>'category', (line->>'Category')) = 'RequestResponse'
    and json_exists(line, '$.operationName')`,
  fields: {
    category: 'text',
    operationName: 'text',
    resultSignature: 'text',
    durationMs: 'text',
    correlationId: 'text',
    time: 'text',
    location: 'text',
    resourceId: 'text',
    properties: 'text',
  },
  computed: [{ about: parsed(field('properties'), PROPERTIES) }],
  numbers: { http: { at: 'resultSignature', value: sql`cast(${HTTP} as varchar)` } },
  decimals: {},
  // It is less than 0 where the clocks of two machines differ.
  durations: {
    latency: { at: 'durationMs', value: sql`case when not starts_with(${DURATION}, '-') then ${DURATION} end` },
  },
  times: { started: 'time' },
  timeUnit: 'any',
  skip: [
    { reason: 'records of other categories', when: sql`${field('category')} <> 'RequestResponse'` },
    {
      reason: 'operations without a model',
      when: sql`about."modelName" is null and not ${NAMED(sql`'completion|embedding|image|audio|transcription|translation|response|speech'`)}`,
    },
  ],
  checks: [
    { field: 'category', reason: 'is missing', when: sql`${field('category')} is null` },
    { field: 'time', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
  ],
  traits: {
    provider: constant('azure'),
    model: sql`about."modelName"`,
    request_model: sql`about."modelDeploymentName"`,
    operation: sql`case
        when ${NAMED(sql`'embedding'`)} then 'embedding'
        when ${NAMED(sql`'image'`)} then 'image'
        when ${NAMED(sql`'audio|transcription|translation|speech'`)} then 'audio'
        else 'chat'
      end`,
    service_tier: null,
    speed: null,
    region: field('location'),
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case when ${FAILED} then ${errorClassOf(HTTP, sql`'unknown'`)} end`,
    http_status: HTTP,
    feature: null,
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: null,
    gateway_cached: null,
    token_convention: null,
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: field('correlationId'),
    trace_id: null,
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: null,
    cache_read_tokens: null,
    cache_write_tokens: null,
    cache_write_1h_tokens: null,
    text_output_tokens: null,
    reasoning_tokens: null,
    latency_ms: sql`latency`,
    ttft_ms: null,
    customer: null,
    user_id: null,
    session_id: null,
    tags: withLabels(null, {
      deployment: sql`about."modelDeploymentName"`,
      model_version: sql`about."modelVersion"`,
      resource: sql`lower(regexp_extract(${field('resourceId')}, '[^/]+$'))`,
    }),
    billed_cost: null,
  },
  units: {},
  // Several calls may have one correlation id.
  key: sql`concat_ws('/', 'azure', ${field('correlationId')}, about."requestTime", ${field('time')}, ${field('operationName')})`,
  repeats: 'same',
  dated: true,
};
