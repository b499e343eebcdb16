import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { watchFiles } from '../../src/commands/import/watch.js';
import { StoreLocked } from '../../src/errors.js';
import { NOTHING } from '../../src/import/load/answer.js';
import { sql } from '../../src/sql.js';
import { fakeIo } from '../fake_io.js';
import { call, longId, newWorld } from './world.js';

/** What happens while the program waits, wait by wait; then Ctrl+C. */
function waiting(...events: (() => void)[]): () => 'interrupt' | undefined {
  let wait = 0;
  return () => {
    const event = events[wait++];
    if (event === undefined) return 'interrupt';
    event();
    return undefined;
  };
}

test('what is new or grows in a folder is imported, look by look', async () => {
  const world = await newWorld();
  const logs = join(world.cwd, 'logs');
  mkdirSync(logs);
  world.write('logs/old.jsonl', `${call(longId(1))}\n`);
  const onSleep = waiting(
    () => world.write('logs/new.jsonl', `${call(longId(2))}\n${call(longId(3))}\n`),
    () => {
      appendFileSync(join(logs, 'new.jsonl'), `${call(longId(4))}\n{}\n`);
      // Nobody knows whether its last line is whole.
      world.write('logs/written.jsonl', call(longId(5)));
      rmSync(join(logs, 'old.jsonl'));
    },
    () => {},
    () => world.write('logs/other.jsonl', '{"input_tokens":1}\n'),
    () => {},
    () => rmSync(logs, { recursive: true }),
  );
  const io = fakeIo({ cwd: world.cwd, onSleep });
  await main(['import', '--watch', '--interval', '10s', 'logs'], io);
  expect(io.exitCode()).toBe(0);
  expect(io.err()).toBe('Watching logs every 10s; Ctrl+C ends it.\n');
  expect(io.waits).toEqual(Array(7).fill(10_000));
  const lines = io.out().split('\n');
  expect(lines[4]).toMatch(
    /^12:00:00 logs\/other\.jsonl: not imported: logs\/other\.jsonl is in no format llmcost knows/,
  );
  lines.splice(4, 1);
  // 100 input and 10 output tokens of gpt-4o are $0.00035.
  expect(lines).toEqual([
    '12:00:00 logs/old.jsonl: llmcost-jsonl, 1 line = 1 imported, cost $0.0003500',
    '12:00:00 logs/new.jsonl: llmcost-jsonl, 2 lines = 2 imported, cost $0.0007000',
    '12:00:00 logs/new.jsonl: llmcost-jsonl, 4 lines = 1 imported + 2 duplicates + 1 rejected (llmcost imports rejects 3), cost $0.0003500',
    '12:00:00 logs/written.jsonl: llmcost-jsonl, 1 line = 1 imported, cost $0.0003500',
    '4 imports: 8 lines = 5 imported + 2 duplicates + 1 rejected; 1 file was not imported.',
    '',
  ]);
  expect(await world.rows(sql`select count(*) as calls from usage`)).toEqual([{ calls: '5' }]);
});

test('for programs: an object for each import', async () => {
  const world = await newWorld();
  world.write('app.jsonl', `${call(longId(1))}\n`);
  const io = fakeIo({ cwd: world.cwd, onSleep: waiting() });
  await main(['import', '--watch', '-q', '--summary', 'json', 'app.jsonl'], io);
  expect({ err: io.err(), waits: io.waits, code: io.exitCode() }).toEqual({ err: '', waits: [5000], code: 0 });
  expect(JSON.parse(io.out())).toMatchObject({
    schema: 'llmcost.import-watch/1',
    at: '2026-10-15T12:00:00.000Z',
    source: 'app.jsonl',
    imported: 1,
    cost_usd: '0.000350000000000000',
  });
});

test('while another process holds the database, it is tried again', async () => {
  const world = await newWorld();
  world.write('app.jsonl', `${call(longId(1))}\n`);
  const io = fakeIo({
    cwd: world.cwd,
    onSleep: waiting(
      () => {},
      () => {},
    ),
  });
  let tries = 0;
  const load = async () => {
    tries++;
    if (tries < 3) throw new StoreLocked(world.db, 'process 7', undefined);
    return {
      results: [{ ...NOTHING, source: 'app.jsonl', format: 'llmcost-jsonl', status: 'imported' as const }],
      warnings: [],
    };
  };
  await watchFiles(['app.jsonl'], load, { options: { summary: 'text' }, io });
  expect(tries).toBe(3);
  expect(io.err()).toBe(
    `Watching app.jsonl every 5s; Ctrl+C ends it.\nnote: The database ${world.db} is in use by process 7. It is tried again.\n`,
  );
});

test('what does not go together is wrong usage', async () => {
  const refused = async (...argv: string[]) => {
    const io = fakeIo({ cwd: '/' });
    await main(['import', ...argv], io);
    expect(io.exitCode()).toBe(2);
    return io.err();
  };
  expect(await refused('logs', '--interval', '5s')).toBe(
    'llmcost: --interval says how often --watch looks.\nUse both, or neither.\n',
  );
  expect(await refused('logs', '--watch', '--dry-run')).toBe(
    'llmcost: --watch cannot be combined with --explain or --dry-run.\nUse either the one or the other.\n',
  );
  expect(await refused('-', '--watch')).toBe(
    'llmcost: --watch looks at files and folders, not at standard input.\nName the file that the log is written to.\n',
  );
  expect(await refused('logs', '--watch', '--interval', '5')).toBe(
    "llmcost: --interval '5' is no time between two looks.\nUse for example --interval 10s or 1m.\n",
  );
});
