import { expect, test } from 'vitest';
import { rollUp } from '../../src/query/rollups/build.js';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { call, longId, newWorld } from '../import/world.js';
import { sources } from '../source_tree.js';
import { hold } from '../store/holder.js';
import { calls, rolled } from './rollup_calls.js';

test('report adds usage up once it has answered; while others read the database it leaves it as it is', async () => {
  const world = await newWorld();
  world.write('calls.jsonl', calls(0, 240));
  await world.imported(['calls.jsonl']);
  const sums = () =>
    world.rows<{ sums: string; kept: boolean }>(sql`select sums, kept from usage_rolled order by sums`);
  const before = await world.llmcost(['report', '--by', 'customer,user', '--format', 'csv']);
  // 240 are too few.
  expect(await sums()).toEqual([]);
  await withStore(world.db, { access: 'write' }, (store) => store.run(sql`update imports set imported = 1000000`));
  const reader = await hold(world.db, 'READ_ONLY');
  const asked = ['report', '--by', 'customer,model', '--format', 'csv'];
  const beside = await world.llmcost(asked);
  expect(beside.code).toBe(0);
  await reader.letGo();
  expect(await sums()).toEqual([]);
  const first = await world.llmcost(asked);
  // By customers daily; what is unusual is looked for by the hour.
  expect(await sums()).toEqual([
    { sums: 'daily', kept: true },
    { sums: 'hourly', kept: true },
  ]);
  expect([first.out, (await world.llmcost(asked)).out]).toEqual([beside.out, beside.out]);
  // Users are in no sum.
  expect((await world.llmcost(['report', '--by', 'customer,user', '--format', 'csv'])).out).toBe(before.out);
});

test('what is not worth it, or too large, is looked at once and read call by call from then on', async () => {
  const world = await newWorld();
  const alone = Array.from({ length: 30 }, (_, n) =>
    call(longId(n), { customer: `c${n}`, timestamp: `2026-10-01T10:00:${n + 10}Z` }),
  );
  world.write('alone.jsonl', alone.join('\n'));
  await world.imported(['alone.jsonl']);
  await rolled(world);
  const sums = sql`select sums, kept from usage_rolled order by sums`;
  // 30 calls of an hour, and of 30 customers.
  expect(await world.rows(sums)).toEqual([
    { sums: 'daily', kept: false },
    { sums: 'hourly', kept: true },
  ]);
  await withStore(world.db, { access: 'write' }, async (store) => {
    await store.run(sql`delete from usage_rolled; delete from usage_hourly`);
    await store.run(sql`update usage_fact set latency_ms = 9000000000000000000`);
    await rollUp(store, ['hourly'], { least: 0 });
  });
  expect(await world.rows(sums)).toEqual([{ sums: 'hourly', kept: false }]);
  const { out } = await world.llmcost(['report', '--metrics', 'requests,cost', '--format', 'csv']);
  // 30 × $0.00035.
  expect(out.trimEnd().split('\r\n').at(-1)).toBe('total,,30,0.010500000000000000,0');
});

/** Rows that an import is still loading are in no sum; the file of schema steps and the store itself know of no others. */
const OF_UNFINISHED = /within\(range|loaded\.import_id|status = 'loading'/;

test('nobody changes usage of finished imports but through changeUsage', () => {
  const changing = sources().flatMap(({ path, code }) =>
    [...code.matchAll(/(store\.run\(\s*)?sql`\s*(update|delete from) usage_fact\b[^`]*/g)].map(
      ([statement, direct]) => ({
        path,
        statement,
        direct: direct !== undefined,
      }),
    ),
  );
  expect(changing.length).toBeGreaterThan(8);
  const careless = changing.filter(({ statement, direct }) => direct && !OF_UNFINISHED.test(statement));
  expect(careless).toEqual([]);
});
