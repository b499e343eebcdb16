import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from './world.js';

const COUNTS = ['--map', 'input_tokens=in', '--map', 'output_tokens=out', '--set', 'model=gpt-4o'];
const TIMES = sql`select strftime(occurred_at, '%Y-%m-%d %H:%M') as time from usage order by occurred_at`;

test('a time that is set stands in for what the file calls timestamp, but is none', async () => {
  const world = await newWorld();
  world.write('trace.jsonl', '{"timestamp":0,"in":10,"out":1}\n{"timestamp":3000,"in":20,"out":1}\n');
  const [file] = await world.imported(['trace.jsonl', ...COUNTS, '--set', 'timestamp=2026-10-01']);
  expect(file).toMatchObject({ lines: 2, imported: 2, rejected: 0, undated: 0 });
  expect(await world.rows(TIMES)).toEqual([{ time: '2026-10-01 00:00' }, { time: '2026-10-01 00:00' }]);
});

test('a time that is mapped and set is the one of the file, where there is one', async () => {
  const world = await newWorld();
  world.write('calls.jsonl', '{"when":"2026-09-01T08:00Z","in":10,"out":1}\n{"in":20,"out":1}\n');
  await world.imported(['calls.jsonl', ...COUNTS, '--map', 'timestamp=when', '--set', 'timestamp=2026-10-01']);
  expect(await world.rows(TIMES)).toEqual([{ time: '2026-09-01 08:00' }, { time: '2026-10-01 00:00' }]);
});

test('a dry run names no import, there is none to ask for', async () => {
  const world = await newWorld();
  world.write('calls.jsonl', '{"in":1,"out":1}\n'.repeat(8));
  const argv = ['import', 'calls.jsonl', ...COUNTS];
  const { out } = await world.llmcost([...argv, '--dry-run']);
  expect(out).toContain('… and 3 more\n');
  expect((await world.llmcost(argv)).out).toContain('… and 3 more; all of them: llmcost imports rejects 1\n');
});

test('a log of which only some lines are calls: how to have them', async () => {
  const world = await newWorld();
  world.write('events.jsonl', '{"event":"start"}\n{"event":"call","in":10,"out":1}\n{"event":"end"}\n');
  const argv = ['import', 'events.jsonl', ...COUNTS, '--set', 'timestamp=2026-10-01'];
  const refused = await world.llmcost(argv);
  expect(refused.code).toBe(3);
  expect(refused.out).toContain('Nothing of the file was kept (--max-rejects 2 keeps the other 1).');
  expect((await world.llmcost([...argv, '--max-rejects', '2'])).out).toContain('3 lines = 1 imported + 2 rejected');
});
