import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { hold } from '../store/holder.js';
import { call, longId, newWorld, type World } from './world.js';

const BINARY = fileURLToPath(new URL('../../bin/llmcost.js', import.meta.url));

let world: World;

beforeEach(async () => {
  world = await newWorld();
});

/** Calls number `from` to `to`, one line each. */
function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `${call(longId(from + index))}\n`).join('');
}

/** Starts the real program; resolves when it has ended. */
async function started(...argv: string[]) {
  const child = spawn(process.execPath, [BINARY, ...argv], { cwd: world.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

const WAITED = /^(The database is in use by (process \d+ \(.+\)|another process); waiting up to half a minute …\n)?$/;

/** What a report says that came first. */
const NOTHING_YET = /^note: There is no usage in this scope\..*\n/m;

test('different files at the same time: one waits for the other, and all is there once', async () => {
  world.write('one.jsonl', lines(1, 20_000));
  world.write('two.jsonl', lines(20_001, 45_000));
  const reports = Array.from({ length: 3 }, () => started('report', '--format', 'json'));
  const both = await Promise.all([started('import', 'one.jsonl'), started('import', 'two.jsonl'), ...reports]);
  for (const { code, err } of both) {
    expect(err.replace(NOTHING_YET, '')).toMatch(WAITED);
    expect(code).toBe(0);
  }
  // Whoever asked meanwhile saw whole files.
  for (const { out } of both.slice(2)) {
    expect([0, 20_000, 25_000, 45_000]).toContain(Number(JSON.parse(out).totals?.requests ?? 0));
  }
  const stored = sql`select count(*) as calls, count(distinct event_key) as keys, sum(input_tokens) as tokens from usage`;
  expect(await world.rows(stored)).toEqual([{ calls: '45000', keys: '45000', tokens: '4500000' }]);
});

test('the same file at the same time: one imports it, the other finds it done', async () => {
  world.write('calls.jsonl', lines(1, 20_000));
  const both = await Promise.all([1, 2, 3].map(() => started('import', 'calls.jsonl')));
  expect(both.map(({ code }) => code)).toEqual([0, 0, 0]);
  const answers = both.map(({ out }) => out.split('\n', 1)[0]).sort();
  expect(answers).toEqual([
    'calls.jsonl: imported before (import 1) and unchanged, nothing to do',
    'calls.jsonl: imported before (import 1) and unchanged, nothing to do',
    'calls.jsonl: llmcost-jsonl, 20,000 lines = 20,000 imported',
  ]);
  expect(await world.rows(sql`select count(*) as calls from usage`)).toEqual([{ calls: '20000' }]);
});

test('both make the database', async () => {
  rmSync(world.db);
  world.write('one.jsonl', lines(1, 10));
  world.write('two.jsonl', lines(11, 30));
  const both = await Promise.all([started('import', 'one.jsonl'), started('import', 'two.jsonl')]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(await world.rows(sql`select count(*) as calls from usage`)).toEqual([{ calls: '30' }]);
});

test('somebody holds the database for long: says who, with exit code 6, and the same command works later', async () => {
  world.write('calls.jsonl', lines(1, 10));
  const before = join(world.cwd, 'before');
  copyFileSync(world.db, before);
  const holder = await hold(world.db);
  const { code, out, err } = await started('import', 'calls.jsonl');
  expect({ code, out }).toEqual({ code: 6, out: '' });
  expect(err).toContain(`The database is in use by process ${holder.pid} (`);
  expect(err).toContain('Wait until it has finished (only one process can write at a time)');
  await holder.letGo();
  expect(readFileSync(world.db).equals(readFileSync(before))).toBe(true);
  expect(await started('import', 'calls.jsonl')).toMatchObject({ code: 0, err: '' });
  expect(await world.rows(sql`select count(*) as calls from usage`)).toEqual([{ calls: '10' }]);
});
