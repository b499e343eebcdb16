import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newWorld, type World } from '../import/world.js';
import { type FakeS3, startS3 } from './fake_s3.js';
import { calls, type Machine, machineOf } from './machines.js';

const BINARY = fileURLToPath(new URL('../../bin/llmcost.js', import.meta.url));
const PLACE = 's3://usage/a team+1';

let world: World;
let s3: FakeS3;

beforeAll(async () => {
  [world, s3] = await Promise.all([newWorld(), startS3()]);
});

afterAll(() => s3.close());

beforeEach(() => {
  s3.answer = () => undefined;
  s3.requests.length = 0;
});

function environment(): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'PLANTED-SECRET',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: s3.endpoint,
    LLMCOST_TEAM_KEY: '',
  };
}

const machine = (name: string): Machine => machineOf(world, name, environment());

test('a bucket: pages of names, conditional puts, and nothing fetched twice', async () => {
  const init = await machine('maker').run('team', 'init', PLACE);
  expect(init.code).toBe(0);
  expect(init.out).toContain('arn:aws:s3:::usage/a team+1/manifests/*');
  for (const number of [1, 2, 3, 4]) {
    const one = machine(`m${number}`);
    writeFileSync(join(one.cwd, 'a.jsonl'), calls(number * 10, number * 10 + 11));
    writeFileSync(join(one.cwd, 'llmcost.yaml'), `team:\n  place: ${PLACE}\n`);
    expect((await one.run('import', 'a.jsonl', '--push')).err).toContain('Pushed 12 rows');
  }
  const hub = machine('hub');
  expect((await hub.run('sync', PLACE)).out).toContain('took in 4 pushes of m1, m2, m3, m4: 48 rows');
  s3.requests.length = 0;
  expect((await hub.run('sync', PLACE)).out).toBe(`${PLACE}: nothing new.\n`);
  // The file of the team, and two pages of names.
  expect(s3.requests).toEqual(['GET /usage/a team+1/llmcost-team.json', 'GET /usage', 'GET /usage']);
  expect((await hub.run('report', '--by', 'machine', '--format', 'csv')).out).toMatch(/^total,,42,/m);
});

test('killed between pack and manifest: nobody sees it, and the next push has everything once', async () => {
  const [one, hub] = [machine('killed'), machine('hub')];
  writeFileSync(join(one.cwd, 'a.jsonl'), calls(500, 519));
  await one.run('import', 'a.jsonl');
  s3.answer = (request) => (/^PUT .*manifests/.test(request) ? 'hang' : undefined);
  const child = spawn(process.execPath, [BINARY, 'push', PLACE], {
    cwd: one.cwd,
    env: { ...environment(), LLMCOST_MACHINE: 'killed', PATH: process.env.PATH },
    stdio: 'ignore',
  });
  while (!s3.requests.some((request) => /^PUT .*manifests/.test(request))) await pause(20);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
  s3.answer = () => undefined;
  expect((await hub.run('sync', PLACE)).out).toContain('nothing new');
  expect((await one.run('push', PLACE)).out).toContain('Pushed 20 rows');
  expect((await hub.run('sync', PLACE)).out).toContain('20 rows = 20 new calls');
});

test('two processes push at once, and one database twice', async () => {
  const [left, right, hub] = [machine('left'), machine('right'), machine('hub-2')];
  for (const [one, from] of [
    [left, 1000],
    [right, 1010],
  ] as const) {
    writeFileSync(join(one.cwd, 'a.jsonl'), calls(from, from + 19));
    await one.run('import', 'a.jsonl');
  }
  await Promise.all(
    [left, right, left].map(
      (one) =>
        new Promise((resolve) => {
          spawn(process.execPath, [BINARY, 'push', PLACE], {
            cwd: one.cwd,
            env: { ...environment(), PATH: process.env.PATH },
            stdio: 'ignore',
          }).once('close', resolve);
        }),
    ),
  );
  expect((await hub.run('sync', PLACE)).code).toBe(0);
  // 42 and 20 of the tests before, 1000 to 1029 of these.
  expect((await hub.run('report', '--format', 'csv')).out).toMatch(/^total,,92,/m);
});

test.each([
  [
    '403 on LIST',
    'GET /usage',
    { status: 403, code: 'AccessDenied' },
    5,
    /It takes s3:GetObject and s3:ListBucket on usage\/a team\+1\/\*/,
  ],
  [
    'a clock that is wrong',
    'GET /usage',
    { status: 403, code: 'RequestTimeTooSkewed' },
    5,
    /does not believe the clock of this machine/,
  ],
  ['no bucket', 'GET /usage', { status: 404, code: 'NoSuchBucket' }, 5, /There is no bucket usage/],
  [
    'a server that fails',
    'GET /usage',
    { status: 503, code: 'SlowDown' },
    5,
    /could not be reached in 3 tries: 503 Service Unavailable/,
  ],
])('%s: says so, without the secret', async (_, at, answer, code, said) => {
  s3.answer = (request) => (request.startsWith(at) ? answer : undefined);
  const asked = await machine('asking').run('sync', PLACE);
  expect({ code: asked.code, err: asked.err }).toEqual({ code, err: expect.stringMatching(said) });
  expect(asked.out + asked.err).not.toContain('PLANTED-SECRET');
});

test('a store that knows no condition gets a plain put, and one that refuses puts is told apart', async () => {
  const one = machine('plain');
  writeFileSync(join(one.cwd, 'a.jsonl'), calls(700, 705));
  await one.run('import', 'a.jsonl');
  s3.answer = (request) => (request.startsWith('PUT') ? { status: 403, code: 'AccessDenied' } : undefined);
  expect(await one.run('push', PLACE)).toMatchObject({
    code: 5,
    err: expect.stringContaining('It takes s3:PutObject on'),
  });
  s3.answer = (_, headers) => (headers['if-none-match'] === '*' ? { status: 501, code: 'NotImplemented' } : undefined);
  expect(await one.run('push', PLACE)).toMatchObject({ code: 0, out: expect.stringContaining('Pushed 6 rows') });
  s3.answer = (request) => (request.startsWith('PUT') ? { status: 501, code: 'NotImplemented' } : undefined);
  expect((await one.run('push', PLACE, '--again')).code).toBe(5);
});
