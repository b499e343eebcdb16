import { identifier, join, literal, type Sql, sql } from '../../sql.js';
import { type Calls, calls } from '../declare/calls.js';
import { elapsedMs } from '../declare/convert.js';
import { field, type Shape } from '../declare/fields.js';
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
  besideByName,
  NAMED_NUMBERS,
  NAMED_TOLD,
  NAMED_UNITS,
  type NamedUsage,
  NOTHING_NAMED,
  namedPlaces,
  namedSteps,
  readsOnly,
} from '../declare/named_usage.js';
import { failureTraits, tierOf } from '../declare/normalize.js';
import { usageLeaves } from '../declare/usage_names.js';

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
  'totalTokens',
  'inputUsage',
  'outputUsage',
  'costDetails',
  'totalCost',
  'calculatedTotalCost',
] as const;

/** What is read of the user's metadata; the attributes are those of OpenTelemetry, of which only the vendor is looked at. */
const METADATA: Shape = {
  ...ATTRIBUTED,
  ls_provider: 'text',
  attributes: { 'gen_ai.provider.name': 'text', 'gen_ai.system': 'text' },
};

/** A number that stands in a column, as an entry of a list of usage. */
const column = (name: string, value: Sql) => sql`{'s': '', 'k': ${literal(name)}, 'v': ${value}}`;
/** Columns of totals, for exports that have no details. */
const ofTotals = (name: string, column_: string) =>
  column(name, sql`case when ${field('usageDetails')} is null then ${field(column_)} end`);

const FAILED = sql`coalesce(${field('level')} = 'ERROR', false)`;
const IS_CALL = sql`coalesce(${field('type')} in ('GENERATION', 'EMBEDDING'), true)`;
const MODEL = sql`lower(coalesce(${field('model')}, ''))`;
const USAGE: NamedUsage = {
  entries: sql`list_concat(
      ${usageLeaves(sql`try_cast(${field('usageDetails')} as json)`, sql`'usageDetails'`)},
      ${usageLeaves(sql`try_cast(${field('usage')} as json)`, sql`'usage'`)},
      [${join([
        column('input', field('promptTokens')),
        column('output', field('completionTokens')),
        column('total', field('totalTokens')),
        ofTotals('input', 'inputUsage'),
        ofTotals('output', 'outputUsage'),
      ])}]
    )`,
  at: (name) => `usageDetails.${name}`,
  beside: besideByName(sql`"named:as"`, MODEL),
  totalOfAll: sql`true`,
  gemini: sql`contains(${MODEL}, 'gemini')`,
  readsOnly: sql`${field('type')} = 'EMBEDDING' or ${readsOnly(MODEL)}`,
};

const COSTS = sql`try(json_transform(${field('costDetails')}, '"MAP(VARCHAR, VARCHAR)"'))`;
/** What all kinds of usage cost together; the total where it is told. */
const COST = sql`coalesce(
    costs['total'],
    cast(list_sum(list_transform(map_values(costs), lambda one: try_cast(one as decimal(38, 18)))) as varchar)
  )`;

const OBSERVATION: Shape = Object.fromEntries(COLUMNS.map((name) => [name, 'text']));

/** How observations are laid out in a file. */
interface Layout extends Pick<Calls, 'name' | 'title' | 'reads' | 'signature' | 'fields' | 'rows' | 'resolved'> {
  /** Records that are none, or no last state of one. */
  others?: Format['skip'];
  /** A generation that names its model is a call, also where its usage is not told. */
  untold?: true;
}

/**
 * Observations of Langfuse, exported from its table or read from its API: one row per step of a trace, of which those
 * with usage are calls. https://langfuse.com/docs/api-and-data-platform/features/export-from-ui
 */
function observations({ others = [], untold, ...layout }: Layout): Format {
  const unknown = untold === true ? sql`(${IS_CALL} and ${field('model')} is not null)` : sql`false`;
  return calls({
    fields: OBSERVATION,
    ...layout,
    computed: [
      {
        costs: COSTS,
        parameters: parsed(field('modelParameters'), {
          max_tokens: 'text',
          max_completion_tokens: 'text',
          service_tier: 'text',
        }),
        metadata: parsed(field('metadata'), METADATA),
        trace_labels: labelsOf(listIn(field('traceTags'))),
      },
      ...namedSteps(USAGE),
    ],
    at: {
      ...namedPlaces(USAGE),
      started: 'startTime',
      ended: 'endTime',
      first_token: 'completionStartTime',
      model: 'model',
      max_output_tokens: {
        at: 'modelParameters.max_tokens',
        value: sql`coalesce(parameters.max_completion_tokens, parameters.max_tokens)`,
      },
      cost: { at: 'totalCost', value: sql`coalesce(${field('totalCost')}, ${COST}, ${field('calculatedTotalCost')})` },
      error: 'statusMessage',
      request_id: 'id',
      trace_id: 'traceId',
    },
    numbers: NAMED_NUMBERS,
    convention: { input: 'nothing', output: 'nothing' },
    ...NAMED_TOLD,
    gapIsReasoning: sql`contains(${MODEL}, 'gemini') and ("input" > 0 or "output" > 0)`,
    optional: ['model', 'input', 'output'],
    failed: FAILED,
    skip: [
      ...others,
      {
        reason: 'observations without usage',
        when: sql`${NOTHING_NAMED} and coalesce(json_valid(${field('usageDetails')}), true) and not (${FAILED} and ${IS_CALL}) and not ${unknown}`,
      },
    ],
    checks: [
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
        when: sql`json_extract_string(try_cast(${field('usage')} as json), '$.unit') <> 'TOKENS' and coalesce(${field('usageDetails')}, '{}') = '{}'`,
      },
    ],
    traits: {
      // The export does not name it; integrations leave it in the metadata, else the name of the model has to tell.
      provider: sql`coalesce(metadata.ls_provider, metadata.attributes."gen_ai.provider.name", metadata.attributes."gen_ai.system")`,
      operation: sql`case when ${field('type')} = 'EMBEDDING' then 'embedding' else 'chat' end`,
      service_tier: tierOf(sql`coalesce("named:tier", nullif(parameters.service_tier, 'auto'))`),
      ...failureTraits(FAILED, field('statusMessage')),
      feature: sql`coalesce(${attributed(sql`metadata`, 'feature')}, ${labelled(sql`trace_labels`, 'feature')}, ${field('traceName')})`,
      environment: field('environment'),
    },
    facts: {
      // Its own latency is in seconds here and in milliseconds there.
      latency_ms: elapsedMs(sql`started`, sql`ended`),
      ttft_ms: elapsedMs(sql`started`, sql`first_token`),
      customer: sql`coalesce(${attributed(sql`metadata`, 'customer')}, ${labelled(sql`trace_labels`, 'customer')})`,
      user_id: sql`coalesce(${field('userId')}, ${attributed(sql`metadata`, 'user_id')})`,
      session_id: sql`coalesce(${field('sessionId')}, ${attributed(sql`metadata`, 'session_id')})`,
      tags: withLabels(otherLabels(sql`trace_labels`), { prompt: field('promptName') }),
    },
    units: NAMED_UNITS,
    // An observation may be exported before it has ended.
    key: sql`concat('langfuse observation ', ${field('projectId')}, ' ', ${field('traceId')}, ' ', ${field('id')})`,
    repeats: 'grows',
    dated: true,
  });
}

const USAGE_COLUMNS = ['usageDetails', 'usage', 'promptTokens', 'inputUsage'];

export const langfuseJsonl = observations({
  name: 'langfuse-jsonl',
  title: "Langfuse's export of observations as JSON lines",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.traceId') and json_exists(line, '$.startTime') and (${join(
    USAGE_COLUMNS.map((name) => sql`json_exists(line, '$.${identifier(name)}')`),
    ' or ',
  )})`,
});

export const langfuseCsv = observations({
  name: 'langfuse-csv',
  title: "Langfuse's export of observations as CSV",
  reads: 'csv',
  signature: ['id', 'traceId', 'startTime', USAGE_COLUMNS],
});

/** Events of an observation: it is created, and updated as it goes on. */
const OF_OBSERVATION = sql`regexp_matches(event.kind, '^(generation|observation|embedding)-')`;
const KIND = sql`case when starts_with(event.kind, 'generation') then 'GENERATION' when starts_with(event.kind, 'embedding') then 'EMBEDDING'
          else upper(event."$body"."type") end`;

/** An observation is what all of its events tell, the last first; what belongs to its trace stands in the events of that. */
function merged(events: Sql): Sql {
  const whole = sql`(partition by event.file_number, event.observation order by event.place rows between unbounded preceding and unbounded following)`;
  const trace = sql`(partition by event.file_number, event.trace order by event.place rows between unbounded preceding and unbounded following)`;
  const known = (value: Sql, window: Sql) => sql`last_value(${value} ignore nulls) over ${window}`;
  const ofTrace = (name: string) =>
    known(sql`case when event.kind = 'trace-create' then event."$body".${identifier(name)} end`, trace);
  const special: Readonly<Record<string, Sql>> = {
    id: sql`event.observation`,
    traceId: sql`event.trace`,
    type: known(KIND, whole),
    traceName: ofTrace('name'),
    traceTags: ofTrace('tags'),
    userId: ofTrace('userId'),
    sessionId: ofTrace('sessionId'),
  };
  const columns = COLUMNS.map(
    (name) =>
      sql`${special[name] ?? known(sql`nullif(event."$body".${identifier(name)}, '')`, whole)} as ${identifier(`$${name}`)}`,
  );
  return sql`
    select
      event.* exclude (place, observation, trace, kind),
      ${OF_OBSERVATION} as "$of_observation",
      row_number() over (partition by event.file_number, event.observation order by event.place desc) = 1 as "$is_last",
      ${join(columns)}
    from (
      select
        columns(name -> not list_contains([${join(COLUMNS.map((name) => literal(`$${name}`)))}], name)), line."$type" as kind, row_number() over () as place,
        line."$body".id as observation, coalesce(line."$body"."traceId", line."$body".id) as trace
      from (${events}) as line
    ) as event`;
}

/** Batches as the SDKs of version 2 send them to /api/public/ingestion. https://api.reference.langfuse.com/#tag/ingestion */
export const langfuseIngestion = observations({
  name: 'langfuse-ingestion',
  title: "batches of events that Langfuse's SDKs send",
  reads: 'json',
  rows: [{ list: 'batch', beside: {}, empty: 'batches without events' }],
  signature: sql`json_type(line, '$.batch') = 'ARRAY' and json_exists(line, '$.batch[0].type') and json_type(line, '$.batch[0].body') = 'OBJECT'`,
  fields: { type: 'text', body: { ...OBSERVATION, name: 'text', tags: 'text' } },
  resolved: merged,
  // What the SDK could not make out of an answer, a later look at its text may have: the batches do not tell.
  untold: true,
  others: [
    {
      reason: 'events that are no call to a model',
      when: sql`not coalesce("$of_observation", false) or coalesce(${field('type')} not in ('GENERATION', 'EMBEDDING'), false)`,
    },
    { reason: 'events of observations that later ones complete', when: sql`not "$is_last"` },
  ],
});
