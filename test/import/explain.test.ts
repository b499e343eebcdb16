import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from './world.js';

test('a known file: why, how it is written, where columns come from, its first rows; nothing is kept', async () => {
  const world = await newWorld();
  world.write(
    'calls.csv',
    `timestamp;MODEL;input_tokens;output_tokens;tenant\n${'2026-10-01 10:00;gpt-4o;1.000;10;acme\n'.repeat(7)}`,
  );
  expect(await world.llmcost(['import', '--explain', 'calls.csv', '--map', 'customer=Tenant'])).toEqual({
    out: `\
calls.csv: llmcost-csv, llmcost's own names as CSV columns
  recognised by: model, input_tokens, output_tokens
  CSV, separated by semicolons, decimals with a comma, utf-8
  not cursor-usage-csv: Date, Input (w/ Cache Write), Input (w/o Cache Write), Cache Read, Output Tokens are not there
  not litellm-daily-csv: date, api_key, prompt_tokens, completion_tokens, spend, api_requests are not there

column                 from           how
occurred_at            timestamp      time
uncached_input_tokens  input_tokens   whole number
text_output_tokens     output_tokens  whole number
customer               Tenant         as it is
model                  model          as it is
token_convention                      always inclusive

occurred_at               provider  model   priced_as      status  customer  input_tokens  output_tokens       cost
2026-10-01T10:00:00.000Z  openai    gpt-4o  openai/gpt-4o  ok      acme             1,000             10  $0.002600
2026-10-01T10:00:00.000Z  openai    gpt-4o  openai/gpt-4o  ok      acme             1,000             10  $0.002600
2026-10-01T10:00:00.000Z  openai    gpt-4o  openai/gpt-4o  ok      acme             1,000             10  $0.002600
2026-10-01T10:00:00.000Z  openai    gpt-4o  openai/gpt-4o  ok      acme             1,000             10  $0.002600
2026-10-01T10:00:00.000Z  openai    gpt-4o  openai/gpt-4o  ok      acme             1,000             10  $0.002600
`,
    err: '',
    code: 0,
  });
  expect(await world.rows(sql`select count(*) as imports from imports`)).toEqual([{ imports: '0' }]);
});

test('for programs, and where there is no database yet none is made', async () => {
  const world = await newWorld();
  world.write(
    'calls.jsonl',
    '{"timestamp":"2026-10-01","model":"gpt-4o","input_tokens":3,"output_tokens":1,"cached":1}\n',
  );
  const argv = ['import', '--explain', 'calls.jsonl', '--db', 'other.duckdb', '--summary', 'json'];
  const { out, code } = await world.llmcost(argv);
  expect(code).toBe(0);
  expect(existsSync(join(world.cwd, 'other.duckdb'))).toBe(false);
  const { schema, files } = JSON.parse(out) as { schema: string; files: Record<string, unknown>[] };
  expect(schema).toBe('llmcost.import-explain/1');
  expect(files).toMatchObject([
    {
      source: 'calls.jsonl',
      status: 'recognised',
      format: 'llmcost-jsonl',
      because: ['model', 'input_tokens', 'output_tokens'],
      written: { kind: 'JSON', encoding: 'utf-8', compression: 'none', delimiter: null, decimals: null, records: null },
      rows: [
        {
          model: 'gpt-4o',
          priced_as: 'openai/gpt-4o',
          input_tokens: '3',
          cost_usd: '0.000017500000000000',
          cost_status: 'computed',
        },
      ],
      draft: null,
    },
  ]);
  // Of the formats that come near: what is not there, and nothing else.
  expect(files[0]?.nearest).toContainEqual({ format: 'inspect-ai', lacks: ['eval_id', 'usage'] });
});

const UNKNOWN = 'when,mdl,tok in,tok out,took,who\n1790812800,gpt-4o,100,10,0.8,acme\n';

test('an unknown CSV file: the draft can be pasted and works', async () => {
  const world = await newWorld();
  world.write('my export.csv', UNKNOWN);
  const { out, err, code } = await world.llmcost(['import', '--explain', 'my export.csv']);
  const draft = `\
formats:
  - name: my-export # choose
    reads: csv
    signature: [when, mdl, tok in, tok out] # guess: what only such files have
    columns:
      timestamp: { from: when, format: epoch_s } # guess
      model: mdl # guess
      input_tokens: tok in # guess
      output_tokens: tok out # guess
    # not used: took, who
`;
  expect(out).toBe(`my export.csv: in no format llmcost knows\n\nA draft for llmcost.yaml; look it over:\n\n${draft}`);
  expect({ err, code }).toEqual({ err: 'llmcost: 1 of 1 files could not be recognised.\n', code: 3 });
  world.write('llmcost.yaml', draft);
  const [file] = await world.imported(['my export.csv']);
  // 100 × $2.50 and 10 × $10 per million.
  expect(file).toMatchObject({
    format: 'my-export',
    imported: 1,
    cost_usd: '0.000350000000000000',
    first_at: '2026-10-01 00:00:00',
  });
});

test('an unknown document: its lists and what stands beside them; what cannot be guessed is left to choose', async () => {
  const world = await newWorld();
  const calls = [{ mdl: 'gpt-4o', n: { in: 1, weird: 2 }, ms: 5 }];
  world.write(
    'page.json',
    JSON.stringify({ account: 'globex', result: { days: [{ day: '2026-07-01', calls }] } }, null, 1),
  );
  const { out } = await world.llmcost(['import', '--explain', 'page.json']);
  const draft = `\
formats:
  - name: page # choose
    reads: json
    records: 'result.days[*].calls[*]' # guess
    signature: ['result.days[*].day', mdl, n.in] # guess: what only such files have
    columns:
      timestamp: 'result.days[*].day' # guess
      model: mdl # guess
      input_tokens: n.in # guess
      # output_tokens: choose one of: n.weird, ms
      customer: '$.account' # guess
    # not used: n.weird, ms
`;
  expect(out.slice(out.indexOf('formats:'))).toBe(draft);
  world.write('llmcost.yaml', draft.replace('# output_tokens: choose one of: n.weird, ms', 'output_tokens: n.weird'));
  const [file] = await world.imported(['page.json']);
  expect(file).toMatchObject({ format: 'page', imported: 1, rejected: 0 });
});

test('a format of llmcost.yaml with a wrong path: what an import would have against the lines', async () => {
  const world = await newWorld();
  world.write(
    'llmcost.yaml',
    `\
formats:
  - name: mine
    reads: json
    signature: [when, llm.name]
    columns: {timestamp: when, model: llm.name, input_tokens: llm.nope, output_tokens: llm.out}
`,
  );
  const line = (when: number) => `${JSON.stringify({ when, llm: { name: 'gpt-4o', in: 3, out: 1 } })}\n`;
  world.write('calls.jsonl', line(1790000000) + line(1790000001) + line(1));
  const { out, code } = await world.llmcost(['import', '--explain', 'calls.jsonl']);
  expect(code).toBe(0);
  expect(out.split('\n').slice(-4).join('\n')).toBe(`
llm.nope is missing: 2 of the first 3 lines would be rejected
when is not a time between 2000 and 2099: 1 of the first 3 lines would be rejected
`);
});
