import { sql } from '../../sql.js';
import { type Calls, calls } from '../declare/calls.js';
import { elapsedMs } from '../declare/convert.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';
import { errorClassOf, failureTraits, statusIn } from '../declare/normalize.js';
import { AGENT_FACTS, AGENT_TRAITS } from './agent.js';

const FAILED = sql`(${field('error')} is not null)`;
const CALLED = sql`(${field('usage')} is not null or ${FAILED})`;
/** Anthropic's counts are passed on as they come, beside the cached ones: then these are in the total. */
const EXCLUSIVE = sql`coalesce(total = input + output + coalesce(cached, 0) + coalesce(written, 0) and coalesce(cached, 0) + coalesce(written, 0) > 0, false)`;

/**
 * Model events of Inspect, the framework for evaluations, one per line, with the evaluation they are of.
 * https://inspect.aisi.org.uk/reference/inspect_ai.event.html#modelevent
 */
export const inspectAi: Format = {
  name: 'inspect-ai',
  title: 'model events of Inspect evaluations',
  reads: 'ndjson',
  signature: sql`
    json_exists(line, '$.eval_id') and json_exists(line, '$.model') and json_exists(line, '$.usage') and json_exists(line, '$.timestamp')`,
  fields: {
    eval_id: 'text',
    task: 'text',
    sample_id: 'text',
    epoch: 'text',
    timestamp: 'text',
    completed: 'text',
    model: 'text',
    error: 'text',
    stop_reason: 'text',
    usage: {
      input_tokens: 'text',
      output_tokens: 'text',
      input_tokens_cache_read: 'text',
      input_tokens_cache_write: 'text',
      reasoning_tokens: 'text',
      total_tokens: 'text',
    },
  },
  numbers: {
    input: 'usage.input_tokens',
    output: 'usage.output_tokens',
    cached: 'usage.input_tokens_cache_read',
    written: 'usage.input_tokens_cache_write',
    reasoning: 'usage.reasoning_tokens',
    total: 'usage.total_tokens',
  },
  decimals: {},
  times: { started: 'timestamp', ended: 'completed' },
  timeUnit: 'any',
  skip: [{ reason: 'events without usage', when: sql`${field('model')} is not null and not ${CALLED}` }],
  checks: [
    { field: 'timestamp', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    { field: 'model', reason: 'is missing', missing: 'model', when: sql`${field('model')} is null` },
    { field: 'usage.input_tokens', reason: 'is missing', when: sql`input is null and not ${FAILED}` },
    { field: 'usage.output_tokens', reason: 'is missing', when: sql`output is null and not ${FAILED}` },
  ],
  traits: {
    ...AGENT_TRAITS,
    // The name says it: `openai/gpt-4o-mini`.
    provider: null,
    model: field('model'),
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${FAILED} then ${errorClassOf(statusIn(field('error')), field('error'))}
        when ${field('stop_reason')} = 'content_filter' then 'content_filter'
      end`,
    feature: field('task'),
    billed_currency: null,
    token_convention: sql`case when ${EXCLUSIVE} then 'exclusive' else 'inclusive' end`,
  },
  facts: {
    ...AGENT_FACTS,
    request_id: null,
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: sql`case when ${EXCLUSIVE} then input else input - coalesce(cached, 0) - coalesce(written, 0) end`,
    cache_read_tokens: sql`cached`,
    cache_write_tokens: sql`written`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`output - coalesce(reasoning, 0)`,
    reasoning_tokens: sql`reasoning`,
    latency_ms: elapsedMs(sql`started`, sql`ended`),
    user_id: null,
    session_id: field('eval_id'),
    tags: withLabels(null, { sample: field('sample_id'), epoch: field('epoch') }),
    billed_cost: null,
  },
  units: {},
  repeats: 'same',
  dated: true,
};

const EVENT_FAILED = sql`coalesce(nullif(${field('error')}, ''), nullif(${field('output.error')}, '')) is not null`;
const isModelEvent = sql`${field('event')} = 'model'`;

/** Model events as Inspect's logs hold them. It takes what was read from a cache out of the prompt, and tells a total of all. */
function modelEvents(layout: Pick<Calls, 'name' | 'title' | 'reads' | 'signature' | 'rows'>) {
  return calls({
    ...layout,
    convention: { input: 'nothing', output: 'reasoning' },
    set: { operation: 'chat' },
    fields: {
      uuid: 'text',
      event: 'text',
      timestamp: 'text',
      completed: 'text',
      model: 'text',
      error: 'text',
      cache: 'text',
      config: { max_tokens: 'text' },
      call: {
        response: {
          service_tier: 'text',
          usage: { cache_creation: { ephemeral_5m_input_tokens: 'text', ephemeral_1h_input_tokens: 'text' } },
        },
      },
      output: {
        model: 'text',
        error: 'text',
        response_id: 'text',
        usage: {
          input_tokens: 'text',
          output_tokens: 'text',
          total_tokens: 'text',
          input_tokens_cache_read: 'text',
          input_tokens_cache_write: 'text',
          reasoning_tokens: 'text',
        },
      },
    },
    at: {
      input: 'output.usage.input_tokens',
      output: 'output.usage.output_tokens',
      total: 'output.usage.total_tokens',
      cache_read: 'output.usage.input_tokens_cache_read',
      cache_write: 'output.usage.input_tokens_cache_write',
      // The provider's own answer tells for how long.
      cache_write_5m: 'call.response.usage.cache_creation.ephemeral_5m_input_tokens',
      cache_write_1h: 'call.response.usage.cache_creation.ephemeral_1h_input_tokens',
      reasoning: 'output.usage.reasoning_tokens',
      request_id: ['output.response_id', 'uuid'],
      started: 'timestamp',
      ended: 'completed',
      model: 'model',
      max_output_tokens: 'config.max_tokens',
      service_tier: 'call.response.service_tier',
      error: ['error', 'output.error'],
    },
    optional: ['input', 'output'],
    failed: sql`coalesce(${EVENT_FAILED}, false)`,
    skip: [
      {
        reason: 'events that are no call to a model',
        when: sql`${field('event')} is not null and not ${isModelEvent}`,
      },
      { reason: "answers from Inspect's cache", when: sql`coalesce(${field('cache')} = 'read', false)` },
    ],
    traits: failureTraits(
      sql`coalesce(${EVENT_FAILED}, false)`,
      sql`coalesce(${field('error')}, ${field('output.error')})`,
    ),
    facts: { latency_ms: elapsedMs(sql`started`, sql`ended`) },
    repeats: 'grows',
  });
}

/** Model events taken out of a log, one per line. https://inspect.aisi.org.uk/reference/inspect_ai.event.html#modelevent */
export const inspectEvents = modelEvents({
  name: 'inspect-events',
  title: "model events of Inspect's logs, one per line",
  reads: 'ndjson',
  signature: sql`line->>'event' = 'model' and json_exists(line, '$.output.choices') and json_exists(line, '$.uuid')`,
});

/** A log of an evaluation as JSON (`--log-format json`). https://inspect.aisi.org.uk/eval-logs.html */
export const inspectLog = modelEvents({
  name: 'inspect-log',
  title: 'logs of Inspect evaluations as JSON',
  reads: 'json',
  rows: [
    { list: 'samples', beside: {} },
    { list: 'events', beside: {}, empty: 'samples without events' },
  ],
  signature: sql`json_type(line, '$.samples[0].events') = 'ARRAY' and json_exists(line, '$.samples[0].model_usage')`,
});
