import { beforeEach, describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { call, longId, newWorld, type World } from './world.js';

/* What was billed: kept beside usage, replaced by later exports, taken back as imports are. */

let world: World;

beforeEach(async () => {
  world = await newWorld();
});

const page = (amounts: Record<string, string>) =>
  JSON.stringify({
    object: 'page',
    data: [
      {
        object: 'bucket',
        start_time: 1790812800,
        end_time: 1790899200,
        results: Object.entries(amounts).map(([line_item, value]) => ({
          object: 'organization.costs.result',
          amount: { value, currency: 'usd' },
          line_item,
        })),
      },
    ],
  });

const stored = () =>
  world.rows(sql`
    select import_id, line_item, rtrim(cast(amount as varchar), '0') as amount from ledger order by line_item`);

test('never becomes usage, and is told in the summary', async () => {
  world.write('costs.json', page({ a: '1.25', b: '0.5' }));
  expect(await world.llmcost(['import', 'costs.json'])).toEqual({
    out: 'costs.json: openai-costs, 2 records = 2 imported\n  from 2026-10-01 00:00 to 2026-10-01 00:00 UTC, ledger: 2 lines, $1.75 billed\n',
    err: '',
    code: 0,
  });
  expect(await world.rows(sql`select count(*) as calls from usage`)).toEqual([{ calls: '0' }]);
  const [again] = await world.imported(['costs.json']);
  expect(again).toMatchObject({ status: 'unchanged' });
});

test('several currencies', async () => {
  const row = (currency: string, cost: number) => ({
    service: { description: 'Vertex AI' },
    sku: { description: 'Online Prediction' },
    usage_start_time: '2026-10-01 00:00:00 UTC',
    cost,
    currency,
  });
  world.write('rows.json', JSON.stringify([row('EUR', 2.5), row('USD', 1), row('EUR', 0.25)]));
  const { out } = await world.llmcost(['import', 'rows.json']);
  expect(out).toContain('ledger: 3 lines, $1.00 + EUR 2.75 billed\n');
});

test('a later export takes the place of what it knows better', async () => {
  world.write('noon.json', page({ a: '1.25', b: '0.5' }));
  world.write('night.json', page({ a: '2.25', b: '0.50', c: '3' }));
  await world.imported(['noon.json']);
  const [night] = await world.imported(['night.json']);
  expect(night).toMatchObject({ lines: 3, imported: 1, updated: 1, duplicates: 1, unit: 'record' });
  expect(night?.billed).toEqual([{ currency: 'USD', amount: '5.250000000000000000' }]);
  expect(await stored()).toEqual([
    { import_id: 2, line_item: 'a', amount: '2.25' },
    { import_id: 1, line_item: 'b', amount: '0.5' },
    { import_id: 2, line_item: 'c', amount: '3.' },
  ]);
});

test('is listed, and goes with its import', async () => {
  world.write('costs.json', page({ a: '1.25', b: '0.5' }));
  world.write('calls.jsonl', call(longId(1)));
  await world.imported(['costs.json', 'calls.jsonl']);
  const list = JSON.parse((await world.llmcost(['imports', '--format', 'json'])).out) as { imports: object[] };
  expect(list.imports).toMatchObject([
    { format: 'openai-costs', lines: 2, rows: 2 },
    { format: 'llmcost-jsonl', lines: 1, rows: 1 },
  ]);
  expect((await world.llmcost(['imports', 'remove', '1'])).code).toBe(0);
  expect(await stored()).toEqual([]);
  expect(await world.rows(sql`select count(*) as calls from usage`)).toEqual([{ calls: '1' }]);
  expect((await world.imported(['costs.json']))[0]).toMatchObject({ imported: 2 });
});

describe('leaves nothing', () => {
  test('of a rehearsal', async () => {
    world.write('costs.json', page({ a: '1.25' }));
    const { out } = await world.llmcost(['import', 'costs.json', '--dry-run']);
    expect(out).toContain('ledger: 1 line, $1.25 billed\nThis was a dry run: nothing was changed.\n');
    expect(await stored()).toEqual([]);
  });

  test('of a file with too many bad lines', async () => {
    world.write('costs.json', page({ a: 'x', b: 'y', c: '1' }));
    const [file] = await world.imported(['costs.json'], 3);
    expect(file).toMatchObject({ status: 'failed', rejected: 2, imported: 0 });
    expect(await stored()).toEqual([]);
  });
});

test('has no columns to map or to set', async () => {
  world.write('costs.json', page({ a: '1' }));
  expect(await world.llmcost(['import', 'costs.json', '--set', 'customer=acme'])).toEqual({
    out: '',
    err: 'llmcost: --set customer: openai-costs tells what was billed, not what was used, and has no such columns.\nImport the file without it.\n',
    code: 2,
  });
});
