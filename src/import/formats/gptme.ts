import { sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { agentCalls } from './agent.js';

const MESSAGE: Shape = {
  role: 'text',
  timestamp: 'text',
  metadata: {
    model: 'text',
    served_model: 'text',
    cost: 'text',
    usage: { input_tokens: 'text', output_tokens: 'text', cache_read_tokens: 'text', cache_creation_tokens: 'text' },
    timings: { ttft_ms: 'text', gen_ms: 'text' },
  },
};
const ANSWERED = sql`(told.metadata.usage.output_tokens is not null)`;

function counted(name: string, value: ReturnType<typeof sql>) {
  return { at: `metadata.usage.${name}`, value };
}

/**
 * Conversations of gptme, ~/.local/share/gptme/logs/<name>/conversation.jsonl and events.jsonl, which repeats the messages.
 * Their times have no zone and are taken for UTC. https://github.com/gptme/gptme/blob/master/gptme/message.py
 */
export const gptme = agentCalls({
  name: 'gptme',
  title: 'conversations of gptme (conversation.jsonl, events.jsonl)',
  signature: sql`
    (json_exists(line, '$.metadata.usage.input_tokens') and json_exists(line, '$.role') and json_exists(line, '$.timestamp'))
    or (json_exists(line, '$.payload.message.role') and json_exists(line, '$.seq') and json_exists(line, '$.ts'))`,
  fields: { ...MESSAGE, payload: { message: MESSAGE } },
  computed: [
    {
      told: sql`coalesce(${field('payload.message')}, {
        'role': ${field('role')}, 'timestamp': ${field('timestamp')}, 'metadata': ${field('metadata')}
      })`,
    },
  ],
  call: ANSWERED,
  others: ['messages that are no answers'],
  time: { at: 'timestamp', value: sql`told.timestamp` },
  model: sql`coalesce(told.metadata.served_model, told.metadata.model)`,
  counts: {
    input: counted('input_tokens', sql`told.metadata.usage.input_tokens`),
    output: counted('output_tokens', sql`told.metadata.usage.output_tokens`),
    cacheRead: counted('cache_read_tokens', sql`told.metadata.usage.cache_read_tokens`),
    cacheWrite: counted('cache_creation_tokens', sql`told.metadata.usage.cache_creation_tokens`),
  },
  inputHoldsCache: false,
  cost: { at: 'metadata.cost', value: sql`told.metadata.cost` },
  ttft: { at: 'metadata.timings.ttft_ms', value: sql`told.metadata.timings.ttft_ms` },
  // Forked conversations begin with copies, and both files of one tell the same messages.
  key: sql`concat_ws(' ', 'gptme message', told.timestamp, told.metadata.model, input, output)`,
});
