import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from './world.js';

const FORMATS = `\
formats:
  - name: vendor-csv
    reads: csv
    delimiter: '^'
    decimals: comma
    signature: [Zeitpunkt, Modell, Dauer]
    counts: exclusive
    columns:
      timestamp: { from: Zeitpunkt, format: epoch_ms }
      model: Modell
      input_tokens: { from: Ein (k), unit: 1k }
      output_tokens: Aus
      cache_read_tokens: Cache
      latency_ms: { from: Dauer, unit: s }
      billed_cost: { from: Cent, unit: cents }
      customer: Kunde
      tag:team: Team
    set: { provider: openai, environment: prod }
    skip: ['Art!=call']
  - name: app-log
    reads: jsonl
    signature: [evt=llm, req.mdl]
    reasoning: exclusive
    columns:
      timestamp: { from: at, format: '%d.%m.%Y %H:%M', zone: Europe/Berlin }
      model: req.mdl
      input_tokens: req.usage."in.total"
      output_tokens: req.usage.out
      reasoning_tokens: req.usage.thought
      customer: ctx.tenants[0].id
      tags: ctx.labels
  - name: pages
    reads: json
    records: result.items[*].calls[*]
    signature: [mdl]
    columns:
      timestamp: result.items[*].day
      model: mdl
      input_tokens: n.in
      output_tokens: n.out
      customer: $.account
`;

const STORED = sql`
  select
    strftime(occurred_at, '%Y-%m-%d %H:%M:%S.%g') as "at", provider, model, uncached_input_tokens as "in", cache_read_tokens as cached,
    text_output_tokens as "out", reasoning_tokens as thought, latency_ms as ms, billed_cost as billed, cost_usd as cost,
    customer, environment as env, to_json(tags) as tags, token_convention as counts
  from usage
  order by occurred_at, uncached_input_tokens, text_output_tokens`;

test('a CSV file with headers, units and counts of its own', async () => {
  const world = await newWorld();
  world.write('llmcost.yaml', FORMATS);
  world.write(
    'v.csv',
    `zeitpunkt^MODELL^Ein (k)^Aus^Cache^Dauer^Cent^Kunde^Team^Art
1790812800123^gpt-4o^1,5^20^500^0,8^1,25^acme^red^call
1790812801000^gpt-4o^0,001^1.000^^1,2345^^globex^^call
1790812801000^gpt-4o^0,0015^1.000^^1,2345^^globex^^call
1790812801000^^^^^^^^^ping
`,
  );
  const [file] = await world.imported(['v.csv', '--max-rejects', '1']);
  expect(file).toMatchObject({ format: 'vendor-csv', lines: 4, imported: 2, skipped: 1, rejected: 1, unread: [] });
  expect(file?.skip_reasons).toEqual({ 'rows of Art!=call': 1 });
  expect(file?.rejects).toEqual([{ line: 4, field: 'Ein (k)', reason: 'is not a whole number' }]);
  const always = { provider: 'openai', model: 'gpt-4o', thought: null, env: 'prod', counts: 'exclusive' };
  // gpt-4o: $2.50, cached $1.25, $10 per million. 1500 × 2.5 + 500 × 1.25 + 20 × 10; 1 × 2.5 + 1000 × 10.
  expect(await world.rows(STORED)).toEqual([
    {
      ...always,
      at: '2026-10-01 00:00:00.123',
      in: '1500',
      cached: '500',
      out: '20',
      ms: '800',
      billed: '0.012500000000000000',
      cost: '0.004575000000000000',
      customer: 'acme',
      tags: '{"team":"red"}',
    },
    {
      ...always,
      at: '2026-10-01 00:00:01.000',
      in: '1',
      cached: null,
      out: '1000',
      ms: '1235',
      billed: null,
      cost: '0.010002500000000000',
      customer: 'globex',
      tags: null,
    },
  ]);
});

test('nested JSON lines, and a JSON document with lists in objects', async () => {
  const world = await newWorld();
  world.write('llmcost.yaml', FORMATS);
  const usage = { 'in.total': 100, out: 10, thought: 5 };
  const lines = [
    {
      evt: 'llm',
      at: '01.07.2026 12:30',
      req: { mdl: 'gpt-4o', usage },
      ctx: { tenants: [{ id: 'acme' }], labels: { a: 'b' } },
    },
    { evt: 'llm', at: '2026-07-01', req: { mdl: 'gpt-4o', usage }, ctx: {} },
  ];
  world.write('a.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
  const items = [
    {
      day: '2026-07-02',
      calls: [
        { mdl: 'gpt-4o', n: { in: 1, out: 2 } },
        { mdl: 'gpt-4o', n: { in: 1, out: 3 } },
      ],
    },
    { day: '2026-07-03', calls: [] },
  ];
  world.write('p.json', JSON.stringify({ account: 'globex', result: { items } }, null, 2));
  const [log, pages] = await world.imported(['a.jsonl', 'p.json']);
  expect(log).toMatchObject({ format: 'app-log', lines: 2, imported: 1, rejected: 1 });
  expect(log?.rejects).toEqual([{ line: 2, field: 'at', reason: 'is not a time between 2000 and 2099' }]);
  expect(pages).toMatchObject({ format: 'pages', lines: 3, imported: 2, skip_reasons: { 'empty lists calls': 1 } });
  const rows = await world.rows(STORED);
  // In July Berlin is two hours ahead.
  expect(rows).toMatchObject([
    { at: '2026-07-01 10:30:00.000', in: '100', out: '10', thought: '5', customer: 'acme', tags: '{"a":"b"}' },
    { at: '2026-07-02 00:00:00.000', in: '1', out: '2', customer: 'globex', counts: 'inclusive' },
    { at: '2026-07-02 00:00:00.000', in: '1', out: '3', customer: 'globex' },
  ]);
});

test('a declared format comes before those of the program; two of them are an error; --format chooses', async () => {
  const world = await newWorld();
  const entry = (name: string) => `\
  - name: ${name}
    reads: csv
    signature: [model, input_tokens]
    columns: { timestamp: timestamp, model: model, input_tokens: input_tokens, output_tokens: output_tokens }
    set: { feature: ${name} }
`;
  world.write('calls.csv', 'timestamp,model,input_tokens,output_tokens\n2026-10-01,gpt-4o,1,1\n');
  world.write('one.yaml', `formats:\n${entry('mine')}`);
  world.write('two.yaml', `formats:\n${entry('mine')}${entry('other')}`);
  const { out } = await world.llmcost(['import', 'calls.csv', '--config', 'two.yaml']);
  expect(out).toBe(`\
calls.csv: not imported
  calls.csv looks like several formats: mine and other.
  Say which one it is with --format, or split it.
`);
  const [chosen] = await world.imported(['calls.csv', '--config', 'two.yaml', '--format', 'other', '--dry-run']);
  expect(chosen?.format).toBe('other');
  const [found] = await world.imported(['calls.csv', '--config', 'one.yaml']);
  expect(found?.format).toBe('mine');
});

test.each([
  [
    { name: 'llmcost-csv' },
    "llmcost.yaml:2: formats[0].name: there is a format 'llmcost-csv' already.\nGive it another name.",
  ],
  [
    { skip: "['a..b=1']" },
    'llmcost.yaml:6: formats[0].skip[0]: \'a..b\' is not a path.\nWrite keys with dots between them, such as metadata.tenant or items[0].id; a key with a dot in quotation marks: meta."a.b".',
  ],
])('what only a second look shows: %o', async (change: { name?: string; skip?: string }, complaint) => {
  const world = await newWorld();
  world.write(
    'llmcost.yaml',
    `\
formats:
  - name: ${change.name ?? 'mine'}
    reads: jsonl
    signature: [mdl]
    columns: { timestamp: t, model: mdl, input_tokens: i, output_tokens: o }
    skip: ${change.skip ?? '[]'}
`,
  );
  world.write('calls.jsonl', '{"mdl":1}');
  expect(await world.llmcost(['import', 'calls.jsonl'])).toEqual({ out: '', err: `llmcost: ${complaint}\n`, code: 2 });
});
