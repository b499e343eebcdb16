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

test('attributes of spans, of their resource, and of the span around them', async () => {
  const world = await newWorld();
  const told = (values: Record<string, string | number>) =>
    Object.entries(values).map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
    }));
  const span = (spanId: string, values: Record<string, string | number>, more: object = {}) => ({
    traceId: 't1',
    spanId,
    startTimeUnixNano: '1790812800000000000',
    endTimeUnixNano: '1790812801000000000',
    attributes: told(values),
    ...more,
  });
  const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o', 'gen_ai.usage.output_tokens': 1 };
  const spans = [
    span('a', { 'gen_ai.operation.name': 'invoke_agent', 'tenant.id': 'acme' }),
    span('b', { ...chat, 'gen_ai.usage.input_tokens': 1, 'app.team': 'red' }, { parentSpanId: 'a' }),
    span('c', { ...chat, 'gen_ai.usage.input_tokens': 2, 'app.team': 'blue' }, { parentSpanId: 'a' }),
  ];
  const resource = { attributes: told({ 'k8s.namespace': 'shop' }) };
  world.write('spans.json', JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans }] }] }));
  const maps = [
    'customer=attributes.tenant.id',
    'tag:team=attributes."app.team"',
    'feature=resource.attributes.k8s.namespace',
  ];
  const [file] = await world.imported(['spans.json', ...maps.flatMap((map) => ['--map', map])]);
  expect(file).toMatchObject({ format: 'otlp-traces', imported: 2, skipped: 1, unfound: [] });
  const stored = sql`select customer, feature, tags['team'] as team from usage order by uncached_input_tokens`;
  expect(await world.rows(stored)).toEqual([
    { customer: 'acme', feature: 'shop', team: 'red' },
    { customer: 'acme', feature: 'shop', team: 'blue' },
  ]);
});

test('deep paths: keys with dots, elements of lists inside of objects that are read otherwise, another case of a key', async () => {
  const world = await newWorld();
  world.write(
    'calls.jsonl',
    `${JSON.stringify({
      timestamp: '2026-10-01',
      model: 'gpt-4o',
      input_tokens: 1,
      output_tokens: 1,
      meta: { 'a.b': { c: 'deep' }, list: [{ id: 'first' }, { id: 'second' }], text: 'plain' },
    })}\n`,
  );
  const maps = ['customer=meta."a.b".c', 'feature=meta.list[1].id', 'environment=meta.text'];
  await world.imported(['calls.jsonl', ...maps.flatMap((map) => ['--map', map])]);
  const stored = sql`select customer, feature, environment from usage`;
  expect(await world.rows(stored)).toEqual([{ customer: 'deep', feature: 'second', environment: 'plain' }]);
});

test('keys that differ in case only', async () => {
  const world = await newWorld();
  world.write(
    'calls.jsonl',
    '{"timestamp":"2026-10-01","model":"gpt-4o","input_tokens":1,"output_tokens":1,"Customer":"x"}\n',
  );
  const { err, code } = await world.llmcost(['import', 'calls.jsonl', '--map', 'feature=Customer']);
  expect({ err, code }).toEqual({
    err: "llmcost: --map: 'Customer' and 'customer' differ in case only, and this format reads 'customer'.\nOnly one of them can be read.\n",
    code: 2,
  });
});
