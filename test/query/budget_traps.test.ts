import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { addUsage } from './usage_rows.js';

/* The traps that gates on cost fall into, each as users of other tools met it. */
const cwd = mkdtempSync(join(tmpdir(), 'llmcost-traps-'));

beforeAll(async () => {
  writeFileSync(
    join(cwd, 'llmcost.yaml'),
    `\
budgets:
  - {name: huge, limit: 500 USD, max_price_age: any}
  - {name: over, limit: 100 USD, level: warn, max_price_age: any}
  - {name: each, group_by: [customer], limit: 1.5 USD, max_price_age: any}
`,
  );
  await withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, (store) =>
    addUsage(
      store,
      Array.from({ length: 60 }, (_, n) => ({
        customer: `customer ${String(n).padStart(2, '0')}`,
        cost: n < 50 ? '2' : '1',
        occurred_at: '2026-10-14 09:00:00',
        requests: n === 0 ? 100 : 1,
      })),
    ),
  );
});

async function run(...argv: string[]) {
  const io = fakeIo({ cwd });
  // One stream of both, in the order in which they are written.
  const order: string[] = [];
  for (const [name, stream] of [
    ['out', io.stdout],
    ['err', io.stderr],
  ] as const) {
    const write = stream.write.bind(stream);
    stream.write = (chunk: string) => {
      order.push(name);
      return write(chunk);
    };
  }
  await main(['budget-check', ...argv], io);
  return { out: io.out(), err: io.err(), code: io.exitCode(), order };
}

const ONE = ['--max-price-age', 'any'];

test('fail if it is huge, warn if it is over, be green and quiet below: by rules, not by scripts around the tool', async () => {
  expect((await run('--rule', 'huge', '--rule', 'over')).code).toBe(0);
  expect((await run('--rule', 'huge', '--rule', 'over')).err).toBe('verdict: breach (exit code 0): 1 breach, 1 ok\n');
  expect((await run('--rule', 'huge')).out).toContain('All budgets are ok');
  expect((await run('--rule', 'over', '--fail-on-warn')).code).toBe(1);
});

test('a broken check is no breach, and a breach is no broken check: the codes differ', async () => {
  const codes = [
    ['--limit', '1 USD', ...ONE], // above
    ['--limit', 'much', ...ONE], // no limit
    ['--import', 'gone.jsonl', '--limit', '1 USD'], // no file
    ['--limit', '1 USD', '--where', 'customer=nobody'], // no data
    ['--limit', '1 USD', '--db', 'gone.duckdb'], // no database
  ];
  const found = [];
  for (const argv of codes) found.push((await run(...argv)).code);
  expect(found).toEqual([1, 2, 3, 4, 6]);
});

test('what was found is printed before the verdict, and the verdict apart from it', async () => {
  const { order, out, err } = await run('--rule', 'huge', '--rule', 'each');
  expect(order).toEqual(['out', 'err']);
  expect(out).not.toContain('verdict:');
  expect(err).toBe('verdict: breach (exit code 1): 50 breach, 11 ok\n');
});

test('one definition feeds the text, the JSON and the exit code', async () => {
  for (const [limit, code] of [
    ['110 USD', 0],
    ['109.999999 USD', 1],
  ] as const) {
    const json = await run('--limit', limit, ...ONE, '--format', 'json', '--all');
    const { exit_code, verdict, rows } = JSON.parse(json.out);
    expect([json.code, exit_code, rows[0].exit_code]).toEqual([code, code, code]);
    expect(json.err).toBe(`verdict: ${verdict} (exit code ${code}): 1 ${verdict}\n`);
  }
});

test('a metric or a dimension that is not there never passes', async () => {
  for (const argv of [
    ['--metric', 'cost_total'],
    ['--group-by', 'team'],
    ['--group-by', 'tag:team'],
    ['--where', 'feature=x'],
  ]) {
    expect((await run('--limit', '1000 USD', ...ONE, ...argv)).code).toBe(2);
  }
  // It is there, but nobody fills it in: latency is unknown, not 0.
  expect((await run('--limit', '1 s', '--metric', 'latency_p95')).code).toBe(4);
});

test('each group has its own threshold: one bad of many is no failure of all, and a share of failures can be the limit', async () => {
  const { rows } = JSON.parse((await run('--rule', 'each', '--format', 'json', '--all')).out);
  expect(rows.filter(({ verdict }: { verdict: string }) => verdict === 'ok')).toHaveLength(10);
  // Nobody said what became of the calls: a rate of errors is not known, and that is no 0%.
  expect((await run('--limit', '5%', '--metric', 'error_rate')).code).toBe(4);
});

test('the average is not the total: USD per request is a metric of its own', async () => {
  // 110 USD for 159 requests.
  const { rows } = JSON.parse((await run('--limit', '0.69 USD per request', ...ONE, '--format', 'json')).out);
  expect(rows).toMatchObject([{ metric: 'cost_per_request', verdict: 'breach', used: '0.691823899371069182' }]);
  expect((await run('--limit', '0.70 USD per request', ...ONE)).code).toBe(0);
});

test('a breach says which rule, who, how much of what, and when; of many rows the first, and how many more', async () => {
  const { out } = await run('--rule', 'each', '--top', '13');
  expect(out).toContain('\n… and 37 more; ');
  const { rows } = JSON.parse((await run('--rule', 'each', '--format', 'json')).out);
  expect(rows[0].message).toBe(
    'each, customer 00: breached, cost USD 2 of USD 1.5 (133.33%) (2026-10-01 → 2026-11-01)',
  );
});
