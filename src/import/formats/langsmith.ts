import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { elapsedMs } from '../declare/convert.js';
import type { CountName } from '../declare/counts.js';
import { field, type Shape, within } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
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
import {
  NAMED_NUMBERS,
  NAMED_TOLD,
  NAMED_UNITS,
  type NamedUsage,
  NOTHING_NAMED,
  namedPlaces,
  namedSteps,
} from '../declare/named_usage.js';
import { failureTraits, tierOf } from '../declare/normalize.js';
import { usageLeaves } from '../declare/usage_names.js';

const RUN_LABELS = sql`run_labels`;
const FAILED = sql`coalesce(${field('status')} = 'error' or nullif(${field('error')}, '') is not null, false)`;

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
    'total_tokens',
    'prompt_token_details',
    'completion_token_details',
    'total_cost',
    'outputs',
  ].map((name) => [name, 'text']),
);

const NESTED = {
  extra: {
    metadata: {
      ...ATTRIBUTED,
      ls_provider: 'text',
      ls_model_name: 'text',
      ls_model_type: 'text',
      ls_max_tokens: 'text',
      usage_metadata: 'text',
      ls_invocation_params: { service_tier: 'text' },
    },
    invocation_params: { model: 'text', model_name: 'text', service_tier: 'text' },
  },
} satisfies Shape;

/** A part of one of the nested fields, by its path. */
type At = (path: string) => Sql;

const json = (text: Sql) => sql`try_cast(${text} as json)`;
const column = (name: string) => sql`{'s': '', 'k': ${literal(name)}, 'v': ${field(name)}}`;
const OUTPUTS = json(field('outputs'));
/** The provider's own usage in an answer that LangChain or a wrapper kept. */
const RAW = [
  '$.usage',
  '$.generations[0][0].message.kwargs.response_metadata.usage',
  '$.generations[0][0].message.kwargs.additional_kwargs.usage',
  '$.llm_output.usage',
] as const;
/** What LangChain makes of it, and older keys. */
const COUNTED = [
  '$.usage_metadata',
  '$.generations[0][0].message.kwargs.usage_metadata',
  '$.generations[0][0].generation_info.usage_metadata',
  '$.llm_output.token_usage',
] as const;
const firstObject = (paths: readonly string[]) =>
  sql`list_filter(json_extract(${OUTPUTS}, [${join(paths.map(literal))}]), lambda one: json_type(one) = 'OBJECT')[1]`;
const NO_COLUMNS = sql`(${field('prompt_tokens')} is null and ${field('completion_tokens')} is null)`;

/** The counts of a run: the columns that the server makes, else the usage that the SDK sends, else that of the answer. */
function usageOf(at: At, model: Sql): NamedUsage {
  const sent = sql`coalesce(${json(at('extra.metadata.usage_metadata'))}, counted_usage, raw_usage)`;
  const details = (name: string, whole: string) =>
    usageLeaves(sql`try(json_object(${literal(whole)}, ${json(field(name))}))`, literal(name));
  return {
    entries: sql`case when ${NO_COLUMNS} then ${usageLeaves(sent, sql`'usage_metadata'`)}
      else list_concat(
        [${join(['prompt_tokens', 'completion_tokens', 'total_tokens'].map(column))}],
        ${details('prompt_token_details', 'prompt')},
        ${details('completion_token_details', 'completion')}
      ) end`,
    at: (name) => AT[name] ?? `prompt_token_details.${name}`,
    // Anthropic counts what is cached beside its input: a prompt of the same size is its input and not the whole.
    beside: {
      input: sql`raw_cached > 0 and raw_input = try_cast("n:input" as bigint)`,
      output: sql`false`,
    },
    totalOfAll: sql`false`,
    gemini: sql`contains(lower(coalesce(${model}, '')), 'gemini')`,
    readsOnly: sql`${at('extra.metadata.ls_model_type')} = 'embedding' or ${field('run_type')} = 'embedding'`,
  };
}

const AT: Readonly<Partial<Record<CountName, string>>> = {
  input: 'prompt_tokens',
  output: 'completion_tokens',
  total: 'total_tokens',
  reasoning: 'completion_token_details.reasoning',
  output_audio: 'completion_token_details.audio',
};

const number = (paths: readonly string[]) =>
  sql`try_cast(coalesce(${join(paths.map((path) => sql`raw_usage->>${literal(path)}`))}) as bigint)`;
/** What is looked at of the provider's own usage. */
const RAW_STEPS: readonly Readonly<Record<string, Sql>>[] = [
  { raw_usage: firstObject(RAW), counted_usage: firstObject(COUNTED) },
  {
    raw_input: number(['$.input_tokens']),
    raw_cached: sql`coalesce(${number(['$.cache_read_input_tokens'])}, 0) + coalesce(${number(['$.cache_creation_input_tokens'])}, 0)`,
  },
];

/** The tier that the answer names, wherever a wrapper kept it. */
const ANSWERED_TIER = sql`list_filter(json_extract_string(${OUTPUTS}, ['$.service_tier', '$.usage.service_tier',
    '$.generations[0][0].message.kwargs.response_metadata.service_tier', '$.generations[0][0].message.kwargs.response_metadata.usage.service_tier',
    '$.generations[0][0].generation_info.service_tier', '$.llm_output.service_tier']), lambda one: one is not null and one <> 'auto')[1]`;

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
  const usage = usageOf(at, model);
  return calls({
    ...layout,
    computed: [...(layout.computed ?? []), ...RAW_STEPS, ...namedSteps(usage)],
    at: {
      ...namedPlaces(usage),
      // Without zone, in UTC.
      started: 'start_time',
      ended: 'end_time',
      first_token: 'first_token_time',
      max_output_tokens: { at: 'extra.metadata.ls_max_tokens', value: at('extra.metadata.ls_max_tokens') },
      cost: 'total_cost',
      model: { at: 'extra.metadata.ls_model_name', value: model },
      request_id: 'id',
      trace_id: 'trace_id',
      error: 'error',
    },
    numbers: NAMED_NUMBERS,
    convention: 'inclusive',
    ...NAMED_TOLD,
    // Its total is a sum of its own, unless a provider counts more than that.
    writer: {
      input: sql`cast(null as varchar)`,
      output: sql`case when "told:added" = 0 then 'reasoning' end`,
      ownTotal: sql`"told:added" = 0`,
    },
    gapIsReasoning: sql`contains(lower(coalesce(${model}, '')), 'gemini')`,
    failed: FAILED,
    optional: ['output'],
    skip: [
      // Chains, agents and tools repeat the tokens of the calls inside of them.
      {
        reason: 'runs that are no call to a model',
        when: sql`coalesce(${field('run_type')} not in ('llm', 'embedding') or (${field('run_type')} = 'embedding' and ${NOTHING_NAMED}), false)`,
      },
      { reason: 'runs that have not ended', when: sql`coalesce(${field('status')} = 'pending', false)` },
    ],
    checks: [
      {
        field: 'completion_tokens',
        reason: 'is missing',
        when: sql`"output" is null and not ${FAILED} and not coalesce(${usage.readsOnly}, false)`,
      },
    ],
    traits: {
      provider: at('extra.metadata.ls_provider'),
      operation: sql`case when ${usage.readsOnly} then 'embedding' else 'chat' end`,
      service_tier: tierOf(
        sql`coalesce("named:tier", ${ANSWERED_TIER}, nullif(coalesce(${at('extra.invocation_params.service_tier')}, ${at('extra.metadata.ls_invocation_params.service_tier')}), 'auto'))`,
      ),
      ...failureTraits(FAILED, field('error')),
      feature: sql`coalesce(${attributed(metadata, 'feature')}, ${labelled(RUN_LABELS, 'feature')})`,
      environment: sql`coalesce(${attributed(metadata, 'environment')}, ${labelled(RUN_LABELS, 'environment')})`,
    },
    facts: {
      latency_ms: elapsedMs(sql`started`, sql`ended`),
      ttft_ms: elapsedMs(sql`started`, sql`first_token`),
      customer: sql`coalesce(${attributed(metadata, 'customer')}, ${labelled(RUN_LABELS, 'customer')})`,
      user_id: attributed(metadata, 'user_id'),
      session_id: attributed(metadata, 'session_id'),
      // What LangSmith calls a session in its runs is the project they are collected in.
      tags: withLabels(otherLabels(RUN_LABELS), { project: field('session_id') }),
    },
    units: NAMED_UNITS,
    repeats: 'grows',
    dated: true,
  });
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
