import { sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { field } from '../declare/fields.js';

/**
 * Answers of Cohere's API v2, one per line: chat, embed and rerank. What is paid for are the billed units; the tokens
 * beside them count what Cohere adds to a prompt of its own. They name neither the model nor a time.
 * https://docs.cohere.com/reference/chat
 */
export const cohere = calls({
  name: 'cohere',
  title: "answers of Cohere's API, one per line",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.usage.billed_units') or json_exists(line, '$.meta.billed_units')`,
  // Cached tokens are part of the prompt.
  convention: 'inclusive',
  set: { provider: 'cohere' },
  at: {
    request_id: ['id', 'response_id'],
    model: 'model',
    input: ['usage.billed_units.input_tokens', 'meta.billed_units.input_tokens', 'usage.tokens.input_tokens'],
    output: ['usage.billed_units.output_tokens', 'meta.billed_units.output_tokens', 'usage.tokens.output_tokens'],
    cache_read: ['usage.cached_tokens', 'meta.cached_tokens'],
  },
  also: ['message', 'text', 'embeddings', 'results'],
  optional: ['model', 'input', 'output'],
  checks: [
    {
      field: 'model',
      reason: 'is not told; --map model=… or --set model=… says it',
      missing: 'model',
      when: sql`${field('model')} is null`,
    },
  ],
  traits: {
    operation: sql`case
        when ${field('results')} is not null then 'rerank'
        when ${field('embeddings')} is not null then 'embedding'
        else 'chat'
      end`,
  },
});
