import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { main } from '../../src/cli.js';

const LIST = {
  'gpt-x': {
    litellm_provider: 'openai',
    mode: 'chat',
    input_cost_per_token: 2.5e-6,
    output_cost_per_token: 1e-5,
    input_cost_per_pixel: 1e-9,
  },
  'xai/=grok': { litellm_provider: 'xai', mode: 'chat', input_cost_per_token: 3e-6 },
};

/** Runs a command line in a fresh folder that holds the list above as prices-2031-08-01.json. */
function fresh() {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-'));
  writeFileSync(join(cwd, 'prices-2031-08-01.json'), JSON.stringify(LIST));
  const run = async (...argv: string[]) => {
    const out: string[] = [];
    const err: string[] = [];
    let code = 0;
    const into = (chunks: string[]) =>
      new Writable({
        write: (chunk, _, done) => {
          chunks.push(String(chunk));
          done();
        },
      });
    await main(['pricing', ...argv], {
      stdin: Readable.from([]),
      stdout: into(out),
      stderr: into(err),
      env: {},
      cwd,
      now: () => new Date('2031-09-01T00:00:00Z'),
      sleep: async () => {},
      interrupted: () => new AbortController().signal,
      setExitCode: (exit) => {
        code = exit;
      },
    });
    return { code, out: out.join(''), err: err.join('') };
  };
  return { cwd, run };
}

test('refresh --output builds a bundle from the files alone', async () => {
  const { cwd, run } = fresh();
  const answer = await run('refresh', '--from', 'prices-2031-08-01.json', '--output', '.');
  expect(answer).toEqual({
    code: 0,
    out: `litellm 2031-08-01: 2 models; rates: 3 new, 0 changed, 0 corrected, 0 withdrawn, 0 as before; 1 quarantined
${cwd}: 3 rates, 1 multipliers, 1 models with input and output prices
`,
    err: '',
  });
  expect(readdirSync(cwd).sort()).toEqual([
    'book.json',
    'models.csv.gz',
    'multipliers.csv.gz',
    'prices-2031-08-01.json',
    'rates.csv.gz',
  ]);
});

test('list and show answer from the bundled prices where there is no database, and make none', async () => {
  const { cwd, run } = fresh();
  expect(await run('list', '--provider', 'OpenAI', '--model', 'gpt-4o-2024-05-1?', '--format', 'csv')).toEqual({
    code: 0,
    // $5.00 in, $15.00 out per million tokens: https://platform.openai.com/docs/pricing
    out: 'provider,model,input,output,cache_read,cache_write,operation,context_window,max_output_tokens,deprecation_date,source\r\nopenai,gpt-4o-2024-05-13,5,15,,,chat,128000,4096,2026-10-23,genai-prices\r\n',
    err: '',
  });
  expect(readdirSync(cwd)).toEqual(['prices-2031-08-01.json']);
});

test('a shrunk list is refused and says so', async () => {
  const { run } = fresh();
  const { code, out, err } = await run('refresh', '--from', 'prices-2031-08-01.json');
  expect([code, out]).toEqual([5, '']);
  expect(err).toMatch(/^llmcost: The litellm file has 2 models, the one of 2026-11-20 had \d+: it looks cut off\./);
});

test('wrong dates, missing files and unknown models say what to do', async () => {
  const { run } = fresh();
  expect((await run('refresh', '--from', 'prices-2031-08-01.json', '--date', '2031-02-30')).code).toBe(2);
  const missing = await run('refresh', '--from', 'gone.json');
  expect(missing.code).toBe(3);
  expect(missing.err).toContain('Check the path given to --from.');
  expect(await run('show', 'gpt-99')).toEqual({
    code: 2,
    out: '',
    err: "llmcost: The price book has no price for gpt-99: no price list has a model of this name from this provider.\nLook for its name: llmcost pricing list --model '*gpt-99*'\n",
  });
});

test('show tells conditions, validity, source and factors of each price', async () => {
  const { run } = fresh();
  const { out } = await run('show', 'claude-sonnet-4-5', '--provider', 'anthropic', '--format', 'json');
  const { schema, models } = JSON.parse(out);
  expect(schema).toBe('llmcost.pricing-show/2');
  expect(models).toHaveLength(1);
  // $22.50 per million tokens of answer above 200,000 tokens of prompt.
  expect(models[0].prices).toContainEqual({
    dimension: 'output',
    conditions: 'prompts from 200001',
    per: 'per million',
    usd: '22.5',
    since: null,
    until: null,
    source: 'genai-prices',
    data_date: '2026-08-21',
    others: [],
  });
  expect(models[0].factors).toContainEqual(
    expect.objectContaining({ kind: 'batch', condition: 'batch', factor: '0.5' }),
  );
});

test('show knows a name as logs write it, and tells where sources disagree and what changed', async () => {
  const { run } = fresh();
  const { out } = await run('show', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', '--format', 'table');
  // 10 % above the global price: https://docs.claude.com/en/docs/about-claude/pricing
  expect(out).toMatch(/^bedrock · us\.anthropic\.claude-sonnet-4-5-20250929-v1:0$/m);
  expect(out).toMatch(/^input +3\.3 +per million +always +litellm of/m);
  const sol = await run('show', 'gpt-5.6-sol', '--provider', 'openai');
  // OpenAI cut it from $5 to $4 on 2026-08-21.
  expect(sol.out).toMatch(/^input +5 +until 2026-08-21 +genai-prices$/m);
  expect(sol.out).toMatch(/^input +4 +from 2026-08-21 +genai-prices$/m);
});

test('list: cheapest first', async () => {
  const { run } = fresh();
  const { out } = await run(
    'list',
    '--provider',
    'anthropic',
    '--model',
    'claude-*-4-5',
    '--sort',
    'input',
    '--format',
    'json',
  );
  const { rows } = JSON.parse(out);
  expect(rows.map((row: { model: string; input: string }) => `${row.model} ${row.input}`)).toEqual([
    'claude-haiku-4-5 1',
    'claude-sonnet-4-5 3',
    'claude-opus-4-5 5',
  ]);
});

test('status without a database is that of the bundled prices', async () => {
  const { run } = fresh();
  const { code, out } = await run('status');
  expect(code).toBe(0);
  expect(out).toMatch(/^price book 1 \(genai-prices 2026-11-10, litellm 2026-11-20, .*\)\n/);
  // From 20 November 2026 to 1 September 2031: 4 years with one leap day, and 10 + 31 + 31 + 28 + 31 + 30 + 31 + 30 + 31 + 31 + 1 days.
  expect(out).toMatch(/^litellm +2026-11-20 +1,746 days /m);
  expect(out).toContain('own prices: 0 overrides, 0 aliases, 0 flat costs\n');
  expect(out).toContain('Every call in the database has a price.\n');
});

test('status tells which list it was, byte for byte, and when it was read', async () => {
  const { run } = fresh();
  const { sources } = JSON.parse((await run('status', '--format', 'json')).out);
  const held = readFileSync(new URL('../../pricing/book.json', import.meta.url), 'utf8');
  expect(sources.length).toBeGreaterThan(0);
  for (const source of sources) {
    expect(source.fetched_at).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
    expect(held).toContain(`"sha256": "${source.sha256}"`);
  }
});

test('diff of two days names the cut of o3 in June 2025 and what it did', async () => {
  const { run } = fresh();
  const { out } = await run('diff', '2025-06-01', '2025-06-30', '--format', 'csv');
  // https://openai.com/api/pricing, 10 June 2025: o3 from $10 and $40 to $2 and $8.
  expect(out).toContain('openai,o3,input,,10,2,-80.00\r\n');
  expect(out).toContain('openai,o3,output,,40,8,-80.00\r\n');
});

test('diff knows the books there are', async () => {
  const { run } = fresh();
  expect(await run('diff', '4')).toEqual({
    code: 2,
    out: '',
    err: 'llmcost: There is no price book 4 in this database. It has 1 to 1.\nSee which there are: llmcost pricing history\n',
  });
});
