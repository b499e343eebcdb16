import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';

let cwd = '';

/** A call of gpt-4.1, $2 and $8 per million tokens, so 1000 + 100 tokens are $0.0028. */
function call(id: string, day: number, output: number | string = 100): string {
  return `${JSON.stringify({
    request_id: `chatcmpl-${id.repeat(6)}`,
    timestamp: `2026-10-0${day}T08:00:00Z`,
    provider: 'openai',
    model: 'gpt-4.1',
    input_tokens: 1000,
    output_tokens: output,
  })}\n`;
}

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'llmcost-imports-'));
  writeFileSync(join(cwd, 'monday.jsonl'), call('aaaa', 1) + call('bbbb', 1) + call('cccc', 1, 'many'));
  writeFileSync(join(cwd, 'copy.jsonl'), call('bbbb', 1) + call('dddd', 2));
  writeFileSync(join(cwd, 'friday.jsonl'), call('eeee', 5));
});

async function llmcost(...argv: string[]) {
  const io = fakeIo({ cwd });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

async function cost(): Promise<string> {
  const { out } = await llmcost('report', '--format', 'json');
  return JSON.parse(out).totals.cost;
}

const NOW = /\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?= {2,}\d+ {2})/g;

test('imports list', async () => {
  await llmcost('import', 'monday.jsonl', 'copy.jsonl');
  const { out, err, code } = await llmcost('imports');
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(out.replaceAll(NOW, 'YYYY-MM-DD hh:mm')).toBe(`\
id  source        format         imported at       lines  imported  duplicates  rejected  rows  from              to
 1  monday.jsonl  llmcost-jsonl  YYYY-MM-DD hh:mm      3         2           0         1     2  2026-10-01 08:00  2026-10-01 08:00
 2  copy.jsonl    llmcost-jsonl  YYYY-MM-DD hh:mm      2         1           1         0     1  2026-10-02 08:00  2026-10-02 08:00
`);
  expect((await llmcost('imports', 'list')).out).toBe(out);
});

test('imports list for programs', async () => {
  await llmcost('import', 'friday.jsonl');
  const { schema, imports } = JSON.parse((await llmcost('imports', 'list', '--format', 'json')).out);
  expect(schema).toBe('llmcost.imports/1');
  expect(imports).toMatchObject([
    { import_id: 1, source: 'friday.jsonl', format: 'llmcost-jsonl', status: 'done', lines: 1, rows: 1 },
  ]);
  const csv = (await llmcost('imports', 'list', '--format', 'csv')).out.split('\r\n');
  expect(csv[0]).toBe(
    'import_id,source,format,status,finished_at,lines,imported,duplicates,updated,skipped,rejected,rows,first_at,last_at',
  );
  expect(csv[1]).toMatch(
    /^1,friday\.jsonl,llmcost-jsonl,done,.*,1,1,0,0,0,0,1,2026-10-05T08:00:00\.000Z,2026-10-05T08:00:00\.000Z$/,
  );
});

test('nothing imported yet', async () => {
  await llmcost('import', 'friday.jsonl');
  await llmcost('imports', 'remove', '1');
  expect((await llmcost('imports')).out).toBe('Nothing has been imported yet: llmcost import <files>\n');
});

test('imports rejects', async () => {
  await llmcost('import', 'monday.jsonl', 'friday.jsonl');
  expect((await llmcost('imports', 'rejects', '1')).out).toBe(`\
line  field          reason
   3  output_tokens  is not a whole number
`);
  expect((await llmcost('imports', 'rejects', '1', '--format', 'csv')).out).toBe(
    'file,line,field,reason\r\nmonday.jsonl,3,output_tokens,is not a whole number\r\n',
  );
  expect(JSON.parse((await llmcost('imports', 'rejects', '1', '--format', 'json')).out)).toEqual({
    schema: 'llmcost.rejects/1',
    import_id: 1,
    source: 'monday.jsonl',
    rejected: 1,
    rejects: [{ line: 3, field: 'output_tokens', reason: 'is not a whole number' }],
  });
  expect((await llmcost('imports', 'rejects', '2')).out).toBe('No line was rejected.\n');
});

test('revenue that is removed is called revenue', async () => {
  writeFileSync(join(cwd, 'paid.csv'), 'customer,period,amount,currency\nacme,2026-10,5,USD\nhooli,2026-10,7,USD\n');
  await llmcost('import', 'paid.csv');
  expect(await llmcost('imports', 'remove', '1')).toMatchObject({
    out: 'Removed paid.csv: 2 rows of revenue.\n',
    code: 0,
  });
});

test('imports rejects into a file, of all lines of an import', async () => {
  const bad = Array.from({ length: 1500 }, (_, index) => call(`x${index}`, 1, 'many')).join('');
  writeFileSync(join(cwd, 'bad.jsonl'), bad + call('eeee', 5));
  await llmcost('import', 'bad.jsonl');
  await llmcost('import', 'bad.jsonl', '--max-rejects', '2000');
  expect(await llmcost('imports', 'rejects', '2', '--format', 'jsonl', '-o', 'bad.txt')).toEqual({
    out: '',
    err: '',
    code: 0,
  });
  const written = readFileSync(join(cwd, 'bad.txt'), 'utf8').trimEnd().split('\n');
  expect(written.map((line) => JSON.parse(line))).toEqual(
    Array.from({ length: 1500 }, (_, index) => ({
      file: 'bad.jsonl',
      line: index + 1,
      field: 'output_tokens',
      reason: 'is not a whole number',
    })),
  );
  // The first attempt was refused.
  const refused = await llmcost('imports', 'rejects', '1', '--format', 'csv');
  expect(refused.out.split('\r\n')).toHaveLength(1 + 1000 + 1);
  expect(refused.err).toBe('note: the file was refused; of its 1500 bad lines the first 1000 are named.\n');
});

test('a removed import takes its calls along; a file that shared some brings them back', async () => {
  await llmcost('import', 'monday.jsonl', 'copy.jsonl', 'friday.jsonl');
  expect(await cost()).toBe('0.011200000000000000');
  expect(await llmcost('imports', 'remove', '1')).toEqual({
    out: `\
Removed monday.jsonl: 2 rows of usage.
These files may have had calls in common with it; import them again to bring those back:
  copy.jsonl
`,
    err: '',
    code: 0,
  });
  expect(await cost()).toBe('0.005600000000000000');
  expect((await llmcost('import', 'copy.jsonl', 'friday.jsonl')).out).toBe(`\
copy.jsonl: llmcost-jsonl, 2 lines = 1 imported + 1 duplicate
  from 2026-10-01 08:00 to 2026-10-01 08:00 UTC, cost $0.002800
friday.jsonl: imported before (import 3) and unchanged, nothing to do
2 files: 2 lines = 1 imported + 1 duplicate
  from 2026-10-01 08:00 to 2026-10-01 08:00 UTC, cost $0.002800
  next: llmcost report --by model
`);
  expect(await cost()).toBe('0.008400000000000000');
  expect((await llmcost('import', 'monday.jsonl')).out).toContain('3 lines = 1 imported + 1 duplicate + 1 rejected');
  expect(await cost()).toBe('0.011200000000000000');
});

test('a call that grew in a later file comes back in its first state when that file is removed', async () => {
  writeFileSync(join(cwd, 'later.jsonl'), call('eeee', 5, 200));
  await llmcost('import', 'friday.jsonl');
  expect((await llmcost('import', 'later.jsonl')).out).toContain('1 line = 0 imported + 1 updated');
  expect((await llmcost('imports', 'remove', '2')).out).toContain('\n  friday.jsonl\n');
  expect((await llmcost('import', 'friday.jsonl')).out).toContain('1 line = 1 imported');
  expect(await cost()).toBe('0.002800000000000000');
});

test('an import that is not there: nothing is removed', async () => {
  await llmcost('import', 'friday.jsonl');
  const missing = `llmcost: There is no import 7 in ${join(cwd, 'llmcost.duckdb')}.\nSee which there are: llmcost imports list\n`;
  expect(await llmcost('imports', 'remove', '1', '7')).toEqual({ out: '', err: missing, code: 3 });
  expect(await llmcost('imports', 'rejects', '7')).toEqual({ out: '', err: missing, code: 3 });
  expect(await cost()).toBe('0.002800000000000000');
});

test('to remove an import again is nothing to do, and no other import gets its number', async () => {
  await llmcost('import', 'friday.jsonl', 'monday.jsonl');
  expect((await llmcost('imports', 'remove', '2')).out).toBe('Removed monday.jsonl: 2 rows of usage.\n');
  const again = { out: 'Import 2 was removed before: nothing to do.\n', err: '', code: 0 };
  expect(await llmcost('imports', 'remove', '2')).toEqual(again);
  await llmcost('import', 'monday.jsonl');
  expect(await llmcost('imports', 'remove', '2')).toEqual(again);
  expect((await llmcost('imports', 'remove', '2', '3')).out).toBe(
    'Import 2 was removed before: nothing to do.\nRemoved monday.jsonl: 2 rows of usage.\n',
  );
});

test('what is no number is wrong usage', async () => {
  expect(await llmcost('imports', 'remove', 'monday.jsonl')).toEqual({
    out: '',
    err: `\
error: command-argument value 'monday.jsonl' is invalid for argument 'ids'. It must be a number; llmcost imports list shows them.
Run the command with --help to see what it takes.
`,
    code: 2,
  });
});

test('without a database there is nothing to list or remove, and none is made', async () => {
  const none = `llmcost: There is no database at ${join(cwd, 'llmcost.duckdb')}.\nImport something first: llmcost import <files>, or point to an existing one with --db PATH.\n`;
  expect(await llmcost('imports', 'remove', '1')).toEqual({ out: '', err: none, code: 6 });
  expect(await llmcost('imports')).toEqual({ out: '', err: none, code: 6 });
});
