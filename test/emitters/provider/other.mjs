/** Cohere's Chat v2 (https://docs.cohere.com/reference/chat) and Ollama's chat (https://docs.ollama.com/api). */
import { sumCounts } from './counts.mjs';

export function cohereAnswer({ body, asked, counts, id }) {
  const { prompt, answer } = sumCounts(counts);
  const usage = {
    billed_units: { input_tokens: prompt, output_tokens: answer },
    tokens: { input_tokens: prompt + 60, output_tokens: answer },
  };
  const message = { role: 'assistant', content: [{ type: 'text', text: asked.text }] };
  if (!body.stream) return { json: { id, finish_reason: 'COMPLETE', message, usage } };
  const events = [
    { type: 'message-start', id, delta: { message: { role: 'assistant', content: [] } } },
    { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
    { type: 'content-delta', index: 0, delta: { message: { content: { text: asked.text } } } },
    { type: 'content-end', index: 0 },
    { type: 'message-end', id, delta: { finish_reason: 'COMPLETE', usage } },
  ];
  return { told: true, events: events.map((data) => ({ event: data.type, data })) };
}

export function ollamaAnswer({ body, asked, counts }) {
  const { prompt, answer } = sumCounts(counts);
  const head = { model: body.model, created_at: new Date().toISOString() };
  const end = {
    ...head,
    message: { role: 'assistant', content: body.stream === false ? asked.text : '' },
    done: true,
    done_reason: 'stop',
    total_duration: 20000000,
    load_duration: 1000000,
    prompt_eval_count: prompt,
    prompt_eval_duration: 5000000,
    eval_count: answer,
    eval_duration: 9000000,
  };
  if (body.stream === false) return { json: end };
  return { told: true, lines: [{ ...head, message: { role: 'assistant', content: asked.text }, done: false }, end] };
}
