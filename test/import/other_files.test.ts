import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { call, longId, newWorld } from './world.js';

/*
 * What is the same in all lines of a file (set by --set, or never told by its format) is not compared line by line;
 * the profiles of earlier imports must not be met by it all the same.
 */

const COSTS = sql`
  select model, feature, operation, cast(cost_usd as double) as cost
  from usage
  order by model, cost_usd, feature nulls last`;

test('a model that is set is priced as itself, whatever models were imported before', async () => {
  const world = await newWorld();
  const more = Array.from({ length: 40 }, (_, index) => call(longId(index), { model: `model-${index}` }));
  world.write('before.jsonl', [call(null), ...more].join('\n'));
  world.write('calls.jsonl', '{"id":"a","time":"2026-10-01","in":1000000,"out":0}\n');
  await world.imported(['before.jsonl']);
  const mapping = ['--map', 'input_tokens=in', '--map', 'output_tokens=out', '--map', 'timestamp=time'];
  const [file] = await world.imported(['calls.jsonl', ...mapping, '--set', 'model=gpt-4o-mini']);
  expect(file).toMatchObject({ lines: 1, imported: 1, duplicates: 0 });
  // $0.15 per million
  expect(await world.rows(sql`select model, cast(cost_usd as double) as cost from usage where import_id = 2`)).toEqual([
    { model: 'gpt-4o-mini', cost: 0.15 },
  ]);
});

test('an answer that tells no feature takes none of calls imported before', async () => {
  const world = await newWorld();
  const model = 'claude-haiku-4-5-20251001';
  const known = { provider: 'anthropic', model, service_tier: 'standard', operation: 'embedding' };
  world.write('before.jsonl', ['a', 'b'].map((feature) => call(feature, { ...known, feature })).join('\n'));
  const usage = { input_tokens: 1000, output_tokens: 0, service_tier: 'standard' };
  world.write('answers.jsonl', JSON.stringify({ id: 'msg_1', type: 'message', model, usage }));
  await world.imported(['before.jsonl']);
  const [file] = await world.imported(['answers.jsonl']);
  expect(file).toMatchObject({ lines: 1, imported: 1, duplicates: 0 });
  // $1 and $5 per million
  expect(await world.rows(COSTS)).toEqual([
    { model, feature: 'a', operation: 'embedding', cost: 0.00015 },
    { model, feature: 'b', operation: 'embedding', cost: 0.00015 },
    { model, feature: null, operation: 'chat', cost: 0.001 },
  ]);
});
