import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { agentCalls } from './agent.js';

const USED = sql`(coalesce(${field('sums.input_tokens')}, '0') <> '0' or coalesce(${field('sums.output_tokens')}, '0') <> '0'
      or coalesce(${field('sums.cache_read_tokens')}, '0') <> '0' or coalesce(${field('sums.cache_write_tokens')}, '0') <> '0')`;

/**
 * Sessions of Hermes Agent, from its database state.db: the sums of each by model and task.
 * https://github.com/NousResearch/hermes-agent/blob/main/agent/usage_pricing.py (normalize_usage takes the cached tokens out)
 */
export const hermes = agentCalls({
  name: 'hermes',
  title: 'sessions of Hermes Agent (state.db)',
  signature: sql`json_exists(line, '$.hermes_session')`,
  fields: {
    hermes_session: 'text',
    cwd: 'text',
    started_at: 'text',
    sums: {
      model: 'text',
      billing_provider: 'text',
      task: 'text',
      api_call_count: 'text',
      input_tokens: 'text',
      output_tokens: 'text',
      cache_read_tokens: 'text',
      cache_write_tokens: 'text',
      reasoning_tokens: 'text',
      actual_cost_usd: 'text',
    },
  },
  call: USED,
  others: [{ reason: 'sessions without usage', when: sql`${field('hermes_session')} is not null and not ${USED}` }],
  time: 'started_at',
  model: field('sums.model'),
  provider: sql`nullif(nullif(${field('sums.billing_provider')}, 'custom'), 'auto')`,
  counts: {
    input: 'sums.input_tokens',
    output: 'sums.output_tokens',
    cacheRead: 'sums.cache_read_tokens',
    cacheWrite: 'sums.cache_write_tokens',
    reasoning: 'sums.reasoning_tokens',
  },
  inputHoldsCache: false,
  cost: 'sums.actual_cost_usd',
  session: field('hermes_session'),
  folder: field('cwd'),
  tags: { task: sql`nullif(${field('sums.task')}, 'main')` },
  requests: sql`case when try_cast(${field('sums.api_call_count')} as bigint) > 0 then try_cast(${field('sums.api_call_count')} as bigint) end`,
  key: sql`concat_ws(' ', 'hermes session', ${field('hermes_session')}, ${field('sums.model')}, ${field('sums.billing_provider')}, ${field('sums.task')})`,
  // A session goes on.
  repeats: 'grows',
});
