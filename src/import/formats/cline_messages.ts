import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { agentCalls } from './agent.js';

const COUNTED = sql`(coalesce(${field('role')} = 'assistant', false) and ${field('metrics.outputTokens')} is not null)`;

/** Who was paid, by the names of Cline's settings: what only speaks the language of another is no seller. */
export const CLINE_PROVIDER = sql`case ${field('modelInfo.provider')}
      when 'openai-native' then 'openai' when 'openai-compatible' then null when 'cline' then null when 'cline-pass' then null
      when 'gemini' then 'google' when 'vertex' then 'vertex_ai' else ${field('modelInfo.provider')} end`;

/**
 * Sessions of Cline's command line and of its newer extensions, ~/.cline/data/sessions/<id>/<id>.messages.json.
 * https://github.com/cline/cline
 */
export const clineMessages = agentCalls({
  name: 'cline-messages',
  title: 'sessions of Cline since 3.0 (data/sessions/<id>/<id>.messages.json)',
  reads: 'json',
  rows: [
    {
      list: 'messages',
      beside: { sessionId: 'text', origin: { sessionId: 'text' } },
      empty: 'sessions without messages',
    },
  ],
  signature: sql`
    json_exists(line, '$.sessionId') and json_type(line, '$.messages') = 'ARRAY'
    and (json_exists(line, '$.messages[0].ts') or json_exists(line, '$.updated_at'))`,
  fields: {
    sessionId: 'text',
    id: 'text',
    role: 'text',
    ts: 'text',
    modelInfo: { id: 'text', provider: 'text' },
    metrics: {
      inputTokens: 'text',
      outputTokens: 'text',
      cacheReadTokens: 'text',
      cacheWriteTokens: 'text',
      cost: 'text',
    },
  },
  call: COUNTED,
  others: [{ reason: 'messages that are no answers', when: sql`${field('role')} is not null and not ${COUNTED}` }],
  time: 'ts',
  model: field('modelInfo.id'),
  provider: CLINE_PROVIDER,
  counts: {
    input: 'metrics.inputTokens',
    output: 'metrics.outputTokens',
    cacheRead: 'metrics.cacheReadTokens',
    cacheWrite: 'metrics.cacheWriteTokens',
  },
  inputHoldsCache: true,
  cost: 'metrics.cost',
  session: field('sessionId'),
  // A session that goes on from a checkpoint of another begins with copies of its messages.
  key: sql`concat_ws(' ', 'cline message', ${field('id')}, ${field('ts')}, ${field('modelInfo.id')})`,
});
