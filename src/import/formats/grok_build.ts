import { sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { agentCalls, lastSaid } from './agent.js';

const META: Shape = { modelId: 'text', model: 'text', currentModelId: 'text' };
const UPDATE = field('params.update.sessionUpdate');
const ENDED = sql`(coalesce(${UPDATE} = 'turn_completed', false) and ${field('params.update.usage.outputTokens')} is not null)`;
const NAMED = sql`coalesce(${field('params.update.model')}, ${field('params.update.modelId')}, ${field('params.update.currentModelId')},
      ${field('params.update._meta.modelId')}, ${field('params._meta.modelId')}, ${field('params._meta.currentModelId')})`;

/** Sessions of Grok Build, ~/.grok/sessions/<folder>/<session>/updates.jsonl: what the calls of a turn used together. */
export const grokBuild = agentCalls({
  name: 'grok-build',
  title: 'sessions of Grok Build (~/.grok/sessions, updates.jsonl)',
  signature: sql`(line->>'method') in ('session/update', '_x.ai/session/update') and json_exists(line, '$.params.update.sessionUpdate')`,
  fields: {
    timestamp: 'text',
    params: {
      sessionId: 'text',
      timestamp: 'text',
      _meta: META,
      update: {
        sessionUpdate: 'text',
        prompt_id: 'text',
        timestamp: 'text',
        model: 'text',
        modelId: 'text',
        currentModelId: 'text',
        _meta: META,
        usage: {
          inputTokens: 'text',
          outputTokens: 'text',
          cachedReadTokens: 'text',
          reasoningTokens: 'text',
          totalTokens: 'text',
        },
      },
    },
  },
  carried: {
    named: lastSaid(NAMED),
    told_at: lastSaid(
      sql`coalesce(${field('timestamp')}, ${field('params.timestamp')}, ${field('params.update.timestamp')})`,
    ),
  },
  call: ENDED,
  others: [{ reason: 'updates that are not the end of a turn', when: sql`${UPDATE} is not null and not ${ENDED}` }],
  time: { at: 'timestamp', value: sql`told_at` },
  mayLackTime: true,
  model: sql`named`,
  provider: sql`'xai'`,
  counts: {
    input: 'params.update.usage.inputTokens',
    output: 'params.update.usage.outputTokens',
    cacheRead: 'params.update.usage.cachedReadTokens',
    reasoning: 'params.update.usage.reasoningTokens',
  },
  inputHoldsCache: true,
  session: field('params.sessionId'),
  requests: null,
  key: sql`concat_ws(' ', 'grok turn', ${field('params.sessionId')}, ${field('params.update.prompt_id')})`,
  repeats: 'grows',
});
