import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { agentCalls } from './agent.js';

const USED = sql`(${field('message.usage.completion_tokens')} is not null)`;
const DETAILS = 'message.usage.prompt_tokens_details';

/**
 * Sessions of Continue, ~/.continue/sessions/<id>.json. They tell no times and no ids of calls. Its adapter for Claude leaves
 * the cached tokens out of the prompt and names them `cache_read_tokens`; all others pass on OpenAI's counts.
 * https://github.com/continuedev/continue/blob/main/packages/openai-adapters/src/apis/Anthropic.ts
 */
export const continueCli = agentCalls({
  name: 'continue',
  title: 'sessions of Continue (~/.continue/sessions)',
  reads: 'json',
  rows: [
    {
      list: 'history',
      beside: { sessionId: 'text', workspaceDirectory: 'text' },
      position: 'place',
      empty: 'sessions without messages',
    },
  ],
  signature: sql`json_exists(line, '$.sessionId') and json_type(line, '$.history') = 'ARRAY' and json_exists(line, '$.workspaceDirectory')`,
  fields: {
    sessionId: 'text',
    workspaceDirectory: 'text',
    place: 'text',
    message: {
      role: 'text',
      content: 'text',
      usage: {
        prompt_tokens: 'text',
        completion_tokens: 'text',
        model: 'text',
        prompt_tokens_details: { cached_tokens: 'text', cache_read_tokens: 'text', cache_write_tokens: 'text' },
        completion_tokens_details: { reasoning_tokens: 'text' },
      },
    },
  },
  call: USED,
  others: [{ reason: 'messages without usage', when: sql`${field('message.role')} is not null and not ${USED}` }],
  model: field('message.usage.model'),
  counts: {
    input: 'message.usage.prompt_tokens',
    output: 'message.usage.completion_tokens',
    cacheRead: {
      at: `${DETAILS}.cached_tokens`,
      value: sql`coalesce(${field(`${DETAILS}.cache_read_tokens`)}, ${field(`${DETAILS}.cached_tokens`)})`,
    },
    cacheWrite: `${DETAILS}.cache_write_tokens`,
    reasoning: 'message.usage.completion_tokens_details.reasoning_tokens',
  },
  inputHoldsCache: sql`${field(`${DETAILS}.cache_read_tokens`)} is null`,
  session: field('sessionId'),
  folder: field('workspaceDirectory'),
  // A fork begins with the history of its parent: the same answer at the same place is the same call.
  key: sql`concat_ws(' ', 'continue call', ${field('workspaceDirectory')}, ${field('place')}, ${field('message.usage.model')}, input, output,
    coalesce(cache_read, 0), coalesce(cache_write, 0), md5(${field('message.content')}))`,
});
