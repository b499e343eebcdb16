import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { literal, sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { call, longId, newWorld } from './world.js';

/* Files that lie beside the logs of a program and are none. */

test('settings, locks and notes in a folder are left out; what looks like usage is so with a word more', async () => {
  const world = await newWorld();
  mkdirSync(`${world.cwd}/agent/projects`, { recursive: true });
  world.write('agent/settings.json', '{\n  "model": "opus",\n  "env": { "MAX_THINKING_TOKENS": "31999" }\n}\n');
  world.write('agent/ide.lock.json', '{"pid":4711,"port":8080}');
  world.write('agent/notes.txt', 'Remember the milk, and the tea.\n');
  world.write('agent/history.jsonl', '{"display":"hello","timestamp":1}\n{"display":"bye","timestamp":2}\n');
  world.write('agent/projects/plugins.json', '["a", "b"]');
  world.write('agent/projects/todo.json', '{"content":"write tests","status":"open"}');
  const only = await world.llmcost(['import', 'agent']);
  expect(only).toEqual({
    out: '6 files of folders are no logs and were left out: agent/history.jsonl, agent/ide.lock.json, agent/notes.txt, agent/projects/plugins.json, agent/projects/todo.json and 1 more\n',
    err: 'llmcost: Nothing was imported: no file holds usage that llmcost knows.\nTo see what is in one: llmcost import --explain agent/history.jsonl\n',
    code: 3,
  });
  world.write('agent/projects/session.jsonl', `${call(longId(1))}\n`);
  const files = await world.imported(['agent']);
  expect(files.filter(({ status }) => status !== 'ignored')).toMatchObject([
    { source: 'agent/projects/session.jsonl', status: 'imported', imported: 1 },
  ]);
  expect(files.find(({ source }) => source === 'agent/settings.json')?.problem).toMatch(
    /^agent\/settings\.json is in no format llmcost knows\. Found in it: env, model\.\n/,
  );
  // Named by the user it is meant.
  const named = await world.imported(['agent/settings.json', 'agent/projects/session.jsonl'], 3);
  expect(named.map(({ status }) => status)).toEqual(['failed', 'unchanged']);
  world.write('agent/stats.jsonl', '{"day":"2026-10-01","inputTokens":1200}\n');
  world.write('agent/spend.csv', 'day,spend in USD\n2026-10-01,1.20\n');
  const lost = await world.imported(['agent']);
  expect(lost.filter(({ status }) => status === 'unknown').map(({ source }) => source)).toEqual([
    'agent/spend.csv',
    'agent/stats.jsonl',
  ]);
  const { out, code } = await world.llmcost(['import', 'agent']);
  expect(code).toBe(0);
  expect(out).toContain(
    '\n2 files of folders count tokens or money in no format llmcost knows, and were left out: agent/spend.csv, agent/stats.jsonl\n  to see what is in one: llmcost import --explain agent/spend.csv\n',
  );
  // Named by the user it is meant.
  expect(await world.imported(['agent/stats.jsonl'], 3)).toMatchObject([{ status: 'failed' }]);
  // A gate does not pass on what it could not read.
  expect((await world.llmcost(['budget-check', '--import', 'agent', '--limit', '$5'])).code).toBe(3);
});

test('Parquet in a folder: what counts tokens is read, what does not is left out', async () => {
  const world = await newWorld();
  const runs = `${world.cwd}/export/runs/year=2026/month=10`;
  mkdirSync(runs, { recursive: true });
  copyFileSync(
    fileURLToPath(new URL('../../fixtures/langsmith-parquet/sample.parquet', import.meta.url)),
    `${runs}/part-0.parquet`,
  );
  const people = literal(`${world.cwd}/export/people.parquet`);
  await withStore(`${world.cwd}/writer.duckdb`, { access: 'write' }, (store) =>
    store.run(sql`copy (select 'ann' as name, 7 as age) to ${people} (format parquet)`),
  );
  const files = await world.imported(['export', '--max-rejects', '100%']);
  expect(files.map(({ source, status, format }) => [source, status, format])).toEqual([
    ['export/people.parquet', 'ignored', null],
    ['export/runs/year=2026/month=10/part-0.parquet', 'imported', 'langsmith-parquet'],
  ]);
});

test('a file of which no line can be read is an error; what is asked for by --max-rejects is none', async () => {
  const world = await newWorld();
  world.write(
    'calls.jsonl',
    '{"model":"gpt-4o","input_tokens":-5,"output_tokens":1,"timestamp":"2026-10-01T10:00:00Z"}\n',
  );
  const { err, code } = await world.llmcost(['import', 'calls.jsonl']);
  expect([err, code]).toEqual(['llmcost: Nothing was imported: no line could be read.\n', 3]);
  expect((await world.llmcost(['import', 'calls.jsonl', '--max-rejects', '1'])).code).toBe(0);
});

test('where files that count tokens are left out, an empty one beside them is no answer', async () => {
  const world = await newWorld();
  mkdirSync(`${world.cwd}/agent`);
  world.write('agent/journal.jsonl', '');
  world.write('agent/settings.json', '{ "model": "opus" }\n');
  expect(await world.llmcost(['import', 'agent'])).toMatchObject({ code: 0 });
  world.write('agent/state.json', '{"session":"a","tokenUsage":{"inputTokens":4181}}');
  expect(await world.llmcost(['import', 'agent'])).toMatchObject({
    code: 3,
    err: 'llmcost: Nothing was imported: no file holds usage that llmcost knows.\nTo see what is in one: llmcost import --explain agent/state.json\n',
  });
});
