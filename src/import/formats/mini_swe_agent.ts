import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { agentCalls } from './agent.js';

const USAGE = 'extra.response.usage';
const ANSWERED = sql`(${field(`${USAGE}.completion_tokens`)} is not null)`;
const DETAILS = `${USAGE}.prompt_tokens_details`;

/**
 * Trajectories of mini-swe-agent: each message of the model holds the whole answer as LiteLLM gives it.
 * https://mini-swe-agent.com/latest/usage/output_files/
 */
export const miniSweAgent = agentCalls({
  name: 'mini-swe-agent',
  title: 'trajectories of mini-swe-agent (*.traj.json)',
  reads: 'json',
  rows: [{ list: 'messages', beside: {}, empty: 'trajectories without messages' }],
  signature: sql`
    (json_exists(line, '$.info.model_stats') and json_type(line, '$.messages') = 'ARRAY')
    or json_exists(line, '$.messages[0].extra.response.usage') or json_exists(line, '$.messages[0].extra.actions')`,
  fields: {
    role: 'text',
    extra: {
      timestamp: 'text',
      response: {
        id: 'text',
        model: 'text',
        created: 'text',
        service_tier: 'text',
        usage: {
          prompt_tokens: 'text',
          completion_tokens: 'text',
          total_tokens: 'text',
          prompt_tokens_details: { cached_tokens: 'text', cache_creation_tokens: 'text', cache_write_tokens: 'text' },
          completion_tokens_details: { reasoning_tokens: 'text' },
          cache_creation_input_tokens: 'text',
          cache_read_input_tokens: 'text',
          cost: 'text',
        },
      },
    },
  },
  call: ANSWERED,
  others: [{ reason: 'messages that are no answers', when: sql`${field('role')} is not null and not ${ANSWERED}` }],
  time: {
    at: 'extra.response.created',
    value: sql`coalesce(${field('extra.response.created')}, ${field('extra.timestamp')})`,
  },
  // The name says it, as in LiteLLM: `openrouter/anthropic/claude-sonnet-4`.
  model: field('extra.response.model'),
  counts: {
    input: `${USAGE}.prompt_tokens`,
    output: `${USAGE}.completion_tokens`,
    cacheRead: {
      at: `${DETAILS}.cached_tokens`,
      value: sql`coalesce(${field(`${DETAILS}.cached_tokens`)}, ${field(`${USAGE}.cache_read_input_tokens`)})`,
    },
    cacheWrite: {
      at: `${USAGE}.cache_creation_input_tokens`,
      value: sql`coalesce(${field(`${USAGE}.cache_creation_input_tokens`)}, ${field(`${DETAILS}.cache_creation_tokens`)}, ${field(`${DETAILS}.cache_write_tokens`)})`,
    },
    reasoning: `${USAGE}.completion_tokens_details.reasoning_tokens`,
  },
  inputHoldsCache: true,
  cost: `${USAGE}.cost`,
  requestId: field('extra.response.id'),
});
