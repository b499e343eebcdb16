import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';

/** Runs `llmcost pricing …` in a fresh folder. */
function fresh() {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-cost-'));
  const run = async (...argv: string[]) => {
    const io = fakeIo({ cwd });
    await main(['pricing', ...argv], io);
    return { out: io.out(), err: io.err(), code: io.exitCode() };
  };
  return { cwd, run };
}

/** The exact total of a call. */
async function total(...argv: string[]): Promise<string | null> {
  const { out } = await fresh().run('cost', ...argv, '--format', 'json');
  const answer: { total: string | null } = JSON.parse(out);
  return answer.total;
}

// $3 in and $15 out per million tokens; above 200,000 tokens of prompt $6 and $22.50 for the whole call:
// https://docs.claude.com/en/docs/about-claude/pricing
test('a long prompt: the whole call at the price of long prompts', async () => {
  const { cwd, run } = fresh();
  const counts = ['--input-tokens', '250000', '--output-tokens', '1000'];
  expect(await run('cost', 'claude-sonnet-4-5', ...counts, '--at', '2026-09-01')).toEqual({
    out: `\
2026-09-01
anthropic · claude-sonnet-4-5

part    quantity               USD  cost USD
input    250,000     6 per million    1.5000
output     1,000  22.5 per million    0.0225
total                                 1.5225

rates of anthropic/claude-sonnet-4-5, prompts from 200,001 tokens
found by: the log names no provider, the name says whose model it is; the price list has this very name

rate    as published                            valid   seen        source
input   6 per million, prompts from 200,001     always  2026-08-21  genai-prices
output  22.5 per million, prompts from 200,001  always  2026-08-21  genai-prices

genai-prices: https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json
`,
    err: '',
    code: 0,
  });
  expect(readdirSync(cwd)).toEqual([]);
});

test.each([
  // 200,000 × $3 + 1,000 × $15
  ['0.615000000000000000', ['claude-sonnet-4-5', '--input-tokens', '200000', '--output-tokens', '1000']],
  // The average of two calls is 125,000 tokens: 250,000 × $3
  ['0.750000000000000000', ['claude-sonnet-4-5', '--input-tokens', '250000', '--requests', '2']],
  // Half of everything but the searches: 49,000 × $3 + 200,000 × $0.30 + 1,000 × $6 + 1,000 × $11.25, and 2 × $0.01
  [
    '0.244250000000000000',
    [
      ...['claude-sonnet-4-5', '--input-tokens', '250000', '--cache-read-tokens', '200000'],
      ...['--cache-write-1h-tokens', '1000', '--output-tokens', '1000', '--reasoning-tokens', '300'],
      ...['--unit', 'web_search_requests=2', '--tier', 'Batch'],
    ],
  ],
  // Without the whole the parts are the whole: 1,000 × $0.30 + 2,000 × $3.75
  ['0.007800000000000000', ['claude-sonnet-4-5', '--cache-read-tokens', '1000', '--cache-write-tokens', '2000']],
  // OpenAI cut o3 from $10 to $2 on 10 June 2025
  ['10.000000000000000000', ['o3', '--input-tokens', '1000000', '--at', '2025-06-01']],
  ['2.000000000000000000', ['o3', '--input-tokens', '1000000', '--at', '2025-07-01T00:00:00+02:00']],
  // $0.006 a minute: 12.5 seconds
  ['0.001250000000000000', ['whisper-1', '--unit', 'input_audio_seconds=12.5']],
  // 600 × $2.50 + 400 × $40 + 30 × $10 + 20 × $80: https://platform.openai.com/docs/models/gpt-4o-audio-preview
  [
    '0.019400000000000000',
    [
      ...['gpt-4o-audio-preview', '--input-tokens', '1000', '--unit', 'input_audio_tokens=400'],
      ...['--output-tokens', '50', '--unit', 'output_audio_tokens=20'],
    ],
  ],
])('%s: %j', async (cost, argv) => {
  expect(await total(...argv)).toBe(cost);
});

test('the prices of the database, which is only read and stays as it is', async () => {
  const { cwd, run } = fresh();
  await run('override', 'someone/else', '--input', '1');
  const path = join(cwd, 'llmcost.duckdb');
  const before = readFileSync(path);
  const answer = JSON.parse((await run('cost', 'gpt-4o', '--input-tokens', '1000', '--format', 'json')).out);
  // 1,000 × $2.50
  expect(answer).toMatchObject({
    schema: 'llmcost.pricing-cost/1',
    currency: 'USD',
    price_book: expect.stringContaining('genai-prices'),
    call: { request_id: null, import: null, rate_card: { number: null, price_model: 'gpt-4o' } },
    total: '0.002500000000000000',
  });
  expect(readFileSync(path).equals(before)).toBe(true);
  const left = await withStore(path, { access: 'read' }, (store) =>
    store.row(sql`select (select count(*) from rate_card) as cards, (select count(*) from usage_fact) as rows`),
  );
  expect(left).toEqual({ cards: '0', rows: '0' });
});

test('a model nobody knows is wrong usage, and the remedy is named', async () => {
  const { run } = fresh();
  expect(await run('cost', "my model's", '--provider', 'azure', '--input-tokens', '1')).toEqual({
    out: '',
    err: `llmcost: There is no price for my model's: no price list has a model of this name from this provider.
Say which model it is: llmcost pricing alias 'my model'\\''s' PROVIDER/MODEL --provider azure
or what it costs:      llmcost pricing override 'my model'\\''s' --provider azure --input USD --output USD
`,
    code: 2,
  });
});

test('a fee without a price: the total is the least that it can be, and that cannot pass', async () => {
  const { run } = fresh();
  const { out, err, code } = await run('cost', 'gpt-4o', '--input-tokens', '3', '--unit', 'session_hours=1');
  expect(out).toContain(`\
part           quantity              USD   cost USD
input                 3  2.5 per million  0.0000075
session hours         1                –   unpriced
total                                     0.0000075
`);
  expect([err, code]).toEqual([
    'llmcost: The cost is only known in part: there is no price for session_hours.\nSet it: llmcost pricing override openai/gpt-4o --rate session_hours=USD\n',
    4,
  ]);
});

test.each([
  [
    ['--input-tokens', '5', '--cache-read-tokens', '4', '--unit', 'input_audio_tokens=2'],
    '--input-tokens 5 is less than its parts: --cache-read-tokens 4, --unit input_audio_tokens 2.\nIt counts the whole prompt, and these are in it.',
  ],
  [
    ['--output-tokens', '5', '--reasoning-tokens', '6'],
    '--output-tokens 5 is less than its parts: --reasoning-tokens 6.\nIt counts the whole answer, and these are in it.',
  ],
  [
    ['--input-tokens', '1e3'],
    "--input-tokens '1e3' is no number of tokens.\nWrite a whole number, for example --input-tokens 1200.",
  ],
  [
    ['--output-tokens', '-1'],
    "--output-tokens '-1' is no number of tokens.\nWrite a whole number, for example --output-tokens 1200.",
  ],
  [
    ['--unit', 'input_audio_tokens=1.5'],
    "--unit input_audio_tokens '1.5' is no number of tokens.\nWrite a whole number, for example --unit input_audio_tokens 1200.",
  ],
  [[], 'There is nothing to price.\nSay what the call uses, for example --input-tokens 1000 --output-tokens 200.'],
  [['--input-tokens', '1', '--requests', '0'], "--requests '0' is no number of calls.\nUse a whole number from 1 on."],
  [
    ['--input-tokens', '1', '--at', 'soon'],
    "--at 'soon' is not a time.\nWrite a date or an ISO timestamp: --at 2026-09-01, --at 2026-09-01T12:00:00Z.",
  ],
])('%j', async (options, message) => {
  expect(await fresh().run('cost', 'gpt-4o', ...options)).toEqual({ out: '', err: `llmcost: ${message}\n`, code: 2 });
});

test('a unit that is none, and a configuration that is wrong', async () => {
  const { cwd, run } = fresh();
  const { err } = await run('cost', 'gpt-4o', '--unit', 'searches=1');
  expect(err).toMatch(
    /^llmcost: --unit 'searches=1' is no quantity of something that is billed\.\nWrite NAME=NUMBER, for example --unit web_search_requests=2; names are: input_audio_tokens, .*\.\n$/,
  );
  writeFileSync(join(cwd, 'llmcost.yaml'), 'price: 1\n');
  expect(await run('cost', 'gpt-4o', '--input-tokens', '1')).toEqual({
    out: '',
    err: 'llmcost: llmcost.yaml:1: price: is not known here. Known are: db, tz, period, metrics, theme, views, prices, plans, customers, rates, currency, formats, attribution, budgets, notify, team.\n',
    code: 2,
  });
});
