import { sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { field } from '../declare/fields.js';
import { USAGE_SHAPE, usagePlaces } from '../declare/usage_keys.js';

/**
 * Events of Mistral's streams as its SDKs give them, one per line: a chunk of a chat completion in `data`, of which the
 * last has the usage. https://docs.mistral.ai/api/endpoint/chat
 */
export const mistralStream = calls({
  name: 'mistral-stream',
  title: "events of streams as Mistral's SDKs give them, one per line",
  reads: 'ndjson',
  signature: sql`json_type(line, '$.data') = 'OBJECT' and json_exists(line, '$.data.choices') and json_exists(line, '$.data.model')`,
  // Cached tokens are part of the prompt: https://docs.mistral.ai/capabilities/completion/prompt_caching
  convention: 'inclusive',
  set: { operation: 'chat' },
  fields: {
    data: { id: 'text', created: 'text', model: 'text', choices: [{ finishReason: 'text' }], usage: USAGE_SHAPE },
  },
  at: {
    ...usagePlaces((path) => field(`data.usage.${path}`), 'data.usage'),
    request_id: 'data.id',
    started: 'data.created',
    model: 'data.model',
  },
  timeUnit: 'seconds',
  optional: ['started', 'input', 'output'],
  skip: [
    {
      reason: 'stream chunks without usage',
      when: sql`${field('data.usage')} is null and ${field('data')} is not null`,
    },
  ],
  repeats: 'grows',
});
