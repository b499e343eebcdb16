import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { addPrices } from '../rate/price_rows.js';
import { addCalls } from './why_rows.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-why-'));

beforeAll(() =>
  withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, async (store) => {
    await addPrices(store, [
      { dimension: 'input', usd: '3' },
      { dimension: 'input', usd: '6', band: 200_001, from: '2026-03-01' },
      { dimension: 'output', usd: '15' },
      { dimension: 'input_audio_seconds', usd: '30.833333333333' },
    ]);
    await addCalls(store, [
      {
        request_id: 'req-1',
        trace_id: 'tr-1',
        request_model: 'gpt-latest',
        customer: 'acme',
        feature: 'chat',
        input: 1000,
        output: 200,
        cache_read: 500,
        billed: '0.0075',
      },
      { request_id: 'req-2', trace_id: 'tr-1', attempt: 2, at: null, model: 'nobody-1', input: 1234 },
      { request_id: 'req-3', status: 'error', error_class: 'rate_limit' },
      { request_id: 'req-4', units: { input_audio_seconds: 12.345678 } },
      { request_id: '\u001b[31mred', customer: 'two\nlines\u202e', gateway_cached: true, input: 5 },
      ...Array.from({ length: 22 }, (_, n) => ({ request_id: `req-${n + 10}`, trace_id: 'many', input: 1 })),
    ]);
  }),
);

async function llmcost(...argv: string[]) {
  const io = fakeIo({ cwd });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

const FIRST = `\
req-1 · 2026-09-01T12:00:00Z
openai · gpt-x (asked for gpt-latest)
customer acme · feature chat · ok
import 1: logs/calls.jsonl (llmcost-jsonl)

part        quantity             USD  cost USD
input          1,000   3 per million    0.0030
cache read       500   3 per million    0.0015  assumed: no price of its own, that of input
output           200  15 per million    0.0030
total                                   0.0075

the source says: USD 0.0075, the same
rate card 2 of openai/gpt-x, prompts below 200,001 tokens, valid from 2026-03-01
found by: the price list has this very name

rate        as published              valid   seen        source
input       3.0000 per million        always  2026-01-01  genai-prices
cache read  input 3.0000 per million  always  2026-01-01  genai-prices
output      15.0000 per million       always  2026-01-01  genai-prices

genai-prices: https://prices.test/data.json (abc123)
`;

test('llmcost why', async () => {
  expect(await llmcost('why', 'req-1')).toEqual({ out: FIRST, err: '', code: 0 });
});

test('llmcost why of a trace: every call, then all together', async () => {
  const { out } = await llmcost('why', 'tr-1');
  expect(out).toBe(`${FIRST}
req-2 · no time
openai · nobody-1
attempt 2 · ok
import 1: logs/calls.jsonl (llmcost-jsonl)

part   quantity  USD  cost USD
input     1,234    –  unpriced
total                 unpriced

unpriced: no price list has a model of this name from this provider; see: llmcost pricing show nobody-1
rate card 4
found by: no price list has a model of this name from this provider

2 calls, 1 of them unpriced: USD 0.0075
`);
});

test('a call that failed before anything was billed', async () => {
  const { out } = await llmcost('why', 'req-3');
  expect(out).toBe(`\
req-3 · 2026-09-01T12:00:00Z
openai · gpt-x
error (rate_limit)
import 1: logs/calls.jsonl (llmcost-jsonl)

total  USD 0

cost: the call failed before anything was billed
rate card 2 of openai/gpt-x, prompts below 200,001 tokens, valid from 2026-03-01
found by: the price list has this very name
`);
});

test('fractions: every digit of the part, and a total of 18 places', async () => {
  const { out } = await llmcost('why', 'req-4');
  expect(out).toContain(`\
part                  quantity                        USD                    cost USD
input audio seconds  12.345678  0.000030833333333333 each  0.000380658404999995884774
total                                                      0.000380658404999996000000

the total is rounded half up at the 18th place
`);
});

test('names made to do harm', async () => {
  const { out } = await llmcost('why', '\u001b[31mred');
  expect(out).not.toContain('\u001b');
  expect(out).toContain(`red · 2026-09-01T12:00:00Z
openai · gpt-x
customer two lines · ok
`);
  expect(out).toContain("free: answered from a gateway's cache: nothing was bought\n");
});

test('a trace of many calls: the first twenty, and all in JSON', async () => {
  const { out } = await llmcost('why', 'many');
  expect(out.match(/^req-/gm)).toHaveLength(20);
  expect(out).toContain('\n… and 2 more; --format json lists all.\n\n22 calls: USD 0.000066\n');
  const { calls }: { calls: unknown[] } = JSON.parse((await llmcost('why', 'many', '--format', 'json')).out);
  expect(calls).toHaveLength(22);
});

test('llmcost why --format json', async () => {
  const { out, err, code } = await llmcost('why', 'req-1', '--format', 'json');
  expect([err, code]).toEqual(['', 0]);
  expect(JSON.parse(out)).toMatchObject({
    schema: 'llmcost.why/1',
    id: 'req-1',
    currency: 'USD',
    calls: [
      {
        request_id: 'req-1',
        occurred_at: '2026-09-01T12:00:00.000Z',
        requests: '1',
        cost: '0.007500000000000000',
        cost_status: 'assumed',
        import: {
          number: 1,
          source: 'logs/calls.jsonl',
          format: 'llmcost-jsonl',
          finished_at: '2026-10-01T00:00:05.000Z',
        },
        parts: [
          { rate: 'uncached_input', quantity: '1000', usd_per_unit: '0.000003', usd_per_million: '3', cost: '0.003' },
          { rate: 'cache_read', quantity: '500', cost: '0.0015', assumed: true },
          { rate: 'text_output', quantity: '200', cost: '0.003' },
        ],
        rate_card: { number: 2, rule: 'exact', max_prompt_tokens: '200001' },
        billed: { cost: '0.007500000000000000', currency: 'USD', difference: '0.000000000000000000' },
      },
    ],
    totals: { cost: '0.007500000000000000', unpriced: 0 },
  });
});

test('an id nobody knows, and no database', async () => {
  expect(await llmcost('why', 'nope')).toEqual({
    out: '',
    err: `llmcost: There is no call with the request or trace id nope in ${join(cwd, 'llmcost.duckdb')}.\nIds are compared letter by letter. If its log was never read: llmcost import <files>.\n`,
    code: 3,
  });
  expect((await llmcost('why', 'x', '--db', 'none.duckdb')).code).toBe(6);
});
