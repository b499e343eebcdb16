import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { call, longId, newWorld, type World } from './world.js';

/*
 * Logs that are appended to. A log is read on from its end only if its beginning is larger than 256 kB, so they have
 * 2,000 lines, with a blank one after the first.
 */
const LINES = 2000;

function log(more: (number: number) => Record<string, unknown> = () => ({})): string {
  const lines = Array.from({ length: LINES }, (_, index) =>
    call(longId(index), { customer: 'a customer with a long name', ...more(index) }),
  );
  return `${lines[0]}\n\n${lines.slice(1).join('\n')}\n`;
}

function append(world: World, text: string): void {
  appendFileSync(join(world.cwd, 'app.jsonl'), text);
}

async function imported(world: World, ...argv: string[]) {
  const [file] = await world.imported(['app.jsonl', ...argv]);
  if (file === undefined) throw new Error('no file');
  const { status, import_id, continues, lines, imported: fresh, duplicates, updated, rejected, rejects } = file;
  return { status, import_id, continues, lines, imported: fresh, duplicates, updated, rejected, rejects };
}

async function stored(world: World) {
  const [row] = await world.rows(
    sql`select count(*) as calls, sum(output_tokens) as output, cast(sum(cost_usd) as varchar) as cost from usage`,
  );
  return row;
}

const WHOLE = { continues: null, duplicates: 0, updated: 0, rejected: 0, rejects: [] };

test('of a log that grew only the new lines are read, and bad ones have their number in the whole file', async () => {
  const world = await newWorld();
  world.write('app.jsonl', log());
  expect(await imported(world)).toEqual({ ...WHOLE, status: 'imported', import_id: 1, lines: LINES, imported: LINES });
  // The calls: two new ones, a copy of an old one, and an old one that has answered more since.
  append(world, `${call(longId(5000))}\n\nno JSON\n${call(longId(5001))}\n`);
  append(world, `${call(longId(7), { customer: 'a customer with a long name' })}\n`);
  append(world, `${call(longId(8), { output_tokens: 30 })}\n`);
  expect(await imported(world)).toEqual({
    status: 'imported',
    import_id: 2,
    continues: 1,
    lines: 5,
    imported: 2,
    duplicates: 1,
    updated: 1,
    rejected: 1,
    // 2,001 lines were there, a new one and a blank one.
    rejects: [{ line: 2004, field: '', reason: 'is not valid JSON' }],
  });
  // 100 input and 10 output tokens are $0.00035; 20 more output tokens $0.0002.
  const after = { calls: '2002', output: '20040', cost: '0.700900000000000000' };
  expect(await stored(world)).toEqual(after);
  expect(await imported(world)).toMatchObject({ status: 'unchanged', import_id: 2, lines: 0 });
  append(world, '\n \n');
  expect(await imported(world)).toMatchObject({ status: 'unchanged', import_id: 2, lines: 0 });
  append(world, `${call(longId(5002))}\n`);
  expect(await world.llmcost(['import', 'app.jsonl'])).toEqual({
    out: `\
app.jsonl: llmcost-jsonl, 1 new line = 1 imported
  from 2026-10-01 10:00 to 2026-10-01 10:00 UTC, cost $0.0003500
  read on from where import 2 ended
`,
    err: '',
    code: 0,
  });
  // All of it under another name counts nothing twice, and shows that nothing was missed.
  writeFileSync(join(world.cwd, 'copy.jsonl'), readFileSync(join(world.cwd, 'app.jsonl')));
  const [copy] = await world.imported(['copy.jsonl']);
  expect(copy).toMatchObject({ continues: null, imported: 0, updated: 0, rejected: 1 });
  expect((await stored(world))?.calls).toBe('2003');
});

test('a part that is taken back, and one that others go on from', async () => {
  const world = await newWorld();
  world.write('app.jsonl', log());
  await imported(world);
  append(world, `${call(longId(5000))}\n`);
  await imported(world);
  const before = await stored(world);
  await world.llmcost(['imports', 'remove', '2']);
  expect((await stored(world))?.calls).toBe('2000');
  expect(await imported(world)).toMatchObject({ import_id: 3, continues: 1, lines: 1, imported: 1 });
  const removed = await world.llmcost(['imports', 'remove', '1']);
  expect(removed.out).toContain('\n  app.jsonl\n');
  expect(await imported(world)).toMatchObject({ continues: null, lines: 2001, imported: 2000, duplicates: 1 });
  expect(await stored(world)).toEqual(before);
  const rehearsed = await (async () => {
    append(world, `${call(longId(5001))}\n`);
    return imported(world, '--dry-run');
  })();
  expect(rehearsed).toMatchObject({ import_id: null, continues: 4, lines: 1, imported: 1 });
  expect(await stored(world)).toEqual(before);
});

test('a file that was changed, cut off or begun anew is read whole', async () => {
  const world = await newWorld();
  world.write('app.jsonl', log());
  await imported(world);
  // Another beginning, and longer.
  const changed = log(() => ({ customer: 'another customer with a long name' }));
  world.write('app.jsonl', `${changed}${call(longId(5000))}\n`);
  // The same calls under another name of the customer: which of two such states stays does not depend on which came last.
  const read = await imported(world);
  expect(read).toMatchObject({ continues: null, lines: 2001, imported: 1, rejected: 0 });
  expect(read.duplicates + read.updated).toBe(2000);
  expect((await stored(world))?.calls).toBe('2001');
  world.write('app.jsonl', `${call(longId(6000))}\n`);
  expect(await imported(world)).toMatchObject({ continues: null, lines: 1, imported: 1 });
  world.write('app.jsonl', changed);
  append(world, `${call(longId(6001))}\n`);
  // Read in another way it is another import, as it is for a file that did not grow.
  expect(await imported(world, '--set', 'environment=prod')).toMatchObject({ continues: null, lines: 2001 });
});

test('equal lines without an id are calls of their own, also in the new part', async () => {
  const world = await newWorld();
  const customer = 'a customer with a rather long name, so that the log is large enough for this test';
  const line = (second: number) =>
    `${call(null, { timestamp: new Date(Date.UTC(2026, 9, 1) + second * 1000).toISOString(), customer })}\n`;
  world.write('app.jsonl', Array.from({ length: LINES }, (_, index) => line(index)).join(''));
  await imported(world);
  append(world, line(5000));
  expect(await imported(world)).toMatchObject({ continues: 1, lines: 1, imported: 1 });
  append(world, line(7) + line(5001));
  expect(await imported(world)).toMatchObject({ continues: null, lines: 2003, imported: 2, duplicates: 2001 });
  expect((await stored(world))?.calls).toBe('2003');
  append(world, line(5002));
  expect(await imported(world)).toMatchObject({ continues: 3, lines: 1, imported: 1 });
});

test('a line that was still being written is read again when it is whole', async () => {
  const world = await newWorld();
  const last = call(longId(5000));
  world.write('app.jsonl', log() + last.slice(0, 40));
  expect(await imported(world)).toMatchObject({ lines: 2001, imported: 2000, rejected: 1 });
  append(world, `${last.slice(40)}\n`);
  expect(await imported(world)).toMatchObject({ continues: 1, lines: 1, imported: 1, rejected: 0 });
  append(world, '{"model":"gpt-4o"}\n{"model":"gpt-4o"}\n');
  const refused = await world.llmcost(['import', 'app.jsonl']);
  expect(refused.code).toBe(3);
  expect(refused.out).toBe(`\
app.jsonl: not imported
  app.jsonl: 2 of 2 new lines could not be read, more than --max-rejects allows. Nothing of them was kept.
  line 2,003: timestamp is missing
  line 2,004: timestamp is missing
`);
  expect((await stored(world))?.calls).toBe('2001');
});

test('where lines need those before them, all of the log is read', async () => {
  const world = await newWorld();
  const event = (type: string, payload: Record<string, unknown>) =>
    `${JSON.stringify({ timestamp: '2026-10-01T10:00:00Z', type, payload })}\n`;
  const counted = (input: number) =>
    event('event_msg', {
      type: 'token_count',
      info: {
        total_token_usage: { input_tokens: input, output_tokens: 10 },
        last_token_usage: { input_tokens: 100, output_tokens: 10 },
      },
    });
  const begun = event('session_meta', { id: 'a-session', cwd: '/home/me/project' });
  const talk = event('response_item', { type: 'message', text: 'x'.repeat(300) });
  world.write('app.jsonl', begun + event('turn_context', { model: 'gpt-5' }) + counted(100) + talk.repeat(1000));
  expect(await imported(world)).toMatchObject({ lines: 1003, imported: 1 });
  append(world, counted(300));
  expect(await imported(world)).toMatchObject({ continues: null, lines: 1004, imported: 1, duplicates: 1 });
  expect(await world.rows(sql`select model, input_tokens from usage order by input_tokens`)).toEqual([
    { model: 'gpt-5', input_tokens: '100' },
    { model: 'gpt-5', input_tokens: '200' },
  ]);
});
