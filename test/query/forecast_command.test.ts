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
  expect(head).toBe('customer      used  forecast     80% interval  earlier error');
  // Three days at 3. Of 5 days nothing scatters: half of the width of 4 days is 12 ÷ √5 = 5.367, of 3 of them √¾ of it, 4.648; below it is
  // 5.367 × 12 ÷ 17.367 × √¾ = 3.211.
  expect(young).toBe('<b>new</b>  $12.00    $21.00  $17.79 – $25.65');
  // The week has had four days; three dollars more are expected of the steady one. Four days ahead were projected 58 times.
  // Never wrong, but no guess is surer than 5 % of the 3 to come.
  expect(steady).toBe('steady       $4.00     $7.00    $6.85 – $7.15    0.00% in 58');
  // 29 USD in 14 days, 8.875 USD in the week of means (two days of 1, five of 11 ÷ 8): growth 1.6338. Friday 1, Saturday and Sunday 1.375.
  expect(total).toMatch(/^total {7}\$16\.00 {4}\$22\.13 +\$21\.82 – /);
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
    'group,steady,150.000000000000000000,310.000000000000000000,302.000000000000000000,318.000000000000000000,0.0,45,75,',
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

/** A forecast of a store with one customer that used what `costOf` says of each day from 1 July on, at 10:00. */
async function projectedOf(costOf: (day: string) => string, last: string, at: string, period = 'month') {
  const folder = mkdtempSync(join(tmpdir(), 'llmcost-forecast-of-'));
  await withStore(join(folder, 'llmcost.duckdb'), { access: 'write' }, (store) =>
    addUsage(
      store,
      daily('2026-07-01', last, (day) => ({ customer: 'one', cost: costOf(day) })),
    ),
  );
  const io = fakeIo({ cwd: folder });
  await main(['forecast', '--at', at, '--period', period, '--format', 'json', '-q'], io);
  const { total, spikes } = JSON.parse(io.out());
  const [used, projected, low, high] = [total.used, total.projected, total.low, total.high].map(Number);
  return { used, projected, low, high, spikes };
}

const plain = () => '4';

test('at the end of a period the forecast is what was used; within a day only its rest is to come', async () => {
  expect(await projectedOf(plain, '2026-09-30', '2026-09-30')).toMatchObject({
    used: 120,
    projected: 120,
    low: 120,
    high: 120,
  });
  // Usage is at 10:00: before it the day is expected, after it nothing more of the day.
  expect(await projectedOf(plain, '2026-09-29', '2026-09-30T09:00:00Z')).toMatchObject({ used: 116, projected: 120 });
  expect(await projectedOf(plain, '2026-09-30', '2026-09-30T11:00:00Z')).toMatchObject({ used: 120, projected: 120 });
});

test('a day that stands alone is used and named, and raises nothing; what repeats is how things are', async () => {
  const spiked = (day: string) => (day === '2026-09-10' ? '200' : '4');
  for (const at of ['2026-09-10', '2026-09-11', '2026-09-16']) {
    const { projected, low, high, spikes } = await projectedOf(spiked, at, at);
    // 29 days at 4 and the spike
    expect([at, projected]).toEqual([at, 316]);
    expect(low).toBeLessThan(316);
    expect(high).toBeGreaterThan(316);
    expect(spikes).toEqual([{ day: '2026-09-10', used: '200.000000000000000000', usual: '4.000000' }]);
  }
  // From 8 September on, a Tuesday, it is 200 every day: on the second day that is known. Of the eight Tuesdays, Wednesdays and Thursdays one
  // each is at 200, so their means are 28.5; twice that, for growth ends there: 8 × 57 + 12 × 8.
  const risen = await projectedOf((day) => (day >= '2026-09-08' ? '200' : '4'), '2026-09-10', '2026-09-10');
  expect(risen.spikes).toEqual([]);
  expect(risen.projected).toBe(7 * 4 + 3 * 200 + 8 * 57 + 12 * 8);
});

test('from the third day on there is a projection, with a wide interval', async () => {
  const launched = (day: string) => (day < '2026-09-01' ? '0' : '10');
  const folder = mkdtempSync(join(tmpdir(), 'llmcost-forecast-new-'));
  await withStore(join(folder, 'llmcost.duckdb'), { access: 'write' }, (store) =>
    addUsage(
      store,
      daily('2026-09-01', '2026-09-03', (day) => ({ cost: launched(day) })),
    ),
  );
  const io = fakeIo({ cwd: folder });
  await main(['forecast', '--at', '2026-09-03', '--format', 'json', '-q'], io);
  const { total } = JSON.parse(io.out());
  // 27 days at 10 to come: as much as 270 ÷ √3 more, and 270 × 155.88 ÷ 425.88 less.
  expect(Number(total.projected)).toBe(300);
  expect(Number(total.high)).toBeCloseTo(300 + 270 / Math.sqrt(3), 4);
  expect(Number(total.low)).toBeCloseTo(300 - (270 * 270) / Math.sqrt(3) / (270 + 270 / Math.sqrt(3)), 4);
});
