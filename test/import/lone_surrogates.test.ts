import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { call, longId, newWorld } from './world.js';

/* Texts that were cut in the middle of a character: `"\ud83d"`, half of an emoji. */

const HALF = '\ud83d';

function half(id: number, more: Record<string, unknown> = {}): string {
  return call(longId(id), { prompt: `cut off here: ${HALF}`, ...more });
}

test('a line is read whatever is left of the last character of a text in it', async () => {
  expect(half(1)).toContain('here: \\ud83d"');
  const world = await newWorld();
  world.write('lines.jsonl', [call(longId(1)), half(2, { customer: `acme ${HALF}` }), half(3)].join('\n'));
  world.write('one.jsonl', half(4));
  world.write('whole.jsonl', call(longId(5), { prompt: '😀', customer: '😀' }).replaceAll('😀', '\\ud83d\\ude00'));
  world.write('list.json', `{"data": [\n${half(6)},\n${half(7)}\n]}`);
  // Far behind what is looked at to recognise the file, and with a line that is really broken.
  const many = Array.from({ length: 2000 }, (_, index) => call(longId(100 + index), { padding: 'x'.repeat(1000) }));
  world.write('long.jsonl', [...many, half(8), '{"model":', call(longId(9))].join('\n'));
  const files = await world.imported(['lines.jsonl', 'one.jsonl', 'whole.jsonl', 'list.json', 'long.jsonl']);
  expect(files).toMatchObject([
    { source: 'lines.jsonl', lines: 3, imported: 3 },
    { source: 'one.jsonl', lines: 1, imported: 1 },
    { source: 'whole.jsonl', lines: 1, imported: 1 },
    { source: 'list.json', unit: 'record', lines: 2, imported: 2 },
    {
      source: 'long.jsonl',
      lines: 2003,
      imported: 2002,
      rejected: 1,
      rejects: [{ line: 2002, field: '', reason: 'is not valid JSON' }],
    },
  ]);
  const named = sql`select request_id, customer from usage where customer is not null order by request_id`;
  expect(await world.rows(named)).toEqual([
    { request_id: longId(2), customer: 'acme \ufffd' },
    { request_id: longId(5), customer: '😀' },
  ]);
  expect((await world.llmcost(['import', '--explain', 'one.jsonl'])).code).toBe(0);
});

test('also in JSON that is written into a text', async () => {
  const world = await newWorld();
  const body = JSON.stringify({
    id: 'chatcmpl-Bx2mNqR7tYvWz4KcLpEdHsJfUaGo',
    object: 'chat.completion',
    created: 1_790_848_800,
    model: 'gpt-4o-2024-08-06',
    choices: [{ message: { content: HALF } }],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  });
  const properties = { backendResponseBody: body, responseCode: 200, method: 'POST' };
  const line = { time: '2026-10-01T10:00:00Z', category: 'GatewayLogs', correlationId: 'a', properties };
  world.write('gateway.jsonl', JSON.stringify(line));
  expect(JSON.stringify(line)).toContain('\\\\ud83d');
  expect(await world.imported(['gateway.jsonl'])).toMatchObject([{ format: 'azure-apim', lines: 1, imported: 1 }]);
});

test('files of one kind of line that all have half a character, and no other like them', async () => {
  const world = await newWorld();
  world.write('tags.jsonl', call(longId(1), { tags: { k: `v${HALF}x` } }));
  world.write('user.jsonl', call(longId(2), { user_id: '\udc00x' }));
  world.write('both.jsonl', `${call(longId(3), { customer: 'a\u0000b' })}\n${call(longId(4), { tags: { k: HALF } })}`);
  const files = await world.imported(['tags.jsonl', 'user.jsonl', 'both.jsonl']);
  expect(files.map(({ imported }) => imported)).toEqual([1, 1, 2]);
});
