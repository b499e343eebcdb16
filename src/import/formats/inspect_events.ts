import { type Sql, sql } from '../../sql.js';
import { type Calls, calls } from '../declare/calls.js';
import { elapsedMs } from '../declare/convert.js';
import { field } from '../declare/fields.js';
import type { Format } from '../declare/format.js';

const MODEL_EVENT = sql`coalesce(${field('event')} = 'model', false)`;
const ERROR = sql`coalesce(${field('error')}, ${field('output.error')})`;
const CACHED = sql`coalesce(${field('cache')} = 'read', false)`;
const USAGE = 'output.usage';
const ANSWER = 'call.response';

/** Clouds that Inspect names between the maker and the model: `anthropic/bedrock/anthropic.claude-haiku-4-5-20251001-v1:0`. */
const CLOUD = sql`case when split_part(${field('model')}, '/', 2) in ('azure', 'bedrock', 'vertex') then split_part(${field('model')}, '/', 2) end`;

/** A text of model events alone: other events have times and names, too. */
function ofCall(path: string): { at: string; value: Sql } {
  return { at: path, value: sql`case when ${MODEL_EVENT} then ${field(path)} end` };
}

/**
 * The model events of Inspect: the usage as it counts it, the provider's answer beside it. Newer versions leave the cached tokens
 * out of the input for every provider, older ones pass on what the provider says; the total tells which.
 * https://inspect.aisi.org.uk/reference/inspect_ai.event.html#modelevent
 */
const EVENT = {
  convention: 'exclusive',
  rule: {
    input: sql`case when total = "input" + "output" and coalesce(cache_read, 0) + coalesce(cache_write, 0) > 0 then 'cache' end`,
    output: sql`cast(null as varchar)`,
  },
  set: { operation: 'chat' },
  failed: sql`(${ERROR} is not null)`,
  filtered: sql`coalesce(list_contains(list_transform(${field('output.choices')}, lambda choice: choice.stop_reason), 'content_filter'), false)`,
  fromCache: CACHED,
  at: {
    request_id: [`${ANSWER}.id`, 'output.response_id', 'uuid'],
    started: ofCall('timestamp'),
    ended: ofCall('completed'),
    input: ofCall(`${USAGE}.input_tokens`),
    output: ofCall(`${USAGE}.output_tokens`),
    total: ofCall(`${USAGE}.total_tokens`),
    cache_read: ofCall(`${USAGE}.input_tokens_cache_read`),
    cache_write: ofCall(`${USAGE}.input_tokens_cache_write`),
    cache_write_1h: ofCall(`${ANSWER}.usage.cache_creation.ephemeral_1h_input_tokens`),
    reasoning: ofCall(`${USAGE}.reasoning_tokens`),
    service_tier: `${ANSWER}.service_tier`,
    speed: `${ANSWER}.usage.speed`,
    error: { at: 'error', value: ERROR },
  },
  also: [
    'event',
    'model',
    'timestamp',
    'completed',
    'pending',
    'error',
    'cache',
    'output.error',
    `${USAGE}.input_tokens`,
    `${USAGE}.output_tokens`,
    `${USAGE}.total_tokens`,
    `${USAGE}.input_tokens_cache_read`,
    `${USAGE}.input_tokens_cache_write`,
    `${USAGE}.reasoning_tokens`,
    `${ANSWER}.usage.cache_creation.ephemeral_1h_input_tokens`,
  ],
  fields: { output: { choices: [{ stop_reason: 'text' }] } },
  skip: [
    { reason: 'events that are no call of a model', when: sql`${field('event')} is not null and not ${MODEL_EVENT}` },
    { reason: 'calls without an answer', when: sql`${MODEL_EVENT} and coalesce(${field('pending')} = 'true', false)` },
  ],
  checks: [{ field: 'event', reason: 'is missing', when: sql`${field('event')} is null` }],
  traits: {
    // Else the name says it: `openai/gpt-4o-mini`.
    provider: CLOUD,
    model: sql`case when ${CLOUD} is null then ${field('model')} else regexp_replace(${field('model')}, '^[^/]+/[^/]+/', '') end`,
  },
  facts: { latency_ms: elapsedMs(sql`started`, sql`ended`) },
} as const satisfies Partial<Calls>;

/** Model events one per line, as `jq` takes them out of a log. */
export const inspectEvents: Format = calls({
  ...EVENT,
  name: 'inspect-events',
  title: 'events of Inspect, one per line',
  reads: 'ndjson',
  signature: sql`line->>'event' = 'model' and json_exists(line, '$.output.choices') and json_exists(line, '$.timestamp')`,
});

/** A log of Inspect, `inspect eval --log-format json`: the events of every sample. */
export const inspectLog: Format = calls({
  ...EVENT,
  name: 'inspect-log',
  title: 'logs of Inspect (--log-format json)',
  reads: 'json',
  rows: [
    { list: 'samples', beside: {} },
    { list: 'events', beside: { id: 'text', epoch: 'text' }, empty: 'samples without events' },
  ],
  fields: { ...EVENT.fields, id: 'text', epoch: 'text' },
  tags: { sample: field('id'), epoch: field('epoch') },
  signature: sql`json_exists(line, '$.samples[0].events') and json_exists(line, '$.samples[0].epoch')`,
});
