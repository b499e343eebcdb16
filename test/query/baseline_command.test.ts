import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import type { Baseline } from '../../src/query/baseline/answer.js';
import { fakeIo } from '../fake_io.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-baseline-'));

/** A run of cases: gpt-4o at $2.50 per million input tokens. */
function recorded(file: string, tokens: Record<string, number>): void {
  const lines = Object.entries(tokens).map(([name, input_tokens]) =>
    JSON.stringify({
      timestamp: '2026-10-01T10:00:00Z',
      model: 'gpt-4o',
      provider: 'openai',
      input_tokens,
      output_tokens: 0,
      tags: { case: name },
    }),
  );
  writeFileSync(join(cwd, file), `${lines.join('\n')}\n`);
}

async function run(...argv: string[]) {
  const io = fakeIo({ cwd });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

const BOOK =
  '1 (genai-prices 2026-11-10, litellm 2026-11-20, models.dev 2026-07-02, openrouter 2026-11-20, published 2026-11-20)';
const FIVE = { a: 100, b: 100, c: 100, d: 100, e: 100 };

test('a baseline, and runs that are the same, noisy, dearer, and of other prices', async () => {
  recorded('first.jsonl', { a: 90 });
  recorded('base.jsonl', FIVE);
  await run('baseline', 'write', '--import', 'first.jsonl', '--reason', 'a start', '-q');
  const written = await run('baseline', 'write', '--import', 'base.jsonl', '--reason', 'prompt v2');
  // 500 tokens at $2.50 per million.
  const shown = `\
llmcost-baseline.json of 2026-10-15: prompt v2
5 cases by tag:case, priced by book ${BOOK} (1 rate card pinned)
$0.001250 for 5 requests, 500 input and 0 output tokens

written     cases        cost  reason
2026-10-15      1  $0.0002250  a start
`;
  expect(written).toEqual({ out: shown, err: '', code: 0 });
  expect((await run('baseline', 'show')).out).toBe(shown);
  const check = async (tokens: Record<string, number>, ...argv: string[]) => {
    recorded('run.jsonl', tokens);
    return run('budget-check', '--import', 'run.jsonl', '--baseline', 'llmcost-baseline.json', ...argv);
  };
  const verdict = async (tokens: Record<string, number>, ...argv: string[]) => {
    const { out, code } = await check(tokens, '--format', 'json', '--all', ...argv);
    const answer = JSON.parse(out);
    return { code, verdict: answer.verdict, message: answer.rows.at(-1).message, ...answer.baseline };
  };

  expect(await verdict(FIVE)).toMatchObject({ code: 0, verdict: 'ok', cases: { compared: 5, added: 0, gone: 0 } });

  // +10, +10, +10, +10 and +60 of 100 each: +20 %. Errors about the ratio: -10 four times, 40: √(5 ÷ 4 × 2,000) ÷ 500 is 0.1, and
  // Student's t with 4 degrees of freedom is 2.77: -7.7 % to 47.7 %.
  const noisy = await verdict({ a: 110, b: 110, c: 110, d: 110, e: 160, new: 1000 });
  expect(noisy).toMatchObject({
    code: 0,
    verdict: 'warn',
    cases: { compared: 5, added: 1 },
    added_cost: '0.002500000000000000',
  });
  expect(noisy.changes[0]).toEqual({
    metric: 'cost',
    before: '0.001250000000000000',
    after: '0.001500000000000000',
    change_percent: '20.00',
    low_percent: '-7.69',
    high_percent: '47.69',
  });
  expect(noisy.worst[0]).toMatchObject({ case: 'e', change_percent: '60.00' });

  const dearer = { a: 115, b: 116, c: 114, d: 115, e: 115 };
  expect(await verdict(dearer)).toMatchObject({ code: 1, verdict: 'breach' });
  expect(await verdict(dearer, '--max-increase', '20%')).toMatchObject({ code: 0, verdict: 'ok' });
  // √(5 ÷ 4 × 2) ÷ 500 × 2.77 is 0.88 %.
  expect((await check(dearer)).out).toMatch(/^cost +\$0\.001250 +\$0\.001438 +\+15\.00% +\+14\.12% to \+15\.88%$/m);
  const few = await verdict({ a: 120, b: 120, c: 120 });
  expect(few.message).toBe(
    'baseline: breached, cost USD 0.0009 against USD 0.00075: +20.00% (too few cases for an interval, 3 cases), allowed +10%',
  );
  expect(await verdict({ x: 1 })).toMatchObject({
    code: 4,
    verdict: 'undecided',
    message:
      'baseline: undecided, no case of llmcost-baseline.json that used anything occurs in this run (by tag:case). Name what tells cases apart with --case, or write the baseline anew.',
  });

  // Prices have doubled since: the run of the same tokens costs twice as much, which is no change of the code.
  const file = join(cwd, 'llmcost-baseline.json');
  const before = readFileSync(file, 'utf8');
  const halved = JSON.parse(before) as Baseline;
  for (const card of halved.rate_cards) card.uncached_input = '0.000001250000000000';
  for (const one of halved.cases) one.cost = '0.000125';
  halved.totals.cost = '0.000625';
  writeFileSync(file, JSON.stringify(halved));
  expect(await verdict(FIVE)).toMatchObject({
    code: 0,
    verdict: 'ok',
    price_effect: '0.000625000000000000',
    changes: [{ metric: 'cost', after: '0.000625000000000000', change_percent: '0.00' }, {}, {}, {}, {}],
  });
  expect((await check(FIVE, '--format', 'markdown')).out).toContain(
    "Prices have changed since: by today's the run costs $0.0006250 more or less.",
  );
  writeFileSync(file, before);
  expect((await check(dearer, '--format', 'github')).out).toContain(
    '::error file=llmcost-baseline.json,line=1,title=llmcost%3A baseline::baseline: breached, ',
  );
});

test.each([
  [
    ['budget-check', '--baseline', 'x.json'],
    '--baseline goes with --import.\nName the recorded run to compare: --import run.jsonl --baseline FILE',
  ],
  [['budget-check', '--case', 'trace_id', '--limit', '5 USD'], '--case goes with --baseline.\nName it as well.'],
  [
    ['budget-check', '--import', 'a', '--baseline', 'none.json', '--max-increase', 'x'],
    "--max-increase 'x' is not a percentage.\nUse for example --max-increase 10%.",
  ],
  [
    ['baseline', 'show', 'none.json'],
    `none.json cannot be read: ENOENT: no such file or directory, open '${cwd}/none.json'\nWrite it: llmcost baseline write --import FILE --reason WHY -o none.json`,
  ],
  [
    ['baseline', 'show', 'other.json'],
    'other.json is not a baseline of llmcost.\nWrite one: llmcost baseline write --import FILE --reason WHY -o other.json',
  ],
  [
    ['baseline', 'write', '--import', 'base.jsonl', '--reason', ' '],
    '--reason is empty.\nSay why later runs are measured by this one.',
  ],
  [
    ['baseline', 'write', '--import', 'base.jsonl', '--reason', 'x', '--case', 'customer', '-o', 'y.json'],
    "--case 'customer' does not tell cases apart.\nPossible are: request_id, trace_id, tag:NAME.",
  ],
])('%j is wrong usage', async (argv, message) => {
  writeFileSync(join(cwd, 'other.json'), '{"schema": "llmcost.baseline/1"}');
  expect(await run(...argv)).toEqual({ out: '', err: `llmcost: ${message}\n`, code: 2 });
});

test('a run without cases, and a file that is no JSON', async () => {
  writeFileSync(
    join(cwd, 'bare.jsonl'),
    `${JSON.stringify({ timestamp: '2026-10-01T10:00:00Z', model: 'gpt-4o', input_tokens: 1, output_tokens: 1 })}\n`,
  );
  expect(await run('baseline', 'write', '--import', 'bare.jsonl', '--reason', 'x', '-o', 'z.json')).toMatchObject({
    err: 'llmcost: Nothing tells the cases of this run apart.\nLog a trace_id or a tag for each case, and name it: --case tag:NAME.\n',
    code: 2,
  });
  writeFileSync(join(cwd, 'cut.json'), '{');
  const { err, code } = await run('baseline', 'show', 'cut.json');
  expect(code).toBe(2);
  expect(err).toMatch(
    /^llmcost: cut\.json is not JSON: .*\nTake the file back from version control, or write it anew\.\n$/,
  );
});
