import { mkdirSync, mkdtempSync, readFileSync, realpathSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeEach, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { sql } from '../../src/sql.js';
import { openingError } from '../../src/store/failures.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { addUsage } from '../query/usage_rows.js';
import { hold } from './holder.js';

let cwd: string;
let path: string;

beforeEach(() => {
  cwd = mkdtempSync(join(realpathSync(tmpdir()), 'llmcost-'));
  path = join(cwd, 'llmcost.duckdb');
});

/** What `llmcost report` says about the file, and its exit code. */
async function report(): Promise<[string, number]> {
  const io = fakeIo({ cwd });
  await main(['report'], io);
  expect(io.out()).toBe('');
  return [io.err(), io.exitCode()];
}

/** A healthy database with one call in it, or what else `fill` puts there. */
async function build(rows = 1): Promise<void> {
  await withStore(path, { access: 'write' }, async (store) => {
    await addUsage(store, [{ customer: 'acme' }]);
    await store.run(sql`insert into rejects select 1, range, md5(cast(range as varchar)), 'x' from range($rows)`, {
      rows,
    });
  });
}

async function inAnotherProgram(statement: string): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

const foreign = (what: string) =>
  `llmcost: ${path} is ${what}.\nName another file with --db PATH; this one was left untouched.\n`;
const damaged = (detail: string) =>
  `llmcost: The database ${path} cannot be opened: ${detail}\nRestore it from a backup, or move it away and import the logs again.\n`;

test('no database yet', async () => {
  expect(await report()).toEqual([
    `llmcost: There is no database at ${path}.\nImport something first: llmcost import <files>, or point to an existing one with --db PATH.\n`,
    6,
  ]);
});

test('a newer schema', async () => {
  await withStore(path, { access: 'write' }, (store) =>
    store.run(sql`insert into schema_step values (99, timestamp '2030-01-01')`),
  );
  const [text, code] = await report();
  expect(text).toMatch(
    /^llmcost: The database .* was written by a newer llmcost \(schema 99; this one knows up to \d+\)\.\nUpdate llmcost: npm install llmcost@latest\.\n$/,
  );
  expect(code).toBe(6);
});

test('a disk that is nearly full: nothing is written that could not be written to its end', async () => {
  await build();
  const add = (free: number) =>
    withStore(path, { access: 'write', freeBytes: async () => free }, (store) =>
      store.transaction(() => store.run(sql`insert into rejects values (2, 1, 'model', 'is missing')`)),
    );
  await expect(add(31 << 20)).rejects.toThrow(
    `There are less than 32 MB left to write ${path}, too little to be sure that it stays whole.\nThe database holds what it held before; free some space and run the same command again.`,
  );
  const stored = () =>
    withStore(path, { access: 'read' }, (store) => store.rows(sql`select count(*) as rejects from rejects`));
  expect(await stored()).toEqual([{ rejects: '1' }]);
  await add(32 << 20);
  expect(await stored()).toEqual([{ rejects: '2' }]);
});

test('not a database', async () => {
  writeFileSync(path, 'day,cost\n'.repeat(1000));
  expect(await report()).toEqual([foreign('not a DuckDB database'), 6]);
  expect(readFileSync(path, 'utf8')).toBe('day,cost\n'.repeat(1000));
});

test.each([
  [
    'log.json',
    '{"timestamp": "2026-09-01T10:00:00Z", "model": "gpt-5", "input_tokens": 1, "output_tokens": 1}\n',
    'not a DuckDB database',
  ],
  ['log.csv', 'day,cost\n2026-09-01,1\n', 'not a DuckDB database'],
  ['usage.parquet', 'PAR1\0\0\0\0', 'a Parquet file, not a database'],
  ['usage.db', 'SQLite format 3\0\x10\0\x01', 'a database of SQLite, not of DuckDB'],
])('%s: no way of opening takes a log for a database', async (name, text, what) => {
  path = join(cwd, name);
  for (const argv of [
    ['report'],
    ['import', join(cwd, name)],
    ['pricing', 'list'],
    ['imports', 'list'],
    ['budget-check', '--limit', '1'],
    ['why', 'chatcmpl-1'],
  ]) {
    writeFileSync(path, text);
    const io = fakeIo({ cwd });
    await main([...argv, '--db', path], io);
    expect([argv, io.out(), io.err(), io.exitCode()]).toEqual([argv, '', foreign(what), 6]);
    expect(readFileSync(path, 'utf8')).toBe(text);
  }
});

test('a folder', async () => {
  mkdirSync(path);
  expect(await report()).toEqual([foreign('a folder, not a file'), 6]);
});

test('a folder that is not there', async () => {
  path = join(cwd, 'none', 'llmcost.duckdb');
  const failure = withStore(path, { access: 'write' }, async () => {});
  await expect(failure).rejects.toMatchObject({
    exitCode: 6,
    message: `The database ${path} cannot be opened: No such file or directory.\nCheck that its folder exists and that you may write there, or name another file with --db PATH.`,
  });
});

test('a database of another program', async () => {
  await inAnotherProgram('create table invoices (amount integer)');
  const before = readFileSync(path);
  expect(await report()).toEqual([
    foreign("a DuckDB database of another program: it has tables, but none of llmcost's"),
    6,
  ]);
  await expect(withStore(path, { access: 'write' }, async () => {})).rejects.toMatchObject({ exitCode: 6 });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('cut off', async () => {
  await build();
  truncateSync(path, 5000);
  expect(await report()).toEqual([
    damaged(
      `IO Error: Could not read enough bytes from file "${path}": attempted to read 3192 bytes from location 5000`,
    ),
    6,
  ]);
});

test('damaged where it is only seen on reading', async () => {
  await build(300_000);
  const bytes = readFileSync(path);
  bytes.fill(0xab, 12_288 + 262_144 + 1000, 12_288 + 262_144 + 1200);
  writeFileSync(path, bytes);
  const failure = withStore(path, { access: 'read' }, (store) => store.rows(sql`select max(field) from rejects`));
  await expect(failure).rejects.toMatchObject({
    exitCode: 6,
    message: expect.stringMatching(
      /^The database .* cannot be opened: IO Error: Corrupt database file: .*\nRestore it from a backup/,
    ),
  });
});

test('held by another process: waits, then names it and gives up', async () => {
  await build();
  const holder = await hold(path);
  const who = `process ${holder.pid} (${realpathSync(process.execPath)})`;
  expect(await report()).toEqual([
    `The database is in use by ${who}; waiting up to half a minute …\n` +
      `llmcost: The database ${path} is in use by ${who}.\nWait until it has finished (only one process can write at a time), or use another file with --db PATH.\n`,
    6,
  ]);
  for (const access of ['read', 'write'] as const) {
    const failure = withStore(path, { access, waitMs: 0 }, async () => {});
    await expect(failure).rejects.toMatchObject({ exitCode: 6, message: expect.stringContaining(who) });
  }
  await holder.letGo();
});

test('held by another process that lets go in time', async () => {
  await build();
  const holder = await hold(path);
  let waited = '';
  const rows = await withStore(
    path,
    {
      access: 'read',
      waitMs: 25_000,
      onWait: (who) => {
        waited = who;
        void holder.letGo();
      },
    },
    (store) => store.rows(sql`select customer from usage`),
  );
  expect(rows).toEqual([{ customer: 'acme' }]);
  expect(waited).toContain(`process ${holder.pid} `);
});

test.each([
  ['no byte', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(3000)],
  ['a part of its headers', Buffer.concat([Buffer.alloc(8, 7), Buffer.from('DUCK'), Buffer.alloc(2000)])],
])('a database whose creation was cut off, of %s, is begun again', async (_, bytes) => {
  writeFileSync(path, bytes);
  expect((await report())[0]).toContain(`There is no database at ${path}.`);
  await build();
  expect(await report().catch(() => 'answered')).toBe('answered');
});

test('the database of DuckDB 2 is named as such', () => {
  const said =
    'IO Error: Trying to read a database file with version number 69, but we can only read versions between 64 and 68.';
  expect(openingError(path, new Error(said)).message).toBe(
    `${path} is written by DuckDB 2 (storage version 69), which the DuckDB inside this llmcost cannot read; with that DuckDB, copy it into a file of the older form: ATTACH 'new.duckdb' (STORAGE_VERSION 'v1.5.0').\nName another file with --db PATH; this one was left untouched.`,
  );
});
