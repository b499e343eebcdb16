import { sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { agentCalls, lastSaid } from './agent.js';

const STATUS: Shape = {
  token_usage: { input_other: 'text', output: 'text', input_cache_read: 'text', input_cache_creation: 'text' },
  message_id: 'text',
};

/** The status of a step: the agent's own, or that of a subagent inside of an event. */
const STEP = sql`case
      when ${field('message.type')} = 'StatusUpdate' then {'token_usage': ${field('message.payload.token_usage')}, 'message_id': ${field('message.payload.message_id')}}
      when ${field('message.payload.event.type')} = 'StatusUpdate' then ${field('message.payload.event.payload')}
    end`;

/**
 * Sessions of Kimi CLI before 1.52, ~/.kimi/sessions/<folder>/<session>/wire.jsonl, which do not name the model.
 * https://github.com/MoonshotAI/kimi-cli/blob/main/src/kimi_cli/wire/types.py
 */
export const kimiCli = agentCalls({
  name: 'kimi-cli',
  title: 'sessions of Kimi CLI (~/.kimi/sessions, wire.jsonl)',
  signature: sql`json_exists(line, '$.message.payload') and json_exists(line, '$.message.type') and json_exists(line, '$.timestamp')`,
  fields: {
    timestamp: 'text',
    message: { type: 'text', payload: { ...STATUS, event: { type: 'text', payload: STATUS } } },
  },
  computed: [{ step: STEP }],
  call: sql`(step.token_usage.output is not null)`,
  others: ['events that are not the end of a step'],
  time: 'timestamp',
  model: sql`cast(null as varchar)`,
  counts: {
    input: { at: 'message.payload.token_usage.input_other', value: sql`step.token_usage.input_other` },
    output: { at: 'message.payload.token_usage.output', value: sql`step.token_usage.output` },
    cacheRead: { at: 'message.payload.token_usage.input_cache_read', value: sql`step.token_usage.input_cache_read` },
    cacheWrite: {
      at: 'message.payload.token_usage.input_cache_creation',
      value: sql`step.token_usage.input_cache_creation`,
    },
  },
  inputHoldsCache: false,
  requestId: sql`step.message_id`,
});

const RECORD = sql`coalesce(${field('type')} = 'usage.record', false)`;
const USED = sql`coalesce(${field('usage.inputOther')}, '0') <> '0' or coalesce(${field('usage.output')}, '0') <> '0'
      or coalesce(${field('usage.inputCacheRead')}, '0') <> '0' or coalesce(${field('usage.inputCacheCreation')}, '0') <> '0'`;
const COUNTED = sql`(${RECORD} and (${USED}))`;

/**
 * Sessions of Kimi Code CLI, ~/.kimi-code/sessions/<folder>/<session>/agents/<agent>/wire.jsonl. A record names the alias of
 * its model; the request before it names the model.
 */
export const kimiCode = agentCalls({
  name: 'kimi-code',
  title: 'sessions of Kimi Code CLI (~/.kimi-code/sessions, wire.jsonl)',
  signature: sql`
    ((line->>'type') in ('usage.record', 'llm.request') and json_exists(line, '$.time'))
    or ((line->>'type') = 'metadata' and json_exists(line, '$.protocol_version'))`,
  fields: {
    type: 'text',
    time: 'text',
    agentId: 'text',
    model: 'text',
    usageScope: 'text',
    usage: { inputOther: 'text', output: 'text', inputCacheRead: 'text', inputCacheCreation: 'text' },
    environmentDisclosure: { cwd: 'text' },
  },
  carried: {
    asked: lastSaid(sql`case when ${field('type')} = 'llm.request' then ${field('model')} end`),
    folder: lastSaid(field('environmentDisclosure.cwd')),
  },
  call: COUNTED,
  others: [
    { reason: 'calls that used nothing', when: sql`${RECORD} and not (${USED})` },
    { reason: 'lines about the session', when: sql`${field('type')} is not null and not ${RECORD}` },
  ],
  time: 'time',
  model: sql`coalesce(asked, regexp_replace(${field('model')}, '^kimi-code/', ''))`,
  counts: {
    input: 'usage.inputOther',
    output: 'usage.output',
    cacheRead: 'usage.inputCacheRead',
    cacheWrite: 'usage.inputCacheCreation',
  },
  inputHoldsCache: false,
  folder: sql`folder`,
  // A copy of a session repeats its records with their times.
  key: sql`concat_ws(' ', 'kimi code call', ${field('time')}, ${field('agentId')}, ${field('model')}, input, output, cache_read, cache_write)`,
});
