import { sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { parsed } from '../declare/labels.js';
import { agentCalls } from './agent.js';

const USAGE: Shape = {
  input_tokens: 'text',
  output_tokens: 'text',
  cache_creation_input_tokens: 'text',
  cache_read_input_tokens: 'text',
};
const USED = sql`(coalesce(usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) is not null)`;

/** A count of a request; Zed leaves out those that are 0. */
function counted(name: string, value: ReturnType<typeof sql>) {
  return { at: `request_token_usage.${name}`, value: sql`coalesce(${value}, '0')` };
}

/**
 * Threads of Zed's agent, from its database threads.db: the usage of each request, under the message of the user it answers.
 * https://github.com/zed-industries/zed/blob/main/crates/agent/src/db.rs
 */
export const zed = agentCalls({
  name: 'zed',
  title: "threads of Zed's agent (threads.db)",
  signature: sql`json_exists(line, '$.zed_thread')`,
  fields: {
    zed_thread: 'text',
    updated_at: 'text',
    model: { provider: 'text', model: 'text' },
    request_token_usage: 'text',
    cumulative_token_usage: USAGE,
  },
  // Every request of a thread is a row; a thread of an old version tells the sum alone.
  severalRows: true,
  resolved: (lines) => sql`
    select *, case
        when request_id is not null then ${parsed(sql`try_cast(${field('request_token_usage')} as json)->request_id`, USAGE)}
        else ${field('cumulative_token_usage')}
      end as usage
    from (
      select *, unnest(case when len(ids) > 0 then ids else [null] end) as request_id
      from (
        select *, try(json_keys(case when starts_with(${field('request_token_usage')}, '{') then try_cast(${field('request_token_usage')} as json) end)) as ids
        from (${lines}) as line
      ) as named
    ) as listed`,
  call: USED,
  others: [{ reason: 'threads without usage', when: sql`${field('zed_thread')} is not null and not ${USED}` }],
  // The last change of the thread: no request tells its own time.
  time: 'updated_at',
  model: field('model.model'),
  provider: sql`case ${field('model.provider')} when 'zed.dev' then null when 'copilot_chat' then 'github_copilot' else ${field('model.provider')} end`,
  counts: {
    input: counted('input_tokens', sql`usage.input_tokens`),
    output: counted('output_tokens', sql`usage.output_tokens`),
    cacheRead: counted('cache_read_input_tokens', sql`usage.cache_read_input_tokens`),
    cacheWrite: counted('cache_creation_input_tokens', sql`usage.cache_creation_input_tokens`),
  },
  inputHoldsCache: false,
  session: field('zed_thread'),
  requests: sql`case when request_id is not null then 1 end`,
  key: sql`concat_ws(' ', 'zed request', ${field('zed_thread')}, request_id)`,
  repeats: 'grows',
});
