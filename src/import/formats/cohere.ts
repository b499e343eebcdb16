import { join, literal, sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { field } from '../declare/fields.js';

/** Where usage stands: in an answer of chat, in one of embed and rerank, in the event that ends a stream. */
const USAGES = ['usage', 'meta', 'delta.usage'];
/** Its SDK for JavaScript spells names its own way. */
const BILLED = ['billed_units', 'billedUnits'];

/** What is billed; the tokens beside it only where nothing is said of that. */
function countsOf(name: string, inJavaScript: string): string[] {
  return [
    ...USAGES.flatMap((usage) => [`${usage}.billed_units.${name}`, `${usage}.billedUnits.${inJavaScript}`]),
    ...USAGES.flatMap((usage) => [`${usage}.tokens.${name}`, `${usage}.tokens.${inJavaScript}`]),
  ];
}

/**
 * Answers of Cohere's API v2, one per line: chat, embed and rerank, and of a stream of chat the event that ends it. What is paid for are the billed units; the tokens
 * beside them count what Cohere adds to a prompt of its own. They name neither the model nor a time.
 * https://docs.cohere.com/reference/chat
 */
export const cohere = calls({
  name: 'cohere',
  title: "answers of Cohere's API, one per line",
  reads: 'ndjson',
  signature: sql`${join(
    USAGES.flatMap((usage) => BILLED.map((billed) => sql`json_exists(line, ${literal(`$.${usage}.${billed}`)})`)),
    ' or ',
  )}`,
  // Cached tokens are part of the prompt.
  convention: 'inclusive',
  set: { provider: 'cohere' },
  at: {
    request_id: ['id', 'response_id'],
    model: 'model',
    input: countsOf('input_tokens', 'inputTokens'),
    output: countsOf('output_tokens', 'outputTokens'),
    cache_read: USAGES.flatMap((usage) => [`${usage}.cached_tokens`, `${usage}.cachedTokens`]),
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
