import { sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { field } from '../declare/fields.js';
import { USAGE_SHAPE, usagePlaces } from '../declare/usage_keys.js';

/**
 * `raw_responses` of a run of OpenAI's Agents SDK, one answer per line. They name neither the model nor a time: without
 * `--set model=…` a call counts and has no price. https://openai.github.io/openai-agents-python/ref/items/#agents.items.ModelResponse
 */
export const openaiAgents = calls({
  name: 'openai-agents',
  title: "answers (`raw_responses`) of OpenAI's Agents SDK, one per line",
  reads: 'ndjson',
  signature: sql`json_type(line, '$.output') = 'ARRAY' and json_exists(line, '$.usage.requests') and json_exists(line, '$.response_id')`,
  // Cached tokens are part of the prompt, reasoning of the answer: https://platform.openai.com/docs/guides/prompt-caching
  convention: 'inclusive',
  set: { operation: 'chat' },
  fields: { response_id: 'text', model: 'text', usage: { ...USAGE_SHAPE, requests: 'text' } },
  at: {
    ...usagePlaces((path) => field(`usage.${path}`)),
    request_id: 'response_id',
    model: 'model',
  },
  optional: ['model'],
  repeats: 'same',
});
