import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, expect, test } from 'vitest';
import { SCHEMA_STEPS } from '../../src/store/schema.js';
import { SAVED_STEP } from '../../src/store/schema_saved.js';
import { Store, upgrade } from '../../src/store/store.js';
import { call, longId, newWorld, type World } from '../import/world.js';

let world: World;

/** gpt-4.1 at $2 and $8, gpt-4.1-mini at $0.40 and $1.60 per million tokens. */
const lines = (count: number, first: number, more: Record<string, unknown>) =>
  Array.from({ length: count }, (_, index) =>
    call(longId(first + index), { input_tokens: 1000, output_tokens: 1000, feature: 'chat', ...more }),
  ).join('\n');
const OLD = { model: 'gpt-4.1-2025-04-14', timestamp: '2026-10-01T10:00:00Z' };
const NEW = { model: 'gpt-4.1-mini-2025-04-14', timestamp: '2026-10-09T10:00:00Z' };

beforeAll(async () => {
  world = await newWorld();
  world.write('old.jsonl', lines(25, 1, OLD));
  // 1,100 tokens of answer instead of 1,000
  world.write('new.jsonl', lines(30, 100, { ...NEW, output_tokens: 1100 }));
  await world.imported(['old.jsonl']);
});

const llmcost = (line: string) => world.llmcost(line.split(' '));

test('saved, not moved, moved, an import taken out, forgotten: what it says and its exit codes', async () => {
  expect(await llmcost('realised')).toMatchObject({ code: 4, out: expect.stringContaining('No simulation is saved') });
  const saved = await llmcost('simulate --swap gpt-4.1=gpt-4.1-mini --by customer --save autumn');
  expect([saved.code, saved.err]).toEqual([0, 'Saved as autumn. When traffic has moved: llmcost realised autumn\n']);
  expect(await llmcost('simulate --swap gpt-4.1=gpt-4.1-mini --save autumn')).toMatchObject({
    code: 2,
    err: expect.stringContaining('say --replace'),
  });
  const again = await llmcost('simulate --swap gpt-4.1=gpt-4.1-mini --save autumn --replace -q');
  expect([again.code, again.err]).toEqual([0, '']);
  const still = await llmcost('realised autumn');
  expect(still.code).toBe(4);
  expect(still.out).toContain('Nothing has moved yet: no call up to 2026-10-01 10:00 is on the target');

  await world.imported(['new.jsonl']);
  const moved = await llmcost('realised autumn --tz Europe/Berlin');
  expect([moved.code, moved.err]).toEqual([0, '']);
  // $0.01 before, $0.002 projected, 1,000 × $0.40 + 1,100 × $1.60 = $0.00216
  expect(moved.out.split('\n').slice(1, 6)).toEqual([
    'chat: projected -80.00%, realised -78.40% a request, because of output tokens +10.00% per request against the projection (moved 2026-10-09 12:00).',
    '',
    'feature         moved       requests    share    before  projected     actual  projected %  realised %',
    'chat            2026-10-09        30  100.00%  $0.01000  $0.002000  $0.002160      -80.00%     -78.40%',
    'these requests                    30              $0.30      $0.06      $0.06      -80.00%     -78.40%',
  ]);
  expect((await llmcost('realised autumn --csv')).out.split('\r\n')[1]).toBe(
    'chat,gpt-4.1 → gpt-4.1-mini,realised,2026-10-09T10:00:00.000Z,,100.00,100,25,30,0,0,0.010000000000000000,0.010000000000000000,0.002000000000000000,0.002000000000000000,0.002000000000000000,0.002160000000000000,-80.00,-78.40,8.00,0.00,0.00,0.00,1000.00,1000.00,1000.00,0.00,0.00,0.00,1000.00,1000.00,1100.00',
  );
  expect((await llmcost('realised')).out).toContain('gpt-4.1 → gpt-4.1-mini  all time         1');

  // Without the calls of before there is nothing to compare with; what was projected is still known.
  await llmcost('imports remove 1');
  const gone = await llmcost('realised autumn');
  expect(gone.code).toBe(4);
  expect(gone.out).toContain('chat: on the target from its first call on; there is nothing to compare with.');
  expect(gone.out).toContain('$0.002000');
  expect(await llmcost('realised autumn --remove')).toMatchObject({ code: 0, err: 'autumn is forgotten.\n' });
  expect((await llmcost('realised autumn')).code).toBe(2);
});

test.each([
  ['simulate --all --save x', '--save does nothing together with --all'],
  ['simulate --batch --save x', 'batch does not'],
  ['simulate --swap gpt-4.1=gpt-4.1-mini --scale 2x --save x', 'other traffic does not'],
  ['simulate --swap gpt-4.1=gpt-4.1-mini --replace', '--replace does nothing without --save'],
  ['simulate --swap gpt-4.1=gpt-4.1-mini --save a/b', "'a/b' is not a name"],
  ['realised --remove', '--remove needs the name'],
  ['realised none', 'None is saved'],
])('%s is told what is wrong with it', async (line, message) => {
  const own = await newWorld();
  const { code, err } = await own.llmcost(line.split(' '));
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
});

test('a database from before there were saved simulations and projects is brought up to date when it is asked', async () => {
  const db = join(mkdtempSync(join(tmpdir(), 'llmcost-realised-')), 'old.duckdb');
  const instance = await DuckDBInstance.create(db);
  const connection = await instance.connect();
  await upgrade(new Store(db, connection), SCHEMA_STEPS.slice(0, SCHEMA_STEPS.indexOf(SAVED_STEP)));
  connection.closeSync();
  instance.closeSync();
  expect(await world.llmcost(['realised', '--db', db])).toMatchObject({
    code: 4,
    out: expect.stringContaining('No simulation is saved'),
  });
  expect(await world.llmcost(['imports', 'list', '--db', db])).toMatchObject({ code: 0 });
});
