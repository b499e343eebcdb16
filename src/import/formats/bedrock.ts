import { join, literal, type Sql, sql } from '../../sql.js';
import { field, merged, type Shape } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { labelled, labelsIn, parsed, withLabels } from '../declare/labels.js';
import { errorClassOf, tierOf } from '../declare/normalize.js';
import { USAGE } from './anthropic.js';

/** What is read of a record; `requestMetadata` and the body of the answer are texts, because their form differs from call to call. */
export const RECORD: Shape = {
  schemaType: 'text',
  timestamp: 'text',
  accountId: 'text',
  identity: { arn: 'text' },
  region: 'text',
  inferenceRegion: 'text',
  requestId: 'text',
  operation: 'text',
  modelId: 'text',
  errorCode: 'text',
  requestMetadata: 'text',
  performanceConfig: { latency: 'text' },
  input: {
    inputTokenCount: 'text',
    cacheReadInputTokenCount: 'text',
    cacheWriteInputTokenCount: 'text',
    inputBodyJson: {
      max_tokens: 'text',
      inferenceConfig: { maxTokens: 'text' },
      tools: [{ type: 'text' }],
      toolConfig: { tools: [{ type: 'text' }] },
      performanceConfig: { latency: 'text' },
    },
  },
  output: { outputTokenCount: 'text', outputBodyJson: 'text' },
};

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html beside Anthropic's own. */
const COUNTS: Shape = merged(USAGE, {
  inputTokens: 'text',
  outputTokens: 'text',
  cacheReadInputTokens: 'text',
  cacheWriteInputTokens: 'text',
  cacheDetails: [{ ttl: 'text', inputTokens: 'text' }],
});

const MARKS: Shape = {
  'amazon-bedrock-guardrailAction': 'text',
  'amazon-bedrock-invocationMetrics': { invocationLatency: 'text', firstByteLatency: 'text' },
};

/** An answer: of Converse in its own form, of InvokeModel in that of the model's maker. */
const BODY: Shape = {
  id: 'text',
  model: 'text',
  stop_reason: 'text',
  stopReason: 'text',
  usage: COUNTS,
  metrics: { latencyMs: 'text' },
  serviceTier: { type: 'text' },
  ...MARKS,
};

/** An event of InvokeModelWithResponseStream; the list of them may end with the text [DONE]. */
const EVENT: Shape = {
  message: { id: 'text', model: 'text', usage: COUNTS },
  delta: { stop_reason: 'text' },
  ...MARKS,
};

const TEXT = field('output.outputBodyJson');
const last = (part: Sql) =>
  sql`list_last(list_filter(list_transform(events, lambda event: ${part}), lambda part: part is not null))`;

/** The body, whichever form it has, in two steps: parsed, then what is of use. */
const ANSWER: NonNullable<Format['computed']> = [
  {
    body: sql`case when starts_with(${TEXT}, '{') then ${parsed(TEXT, BODY)} end`,
    events: sql`case when starts_with(${TEXT}, '[') then ${parsed(TEXT, [EVENT])} end`,
    images: sql`case when starts_with(${TEXT}, '{') then nullif(try(json_array_length(${TEXT}, '$.images')), 0) end`,
    labels: labelsIn(field('requestMetadata')),
  },
  {
    opening: last(sql`event.message`),
    stopped: sql`coalesce(body."stopReason", body.stop_reason, ${last(sql`event.delta.stop_reason`)})`,
    guarded: sql`coalesce(body."amazon-bedrock-guardrailAction" = 'INTERVENED', ${last(sql`nullif(event."amazon-bedrock-guardrailAction", 'NONE')`)} is not null)`,
    metrics: sql`coalesce(body."amazon-bedrock-invocationMetrics", ${last(sql`event."amazon-bedrock-invocationMetrics"`)})`,
  },
  {
    usage: sql`coalesce(body.usage, opening.usage)`,
    answer_id: sql`coalesce(body.id, opening.id)`,
    answer_model: sql`coalesce(body.model, opening.model)`,
  },
];

/**
 * HTTP status of the errors of the runtime, which the log calls by their names only:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
 */
const HTTP: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  InternalServerException: 500,
  ModelErrorException: 424,
  ModelNotReadyException: 429,
  ModelStreamErrorException: 424,
  ModelTimeoutException: 408,
  ResourceNotFoundException: 404,
  ServiceQuotaExceededException: 400,
  ServiceUnavailableException: 503,
  ThrottlingException: 429,
  ValidationException: 400,
};

const ERROR = field('errorCode');
const FAILED = sql`(${ERROR} is not null)`;
const STATUS = sql`case ${ERROR} ${join(
  Object.entries(HTTP).map(([name, http]) => sql`when ${literal(name)} then ${literal(String(http))}`),
  ' ',
)} end`;
const MODEL = field('modelId');
/** An application inference profile hides its model; an answer of Anthropic's names it. */
const HIDDEN = sql`contains(${MODEL}, 'application-inference-profile/')`;
const ARN = field('identity.arn');
const ROLE = sql`regexp_extract(${ARN}, ':assumed-role/([^/]+)/', 1)`;
const LATENCY_MODE = sql`coalesce(${field('performanceConfig.latency')}, ${field('input.inputBodyJson.performanceConfig.latency')})`;
const NAMES = (pattern: string) => sql`regexp_matches(lower(${MODEL}), ${literal(pattern)})`;
const WRITTEN_1H = sql`coalesce(
      usage.cache_creation.ephemeral_1h_input_tokens,
      cast(list_sum(list_transform(
        list_filter(usage."cacheDetails", lambda part: part.ttl = '1h'), lambda part: try_cast(part."inputTokens" as bigint)
      )) as varchar)
    )`;

/** All that a log of invocations is, apart from where its records stand. */
export const invocations: Omit<Format, 'name' | 'title' | 'signature' | 'fields'> = {
  reads: 'ndjson',
  computed: ANSWER,
  numbers: {
    input: {
      at: 'input.inputTokenCount',
      value: sql`coalesce(${field('input.inputTokenCount')}, usage."inputTokens", usage.input_tokens)`,
    },
    output: {
      at: 'output.outputTokenCount',
      value: sql`coalesce(${field('output.outputTokenCount')}, usage."outputTokens", body.usage.output_tokens)`,
    },
    cache_read: {
      at: 'input.cacheReadInputTokenCount',
      value: sql`coalesce(${field('input.cacheReadInputTokenCount')}, usage."cacheReadInputTokens", usage.cache_read_input_tokens)`,
    },
    written: {
      at: 'input.cacheWriteInputTokenCount',
      value: sql`coalesce(${field('input.cacheWriteInputTokenCount')}, usage."cacheWriteInputTokens", usage.cache_creation_input_tokens)`,
    },
    written_1h: { at: 'output.outputBodyJson.usage', value: WRITTEN_1H },
    thinking: { at: 'output.outputBodyJson.usage', value: sql`usage.output_tokens_details.thinking_tokens` },
    max_output: {
      at: 'input.inputBodyJson.max_tokens',
      value: sql`coalesce(${field('input.inputBodyJson.max_tokens')}, ${field('input.inputBodyJson.inferenceConfig.maxTokens')})`,
    },
  },
  decimals: {},
  durations: {
    latency: {
      at: 'output.outputBodyJson.metrics.latencyMs',
      value: sql`coalesce(body.metrics."latencyMs", metrics."invocationLatency")`,
    },
    ttft: { at: 'amazon-bedrock-invocationMetrics.firstByteLatency', value: sql`metrics."firstByteLatency"` },
  },
  times: { started: 'timestamp' },
  timeUnit: 'any',
  skip: [
    {
      reason: 'records that are no model invocations',
      when: sql`${field('schemaType')} <> 'ModelInvocationLog'`,
    },
  ],
  checks: [
    { field: 'timestamp', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    { field: 'modelId', reason: 'is missing', missing: 'model', when: sql`${MODEL} is null` },
    {
      field: 'input.inputTokenCount',
      reason: 'is missing',
      when: sql`not ${FAILED} and coalesce(input, output, images) is null`,
    },
    {
      field: 'input.cacheWriteInputTokenCount',
      reason: 'is less than its part of one hour',
      when: sql`written_1h > coalesce(written, 0)`,
    },
  ],
  traits: {
    provider: constant('bedrock'),
    model: sql`case when ${HIDDEN} then coalesce(answer_model, ${MODEL}) else ${MODEL} end`,
    request_model: MODEL,
    operation: sql`case
        when ${NAMES('embed')} then 'embedding'
        when ${NAMES('rerank')} then 'rerank'
        when images is not null then 'image'
        else 'chat'
      end`,
    service_tier: tierOf(sql`coalesce(body."serviceTier".type, usage.service_tier)`),
    // Latency-optimised inference has a price of its own; `standard` is the usual speed.
    speed: sql`nullif(${LATENCY_MODE}, 'standard')`,
    // Price and quota are those of the region that was called; where inference ran is a tag:
    // https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html
    region: field('region'),
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${ERROR} in ('ModelErrorException', 'ModelStreamErrorException') then 'server_error'
        when ${FAILED} then ${errorClassOf(sql`try_cast(${STATUS} as integer)`, ERROR)}
        when guarded or stopped in ('guardrail_intervened', 'content_filtered', 'refusal') then 'content_filter'
      end`,
    http_status: STATUS,
    feature: labelled(sql`labels`, 'feature'),
    environment: labelled(sql`labels`, 'environment'),
    attempt: null,
    bucket_seconds: null,
    billed_currency: null,
    gateway_cached: null,
    // inputTokenCount leaves out what came from the cache or went into it:
    // https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
    token_convention: constant('exclusive'),
    max_output_tokens: sql`max_output`,
    has_tools: sql`case when coalesce(
        len(${field('input.inputBodyJson.toolConfig.tools')}), len(${field('input.inputBodyJson.tools')})
      ) > 0 then true end`,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: field('requestId'),
    trace_id: null,
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: sql`input`,
    cache_read_tokens: sql`cache_read`,
    // Without the split by lifetime all writes are for 5 minutes, the default.
    cache_write_tokens: sql`written - coalesce(written_1h, 0)`,
    cache_write_1h_tokens: sql`written_1h`,
    text_output_tokens: sql`output - coalesce(thinking, 0)`,
    reasoning_tokens: sql`thinking`,
    latency_ms: sql`latency`,
    ttft_ms: sql`ttft`,
    customer: labelled(sql`labels`, 'customer'),
    // The user of an access key, or the session of a role: who signed in, or a name the program gave.
    user_id: sql`coalesce(
          ${labelled(sql`labels`, 'user_id')},
          nullif(regexp_extract(${ARN}, ':(?:user|assumed-role/[^/]+|federated-user)/(.+)$', 1), '')
        )`,
    session_id: labelled(sql`labels`, 'session_id'),
    tags: withLabels(sql`labels`, {
      account: field('accountId'),
      role: ROLE,
      inference_region: field('inferenceRegion'),
    }),
    billed_cost: null,
  },
  units: { output_images: sql`images` },
  // The application's own log of the same call knows the id of Anthropic's answer; Converse has none.
  key: sql`case when starts_with(answer_id, 'msg_') then answer_id else ${field('requestId')} end`,
  // Records are delivered at least once.
  repeats: 'same',
  dated: true,
};

/**
 * Amazon Bedrock's log of model invocations, as it is delivered to S3: one record per line.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
 */
export const bedrockInvocations: Format = {
  ...invocations,
  name: 'bedrock-invocations',
  title: 'Amazon Bedrock model invocation logs from S3',
  signature: sql`line->>'schemaType' = 'ModelInvocationLog'`,
  fields: RECORD,
};
