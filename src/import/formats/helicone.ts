import { type Sql, sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { labelled, labelsIn, otherLabels } from '../declare/labels.js';
import { errorClassOf } from '../declare/normalize.js';

const COLUMNS = [
  'request_id',
  'response_id',
  'request_created_at',
  'response_created_at',
  'response_status',
  'response_model',
  'request_model',
  'model',
  'provider',
  'target_url',
  'delay_ms',
  'latency',
  'time_to_first_token',
  'prompt_tokens',
  'prompt_cache_read_tokens',
  'prompt_cache_write_tokens',
  'prompt_audio_tokens',
  'completion_tokens',
  'completion_audio_tokens',
  'reasoning_tokens',
  'cost',
  'costUSD',
  'request_user_id',
  'request_properties',
  'cache_reference_id',
] as const;

const PROPERTIES = sql`properties`;
const FAILED = sql`(status_code >= 400 or status_code < 0)`;
/** A failed call counts nothing or zeros. */
const NOTHING_COUNTED = sql`(coalesce(${FAILED}, false) and coalesce(prompt, 0) = 0 and coalesce(completion, 0) = 0)`;
const FROM_CACHE = sql`coalesce(${field('cache_reference_id')} <> '00000000-0000-0000-0000-000000000000', false)`;

/**
 * Requests that Helicone's gateway saw, as its export tools write them.
 * https://docs.helicone.ai/rest/request/post-v1requestquery-clickhouse, https://www.npmjs.com/package/@helicone/export
 *
 * Counts are exclusive: prompt_tokens leaves out cached and audio tokens, completion_tokens reasoning and audio, for
 * every provider, and total_tokens is the sum of the two, whatever else was billed:
 * https://github.com/Helicone/helicone/blob/main/packages/cost/usage/types.ts
 */
function requests(reads: Format['reads'], signature: Format['signature']): Format {
  return {
    name: `helicone-${reads === 'csv' ? 'csv' : 'jsonl'}`,
    title: `Helicone's export of requests as ${reads === 'csv' ? 'CSV' : 'JSON lines'}`,
    reads,
    signature,
    fields: Object.fromEntries(COLUMNS.map((name) => [name, 'text'])),
    computed: [{ properties: labelsIn(field('request_properties')) }],
    numbers: {
      prompt: 'prompt_tokens',
      cached: 'prompt_cache_read_tokens',
      written: 'prompt_cache_write_tokens',
      audio_in: 'prompt_audio_tokens',
      completion: 'completion_tokens',
      audio_out: 'completion_audio_tokens',
      reasoning: 'reasoning_tokens',
    },
    decimals: {
      cost: { at: 'cost', value: sql`coalesce(${field('costUSD')}, ${field('cost')})` },
    },
    durations: {
      // Negative ones are states of Helicone's own: -2 pending, -3 cancelled, -4 blocked as a threat.
      status_code: 'response_status',
      latency: { at: 'delay_ms', value: sql`coalesce(${field('delay_ms')}, ${field('latency')})` },
      ttft: 'time_to_first_token',
    },
    times: { started: 'request_created_at' },
    timeUnit: 'any',
    skip: [{ reason: 'requests without answer yet', when: sql`status_code = -2` }],
    checks: [
      { field: 'request_created_at', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
      {
        field: 'response_status',
        reason: 'is missing',
        when: sql`status_code is null and ${field('response_status')} is null`,
      },
      {
        field: 'model',
        reason: 'is missing',
        missing: 'model',
        when: sql`coalesce(${field('response_model')}, ${field('model')}, ${field('request_model')}) is null and not ${FAILED}`,
      },
      { field: 'prompt_tokens', reason: 'is missing', when: sql`prompt is null and not ${FAILED}` },
      { field: 'completion_tokens', reason: 'is missing', when: sql`completion is null and not ${FAILED}` },
    ],
    traits: {
      // CUSTOM is any other address; GOOGLE both of Google's platforms, which the address tells apart.
      provider: sql`case
          when ${field('provider')} = 'CUSTOM' then null
          when ${field('provider')} = 'GOOGLE' and contains(${field('target_url')}, 'aiplatform.googleapis.com') then 'vertex_ai'
          else ${field('provider')}
        end`,
      model: sql`coalesce(nullif(${field('response_model')}, ''), nullif(${field('model')}, ''), ${field('request_model')})`,
      request_model: field('request_model'),
      operation: constant('chat'),
      service_tier: null,
      speed: null,
      region: null,
      status: sql`case when ${FAILED} then 'error' else 'ok' end`,
      error_class: sql`case
          when status_code = -3 then 'cancelled'
          when status_code = -4 then 'content_filter'
          when status_code < 0 then 'other'
          else ${errorClassOf(sql`cast(status_code as integer)`, sql`cast(null as varchar)`)}
        end`,
      http_status: sql`case when status_code between 100 and 599 then status_code end`,
      feature: labelled(PROPERTIES, 'feature'),
      environment: labelled(PROPERTIES, 'environment'),
      attempt: null,
      bucket_seconds: null,
      billed_currency: sql`case when cost is not null then 'USD' end`,
      gateway_cached: sql`case when ${FROM_CACHE} then true end`,
      token_convention: constant('exclusive'),
      max_output_tokens: null,
      has_tools: null,
      has_images: null,
      has_json_schema: null,
    },
    facts: {
      request_id: sql`coalesce(${field('request_id')}, ${field('response_id')})`,
      trace_id: null,
      occurred_at: sql`started`,
      requests: constant(1),
      uncached_input_tokens: counted(sql`prompt`),
      cache_read_tokens: counted(sql`cached`),
      cache_write_tokens: counted(sql`written`),
      cache_write_1h_tokens: null,
      text_output_tokens: counted(sql`completion`),
      reasoning_tokens: counted(sql`reasoning`),
      latency_ms: sql`latency`,
      ttft_ms: sql`ttft`,
      customer: labelled(PROPERTIES, 'customer'),
      user_id: sql`coalesce(${field('request_user_id')}, ${labelled(PROPERTIES, 'user_id')})`,
      session_id: labelled(PROPERTIES, 'session_id'),
      tags: otherLabels(PROPERTIES),
      billed_cost: sql`case when ${FROM_CACHE} then 0 else cost end`,
    },
    units: { input_audio_tokens: sql`audio_in`, output_audio_tokens: sql`audio_out` },
    // The one id that both the CSV and the JSON lines have.
    key: sql`coalesce(nullif(${field('response_id')}, ''), ${field('request_id')})`,
    repeats: 'grows',
    dated: true,
  };
}

function counted(value: Sql): Sql {
  return sql`case when not ${NOTHING_COUNTED} then ${value} end`;
}

export const heliconeJsonl = requests(
  'ndjson',
  sql`json_exists(line, '$.request_created_at') and json_exists(line, '$.response_status') and json_exists(line, '$.request_properties')`,
);

export const heliconeCsv = requests('csv', [
  'response_id',
  'response_status',
  'request_created_at',
  'prompt_tokens',
  'completion_tokens',
]);
