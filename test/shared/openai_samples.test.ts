import { describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld, type World } from '../import/world.js';
import { imported, realFile, recordsOf } from './real_files.js';

/*
 * Real answers of OpenAI's APIs, counted here line by line in plain JavaScript, beside what the import made of them.
 */
const SAMPLES = realFile('samples');

interface Counted {
  calls: number;
  input: number;
  output: number;
  cached: number;
  reasoning: number;
}

interface Usage {
  prompt_tokens?: number;
  completion_tokens?: number;
  input_tokens?: number;
  output_tokens?: number;
  prompt_tokens_details?: Details | null;
  input_tokens_details?: Details | null;
  completion_tokens_details?: Details | null;
  output_tokens_details?: Details | null;
}

interface Details {
  cached_tokens?: number | null;
  reasoning_tokens?: number | null;
}

interface Answer {
  id?: string;
  usage?: Usage | null;
}

/** A line may carry its answer as the event of a stream, or as one of a batch. */
interface Line extends Answer {
  response?: (Answer & { body?: Answer }) | null;
}

/** An answer that is told twice is one call; the last state of it counts. What has no id is a call of its own. */
function counted(file: string): Counted {
  const calls = new Map<string, Usage>();
  for (const [number, line] of recordsOf<Line>(file).entries()) {
    const answer = line.response?.body ?? (line.response?.usage === undefined ? line : line.response);
    const key = answer.id || `line ${number}`;
    if (answer.usage || !calls.has(key)) calls.set(key, answer.usage ?? {});
  }
  const sum = (tokens: (usage: Usage) => number | null | undefined) =>
    [...calls.values()].reduce((total, usage) => total + (tokens(usage) ?? 0), 0);
  return {
    calls: calls.size,
    input: sum((usage) => usage.prompt_tokens ?? usage.input_tokens),
    output: sum((usage) => usage.completion_tokens ?? usage.output_tokens),
    cached: sum(({ prompt_tokens_details: chat, input_tokens_details: response }) => (chat ?? response)?.cached_tokens),
    reasoning: sum(
      ({ completion_tokens_details: chat, output_tokens_details: response }) => (chat ?? response)?.reasoning_tokens,
    ),
  };
}

async function stored({ rows }: World): Promise<Counted | undefined> {
  const [found] = await rows<{ [key in keyof Counted]: number }>(sql`
    select
      cast(count(*) as integer) as calls,
      cast(coalesce(sum(input_tokens), 0) as integer) as input,
      cast(coalesce(sum(output_tokens), 0) as integer) as output,
      cast(coalesce(sum(cache_read_tokens), 0) as integer) as cached,
      cast(coalesce(sum(reasoning_tokens), 0) as integer) as reasoning
    from usage`);
  return found;
}

describe.skipIf(!SAMPLES.present)(`real answers of OpenAI (SKIPPED when ${SAMPLES.path} is absent)`, () => {
  test.each([
    ['openai-batch/batch_output_doc.jsonl', 'openai-batch'],
    ['openai-batch/batch_output_with_errors.jsonl', 'openai-batch'],
    ['openai-chat-jsonl/chat_completions.jsonl', 'openai-chat'],
    ['openai-chat-jsonl/mixed_embeddings_errors_azure_chunks.jsonl', 'openai-chat'],
    ['openai-responses-jsonl/responses.jsonl', 'openai-responses'],
    ['openai-responses-jsonl/responses_completed_events.jsonl', 'openai-responses'],
  ])('%s', async (sample, format) => {
    const { path } = realFile(`samples/${sample}`);
    const world = await newWorld();
    const file = await imported(world, [path]);
    expect(file).toMatchObject({ format, rejected: 0 });
    const expected = counted(path);
    expect(expected.input + expected.output).toBeGreaterThan(0);
    expect(await stored(world)).toEqual(expected);
  });

  // Prices per million tokens, input / output: platform.openai.com/docs/pricing; in a batch half of the standard ones.
  test.each([
    [
      'openai-batch/batch_output_with_errors.jsonl',
      // 0.075 / 0.30: 23 + 12 + 23 + 52 + 79 + 484 = 673 in, 7 + 18 + 8 + 18 + 13 + 9 = 73 out
      { 'gpt-4o-mini-2024-07-18': '0.000072375' },
    ],
    [
      'openai-responses-jsonl/responses.jsonl',
      {
        // 2 / 8: 24 + 72 + 101 = 197 in, 156 + 15 + 17 = 188 out
        'gpt-4.1-2025-04-14': '0.001898',
        // 0.10 / 0.40: 13 + 58 + 14 + 14 = 99 in, 3 + 6 + 8 + 8 = 25 out
        'gpt-4.1-nano-2025-04-14': '0.0000199',
        // 2.50 / 10: 47 + 188 + 321 + 612 = 1168 in, 24 + 17 + 97 + 115 = 253 out
        'gpt-4o-2024-08-06': '0.00545',
        // 2.50 / 20 (priority): 8 + 8 in, 15 + 70 out
        'gpt-5-2025-08-07': '0.00174',
        // 0.05 / 0.40: 11 + 11 + 12 + 12 = 46 in, 327 + 131 + 1014 + 841 = 2313 out
        'gpt-5-nano-2025-08-07': '0.0009275',
      },
    ],
  ])('%s costs what the price list says', async (sample, expected) => {
    const world = await newWorld();
    await imported(world, [realFile(`samples/${sample}`).path]);
    const found = await world.rows<{ model: string; usd: string }>(sql`
      select model, rtrim(cast(sum(cost_usd) as varchar), '0') as usd from usage where model is not null group by model`);
    expect(Object.fromEntries(found.map(({ model, usd }) => [model, usd]))).toEqual(expected);
  });
});
