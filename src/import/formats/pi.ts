import { type Sql, sql } from '../../sql.js';
import { elapsedMs } from '../declare/convert.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';
import { errorClassOf, statusIn } from '../declare/normalize.js';
import { AGENT_FACTS, AGENT_TRAITS, projectOf } from './agent.js';

const TYPE = field('type');
const ROLE = field('message.role');
const ANSWERED = sql`coalesce(${TYPE} = 'message' and ${ROLE} = 'assistant', false)`;
const STOPPED = field('message.stopReason');
const FAILED = sql`coalesce(${STOPPED} in ('error', 'aborted'), false)`;
const MESSAGE = sql`coalesce(${field('message.errorMessage')}, 'unknown')`;
const MODEL = sql`coalesce(${field('message.model')}, nullif(chosen_model, ''))`;
/** What was broken off before it began counts zeros for what nobody counted. */
const NOTHING_COUNTED = sql`(${FAILED} and coalesce(input, 0) + coalesce(output, 0) + coalesce(cache_read, 0) + coalesce(cache_write, 0) = 0)`;

/** What OpenClaw notes of an answer that it sent on to a channel: no model was called. */
const MIRRORED = sql`coalesce(${field('message.model')} = 'delivery-mirror', false)`;

/** The model an answer without one came from: that of the last change in its session. */
function changed(name: 'provider' | 'modelId'): Sql {
  return sql`last_value(case when ${TYPE} = 'session' then '' when ${TYPE} = 'model_change' then ${field(name)} end ignore nulls)
      over (partition by file_number order by line_order rows unbounded preceding)`;
}

function said(name: 'id' | 'cwd'): Sql {
  return sql`last_value(case when ${TYPE} = 'session' then ${field(name)} end ignore nulls) over (partition by file_number order by line_order rows unbounded preceding)`;
}

function counted(name: string, key: string): Record<string, { at: string; value: Sql }> {
  const at = `message.usage.${key}`;
  return { [name]: { at, value: sql`case when ${ANSWERED} then ${field(at)} end` } };
}

function known(count: Sql): Sql {
  return sql`case when not ${NOTHING_COUNTED} then ${count} end`;
}

/**
 * Sessions of the pi coding agent, ~/.pi/agent/sessions/<folder>/<time>_<id>.jsonl.
 * https://github.com/badlogic/pi-mono/blob/main/packages/coding-agent/docs/session.md
 */
export const pi: Format = {
  name: 'pi',
  title: 'sessions of the pi coding agent (~/.pi/agent/sessions)',
  reads: 'ndjson',
  signature: sql`
    ((line->>'type') = 'session' and json_exists(line, '$.cwd') and json_exists(line, '$.id') and json_exists(line, '$.timestamp'))
    or ((line->>'type') = 'message' and (line->'message'->>'role') in ('user', 'assistant', 'toolResult') and json_exists(line, '$.message.timestamp'))`,
  fields: {
    type: 'text',
    id: 'text',
    timestamp: 'text',
    cwd: 'text',
    provider: 'text',
    modelId: 'text',
    message: {
      role: 'text',
      provider: 'text',
      model: 'text',
      timestamp: 'text',
      stopReason: 'text',
      errorMessage: 'text',
      responseId: 'text',
      usage: {
        input: 'text',
        output: 'text',
        cacheRead: 'text',
        cacheWrite: 'text',
        cacheWrite1h: 'text',
        reasoningTokens: 'text',
        reasoning: 'text',
        cost: { total: 'text' },
      },
    },
  },
  carried: {
    session: said('id'),
    folder: said('cwd'),
    chosen_provider: changed('provider'),
    chosen_model: changed('modelId'),
  },
  numbers: {
    ...counted('input', 'input'),
    ...counted('output', 'output'),
    ...counted('cache_read', 'cacheRead'),
    ...counted('cache_write', 'cacheWrite'),
    // A part of cacheWrite.
    ...counted('cache_write_1h', 'cacheWrite1h'),
    reasoning: {
      at: 'message.usage.reasoningTokens',
      value: sql`case when ${ANSWERED} then coalesce(${field('message.usage.reasoningTokens')}, ${field('message.usage.reasoning')}) end`,
    },
  },
  decimals: counted('cost', 'cost.total'),
  times: {
    // A message is sent at its own time, and written down under the time at which it was whole.
    started: { at: 'message.timestamp', value: sql`case when ${ANSWERED} then ${field('message.timestamp')} end` },
    ended: { at: 'timestamp', value: sql`case when ${ANSWERED} then ${field('timestamp')} end` },
  },
  timeUnit: 'any',
  skip: [
    {
      reason: 'messages that are no answers',
      when: sql`${TYPE} = 'message' and coalesce(${ROLE} <> 'assistant', false)`,
    },
    { reason: 'copies of answers for a channel', when: MIRRORED },
    { reason: 'lines about the session', when: sql`${TYPE} <> 'message'` },
  ],
  checks: [
    { field: 'type', reason: 'is missing', when: sql`${TYPE} is null` },
    { field: 'message.role', reason: 'is missing', when: sql`${ROLE} is null` },
    {
      field: 'timestamp',
      reason: 'is missing',
      missing: 'timestamp',
      when: sql`started is null and ended is null`,
    },
    { field: 'message.model', reason: 'is missing', missing: 'model', when: sql`${MODEL} is null` },
    { field: 'message.usage.input', reason: 'is missing', when: sql`input is null and not ${FAILED}` },
    { field: 'message.usage.output', reason: 'is missing', when: sql`output is null and not ${FAILED}` },
  ],
  traits: {
    ...AGENT_TRAITS,
    provider: sql`coalesce(${field('message.provider')}, case when ${field('message.model')} is null then nullif(chosen_provider, '') end)`,
    model: MODEL,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${STOPPED} = 'aborted' then 'cancelled'
        when ${FAILED} then ${errorClassOf(statusIn(MESSAGE), MESSAGE)}
      end`,
    feature: projectOf(sql`folder`),
    billed_currency: sql`case when cost > 0 then 'USD' end`,
    // All four counts are apart from each other.
    token_convention: constant('exclusive'),
  },
  facts: {
    ...AGENT_FACTS,
    // Sessions that branch off begin with copies of lines of another one: which session a line is in tells nothing.
    request_id: sql`concat_ws('/', ${field('message.timestamp')}, ${field('timestamp')}, ${MODEL}, ${field('message.usage.output')})`,
    occurred_at: sql`coalesce(started, ended)`,
    requests: constant(1),
    uncached_input_tokens: known(sql`input`),
    cache_read_tokens: known(sql`cache_read`),
    cache_write_tokens: known(sql`cache_write - coalesce(cache_write_1h, 0)`),
    cache_write_1h_tokens: known(sql`cache_write_1h`),
    text_output_tokens: known(sql`output - coalesce(reasoning, 0)`),
    reasoning_tokens: known(sql`reasoning`),
    latency_ms: elapsedMs(sql`started`, sql`ended`),
    user_id: null,
    session_id: sql`session`,
    tags: withLabels(null, { cwd: sql`folder` }),
    // 0 where the program knows no price, or a subscription pays.
    billed_cost: sql`case when cost > 0 then cost end`,
  },
  units: {},
  repeats: 'same',
  tellsFolder: true,
  dated: true,
};
