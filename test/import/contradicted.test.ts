import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from './world.js';

/** A chat completion of 2,000 tokens, 1,024 of them from the cache, and 50 of answer. */
function completion(id: string, total: number): string {
  return JSON.stringify({
    id,
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'gpt-4o-2024-08-06',
    usage: {
      prompt_tokens: 2000,
      completion_tokens: 50,
      total_tokens: total,
      prompt_tokens_details: { cached_tokens: 1024 },
    },
  });
}

test('calls whose counts come to more than their total are counted, and can be listed', async () => {
  const world = await newWorld();
  world.write('answers.jsonl', [completion('chatcmpl-1', 1000), completion('chatcmpl-2', 2050), ''].join('\n'));
  const { out } = await world.llmcost(['import', 'answers.jsonl']);
  expect(out).toContain(
    '1 call whose counts exclude each other, a part beyond its whole: llmcost report --where token_convention=contradicted\n',
  );
  const report = ['report', '--where', 'token_convention=contradicted', '--format', 'json'];
  expect(JSON.parse((await world.llmcost(report)).out).totals.requests).toBe(1);
  expect(await world.rows(sql`select request_id from usage where token_convention = 'contradicted'`)).toEqual([
    { request_id: 'chatcmpl-1' },
  ]);
});

test('nothing is said where counts agree; JSON has the number', async () => {
  const world = await newWorld();
  world.write('answers.jsonl', `${completion('chatcmpl-2', 2050)}\n`);
  const { out } = await world.llmcost(['import', 'answers.jsonl', '--summary', 'json']);
  expect(JSON.parse(out).contradicted).toBe(0);
  world.write('more.jsonl', `${completion('chatcmpl-3', 2050)}\n`);
  expect((await world.llmcost(['import', 'more.jsonl'])).out).not.toContain('exclude each other');
});
