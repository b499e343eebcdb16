import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ImportedFile } from '../../src/import/load/answer.js';
import { sql } from '../../src/sql.js';
import { call, longId, newWorld, type World } from './world.js';

/*
 * Short files of one format are read in one statement. Nobody may be able to tell: each file is an import of its own,
 * with the counts it would have had alone.
 */
const BINARY = fileURLToPath(new URL('../../bin/llmcost.js', import.meta.url));

function summary({ source, status, lines, imported, duplicates, updated, skipped, rejected }: ImportedFile) {
  return [source, status, lines, imported, duplicates, updated, skipped, rejected];
}

/** Every stored row, whatever import it is of. */
async function stored(world: World) {
  return world.rows(sql`
    select request_id, customer, occurred_at, input_tokens, output_tokens, cost_usd, imports.source
    from usage join imports on imports.import_id = usage.import_id
    order by all`);
}

/** States of calls in several files, files that have lines in common, lines without id, lines that are none. */
function writeStates(world: World): string[] {
  const files: Record<string, string[]> = {
    'a.jsonl': [call(longId(1), { output_tokens: 10 }), call(longId(2)), call(null), call(null)],
    'b.jsonl': [call(longId(1), { output_tokens: 30 }), call(longId(2)), call(null)],
    'c.jsonl': [
      call(longId(1), { output_tokens: 20 }),
      call(longId(3)),
      call(longId(3), { output_tokens: 11 }),
      '{"cut',
    ],
    'd.jsonl': [call(longId(1), { output_tokens: 40 }), call(null, { customer: 'acme' })],
    'e.jsonl': [call(longId(2), { output_tokens: 9 })],
  };
  for (const [name, lines] of Object.entries(files)) world.write(name, `${lines.join('\n')}\n`);
  return Object.keys(files);
}

test('counts and rows are those of the same files one after the other', async () => {
  const [together, alone] = [await newWorld(), await newWorld()];
  const files = writeStates(together);
  writeStates(alone);
  const atOnce = await together.imported(files);
  const oneByOne: ImportedFile[] = [];
  for (const file of files) oneByOne.push(...(await alone.imported([file])));
  expect(atOnce.map(summary)).toEqual([
    ['a.jsonl', 'imported', 4, 4, 0, 0, 0, 0],
    // The first call has more tokens here, the second is the same; of the two equal lines without an id one is a copy.
    ['b.jsonl', 'imported', 3, 0, 2, 1, 0, 0],
    ['c.jsonl', 'imported', 4, 1, 1, 0, 1, 1],
    ['d.jsonl', 'imported', 2, 1, 0, 1, 0, 0],
    ['e.jsonl', 'imported', 1, 0, 1, 0, 0, 0],
  ]);
  expect(atOnce.map(({ import_id }) => import_id)).toEqual([1, 2, 3, 4, 5]);
  expect(atOnce).toEqual(oneByOne);
  expect(await stored(together)).toEqual(await stored(alone));
  expect((await stored(together)).map(({ source }) => source).sort()).toEqual([
    'a.jsonl',
    'a.jsonl',
    'a.jsonl',
    'c.jsonl',
    'd.jsonl',
    'd.jsonl',
  ]);
});

test('calls of earlier imports: a copy stays out, a later state takes the place', async () => {
  const world = await newWorld();
  world.write('old.jsonl', `${call(longId(1), { output_tokens: 10 })}\n${call(longId(2))}\n`);
  await world.imported(['old.jsonl']);
  world.write('one.jsonl', `${call(longId(1), { output_tokens: 15 })}\n`);
  world.write('two.jsonl', `${call(longId(1), { output_tokens: 25 })}\n${call(longId(2))}\n`);
  const files = await world.imported(['one.jsonl', 'two.jsonl']);
  expect(files.map(summary)).toEqual([
    ['one.jsonl', 'imported', 1, 0, 0, 1, 0, 0],
    ['two.jsonl', 'imported', 2, 0, 1, 1, 0, 0],
  ]);
  expect((await stored(world)).map((row) => [row.request_id, row.output_tokens, row.source])).toEqual([
    [longId(1), '25', 'two.jsonl'],
    [longId(2), '10', 'old.jsonl'],
  ]);
});

test('what is special about a file is told of that file, and stops no other', async () => {
  const world = await newWorld();
  mkdirSync(`${world.cwd}/logs`);
  const line = (number: number) => `${call(longId(number))}\n`;
  const damaged = gzipSync(line(7).repeat(20));
  damaged.writeUInt32LE(12_345, damaged.length - 8);
  world.write('logs/a.jsonl', line(1));
  world.write('logs/b.jsonl.gz', gzipSync(line(2)));
  world.write('logs/c.csv', 'timestamp,model,input_tokens,output_tokens\n2026-10-01,gpt-4o,100,10\n');
  world.write('logs/d.json.gz', damaged);
  world.write('logs/e.jsonl', ' \n');
  world.write('logs/f.jsonl', `{"model":"gpt-4o"}\n${line(3)}{}\n`);
  world.write('logs/g.jsonl', '{"nobody":"knows"}\n');
  world.write('logs/h.jsonl.gz', gzipSync(line(4)));
  world.write('logs/i.jsonl', `${line(5)}${line(1)}`);
  world.write('logs/j.jsonl', `\ufeff${line(6)}`);
  const files = await world.imported(['logs'], 3);
  expect(files.map(summary)).toEqual([
    ['logs/a.jsonl', 'imported', 1, 1, 0, 0, 0, 0],
    ['logs/b.jsonl.gz', 'imported', 1, 1, 0, 0, 0, 0],
    ['logs/c.csv', 'imported', 1, 1, 0, 0, 0, 0],
    ['logs/d.json.gz', 'failed', 0, 0, 0, 0, 0, 0],
    ['logs/e.jsonl', 'empty', 0, 0, 0, 0, 0, 0],
    ['logs/f.jsonl', 'failed', 3, 0, 0, 0, 1, 2],
    ['logs/g.jsonl', 'ignored', 0, 0, 0, 0, 0, 0],
    ['logs/h.jsonl.gz', 'imported', 1, 1, 0, 0, 0, 0],
    ['logs/i.jsonl', 'imported', 2, 1, 1, 0, 0, 0],
    ['logs/j.jsonl', 'imported', 1, 1, 0, 0, 0, 0],
  ]);
  expect(files[3]?.problem).toBe(
    'logs/d.json.gz cannot be unpacked: it is damaged or cut off.\nFetch it again; nothing of it was kept.',
  );
  expect(files[5]?.rejects.map(({ line: at, reason }) => [at, reason])).toEqual([
    [1, 'is missing'],
    [3, 'has none of the fields of llmcost-jsonl'],
  ]);
  const again = await world.imported(['logs'], 3);
  expect(again.map(({ status }) => status)).toEqual([
    ...['unchanged', 'unchanged', 'unchanged', 'failed', 'empty'],
    ...['failed', 'ignored', 'unchanged', 'unchanged', 'unchanged'],
  ]);
});

/** States of one call that differ in counts, in whom it was for, and in nothing but a time five days later. */
const STATES = {
  'counts.jsonl': call(longId(1), { output_tokens: 30 }),
  'customer.jsonl': call(longId(1), { customer: 'acme' }),
  'later.jsonl': call(longId(1), { timestamp: '2026-10-06T10:00:00Z' }),
  'other.jsonl': [call(longId(2), { customer: 'a' }), call(longId(3), { timestamp: '2026-10-06T10:00:00Z' })].join(
    '\n',
  ),
  'others.jsonl': [call(longId(2), { customer: 'b' }), call(longId(3))].join('\n'),
};

test('which state of a call stays depends neither on the order of files nor on the number of commands', async () => {
  const names = Object.keys(STATES);
  const seen: unknown[] = [];
  for (const commands of [
    [names],
    [names.toReversed()],
    names.map((name) => [name]),
    names.toReversed().map((name) => [name]),
  ]) {
    const world = await newWorld();
    for (const [name, line] of Object.entries(STATES)) world.write(name, `${line}\n`);
    for (const files of commands) await world.imported(files);
    seen.push(await stored(world));
  }
  expect(seen.slice(1)).toEqual([seen[0], seen[0], seen[0]]);
  expect(seen[0]).toMatchObject([
    // The one that counts most; of those that say as much the earliest.
    { request_id: longId(1), output_tokens: '30', source: 'counts.jsonl' },
    { request_id: longId(2) },
    { request_id: longId(3), source: 'others.jsonl' },
  ]);
});

test('taking one of them back takes exactly its rows', async () => {
  const world = await newWorld();
  const files = [1, 2, 3].map((number) => `${number}.jsonl`);
  for (const [index, file] of files.entries())
    world.write(file, `${call(longId(index * 2))}\n${call(longId(index * 2 + 1))}\n`);
  await world.imported(files);
  expect((await world.llmcost(['imports', 'remove', '2'])).code).toBe(0);
  expect((await stored(world)).map(({ source }) => source)).toEqual(['1.jsonl', '1.jsonl', '3.jsonl', '3.jsonl']);
  const again = await world.imported(files);
  expect(again.map(({ status, imported }) => [status, imported])).toEqual([
    ['unchanged', 0],
    ['imported', 2],
    ['unchanged', 0],
  ]);
});

test('a rehearsal changes nothing', async () => {
  const world = await newWorld();
  const dry = await world.imported([...writeStates(world), '--dry-run']);
  expect(dry.map(({ imported, import_id }) => [imported, import_id])).toEqual([
    [4, null],
    [0, null],
    [1, null],
    [1, null],
    [0, null],
  ]);
  expect(await world.rows(sql`select import_id from imports`)).toEqual([]);
});

test('killed at any moment: whole files only, and the same command completes it', async () => {
  const world = await newWorld();
  mkdirSync(`${world.cwd}/logs`);
  const files = 300;
  for (let file = 0; file < files; file++) {
    const lines = [0, 1, 2].map((line) => call(longId(file * 3 + line)));
    world.write(`logs/${String(file).padStart(4, '0')}.jsonl.gz`, gzipSync(`${lines.join('\n')}\n`));
  }
  const held = async () => {
    const rows = await world.rows<{ rows: string }>(
      sql`select count(*) as rows from usage group by import_id order by rows`,
    );
    expect(rows.filter(({ rows: count }) => count !== '3')).toEqual([]);
    return rows.length;
  };
  const started = Date.now();
  expect(await importKilled(world, undefined)).toBe(false);
  const wholeMs = Date.now() - started;
  expect(await held()).toBe(files);
  for (const part of [0.5, 0.7, 0.8, 0.9]) {
    const ids = await world.rows<{ id: number }>(sql`select import_id as id from imports order by id`);
    if (ids.length > 0) await world.llmcost(['imports', 'remove', ...ids.map(({ id }) => String(id))]);
    await importKilled(world, wholeMs * part);
    expect([0, files]).toContain(await held());
  }
  await importKilled(world, undefined);
  expect(await held()).toBe(files);
});

/** Runs the program over the folder, and kills it after some time; resolves to whether it was killed. */
async function importKilled(world: World, afterMs: number | undefined): Promise<boolean> {
  const child = spawn(process.execPath, [BINARY, 'import', 'logs'], { cwd: world.cwd, stdio: 'ignore' });
  const ended = once(child, 'exit');
  if (afterMs !== undefined) {
    await pause(afterMs);
    child.kill('SIGKILL');
  }
  const [, signal] = await ended;
  return signal === 'SIGKILL';
}

test.each([
  ['that reads a field with a name of ours, path', 'cloudflare-ai-gateway'],
  ['with steps of its own', 'claude-agent-sdk'],
])('several files of a format %s', async (_, format) => {
  const world = await newWorld();
  const sample = readFileSync(new URL(`../../fixtures/${format}/sample.jsonl`, import.meta.url));
  world.write('one.jsonl', sample);
  world.write('two.jsonl', sample);
  const [one, two] = await world.imported(['one.jsonl', 'two.jsonl', '--max-rejects', '100%']);
  expect(one?.imported).toBeGreaterThan(0);
  expect(two).toMatchObject({ lines: one?.lines, imported: 0 });
});
