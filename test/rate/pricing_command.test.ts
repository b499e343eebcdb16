import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
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
    'models.csv',
    'multipliers.csv',
    'prices-2031-08-01.json',
    'rates.csv',
  ]);
});

test('list and show answer from the bundled prices where there is no database, and make none', async () => {
  const { cwd, run } = fresh();
  expect(await run('list', '--provider', 'OpenAI', '--model', 'gpt-4o-2024-05-1?', '--format', 'csv')).toEqual({
    code: 0,
    // $5.00 in, $15.00 out per million tokens: https://platform.openai.com/docs/pricing
    out: 'provider,model,input,output,cache_read,cache_write,source\r\nopenai,gpt-4o-2024-05-13,5,15,1.25,,genai-prices\r\n',
    err: '',
  });
  expect(readdirSync(cwd)).toEqual(['prices-2031-08-01.json']);
});

test('a shrunk list is refused and says so', async () => {
  const { run } = fresh();
  const { code, out, err } = await run('refresh', '--from', 'prices-2031-08-01.json');
  expect([code, out]).toEqual([5, '']);
  expect(err).toMatch(/^llmcost: The litellm file has 2 models, the one of 2026-08-01 had \d+: it looks cut off\./);
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
    err: "llmcost: The price book has no model gpt-99.\nLook for its name: llmcost pricing list --model '*gpt-99*'\n",
  });
});

test('show tells conditions, validity and source of each rate', async () => {
  const { run } = fresh();
  const { out } = await run('show', 'claude-sonnet-4-5', '--provider', 'anthropic', '--format', 'json');
  const { schema, rows } = JSON.parse(out);
  expect(schema).toBe('llmcost.pricing-show/1');
  // $22.50 per million tokens of answer above 200,000 tokens of prompt.
  expect(rows).toContainEqual({
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    dimension: 'output',
    usd_per_unit: '0.0000225',
    raw_value: '22.5',
    raw_unit: 'per_mtok',
    min_prompt_tokens: '200001',
    service_tier: 'standard',
    speed: null,
    region: null,
    effective_from: null,
    effective_to: null,
    source: 'genai-prices',
    data_date: '2026-08-21',
    withdrawn: null,
  });
});
