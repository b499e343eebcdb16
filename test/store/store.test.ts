import { chmodSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeEach, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { SCHEMA_STEPS } from '../../src/store/schema.js';
import { type Store, upgrade, withStore } from '../../src/store/store.js';
import { addUsage } from '../query/usage_rows.js';

const EVERY_STEP = SCHEMA_STEPS.map((_, index) => ({ step: index + 1 }));

let path: string;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'llmcost-')), 'a.duckdb');
});

const write = <T>(fn: (store: Store) => Promise<T>) => withStore(path, { access: 'write' }, fn);
const read = <T>(fn: (store: Store) => Promise<T>) => withStore(path, { access: 'read' }, fn);
const steps = (store: Store) => store.rows(sql`select step from schema_step order by step`);
const customers = (store: Store) => store.rows(sql`select customer from usage order by customer`);

test('the schema is built once and found again', async () => {
  for (let time = 0; time < 2; time++) expect(await write(steps)).toEqual(EVERY_STEP);
  expect(await read((store) => store.rows(sql`from usage`))).toEqual([]);
});

test('a cost below zero cannot be stored', async () => {
  await expect(write((store) => addUsage(store, [{ customer: 'acme', cost: '-0.01' }]))).rejects.toThrow(
    'CHECK constraint failed on table usage_fact',
  );
  expect(await read(customers)).toEqual([]);
});

test('opening to read changes no byte', async () => {
  await write((store) => addUsage(store, [{ customer: 'acme' }]));
  const before = readFileSync(path);
  expect(await read(customers)).toEqual([{ customer: 'acme' }]);
  await expect(read((store) => store.run(sql`delete from imports`))).rejects.toThrow('read-only mode');
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a file left without tables, as by a first opening cut short, is completed, even by a reader', async () => {
  const instance = await DuckDBInstance.create(path);
  instance.closeSync();
  expect(await read(steps)).toEqual(EVERY_STEP);
});

test('a schema step that fails leaves nothing behind', async () => {
  const broken = sql`create table extra (a integer); create table extra (a integer)`;
  await expect(write((store) => upgrade(store, [...SCHEMA_STEPS, broken]))).rejects.toThrow('already exists');
  expect(await read(steps)).toEqual(EVERY_STEP);
  const later = sql`create table extra (a integer)`;
  await write(async (store) => {
    await upgrade(store, [...SCHEMA_STEPS, later]);
    expect(await steps(store)).toEqual([...EVERY_STEP, { step: EVERY_STEP.length + 1 }]);
  });
});

test('an import that was cut off is never seen, and gone at the next opening', async () => {
  await write(async (store) => {
    await addUsage(store, [{ customer: 'done' }, { customer: 'cut off', import_id: 2 }]);
    await store.run(sql`
      insert into imports (import_id, source, format, options, status, started_at)
      values (2, 'b.jsonl', 'test', '{}', 'loading', timestamp '2026-01-02');
      insert into rejects values (2, 7, 'model', 'missing')`);
    expect(await customers(store)).toEqual([{ customer: 'done' }]);
  });
  const left = await read((store) =>
    store.row(sql`
      select
        cast((select count(*) from usage_fact) as integer) as facts,
        cast((select count(*) from imports) as integer) as imports,
        cast((select count(*) from rejects) as integer) as rejects`),
  );
  expect(left).toEqual({ facts: 1, imports: 1, rejects: 0 });
});

test('a transaction that throws changes nothing, a rehearsal neither', async () => {
  await write(async (store) => {
    const add = () => addUsage(store, [{ customer: 'acme' }]);
    await expect(
      store.transaction(async () => {
        await add();
        throw new Error('stop');
      }),
    ).rejects.toThrow('stop');
    await store.rehearsal(async () => {
      await add();
      expect(await customers(store)).toEqual([{ customer: 'acme' }]);
    });
    expect(await customers(store)).toEqual([]);
    await store.rehearsal(() => store.transaction(add));
    expect(await customers(store)).toEqual([]);
    await store.transaction(add);
  });
  expect(await read(customers)).toEqual([{ customer: 'acme' }]);
});

test.skipIf(process.platform === 'win32')(
  'a new database and its log are for the owner alone; a wider one keeps its rights, and so does its log',
  async () => {
    const rights = (path: string) => (statSync(path).mode & 0o777).toString(8);
    const path = join(mkdtempSync(join(tmpdir(), 'llmcost-rights-')), 'own.duckdb');
    const mask = process.umask();
    const written = () =>
      withStore(path, { access: 'write' }, async (store) => {
        await store.run(sql`create or replace table kept as select 1 as one`);
        return rights(`${path}.wal`);
      });
    expect([await written(), rights(path)]).toEqual(['600', '600']);
    chmodSync(path, 0o660);
    expect([await written(), rights(path)]).toEqual(['660', '660']);
    expect(process.umask()).toBe(mask);
  },
);
