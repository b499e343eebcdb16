/** Anthropic's Messages: https://docs.anthropic.com/en/api/messages. Input tokens are those that no cache read or wrote. */
import { sumCounts } from './counts.mjs';

const promptUsage = (counts) => ({
  input_tokens: counts.uncached,
  cache_creation_input_tokens: sumCounts(counts).written,
  cache_read_input_tokens: counts.cache_read,
  cache_creation: {
    ephemeral_5m_input_tokens: counts.cache_write_5m,
    ephemeral_1h_input_tokens: counts.cache_write_1h,
  },
});

export function messagesAnswer({ body, asked, counts, id }) {
  const answer = sumCounts(counts).answer;
  const block = asked.tool
    ? { type: 'tool_use', id: `toolu_${id}`, name: asked.tool.name, input: asked.tool.input }
    : { type: 'text', text: asked.text };
  const reason = asked.tool ? 'tool_use' : 'end_turn';
  const usage = { ...promptUsage(counts), output_tokens: answer, service_tier: 'standard' };
  const message = {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: [block],
    stop_reason: reason,
    stop_sequence: null,
    usage,
  };
  if (!body.stream) return { json: message };
  const empty = asked.tool ? { ...block, input: {} } : { type: 'text', text: '' };
  const delta = asked.tool
    ? { type: 'input_json_delta', partial_json: JSON.stringify(asked.tool.input) }
    : { type: 'text_delta', text: asked.text };
  const events = [
    {
      type: 'message_start',
      message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
    },
    { type: 'content_block_start', index: 0, content_block: empty },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { ...promptUsage(counts), output_tokens: answer },
    },
    { type: 'message_stop' },
  ];
  return { told: true, events: events.map((data) => ({ event: data.type, data })) };
}

export const anthropicFailure = (status) => ({
  type: 'error',
  error: {
    type: status === 429 ? 'rate_limit_error' : status === 529 ? 'overloaded_error' : 'api_error',
    message: 'made to fail',
  },
});
