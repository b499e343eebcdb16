import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld, type World } from './world.js';

/** A database in the folder of a world; what `later` says stands only in its write-ahead log. */
function database(world: World, name: string, statements: readonly string[], later: readonly string[] = []): void {
  const path = join(mkdtempSync(join(tmpdir(), 'llmcost-sqlite-')), 'made.db');
  const made = new sqlite.Database(path);
  if (later.length > 0) made.exec('pragma locking_mode = exclusive; pragma journal_mode = wal');
  for (const statement of statements) made.exec(statement);
  if (later.length > 0) made.exec('pragma wal_checkpoint(truncate)');
  for (const statement of later) made.exec(statement);
  copyFileSync(path, join(world.cwd, name));
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, join(world.cwd, `${name}-wal`));
  made.close();
}

const MESSAGES = 'create table message (id text primary key, session_id text, time_created integer, data text)';

/** An answer of OpenCode that began at the given second and used 10 tokens and as many as it says. */
function message(id: string, session: string, second: number, output: number): string {
  const data = {
    role: 'assistant',
    providerID: 'anthropic',
    modelID: 'claude-sonnet-4-5',
    time: { created: 1790841600000 + second * 1000, completed: 1790841600500 + second * 1000 },
    tokens: { input: 10, output, reasoning: 0, cache: { read: 0, write: 0 } },
    path: { cwd: '/home/mia/shop' },
    content: 'never-kept',
  };
  return `insert into message values ('${id}', '${session}', 0, '${JSON.stringify(data)}')`;
}

const CALLS = sql`select cast(sum(uncached_input_tokens) as integer) as input, cast(sum(text_output_tokens) as integer) as output, cast(count(*) as integer) as calls from usage_fact`;

test('a database is read with what stands in its log alone, and left as it is', async () => {
  const world = await newWorld();
  database(world, 'opencode.db', [MESSAGES, message('a', 's', 0, 100)], [message('b', 's', 60, 200)]);
  const files = ['opencode.db', 'opencode.db-wal'];
  const before = files.map((name) => readFileSync(join(world.cwd, name)));
  const [first] = await world.imported(['opencode.db']);
  expect(first).toMatchObject({ format: 'opencode', imported: 2 });
  expect(await world.rows(CALLS)).toEqual([{ input: 20, output: 300, calls: 2 }]);
  expect(files.map((name) => readFileSync(join(world.cwd, name)))).toEqual(before);
  expect(
    readdirSync(world.cwd)
      .filter((name) => name.startsWith('opencode'))
      .sort(),
  ).toEqual(files);
  const [again] = await world.imported(['opencode.db']);
  expect(again).toMatchObject({ status: 'unchanged' });
});

test('a fork in a database repeats calls under new ids: they count once', async () => {
  const world = await newWorld();
  database(world, 'kilo.db', [
    MESSAGES,
    message('a', 's', 0, 100),
    message('c', 'fork', 0, 100),
    message('d', 'fork', 9, 7),
  ]);
  expect(await world.imported(['kilo.db'])).toMatchObject([{ imported: 2, duplicates: 1 }]);
  expect(await world.rows(CALLS)).toEqual([{ input: 20, output: 107, calls: 2 }]);
});

test('Hermes: sums by model, and those of sessions that have none', async () => {
  const world = await newWorld();
  database(world, 'state.db', [
    'create table sessions (id text, model text, started_at real, input_tokens integer, output_tokens integer, cache_read_tokens integer)',
    'create table session_model_usage (session_id text, model text, api_call_count integer, input_tokens integer, output_tokens integer, cache_read_tokens integer)',
    "insert into sessions values ('new', 'gpt-4o', 1790841600, 30, 3, 0), ('old', 'gpt-4o', 1790841700, 5, 1, 0)",
    "insert into session_model_usage values ('new', 'gpt-4o', 2, 20, 2, 0), ('new', 'gpt-4o-mini', 1, 10, 1, 0)",
  ]);
  expect(await world.imported(['state.db'])).toMatchObject([{ format: 'hermes', imported: 3 }]);
  expect(await world.rows(CALLS)).toEqual([{ input: 35, output: 4, calls: 3 }]);
});

test('a database beside logs: one that counts tokens is named, one that does not fails nothing', async () => {
  const world = await newWorld();
  mkdirSync(join(world.cwd, 'logs'));
  database(world, 'logs/opencode.db', [MESSAGES, message('a', 's', 0, 100)]);
  database(world, 'logs/photos.db', ['create table photo (path text)', "insert into photo values ('a.jpg')"]);
  database(world, 'logs/other.sqlite', ['create table run (prompt_tokens integer)', 'insert into run values (7)']);
  database(world, 'logs/texts.sqlite', [
    'create table run (body text)',
    `insert into run values ('{"total_tokens": 7}')`,
  ]);
  const files = await world.imported(['logs']);
  expect(Object.fromEntries(files.map(({ source, status }) => [source, status]))).toEqual({
    'logs/opencode.db': 'imported',
    'logs/other.sqlite': 'unknown',
    'logs/photos.db': 'ignored',
    'logs/texts.sqlite': 'unknown',
  });
});

test('a database that cannot be read, or that nobody knows, is named', async () => {
  const world = await newWorld();
  world.write('torn.db', `SQLite format 3\0${'\u0010\0\u0001\u0001\0@  '.repeat(200)}`);
  database(world, 'photos.db', ['create table photo (path text)']);
  const torn = await world.llmcost(['import', 'torn.db']);
  expect([torn.code, torn.out]).toEqual([
    3,
    expect.stringContaining('torn.db is an SQLite database that cannot be read'),
  ]);
  const photos = await world.llmcost(['import', 'photos.db']);
  expect([photos.code, photos.out]).toEqual([
    3,
    expect.stringContaining(
      'photos.db is an SQLite database of a program that llmcost does not know. Tables in it: photo.',
    ),
  ]);
});

test('an empty object beside logs is nothing to import', async () => {
  const world = await newWorld();
  mkdirSync(join(world.cwd, 'agent'));
  world.write('agent/auth.json', '{}');
  database(world, 'agent/opencode.db', [MESSAGES, message('a', 's', 0, 100)]);
  expect((await world.imported(['agent'])).map(({ source, status }) => [source, status])).toEqual([
    ['agent/auth.json', 'empty'],
    ['agent/opencode.db', 'imported'],
  ]);
});

test("llm's logs.db: Claude's cached tokens stand beside the input, OpenAI's in it", async () => {
  const world = await newWorld();
  const row = (id: string, model: string, input: number, details: object, answer: object) =>
    `insert into responses values ('${id}', '${model}', 'never-kept', 'never-kept', '${JSON.stringify(answer)}', 'conv', 300,
      '2026-10-01T08:00:00.250000+00:00', ${input}, 20, '${JSON.stringify(details)}', null)`;
  database(world, 'logs.db', [
    `create table responses (id text primary key, model text, prompt text, response text, response_json text, conversation_id text,
      duration_ms integer, datetime_utc text, input_tokens integer, output_tokens integer, token_details text, resolved_model text)`,
    row(
      'a',
      'claude-haiku-4-5',
      100,
      { cache_read_input_tokens: 2000, cache_creation_input_tokens: 50 },
      { id: 'msg_a' },
    ),
    row('b', 'gpt-4o-mini', 3000, { prompt_tokens_details: { cached_tokens: 2000 } }, { id: 'chatcmpl-b' }),
  ]);
  const [first] = await world.imported(['logs.db']);
  expect(first).toMatchObject({ format: 'llm-logs', imported: 2 });
  expect(
    await world.rows(
      sql`select request_id, uncached_input_tokens, cache_read_tokens, cache_write_tokens from usage order by 1`,
    ),
  ).toEqual([
    { request_id: 'chatcmpl-b', uncached_input_tokens: '1000', cache_read_tokens: '2000', cache_write_tokens: null },
    { request_id: 'msg_a', uncached_input_tokens: '100', cache_read_tokens: '2000', cache_write_tokens: '50' },
  ]);
});
