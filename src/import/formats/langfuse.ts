import { identifier, join, type Sql, sql } from '../../sql.js';
import { elapsedMs } from '../declare/convert.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format, type Place } from '../declare/format.js';
import {
  ATTRIBUTED,
  attributed,
  labelled,
  labelsOf,
  listIn,
  otherLabels,
  parsed,
  withLabels,
} from '../declare/labels.js';
import { failureTraits } from '../declare/normalize.js';

const COLUMNS = [
  'id',
  'traceId',
  'projectId',
  'type',
  'startTime',
  'endTime',
  'completionStartTime',
  'model',
  'modelParameters',
  'level',
  'statusMessage',
  'environment',
  'metadata',
  'traceName',
  'traceTags',
  'userId',
  'sessionId',
  'promptName',
  'usageDetails',
  'usage',
  'promptTokens',
  'completionTokens',
  'inputUsage',
  'outputUsage',
  'costDetails',
  'totalCost',
  'calculatedTotalCost',
] as const;

/**
 * Names of usage types. They are whatever the application sent; these are what Langfuse's own integrations send for
 * OpenAI, Anthropic, Google, LangChain and OpenTelemetry: https://langfuse.com/docs/observability/features/token-and-cost-tracking
 */
const TYPES = {
  input: ['input', 'input_tokens', 'prompt_tokens', 'promptTokens'],
  output: ['output', 'output_tokens', 'completion_tokens', 'completionTokens'],
  cached: [
    'input_cached_tokens',
    'input_cache_read',
    'input_cache_read_tokens',
    'cache_read_input_tokens',
    'prompt_details.cache_read',
  ],
  written: [
    'input_cache_creation',
    'input_cache_creation_tokens',
    'cache_creation_input_tokens',
    'input_cache_creation_5m',
    'prompt_details.cache_write',
  ],
  written_1h: ['input_cache_creation_1h'],
  audio_in: ['input_audio_tokens', 'input_audio', 'prompt_details.audio'],
  image_in: ['input_image_tokens', 'input_image'],
  reasoning: ['output_reasoning_tokens', 'output_reasoning', 'completion_details.reasoning'],
  audio_out: ['output_audio_tokens', 'output_audio', 'completion_details.audio'],
  // Predicted text that was not used is billed as output all the same.
  predicted: ['output_accepted_prediction_tokens', 'output_rejected_prediction_tokens'],
  total: ['total', 'total_tokens', 'totalTokens'],
} as const;

const DETAILS: Shape = Object.fromEntries(
  Object.values(TYPES)
    .flat()
    .map((name) => [name, 'text']),
);

/** What is read of the user's metadata; the attributes are those of OpenTelemetry, of which only the vendor is looked at. */
const METADATA: Shape = {
  ...ATTRIBUTED,
  ls_provider: 'text',
  attributes: { 'gen_ai.provider.name': 'text', 'gen_ai.system': 'text' },
};

/** The count of a usage type; older exports have `usage` or columns instead. */
function count(name: keyof typeof TYPES, ...older: Sql[]): { at: string; value: Sql } {
  const values = TYPES[name].map((key) => sql`details.${identifier(key)}`);
  return { at: `usageDetails.${TYPES[name][0]}`, value: sql`coalesce(${join([...values, ...older])})` };
}

/** A column of totals, for exports that have no details. */
function inTotal(column: string): Sql {
  return sql`case when ${field('usageDetails')} is null then ${field(column)} end`;
}

const COUNTS = {
  input: count('input', sql`older.input`, field('promptTokens'), inTotal('inputUsage')),
  output: count('output', sql`older.output`, field('completionTokens'), inTotal('outputUsage')),
  cached: count('cached'),
  written: count('written'),
  written_1h: count('written_1h'),
  audio_in: count('audio_in'),
  image_in: count('image_in'),
  reasoning: count('reasoning'),
  audio_out: count('audio_out'),
  predicted: count('predicted'),
} satisfies Record<string, Place>;
const TOTAL = count('total', sql`older.total`);

const COUNTS_NOTHING = join(
  Object.values(COUNTS).map(({ value }) => sql`coalesce(${value}, '') in ('', '0', '0.0')`),
  ' and ',
);
const FAILED = sql`coalesce(${field('level')} = 'ERROR', false)`;
const IS_CALL = sql`coalesce(${field('type')} in ('GENERATION', 'EMBEDDING'), true)`;
const IN_PARTS = sql`(coalesce(cached, 0) + coalesce(written, 0) + coalesce(written_1h, 0) + coalesce(audio_in, 0) + coalesce(image_in, 0))`;
const OUT_PARTS = sql`(coalesce(reasoning, 0) + coalesce(audio_out, 0) + coalesce(predicted, 0))`;
/** Usage types add up to the total; where input and output alone do, an integration sent the parts as details of them. */
const INCLUSIVE = sql`coalesce(${IN_PARTS} + ${OUT_PARTS} > 0 and total = input + coalesce(output, 0), false)`;

/**
 * Observations of Langfuse, exported from its table or read from its API: one row per step of a trace, of which those
 * with usage are calls. https://langfuse.com/docs/api-and-data-platform/features/export-from-ui
 */
function observations(reads: Format['reads'], signature: Format['signature']): Format {
  return {
    name: `langfuse-${reads === 'csv' ? 'csv' : 'jsonl'}`,
    title: `Langfuse's export of observations as ${reads === 'csv' ? 'CSV' : 'JSON lines'}`,
    reads,
    signature,
    fields: Object.fromEntries(COLUMNS.map((name) => [name, 'text'])),
    computed: [
      {
        details: parsed(field('usageDetails'), DETAILS),
        older: parsed(field('usage'), { input: 'text', output: 'text', total: 'text', unit: 'text' }),
        costs: parsed(field('costDetails'), { total: 'text' }),
        parameters: parsed(field('modelParameters'), { max_tokens: 'text', max_completion_tokens: 'text' }),
        metadata: parsed(field('metadata'), METADATA),
        trace_labels: labelsOf(listIn(field('traceTags'))),
      },
    ],
    numbers: {
      ...COUNTS,
      total: TOTAL,
      max_output: {
        at: 'modelParameters.max_tokens',
        value: sql`coalesce(parameters.max_completion_tokens, parameters.max_tokens)`,
      },
    },
    decimals: {
      cost: {
        at: 'totalCost',
        value: sql`coalesce(${field('totalCost')}, costs.total, ${field('calculatedTotalCost')})`,
      },
    },
    times: { started: 'startTime', ended: 'endTime', first_token: 'completionStartTime' },
    timeUnit: 'any',
    skip: [
      {
        reason: 'observations without usage',
        when: sql`${COUNTS_NOTHING} and coalesce(json_valid(${field('usageDetails')}), true) and not (${FAILED} and ${IS_CALL})`,
      },
    ],
    checks: [
      { field: 'startTime', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
      {
        field: 'model',
        reason: 'is missing',
        missing: 'model',
        when: sql`${field('model')} is null and not ${FAILED}`,
      },
      {
        field: 'usageDetails',
        reason: 'is not valid JSON',
        when: sql`${field('usageDetails')} is not null and not json_valid(${field('usageDetails')})`,
      },
      {
        field: 'usage.unit',
        reason: 'is not TOKENS',
        when: sql`older.unit <> 'TOKENS' and details.input is null`,
      },
    ],
    traits: {
      // The export does not name it; integrations leave it in the metadata, else the name of the model has to tell.
      provider: sql`coalesce(metadata.ls_provider, metadata.attributes."gen_ai.provider.name", metadata.attributes."gen_ai.system")`,
      model: field('model'),
      request_model: null,
      operation: sql`case when ${field('type')} = 'EMBEDDING' then 'embedding' else 'chat' end`,
      service_tier: null,
      speed: null,
      region: null,
      ...failureTraits(FAILED, field('statusMessage')),
      feature: sql`coalesce(${attributed(sql`metadata`, 'feature')}, ${labelled(sql`trace_labels`, 'feature')}, ${field('traceName')})`,
      environment: field('environment'),
      attempt: null,
      bucket_seconds: null,
      billed_currency: sql`case when cost is not null then 'USD' end`,
      gateway_cached: null,
      token_convention: sql`case when ${INCLUSIVE} then 'inclusive' else 'exclusive' end`,
      max_output_tokens: sql`max_output`,
      has_tools: null,
      has_images: null,
      has_json_schema: null,
    },
    facts: {
      request_id: field('id'),
      trace_id: field('traceId'),
      occurred_at: sql`started`,
      requests: constant(1),
      uncached_input_tokens: counted(sql`case when ${INCLUSIVE} then input - ${IN_PARTS} else input end`),
      cache_read_tokens: counted(sql`cached`),
      cache_write_tokens: counted(sql`written`),
      cache_write_1h_tokens: counted(sql`written_1h`),
      text_output_tokens: counted(
        sql`case when ${INCLUSIVE} then output - coalesce(reasoning, 0) - coalesce(audio_out, 0) else output + coalesce(predicted, 0) end`,
      ),
      reasoning_tokens: counted(sql`reasoning`),
      // Its own latency is in seconds here and in milliseconds there.
      latency_ms: elapsedMs(sql`started`, sql`ended`),
      ttft_ms: elapsedMs(sql`started`, sql`first_token`),
      customer: sql`coalesce(${attributed(sql`metadata`, 'customer')}, ${labelled(sql`trace_labels`, 'customer')})`,
      user_id: sql`coalesce(${field('userId')}, ${attributed(sql`metadata`, 'user_id')})`,
      session_id: sql`coalesce(${field('sessionId')}, ${attributed(sql`metadata`, 'session_id')})`,
      tags: withLabels(otherLabels(sql`trace_labels`), { prompt: field('promptName') }),
      billed_cost: sql`cost`,
    },
    units: {
      input_audio_tokens: sql`audio_in`,
      input_image_tokens: sql`image_in`,
      output_audio_tokens: sql`audio_out`,
    },
    // An observation may be exported before it has ended.
    key: sql`concat('langfuse observation ', ${field('projectId')}, ' ', ${field('traceId')}, ' ', ${field('id')})`,
    repeats: 'grows',
    dated: true,
  };
}

/** A failed call counts zeros for what nobody counted. */
function counted(value: Sql): Sql {
  return sql`case when not (${COUNTS_NOTHING}) then ${value} end`;
}

const USAGE_COLUMNS = ['usageDetails', 'usage', 'promptTokens', 'inputUsage'];

export const langfuseJsonl = observations(
  'ndjson',
  sql`json_exists(line, '$.traceId') and json_exists(line, '$.startTime') and (${join(
    USAGE_COLUMNS.map((name) => sql`json_exists(line, '$.${identifier(name)}')`),
    ' or ',
  )})`,
);

export const langfuseCsv = observations('csv', ['id', 'traceId', 'startTime', USAGE_COLUMNS]);
