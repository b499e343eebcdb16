import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { daily } from './budget_rows.js';
import { addUsage } from './usage_rows.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-forecast-'));

beforeAll(async () => {
  await withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, (store) =>
    addUsage(store, [
      ...daily('2026-08-01', '2026-10-15', () => ({ customer: 'steady', cost: '1', input: 10 })),
      ...daily('2026-10-10', '2026-10-15', () => ({ customer: '<b>new</b>', cost: '3' })),
      { customer: 'steady', cost: null, occurred_at: '2026-10-02 09:00:00' },
    ]),
  );
});

async function run(...argv: string[]) {
  const io = fakeIo({ cwd });
  await main(['forecast', ...argv], io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

const NOTE = 'note: 1 row of usage has no price: the forecast is the least it can be. See: llmcost pricing status\n';

test('a table, a bar for each day, and what is not in it', async () => {
  const { out, err, code } = await run('--by', 'customer', '--where', 'customer!=x', '--period', 'week');
  const [title, , head, young, steady, total, , ...chart] = out.split('\n');
  expect(title).toBe('2026-10-12 → 2026-10-19 (UTC), as of 2026-10-15 12:00 UTC · cost · customer!=x');
  expect(head).toBe('customer      used  forecast                 80% interval  earlier error');
  expect(young).toBe('<b>new</b>  $12.00            too little history (5 days)');
  // The week has had four days; three dollars more are expected of the steady one. Four days ahead were projected 58 times.
  expect(steady).toBe('steady       $4.00     $7.00                $7.00 – $7.00    0.00% in 58');
  // 29 USD in 14 days, 8.875 USD in the week of means (two days of 1, five of 11 ÷ 8): growth 1.6338. Friday 1, Saturday and Sunday 1.375.
  expect(total).toMatch(/^total {7}\$16\.00 {4}\$22\.13 +\$22\.13 – /);
  expect(chart).toEqual([
    ...['12', '13', '14', '15'].map((day) => `2026-10-${day}  $4.00  ${'█'.repeat(40)}`),
    `2026-10-16  $1.63  ${'▒'.repeat(16)}`,
    `2026-10-17  $2.25  ${'▒'.repeat(22)}`,
    `2026-10-18  $2.25  ${'▒'.repeat(22)}`,
    '█ used  ▒ expected',
    '',
  ]);
  expect([err, code]).toEqual(['', 0]);
});

test('JSON, CSV and Markdown', async () => {
  const json = JSON.parse((await run('--format', 'json', '--where', 'customer=steady', '-q')).out);
  expect(json).toMatchObject({
    schema: 'llmcost.forecast/1',
    query: { metric: 'cost', unit: 'money', confidence_percent: 80, since: '2026-10-01T00:00:00.000Z', tz: 'UTC' },
    rows: [],
    total: { used: '15.000000000000000000', projected: '31.000000000000000000', note: null },
    warnings: [{ code: 'unpriced' }],
  });
  expect(json.days).toHaveLength(31);
  expect(json.days[14]).toEqual({ day: '2026-10-15', used: '1.000000000000000000', expected: '1.000000000000000000' });
  expect(json.days[15]).toEqual({ day: '2026-10-16', used: null, expected: '1.000000000000000000' });
  const csv = (await run('--format', 'csv', '--by', 'customer', '--metric', 'input_tokens')).out.split('\r\n');
  expect(csv[1]).toBe(
    'group,steady,150.000000000000000000,310.000000000000000000,310.000000000000000000,310.000000000000000000,0.0,45,75,',
  );
  const markdown = await run('--format', 'markdown', '--by', 'customer');
  expect(markdown.err).toBe(NOTE);
  expect(markdown.out).toContain('| &lt;b&gt;new&lt;/b&gt; | $18.00 |');
  await run('--format', 'html', '--by', 'customer', '-o', 'page.html');
  const page = readFileSync(join(cwd, 'page.html'), 'utf8');
  expect(page).toContain('<h1>Forecast of cost</h1>');
  expect(page).not.toContain('<b>new');
});

test.each([
  [
    ['--metric', 'latency_p95'],
    "--metric 'latency_p95' cannot be projected: it does not add up from day to day.\nPossible are: cost, requests, total_tokens, input_tokens, output_tokens.",
  ],
  [
    ['--period', 'all'],
    "--period 'all' is not a period with an end.\nPossible are: day, week, month, quarter, year, 'billing day 15'.",
  ],
  [['--by', 'day'], '--by day cannot be forecast: the days are shown anyway.\nUse for example --by customer.'],
])('%j is wrong usage', async (argv, message) => {
  expect(await run(...argv)).toEqual({ out: '', err: `llmcost: ${message}\n`, code: 2 });
});

test('nothing used is nothing to project', async () => {
  const { out, err } = await run('--where', 'customer=nobody');
  expect(out).toContain('total  $0.00              no history');
  expect(err).toBe('note: There is no usage in this scope. Import something: llmcost import <files>.\n');
});
