import { describe, expect, test } from 'vitest';
import type { ImportedFile } from '../../src/import/load/answer.js';
import { newWorld } from '../import/world.js';
import { imported, mapped, realFile } from './real_files.js';

/* What a file comes to must not depend on what was imported before it. */

const WHEN = ['--set', 'timestamp=2026-03-01'];
const AGENT_SDK = mapped({
  request_id: 'uuid',
  uncached_input_tokens: 'usage.input_tokens',
  output_tokens: 'usage.output_tokens',
  cache_read_tokens: 'usage.cache_read_input_tokens',
  cache_write_tokens: 'usage.cache_creation_input_tokens',
});
const INSPECT = mapped({
  input_tokens: 'usage.input_tokens',
  output_tokens: 'usage.output_tokens',
  cache_read_tokens: 'usage.input_tokens_cache_read',
});
const LANGFUSE = mapped({ input_tokens: 'inputUsage', output_tokens: 'outputUsage', timestamp: 'startTime' });
const AZURE = mapped({ timestamp: 'TIMESTAMP', input_tokens: 'ContextTokens', output_tokens: 'GeneratedTokens' });

const IMPORTS: [path: string, ...options: string[]][] = [
  ['samples/anthropic-messages-jsonl/messages.jsonl', ...WHEN],
  ['samples/anthropic-messages-jsonl/stream_events.jsonl', ...WHEN],
  ['samples/gemini-generatecontent-jsonl/generate_content.jsonl', ...WHEN],
  ['samples/openai-chat-jsonl/chat_completions.jsonl'],
  ['samples/openai-responses-jsonl/responses.jsonl'],
  ['samples/generic-csv/generic.csv', '--map', 'customer=customer_id'],
  ['datasets/inspect-ai/model_events.jsonl', ...INSPECT],
  ['datasets/langfuse/generations.jsonl', ...LANGFUSE],
  ['datasets/azure-llm-2023/AzureLLMInferenceTrace_code.csv', ...AZURE, '--set', 'model=gpt-4o'],
  ['datasets/claude-agent-sdk/results.jsonl', ...AGENT_SDK, ...WHEN, '--set', 'model=claude-sonnet-4-6'],
];

const files = IMPORTS.map(([path, ...options]) => ({ ...realFile(path), options }));

/** What every file comes to, imported one after the other; by path. */
async function oneAfterTheOther(order: typeof files): Promise<Record<string, ImportedFile>> {
  const world = await newWorld();
  const results: Record<string, ImportedFile> = {};
  for (const { path, options } of order) {
    results[path] = { ...(await imported(world, [path, ...options])), import_id: null };
  }
  return results;
}

describe.skipIf(!files.every(({ present }) => present))('real files together (SKIPPED when they are absent)', () => {
  test('come to the same in any order', async () => {
    expect(await oneAfterTheOther([...files].reverse())).toEqual(await oneAfterTheOther(files));
  });
});
