import { identifier, type Sql, sql } from '../../sql.js';
import { elapsedMs } from '../declare/convert.js';
import { field, type Shape, within } from '../declare/fields.js';
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

const RUN_LABELS = sql`run_labels`;
const FAILED = sql`coalesce(${field('status')} = 'error' or nullif(${field('error')}, '') is not null, false)`;
/** A failed run counts zeros for what nobody counted. */
const NOTHING_COUNTED = sql`(${FAILED} and coalesce(prompt, 0) = 0 and coalesce(completion, 0) = 0)`;

const PLAIN: Shape = Object.fromEntries(
  [
    'id',
    'trace_id',
    'session_id',
    'run_type',
    'start_time',
    'end_time',
    'first_token_time',
    'status',
    'error',
    'tags',
    'prompt_tokens',
    'completion_tokens',
    'total_cost',
  ].map((name) => [name, 'text']),
);

const NESTED = {
  prompt_token_details: {
    cache_read: 'text',
    cache_creation: 'text',
    ephemeral_1h_input_tokens: 'text',
    audio: 'text',
  },
  completion_token_details: { reasoning: 'text', audio: 'text' },
  extra: {
    metadata: {
      ...ATTRIBUTED,
      ls_provider: 'text',
      ls_model_name: 'text',
      ls_model_type: 'text',
      ls_max_tokens: 'text',
    },
    invocation_params: { model: 'text', model_name: 'text' },
  },
} satisfies Shape;

/** A part of one of the nested fields, by its path. */
type At = (path: string) => Sql;

/**
 * Runs of LangSmith. https://docs.langchain.com/langsmith/run-data-format
 *
 * Counts are inclusive; details need not add up:
 * https://reference.langchain.com/python/langchain-core/messages/ai/UsageMetadata
 */
function langsmith(
  layout: Pick<Format, 'name' | 'title' | 'reads' | 'signature' | 'fields' | 'computed'>,
  at: At,
): Format {
  const metadata = at('extra.metadata');
  const model = sql`coalesce(
    nullif(${at('extra.metadata.ls_model_name')}, ''),
    ${at('extra.invocation_params.model')},
    ${at('extra.invocation_params.model_name')}
  )`;
  const part = (path: string): Place => ({ at: path, value: at(path) });
  return {
    ...layout,
    numbers: {
      prompt: 'prompt_tokens',
      completion: 'completion_tokens',
      cached: part('prompt_token_details.cache_read'),
      written: part('prompt_token_details.cache_creation'),
      written_1h: part('prompt_token_details.ephemeral_1h_input_tokens'),
      audio_in: part('prompt_token_details.audio'),
      reasoning: part('completion_token_details.reasoning'),
      audio_out: part('completion_token_details.audio'),
      max_output: part('extra.metadata.ls_max_tokens'),
    },
    decimals: { cost: 'total_cost' },
    // Without zone, in UTC.
    times: { started: 'start_time', ended: 'end_time', first_token: 'first_token_time' },
    timeUnit: 'any',
    skip: [
      // Chains, agents and tools repeat the tokens of the calls inside of them.
      { reason: 'runs that are no call to a model', when: sql`coalesce(${field('run_type')} <> 'llm', false)` },
      { reason: 'runs that have not ended', when: sql`coalesce(${field('status')} = 'pending', false)` },
    ],
    checks: [
      { field: 'start_time', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
      {
        field: 'extra.metadata.ls_model_name',
        reason: 'is missing',
        missing: 'model',
        when: sql`${model} is null and not ${FAILED}`,
      },
      { field: 'prompt_tokens', reason: 'is missing', when: sql`prompt is null and not ${FAILED}` },
      { field: 'completion_tokens', reason: 'is missing', when: sql`completion is null and not ${FAILED}` },
    ],
    traits: {
      provider: at('extra.metadata.ls_provider'),
      model,
      request_model: null,
      operation: sql`case when ${at('extra.metadata.ls_model_type')} = 'embedding' then 'embedding' else 'chat' end`,
      service_tier: null,
      speed: null,
      region: null,
      ...failureTraits(FAILED, field('error')),
      feature: sql`coalesce(${attributed(metadata, 'feature')}, ${labelled(RUN_LABELS, 'feature')})`,
      environment: sql`coalesce(${attributed(metadata, 'environment')}, ${labelled(RUN_LABELS, 'environment')})`,
      attempt: null,
      bucket_seconds: null,
      billed_currency: sql`case when cost is not null then 'USD' end`,
      gateway_cached: null,
      token_convention: constant('inclusive'),
      max_output_tokens: sql`max_output`,
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
        sql`prompt - coalesce(cached, 0) - coalesce(written, 0) - coalesce(written_1h, 0) - coalesce(audio_in, 0)`,
      ),
      cache_read_tokens: counted(sql`cached`),
      cache_write_tokens: counted(sql`written`),
      cache_write_1h_tokens: counted(sql`written_1h`),
      text_output_tokens: counted(sql`completion - coalesce(reasoning, 0) - coalesce(audio_out, 0)`),
      reasoning_tokens: counted(sql`reasoning`),
      latency_ms: elapsedMs(sql`started`, sql`ended`),
      ttft_ms: elapsedMs(sql`started`, sql`first_token`),
      customer: sql`coalesce(${attributed(metadata, 'customer')}, ${labelled(RUN_LABELS, 'customer')})`,
      user_id: attributed(metadata, 'user_id'),
      session_id: attributed(metadata, 'session_id'),
      // What LangSmith calls a session in its runs is the project they are collected in.
      tags: withLabels(otherLabels(RUN_LABELS), { project: field('session_id') }),
      billed_cost: sql`cost`,
    },
    units: { input_audio_tokens: sql`audio_in`, output_audio_tokens: sql`audio_out` },
    repeats: 'grows',
    dated: true,
  };
}

function counted(value: Sql): Sql {
  return sql`case when not ${NOTHING_COUNTED} then ${value} end`;
}

/** Runs as LangSmith's API and its SDK's list_runs give them, one per line. */
export const langsmithRuns: Format = langsmith(
  {
    name: 'langsmith-runs',
    title: "LangSmith's runs",
    reads: 'ndjson',
    signature: sql`json_exists(line, '$.run_type') and json_exists(line, '$.start_time') and json_exists(line, '$.trace_id')`,
    fields: { ...PLAIN, ...NESTED },
    computed: [{ run_labels: labelsOf(listIn(field('tags'))) }],
  },
  field,
);

const partsOf = (name: string) => identifier(`${name}_parts`);

/**
 * The bulk export, which holds the nested fields as JSON in texts, or as structures, which are read as such texts.
 * https://docs.langchain.com/langsmith/data-export
 */
export const langsmithParquet: Format = langsmith(
  {
    name: 'langsmith-parquet',
    title: "LangSmith's bulk export of runs, Parquet",
    reads: 'parquet',
    signature: ['id', 'run_type', 'start_time', 'trace_id', 'prompt_tokens', 'completion_tokens', 'extra'],
    fields: { ...PLAIN, ...Object.fromEntries(Object.keys(NESTED).map((name) => [name, 'text'])) },
    computed: [
      {
        run_labels: labelsOf(listIn(field('tags'))),
        ...Object.fromEntries(
          Object.entries(NESTED).map(([name, shape]) => [`${name}_parts`, parsed(field(name), shape)]),
        ),
      },
    ],
  },
  (path) => {
    const [name = '', ...inner] = path.split('.');
    return within(partsOf(name), inner.join('.'));
  },
);
