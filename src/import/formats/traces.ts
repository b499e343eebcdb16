import { identifier, join, type Sql, sql } from '../../sql.js';
import { tagsOf } from '../declare/bucket.js';
import { type Calls, calls } from '../declare/calls.js';
import { field } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { among, errorClassOf, tierOf } from '../declare/normalize.js';
import { callsOf } from './trace_calls.js';
import { TRACE_COUNTS } from './trace_counts.js';
import { told } from './trace_records.js';

const FAILED = sql`coalesce(${told('failed')}, false)`;
const OPERATION = sql`lower(${told('operation')})`;
const KIND = sql`lower(${told('kind')})`;
const ROLE = told('role');

const count = (name: string) => identifier(`$n:${name}`);
const body = (name: string) => identifier(`$body:${name}`);

/** Names of frameworks and of local gateways that stand where the provider should: then the model's name has to tell. */
const NO_PROVIDER = [
  'langchain',
  'langgraph',
  'crewai',
  'llamaindex',
  'haystack',
  'strands-agents',
  'strands_agents',
  'unknown',
  'none',
];

/** What failed, in words `errorClassOf` knows; the message is looked at and not kept. */
const FAILURE = sql`coalesce(${told('error_type')}, '') || ' ' || coalesce(${told('message')}, '')`;
const HTTP = sql`coalesce(try_cast(${told('http')} as integer), case when ${FAILED} then try_cast(regexp_extract(${told('message')}, '(?:code|status|http)[: ]+([45][0-9]{2})(?:[^0-9]|$)', 1) as integer) end)`;

/** A number that has no part in the price: where it is none that makes sense, there is none. */
function plausible(text: Sql): Sql {
  return sql`case when try_cast(try_cast(${text} as double) as bigint) > 0 then cast(try_cast(try_cast(${text} as double) as bigint) as varchar) end`;
}

/** A proxy that keeps answers (LiteLLM) tells of one that it had: the key that it keeps it under, and that it cost nothing. */
const FROM_CACHE = sql`coalesce(${told('cache_hit')} in ('true', 'True')
    or (json_extract_string(try_cast(${told('hidden')} as json), '$.cache_key') <> ''
      and try_cast(json_extract_string(try_cast(${told('hidden')} as json), '$.response_cost') as double) = 0
      and coalesce(try_cast(${told('cost')} as double), 0) = 0), false)`;

/** Requests that failed one after the other and are one record (Vercel's SDK): all of them were sent. */
const ATTEMPTS = sql`case when ${FAILED} then coalesce(try_cast(regexp_extract(${told('message')}, '^Failed after ([0-9]{1,2}) attempts', 1) as bigint), 1) else 1 end`;

/** Where LiteLLM answers under the name of its own group of deployments, the model is the one it asked the provider for. */
const MODEL = sql`case
    when ${told('model')} = ${told('model_group')} then coalesce(${told('request_model')}, ${told('model')})
    else coalesce(${told('model')}, ${body('model')})
  end`;
const ASKED = sql`coalesce(${told('request_model')}, ${body('asked_model')}, ${modelInName()})`;

/** A span that failed before it had attributes may name its model: `chat claude-haiku-4-5`. */
function modelInName(): Sql {
  return sql`case when ${FAILED} then nullif(regexp_extract(${told('name')}, '^(?:chat|embeddings|text_completion|generate_content) ([^ ]+)$', 1), '') end`;
}

/** What a shape of traces declares: how its records are found, and the columns `callsOf` wants made of them. */
export interface Traces
  extends Pick<Calls, 'name' | 'title' | 'reads' | 'signature'>,
    Partial<Pick<Calls, 'rows' | 'attributeLists' | 'severalRows'>> {
  fields: NonNullable<Calls['fields']>;
  /** The lines with the columns that `callsOf` looks at. */
  records: (lines: Sql) => Sql;
  /** How a record is called in the summary: spans, log records. */
  record: string;
  /** Other records of such files. */
  others?: Format['skip'];
}

/** A format whose lines are records of tracers: spans, or log records, of which some tell of calls. */
export function traces({ records, record, fields, others = [], ...format }: Traces): Format {
  const number = (name: string, at: string) => ({ at, value: count(name) });
  return calls({
    ...format,
    fields,
    resolved: (lines, attributes) => callsOf(records(lines), attributes),
    at: {
      started: { at: 'start time', value: sql`cast("$from" // 1000 as varchar)` },
      ended: { at: 'end time', value: sql`cast("$to" // 1000 as varchar)` },
      ...TRACE_COUNTS.places,
      max_output_tokens: { at: 'gen_ai.request.max_tokens', value: plausible(told('max_output')) },
      attempt: { at: 'attempt', value: plausible(told('attempt')) },
      cost: { at: 'gen_ai.usage.cost', value: told('cost') },
      model: { at: 'gen_ai.response.model', value: MODEL },
      request_model: { at: 'gen_ai.request.model', value: ASKED },
    },
    optional: ['input', 'output', 'model', 'started'],
    decimals: {
      first_chunk_s: { at: 'gen_ai.response.time_to_first_chunk', value: told('first_chunk_s') },
      first_chunk_ms: { at: 'ai.response.msToFirstChunk', value: told('first_chunk_ms') },
    },
    numbers: {
      searches: number('searches', 'web_search_requests'),
      maps_searches: number('maps_searches', 'maps_grounding_requests'),
    },
    computed: TRACE_COUNTS.computed,
    ...TRACE_COUNTS.told,
    failed: FAILED,
    fromCache: FROM_CACHE,
    units: { web_search_requests: sql`searches`, maps_grounding_requests: sql`maps_searches` },
    skip: [
      ...others,
      { reason: 'agents, chains and tools around calls', when: sql`${ROLE} = 'around'` },
      { reason: `${record} of calls that others tell of`, when: sql`${ROLE} = 'copy'` },
      { reason: `${record} that are no model call`, when: sql`${ROLE} is null and ${field('traceId')} is not null` },
    ],
    checks: [
      { field: 'traceId', reason: 'is missing', when: sql`${field('traceId')} is null or ${field('spanId')} is null` },
      {
        field: 'attributes',
        reason: 'count tokens under names that are not known',
        when: sql`${ROLE} = 'unread'`,
      },
      { field: 'start time', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
      {
        field: 'gen_ai.request.model',
        reason: 'is missing',
        missing: 'model',
        when: sql`coalesce(${MODEL}, ${ASKED}) is null`,
      },
    ],
    traits: {
      // The SDK of Vercel adds its endpoint: google.vertex.chat.
      provider: sql`case when ${among(sql`lower(${told('provider')})`, NO_PROVIDER)} then null
        else regexp_replace(${told('provider')}, '[.](chat|messages|responses|completion|embedding|image|generative-ai)$', '') end`,
      operation: sql`case
          when ${among(OPERATION, ['embeddings', 'embedding'])} or ${among(KIND, ['embedding', 'embedder'])} or starts_with(${KIND}, 'ai.embed') then 'embedding'
          when ${KIND} = 'reranker' or ${OPERATION} = 'rerank' then 'rerank'
          else 'chat'
        end`,
      service_tier: tierOf(
        sql`coalesce(${join([told('tier'), body('tier'), told('named_tier'), told('asked_tier'), body('asked_tier')].map((one) => sql`nullif(${one}, 'auto')`))})`,
      ),
      speed: sql`nullif(nullif(coalesce(${told('speed')}, ${body('speed')}), 'normal'), 'standard')`,
      region: sql`coalesce(${told('region')}, ${body('region')})`,
      error_class: sql`case when ${FAILED} then ${errorClassOf(HTTP, FAILURE)} end`,
      http_status: sql`case when ${HTTP} >= 100 then ${HTTP} end`,
      token_convention: TRACE_COUNTS.convention,
      feature: told('feature'),
      environment: told('deployment'),
    },
    facts: {
      requests: ATTEMPTS,
      request_id: told('call_id'),
      trace_id: sql`nullif(${field('traceId')}, '-')`,
      latency_ms: sql`case when "$to" >= "$from" then ("$to" - "$from") // 1000000 end`,
      // The conventions count in seconds, the SDK of Vercel in milliseconds.
      ttft_ms: sql`cast(coalesce(first_chunk_s * 1000, first_chunk_ms) as bigint)`,
      customer: told('customer'),
      user_id: told('user'),
      session_id: told('session'),
      tags: tagsOf({ service: told('service_name') }),
    },
    key: sql`coalesce(${told('call_id')}, case when ${field('spanId')} <> '-' then concat(${field('traceId')}, '/', ${field('spanId')}) end)`,
    repeats: 'grows',
    dated: true,
  });
}
