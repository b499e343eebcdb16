import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';

/** Runs `llmcost pricing …` in a fresh folder. */
function fresh(config?: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-own-'));
  if (config !== undefined) writeFileSync(join(cwd, 'llmcost.yaml'), config);
  const run = async (...argv: string[]) => {
    const io = fakeIo({ cwd });
    await main(['pricing', ...argv], io);
    return { out: io.out(), err: io.err(), code: io.exitCode() };
  };
  return { cwd, run };
}

test('override: prices, in the units they are written in, are listed and end by number', async () => {
  const { cwd, run } = fresh();
  const prices = ['--input', '2.10', '--output', '8.40 per 1M', '--rate', 'web_search_requests=10/1K'];
  expect(await run('override', 'openai/gpt-4o', ...prices, '--tier', 'batch', '--note', 'contract 4711')).toEqual({
    out: `\
id  provider  model   dimension            raw_value  raw_unit    service_tier  origin   note
1   openai    gpt-4o  input                2.10       per_mtok    batch         command  contract 4711
2   openai    gpt-4o  output               8.40       per_mtok    batch         command  contract 4711
3   openai    gpt-4o  web_search_requests  10         per_kcount  batch         command  contract 4711
`,
    err: '',
    code: 0,
  });
  expect(await run('override', 'openai/gpt-4o', '--cache-write-1h', '1', '--input', '2', '--tier', 'batch')).toEqual({
    out: `\
id  provider  model   dimension       raw_value  raw_unit  service_tier  origin
4   openai    gpt-4o  input           2          per_mtok  batch         command
5   openai    gpt-4o  cache_write_1h  1          per_mtok  batch         command
`,
    err: 'note: override 1 is about the same; where both hold, the newest wins: 4, 5.\n',
    code: 0,
  });
  expect(await run('override', 'openai/gpt-4o', '--input', '2', '--tier', 'batch')).toEqual({
    out: '',
    err: 'note: override 4 says so already.\n',
    code: 0,
  });
  expect(await run('override', 'remove', '1', '3')).toEqual({ out: 'Removed override 1, 3.\n', err: '', code: 0 });
  const { out } = await run('override', 'list', '--format', 'json');
  expect(JSON.parse(out)).toMatchObject({
    schema: 'llmcost.pricing-override-list/1',
    currency: 'USD',
    rows: [
      { id: 2, usd_per_unit: '0.0000084', raw_value: '8.40', made_at: '2026-10-15T12:00:00Z', removed_in: null },
      { id: 4, usd_per_unit: '0.000002' },
      { id: 5, usd_per_unit: '0.000001' },
    ],
  });
  expect((await run('override', 'list', '--all', '--format', 'csv')).out.split('\r\n')).toHaveLength(7);
  expect(readdirSync(cwd)).toEqual(['llmcost.duckdb']);
});

test('override: a factor or a discount, of any provider, for some days and some prices', async () => {
  const { run } = fresh();
  expect(
    (
      await run(
        'override',
        'claude-*',
        '--discount',
        '15%',
        '--only',
        'input,output',
        '--from',
        '2026-01-01',
        '--to',
        '2027-01-01',
      )
    ).out,
  ).toBe(`\
id  model     dimension  raw_value  raw_unit     from        to          origin
1   claude-*  input      15         percent_off  2026-01-01  2027-01-01  command
2   claude-*  output     15         percent_off  2026-01-01  2027-01-01  command
`);
  await run('override', 'meta-llama/llama-3', '--provider', 'Fireworks', '--factor', '0.5', '--region', 'eu');
  const { rows } = JSON.parse((await run('override', 'list', '--format', 'json')).out);
  expect(rows).toMatchObject([
    { factor: '0.85', provider: null, dimension: 'input' },
    { factor: '0.85', provider: null, dimension: 'output' },
    { factor: '0.5', provider: 'fireworks_ai', model: 'meta-llama/llama-3', dimension: null, region: 'eu' },
  ]);
});

test.each([
  [
    ['--input', '-1'],
    "--input: '-1' is no price.\nIt must be USD per million tokens as a plain decimal number, such as 2.10, or with its unit, such as '0.0021 per 1K'.",
  ],
  [
    ['--cache-write-1h', 'NaN'],
    "--cache-write-1h: 'NaN' is no price.\nIt must be USD per million tokens as a plain decimal number, such as 2.10, or with its unit, such as '0.0021 per 1K'.",
  ],
  [
    ['--rate', 'pages=1e3'],
    "--rate pages: '1e3' is no price.\nIt must be USD for one as a plain decimal number, such as 0.01, or with its unit, such as '10 per 1K'.",
  ],
  [['--input', '2', '--rate', 'input=3'], '--rate input: input has a price already.\nGive one of them.'],
  [['--factor', '11'], "--factor '11' is no factor.\nIt must be a number between 0 and 10, such as 0.85."],
  [['--factor', '-0.5'], "--factor '-0.5' is no factor.\nIt must be a number between 0 and 10, such as 0.85."],
  [['--discount', '101%'], "--discount '101%' is no discount.\nIt must be a percentage from 0% to 100%, such as 15%."],
  [['--discount', '0.15'], "--discount '0.15' is no discount.\nIt must be a percentage from 0% to 100%, such as 15%."],
  [
    ['--note', 'x'],
    'There is no price for openai/gpt-4o.\nSay what it costs (--input 2.10 --output 8.40), or --factor 0.85, or --discount 15%.',
  ],
  [
    ['--factor', '0.5', '--discount', '15%'],
    'Prices, --factor and --discount exclude one another.\nGive one of them; what holds for different models or days takes several commands.',
  ],
  [
    ['--input', '2', '--only', 'input'],
    '--only goes with --factor or --discount.\nA price is for what its option names.',
  ],
  [
    ['--input', '2', '--from', '2026-02-01', '--to', '2026-02-01'],
    '--to 2026-02-01 is not after --from 2026-02-01: no time lies between them.\n--to is the first day that is out.',
  ],
])('override %j', async (options, message) => {
  const { cwd, run } = fresh();
  expect(await run('override', 'openai/gpt-4o', ...options)).toEqual({
    out: '',
    err: `llmcost: ${message}\n`,
    code: 2,
  });
  expect(existsSync(join(cwd, 'llmcost.duckdb'))).toBe(false);
});

test('override: names and models that are none', async () => {
  const { run } = fresh();
  expect((await run('override', '/gpt-4o', '--input', '1')).err).toBe(
    "llmcost: '/gpt-4o' is no model.\nWrite PROVIDER/MODEL, for example openai/gpt-4o or 'openai/gpt-4*'; without a provider, that of any is meant.\n",
  );
  expect((await run('override', 'x', '--rate', 'searches=1')).err).toMatch(
    /^llmcost: --rate 'searches=1' names nothing that has a price\.\nWrite NAME=USD; names are: input, output, cache_read, .*, requests\.\n$/,
  );
  expect((await run('override', 'x', '--factor', '1', '--only', 'inputs')).err).toMatch(
    /^llmcost: --only 'inputs' names nothing that has a price\.\nWrite names with commas between them; names are: input, .*\n$/,
  );
  expect(await run('override', 'remove', '1')).toMatchObject({ out: '', code: 6 });
  expect(await run('override', 'list')).toEqual({ out: 'There is no override in force.\n', err: '', code: 0 });
});

test('alias: the name in the logs, and a model that must be in the book', async () => {
  const { run } = fresh();
  expect(await run('alias', 'my-deployment', 'azure/GPT-4o', '--provider', 'azure')).toEqual({
    out: 'id  provider  model          is            origin\n1   azure     my-deployment  azure/gpt-4o  command\n',
    err: '',
    code: 0,
  });
  expect(await run('alias', 'prod', 'anthropic/claude-sonnet-4-6-turbo')).toEqual({
    out: '',
    err: `llmcost: prod: the price book has no model anthropic/claude-sonnet-4-6-turbo.
Names that begin like it: anthropic/claude-sonnet-4-6.
All names of a provider: llmcost pricing list --provider anthropic. A model that is in no list needs prices first: llmcost pricing override anthropic/claude-sonnet-4-6-turbo --input USD --output USD.
`,
    code: 2,
  });
  expect(await run('alias', 'prod', 'gpt-4o')).toEqual({
    out: '',
    err: "llmcost: 'gpt-4o' is not one model of one provider.\nWrite PROVIDER/MODEL as the price book does, for example azure/gpt-4o; see: llmcost pricing list --model '*gpt-4o*'\n",
    code: 2,
  });
  expect((await run('alias', ' ', 'openai/gpt-4o')).err).toBe(
    'llmcost: The name or the provider is empty.\nWrite them as your logs do.\n',
  );
  expect((await run('alias', 'remove', '2')).err).toBe(
    'llmcost: There is no alias 2 in force.\nThe numbers are in: llmcost pricing alias list\n',
  );
  expect((await run('alias', 'remove', '1')).out).toBe('Removed alias 1.\n');
});

test('flat: what is paid by time', async () => {
  const { run } = fresh();
  const gpu = ['--usd', '2.50', '--per', 'hour', '--from', '2026-01-01'];
  const added = await run('flat', 'add', 'gpu-a100', ...gpu, '--model', 'self_hosted/llama-3-70b');
  expect(added.out).toBe(`\
id  name      provider     model        usd  per   from        origin
1   gpu-a100  self_hosted  llama-3-70b  2.5  hour  2026-01-01  command
`);
  expect((await run('flat', 'add', 'gpu-a100', ...gpu.slice(0, 4), '--from', '2026-05-01')).err).toBe(
    'llmcost: gpu-a100: the flat price 1 has the name gpu-a100 at an overlapping time, and both would be counted.\nGive it another name, or take that one out: llmcost pricing flat remove 1\n',
  );
  expect((await run('flat', 'add', 'x', '--usd', '-5', '--per', 'day', '--from', '2026-01-01')).err).toBe(
    "llmcost: --usd '-5' is no amount.\nIt must be USD as a plain decimal number, such as 2.50.\n",
  );
  expect((await run('flat', 'add', 'x', '--usd', '5', '--per', 'week', '--from', '2026-01-01')).code).toBe(2);
  expect((await run('flat', 'remove', '1')).out).toBe('Removed flat price 1.\n');
  expect((await run('flat', 'list')).out).toBe('There is no flat price in force.\n');
});

test('llmcost.yaml: its prices are in force before anything else is answered', async () => {
  const config = "prices:\n  overrides:\n    - {model: 'openai/gpt-4o*', factor: 0.85}\n";
  const { cwd, run } = fresh(config);
  const listed = `id  provider  model    raw_value  raw_unit  origin\n1   openai    gpt-4o*  0.85       factor    configuration\n`;
  // Without a database the answer comes from memory, and none is made.
  expect((await run('override', 'list')).out).toBe(listed);
  expect(readdirSync(cwd)).toEqual(['llmcost.yaml']);
  await run('override', 'x', '--input', '1');
  expect(await run('override', 'remove', '1')).toEqual({
    out: 'Removed override 1.\n',
    err: 'note: override 1 stands in llmcost.yaml: take it out there, or it comes back with the next command.\n',
    code: 0,
  });
  writeFileSync(join(cwd, 'llmcost.yaml'), config.replace('0.85', '0.8'));
  const { rows } = JSON.parse((await run('override', 'list', '--format', 'json')).out);
  expect(rows).toMatchObject([
    { id: 2, origin: 'command' },
    { id: 3, origin: 'configuration', factor: '0.8' },
  ]);
  writeFileSync(join(cwd, 'other.yaml'), 'prices:\n  aliases:\n    - {model: x, is: openai/gpt-99}\n');
  const { err, code } = await run('alias', 'list', '--config', 'other.yaml');
  expect([err.split('\n')[0], code]).toEqual([
    'llmcost: other.yaml:3: prices.aliases[0].is: the price book has no model openai/gpt-99.',
    2,
  ]);
});
