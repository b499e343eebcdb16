import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';
import { drawing } from '../store/drawing.js';

/*
 * The real program, killed with SIGKILL while it imports: from the first moment to the last, and again and again into
 * the same database.
 */
const BINARY = fileURLToPath(new URL('../../bin/llmcost.js', import.meta.url));
const GENERATOR = fileURLToPath(new URL('../bench/generate.mjs', import.meta.url));
const ROWS = [20_000, 30_000, 10_000];
const FILES = ROWS.map((_, index) => `calls-${index + 1}.jsonl`);
/** LLMCOST_KILLS=200 for the long run; not a multiple of 7, which is the step between the moments. */
const KILLS = Number(process.env.LLMCOST_KILLS ?? 6);

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-killed-'));
const db = join(cwd, 'llmcost.duckdb');
const temporary = join(cwd, 'tmp');
/** What an import takes that nobody disturbs. */
let wholeMs = 0;
/** The tokens of each file, counted in its text. */
let tokens: number[];
let undisturbed: unknown;

beforeAll(async () => {
  mkdirSync(temporary);
  for (const [index, rows] of ROWS.entries())
    execFileSync(process.execPath, [GENERATOR, 'chat', String(rows), join(cwd, FILES[index] ?? ''), String(index + 1)]);
  tokens = FILES.map((file) => tokensIn(readFileSync(join(cwd, file), 'utf8')));
  const started = Date.now();
  await importing(FILES);
  wholeMs = Date.now() - started;
  undisturbed = await totals();
});

function tokensIn(text: string): number {
  const counts = [...text.matchAll(/"total_tokens":(\d+)/g)].map(([, count]) => Number(count));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Runs the program; kills it after some time, if it is told to. Resolves to whether it was killed. */
async function importing(argv: readonly string[], { afterMs, stdin }: { afterMs?: number; stdin?: Buffer } = {}) {
  const child = spawn(process.execPath, [BINARY, 'import', ...argv], {
    cwd,
    env: { ...process.env, TMPDIR: temporary },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr?.on('data', (chunk) => {
    complaint += String(chunk);
  });
  child.stdin?.on('error', () => {});
  child.stdin?.write(stdin);
  if (stdin !== undefined && afterMs === undefined) child.stdin?.end();
  const ended = once(child, 'exit');
  const timer = new AbortController();
  if (afterMs !== undefined)
    void pause(afterMs, undefined, { signal: timer.signal }).then(
      () => child.kill('SIGKILL'),
      () => {},
    );
  const [code, signal] = await ended;
  timer.abort();
  if (signal !== 'SIGKILL') expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
  return signal === 'SIGKILL';
}

/** Kills the program when its database appears, long before all files are in it. */
async function killedOnceItWrites(): Promise<boolean> {
  const child = spawn(process.execPath, [BINARY, 'import', ...FILES], { cwd, stdio: 'ignore' });
  const ended = once(child, 'exit');
  while (child.exitCode === null && !existsSync(db)) await pause(2);
  child.kill('SIGKILL');
  const [, signal] = await ended;
  return signal === 'SIGKILL';
}

async function answered(...argv: string[]) {
  const io = fakeIo({ cwd });
  await main(argv, io);
  expect({ code: io.exitCode(), err: io.err() }).toEqual({ code: 0, err: '' });
  return JSON.parse(io.out());
}

async function totals(): Promise<unknown> {
  return (await answered('report', '--format', 'json')).totals;
}

interface Listed {
  source: string;
  status: string;
  imported: number;
  rows: number;
}

function removeDatabase(): void {
  for (const file of readdirSync(cwd))
    if (file.startsWith('llmcost.duckdb')) rmSync(join(cwd, file), { recursive: true });
}

test('killed at many moments: whole files only, and the same command completes it', async () => {
  const draw = drawing(20_261_015);
  removeDatabase();
  const held = new Set<number>();
  for (let kill = 0; kill < KILLS; kill++) {
    // One in each equal part of the time, not in their order.
    const moment = (((kill * 7) % KILLS) + draw()) / KILLS;
    const killed = await importing(FILES, { afterMs: moment * wholeMs });
    if (existsSync(db)) held.add(await wholeFilesOnly());
    if (!killed) {
      expect(await totals()).toEqual(undisturbed);
      removeDatabase();
    }
  }
  // All moments may lie after the end where the machine became faster meanwhile: one more, as soon as there is a database.
  if (![...held].some((files) => files < FILES.length)) {
    removeDatabase();
    expect(await killedOnceItWrites()).toBe(true);
    held.add(await wholeFilesOnly());
  }
  expect(Math.min(...held)).toBeLessThan(FILES.length);
  await importing(FILES);
  expect(await wholeFilesOnly()).toBe(FILES.length);
  expect(await totals()).toEqual(undisturbed);
  expect(readdirSync(temporary)).toEqual([]);
  const left = readdirSync(cwd).filter((file) => file.startsWith('llmcost.duckdb') && file !== 'llmcost.duckdb');
  expect(left).toEqual([]);
});

/** Checks that what the database holds is the beginning of the list of files, each of them whole; resolves to their number. */
async function wholeFilesOnly(): Promise<number> {
  const { imports } = (await answered('imports', 'list', '--format', 'json')) as { imports: Listed[] };
  const expected = FILES.slice(0, imports.length).map((source, index) => {
    const rows = ROWS[index];
    return { source, status: 'done', imported: rows, rows };
  });
  expect(imports).toMatchObject(expected);
  if (imports.length === 0) return 0;
  const { totals: counted } = await answered('report', '--format', 'json');
  const wanted = tokens.slice(0, imports.length).reduce((sum, count) => sum + count, 0);
  expect(Number(counted.input_tokens) + Number(counted.output_tokens)).toBe(wanted);
  return imports.length;
}

test('killed between its two steps: the first one is undone', async () => {
  removeDatabase();
  await importing(FILES.slice(0, 2));
  await asAnotherProgram("update imports set status = 'loading', finished_at = null where import_id = 2");
  expect(await wholeFilesOnly()).toBe(1);
  await asAnotherProgram("update imports set status = 'loading', finished_at = null where import_id = 1");
  await importing(FILES);
  expect(await wholeFilesOnly()).toBe(FILES.length);
  expect(await totals()).toEqual(undisturbed);
});

async function asAnotherProgram(statement: string): Promise<void> {
  const instance = await DuckDBInstance.create(db);
  const connection = await instance.connect();
  await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

test('killed while it reads a pipe: nothing of it is left behind', async () => {
  removeDatabase();
  const stdin = readFileSync(join(cwd, FILES[2] ?? ''));
  // The pipe stays open, so the end never comes.
  expect(await importing(['-'], { afterMs: wholeMs, stdin })).toBe(true);
  if (process.platform === 'linux') expect(readdirSync(temporary)).toEqual([]);
  await importing(['-'], { stdin });
  expect((await answered('imports', 'list', '--format', 'json')).imports).toMatchObject([
    { source: '-', rows: 10_000 },
  ]);
});
