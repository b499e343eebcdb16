/** OpenAI's Chat Completions, Responses and Embeddings: https://platform.openai.com/docs/api-reference */
import { sumCounts } from './counts.mjs';

/** The tier that answers: who asks for one gets it. */
export const openaiTier = (body) => (['flex', 'priority'].includes(body.service_tier) ? body.service_tier : 'default');

const chatUsage = (counts) => {
  const { prompt, answer, total } = sumCounts(counts);
  return {
    prompt_tokens: prompt,
    completion_tokens: answer,
    total_tokens: total,
    prompt_tokens_details: { cached_tokens: counts.cache_read, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: counts.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
};

/** An answer of Chat Completions: one object, or chunks of a stream. Usage comes in a stream only if it is asked for. */
export function chatAnswer({ body, asked, counts, id, time }) {
  // Mistral speaks the same language and always tells it.
  const told = body.stream_options?.include_usage === true || /mistral/.test(body.model);
  const head = {
    id: `chatcmpl-${id}`,
    created: time,
    model: body.model,
    service_tier: openaiTier(body),
    system_fingerprint: 'fp_1',
  };
  const calls = asked.tool && [
    {
      id: `call_${id}`,
      type: 'function',
      function: { name: asked.tool.name, arguments: JSON.stringify(asked.tool.input) },
    },
  ];
  const finish = calls ? 'tool_calls' : 'stop';
  if (!body.stream) {
    const message = {
      role: 'assistant',
      content: calls ? null : asked.text,
      refusal: null,
      annotations: [],
      ...(calls && { tool_calls: calls }),
    };
    return {
      json: {
        ...head,
        object: 'chat.completion',
        choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
        usage: chatUsage(counts),
      },
    };
  }
  const chunk = (delta, reason = null) => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
    ...(body.stream_options?.include_usage && { usage: null }),
  });
  const parts = calls ? { tool_calls: calls.map((call, index) => ({ index, ...call })) } : { content: asked.text };
  return {
    told,
    events: [
      { data: chunk({ role: 'assistant', content: calls ? null : '' }) },
      { data: chunk(parts) },
      { data: chunk({}, finish) },
      ...(told ? [{ data: { ...head, object: 'chat.completion.chunk', choices: [], usage: chatUsage(counts) } }] : []),
      { data: '[DONE]' },
    ],
  };
}

/** An answer of the Responses API. */
export function responsesAnswer({ body, asked, counts, id, time }) {
  const { prompt, answer, total } = sumCounts(counts);
  const item = asked.tool
    ? {
        id: `fc_${id}`,
        type: 'function_call',
        status: 'completed',
        call_id: `call_${id}`,
        name: asked.tool.name,
        arguments: JSON.stringify(asked.tool.input),
      }
    : {
        id: `msg_${id}`,
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: asked.text, annotations: [], logprobs: [] }],
      };
  const started = {
    id: `resp_${id}`,
    object: 'response',
    created_at: time,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: body.model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: 'medium', summary: null },
    service_tier: openaiTier(body),
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: null,
    metadata: {},
  };
  const response = {
    ...started,
    status: 'completed',
    output: [item],
    usage: {
      input_tokens: prompt,
      input_tokens_details: { cached_tokens: counts.cache_read },
      output_tokens: answer,
      output_tokens_details: { reasoning_tokens: counts.reasoning },
      total_tokens: total,
    },
  };
  if (!body.stream) return { json: response };
  const at = { output_index: 0, item_id: item.id };
  const middle = asked.tool
    ? [
        ['response.function_call_arguments.delta', { ...at, delta: item.arguments }],
        ['response.function_call_arguments.done', { ...at, arguments: item.arguments }],
      ]
    : [
        [
          'response.content_part.added',
          { ...at, content_index: 0, part: { type: 'output_text', text: '', annotations: [] } },
        ],
        ['response.output_text.delta', { ...at, content_index: 0, delta: asked.text, logprobs: [] }],
        ['response.output_text.done', { ...at, content_index: 0, text: asked.text, logprobs: [] }],
        ['response.content_part.done', { ...at, content_index: 0, part: item.content[0] }],
      ];
  const empty = asked.tool
    ? { ...item, status: 'in_progress', arguments: '' }
    : { ...item, status: 'in_progress', content: [] };
  const events = [
    ['response.created', { response: started }],
    ['response.in_progress', { response: started }],
    ['response.output_item.added', { output_index: 0, item: empty }],
    ...middle,
    ['response.output_item.done', { output_index: 0, item }],
    ['response.completed', { response }],
  ];
  return {
    told: true,
    events: events.map(([event, data], n) => ({ event, data: { type: event, sequence_number: n, ...data } })),
  };
}

/** Embeddings: usage has a prompt and a total alone. */
export function embeddingAnswer({ body, counts }) {
  const vector = [0.1, 0.2, 0.3];
  const embedding =
    body.encoding_format === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector;
  return {
    json: {
      object: 'list',
      data: [body.input].flat().map((_, index) => ({ object: 'embedding', index, embedding })),
      model: body.model,
      usage: { prompt_tokens: counts.uncached, total_tokens: counts.uncached },
    },
  };
}

export const openaiFailure = (status) => ({
  error: {
    message: status === 429 ? 'Rate limit reached' : 'The server had an error',
    type: status === 429 ? 'requests' : 'server_error',
    param: null,
    code: null,
  },
});
