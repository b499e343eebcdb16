import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { literal, type Sql, sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { newWorld, type World } from './world.js';

const FOCUS = readFileSync(fileURLToPath(new URL('../../fixtures/focus-parquet/sample.parquet', import.meta.url)));
const SAMPLE = readFileSync(fileURLToPath(new URL('../../fixtures/llmcost-parquet/sample.parquet', import.meta.url)));

let world: World;

beforeEach(async () => {
  world = await newWorld();
});

/** Writes what a query gives into a Parquet file of the world. */
async function written(name: string, query: Sql): Promise<void> {
  const target = literal(join(world.cwd, name));
  await withStore(join(world.cwd, 'writer.duckdb'), { access: 'write' }, (store) =>
    store.run(sql`copy (${query}) to ${target} (format parquet)`),
  );
}

describe('a Parquet file', () => {
  test('through a pipe', async () => {
    const { out, code } = await world.llmcost(['import', '-', '--max-rejects', '100%'], SAMPLE);
    expect(code).toBe(0);
    expect(out).toContain('llmcost-parquet, 7 records = 2 imported + 1 duplicate + 4 rejected\n');
  });

  test('times of all kinds are UTC, whatever the zone of this machine', async () => {
    await written(
      'calls.parquet',
      sql`
      select column0 as "timestamp", 'gpt-4o' as model, 1 as input_tokens, 1 as output_tokens
      from (values ('2026-10-01 08:00:00.25')) as text(column0)`,
    );
    await written(
      'zoned.parquet',
      sql`select timestamptz '2026-10-01 10:00:00.5+02' as "timestamp", 'gpt-4o' as model, 1 as input_tokens, 1 as output_tokens`,
    );
    await written(
      'nanoseconds.parquet',
      sql`select timestamp_ns '2026-10-01 08:00:00.750000001' as "timestamp", 'gpt-4o' as model, 1 as input_tokens, 1 as output_tokens`,
    );
    await written(
      'epoch.parquet',
      sql`select 1790841601::bigint as "timestamp", 'gpt-4o' as model, 1.0::double as input_tokens, 1::utinyint as output_tokens`,
    );
    await world.imported(['calls.parquet', 'zoned.parquet', 'nanoseconds.parquet', 'epoch.parquet']);
    expect(
      await world.rows(sql`select strftime(occurred_at, '%H:%M:%S.%g') as time from usage order by occurred_at`),
    ).toEqual([{ time: '08:00:00.250' }, { time: '08:00:00.500' }, { time: '08:00:00.750' }, { time: '08:00:01.000' }]);
  });

  test('with other names, by --map', async () => {
    await written(
      'export.parquet',
      sql`select timestamp '2026-10-01 08:00:00' as at, 'gpt-4o' as engine, 100 as tin, 10 as tout, {'tenant': 'acme'} as meta`,
    );
    const map = [
      '--map',
      'timestamp=at',
      '--map',
      'model=engine',
      '--map',
      'input_tokens=tin',
      '--map',
      'output_tokens=tout',
    ];
    const [file] = await world.imported(['export.parquet', ...map]);
    // 100 × $2.50 + 10 × $10 per million
    expect(file).toMatchObject({
      format: 'mapped-parquet',
      imported: 1,
      unread: ['meta'],
      cost_usd: '0.000350000000000000',
    });
  });

  test('that nobody knows', async () => {
    await written('other.parquet', sql`select 1 as a, 'x' as b`);
    const { out, code } = await world.llmcost(['import', 'other.parquet']);
    expect(code).toBe(3);
    expect(out).toContain('other.parquet is in no format llmcost knows. Found in it: a, b.');
  });

  test('without rows', async () => {
    await written('none.parquet', sql`select 'x' as model, 1 as input_tokens, 1 as output_tokens where false`);
    const [file] = await world.imported(['none.parquet']);
    expect(file).toMatchObject({ status: 'imported', lines: 0, imported: 0 });
  });

  test.each([
    ['cut off', () => SAMPLE.subarray(0, -20)],
    [
      'with other bytes in its body',
      () => Buffer.concat([SAMPLE.subarray(0, 4), Buffer.alloc(400, 0xff), SAMPLE.subarray(404)]),
    ],
    ['of which only the beginning is left', () => Buffer.from('PAR1')],
    // One bit in the description of its columns.
    ['with times in a unit that there is not', () => Buffer.from(FOCUS).fill(0x6c, 1915, 1916)],
  ])('%s', async (_, bytes) => {
    world.write('calls.parquet', bytes());
    const { out, err, code } = await world.llmcost(['import', 'calls.parquet']);
    expect({ code, err }).toEqual({ code: 3, err: 'llmcost: Nothing was imported.\n' });
    expect(out).toContain(
      'calls.parquet begins as a Parquet file, but is damaged or cut off.\n  Fetch it again; nothing of it was kept.\n',
    );
    expect(await world.rows(sql`select count(*)::integer as rows from usage`)).toEqual([{ rows: 0 }]);
  });

  test('packed once more', async () => {
    world.write('calls.parquet.gz', gzipSync(SAMPLE));
    const { out, code } = await world.llmcost(['import', 'calls.parquet.gz']);
    expect(code).toBe(3);
    expect(out).toContain(
      'calls.parquet.gz is a Parquet file that was packed once more.\n  Unpack it first: it can only be read as a whole file.\n',
    );
  });
});
