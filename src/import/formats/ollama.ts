import { sql } from '../../sql.js';
import { calls } from '../declare/calls.js';

/**
 * Answers of Ollama's chat, generate and embed APIs, or the last events of their streams, one per line.
 * https://github.com/ollama/ollama/blob/main/docs/api.md
 */
export const ollama = calls({
  name: 'ollama',
  title: "answers of Ollama's API, one per line",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.model') and json_exists(line, '$.prompt_eval_count')
    and (json_exists(line, '$.done') or json_exists(line, '$.embeddings'))`,
  // A model that runs at home counts what it evaluated; it has no cache that anybody bills.
  convention: 'inclusive',
  set: { provider: 'ollama' },
  at: {
    started: 'created_at',
    model: 'model',
    input: 'prompt_eval_count',
    output: 'eval_count',
    // Nanoseconds.
    latency: { at: 'total_duration', value: sql`cast(try_cast("$total_duration" as bigint) // 1000000 as varchar)` },
  },
  also: ['total_duration', 'done', 'embeddings'],
  optional: ['started', 'input', 'output'],
  skip: [{ reason: 'stream chunks without usage', when: sql`"$done" = 'false'` }],
  traits: { operation: sql`case when "$embeddings" is not null then 'embedding' else 'chat' end` },
});
