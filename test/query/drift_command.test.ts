import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { AFTER, addCalls, BEFORE } from './drift_world.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-drift-'));

beforeAll(async () => {
  await withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, (store) =>
    addCalls(store, [
      { ...BEFORE, perDay: 20, feature: '=chat|', input: sql`1000 + day % 2`, cost: sql`0.5` },
      { ...AFTER, perDay: 20, feature: '=chat|', input: sql`1500 + day % 2`, cost: sql`0.5` },
      { ...AFTER, perDay: 2, feature: '=chat|', model: 'fresh', cost: sql`0.25` },
    ]),
  );
});

async function llmcost(...argv: string[]) {
  const io = fakeIo({ cwd, now: '2026-10-12T09:00:00Z' });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

test('llmcost drift: the week up to today against the four weeks before', async () => {
  // Every weekday was even twice and odd twice before, so 1,000.5; the window has three odd days of seven: 1,500.43. +49.97 %.
  expect(await llmcost('drift')).toEqual({
    out: `\
2026-10-05 → 2026-10-12 against 2026-09-07 → 2026-10-05 (UTC, same weekdays)
1 change of 30% or more in 3 comparisons · 1 finding about models

feature  model  what          before  after  change    95% interval  by chance   requests
=chat|   m      input_tokens   1,001  1,500  +50.0%  +49.9 … +50.0%     <0.01%  560 → 140

models  provider  model  day         requests   cost
new     openai    fresh  2026-10-05    0 → 14  $3.50
`,
    err: 'note: 1 group could not be judged: fewer than 100 requests. --format json lists them.\n',
    code: 0,
  });
});

test('--all shows what is steady; --metric and --threshold choose', async () => {
  const { out } = await llmcost('drift', '--all', '--metric', 'cost_per_request,input_tokens', '--threshold', '60');
  expect(out).toContain('0 changes of 60% or more in 2 comparisons');
  expect(out.match(/steady/g)).toHaveLength(2);
});

test('--fail ends with 1 on a change, with 4 if nothing could be compared, else with 0', async () => {
  expect((await llmcost('drift', '--fail', '-q')).code).toBe(1);
  expect(await llmcost('drift', '--fail', '--threshold', '60', '-q')).toMatchObject({ err: '', code: 0 });
  expect(await llmcost('drift', '--fail', '-q', '--until', '2026-09-14', '-o', 'unused.txt')).toEqual({
    out: '',
    err: `llmcost: Whether something drifted cannot be decided: of 2026-09-07 → 2026-09-14, against 2026-08-10 → 2026-09-07, nothing could be compared.
Choose longer periods with --window and --baseline, or allow fewer requests with --min-sample.
`,
    code: 4,
  });
});

test('--models --fail: a new model is no failure, no usage to compare with is', async () => {
  expect(await llmcost('drift', '--models', '--fail')).toMatchObject({ err: '', code: 0 });
  expect((await llmcost('drift', '--models', '--fail', '--until', '2026-09-14', '-q')).code).toBe(4);
});

test('--models without a finding says so; what has no name is (none) in CSV, too', async () => {
  expect((await llmcost('drift', '--models', '--where', 'model=m')).out).toBe(
    '2026-10-05 → 2026-10-12 against 2026-09-07 → 2026-10-05 (UTC, same weekdays) · model=m\n0 findings about models\n',
  );
  expect((await llmcost('drift', '--by', 'user', '--metric', 'input_tokens', '--format', 'csv')).out).toContain(
    '\r\ndrift,(none),input_tokens,tokens,',
  );
  expect((await llmcost('drift', '--metric', 'input_tokens')).out).toContain(
    '1 change of 30% or more in 1 comparison ·',
  );
});

test('html: a page with the same numbers', async () => {
  expect((await llmcost('drift', '--format', 'html', '-o', 'drift.html', '-q')).code).toBe(0);
  const page = readFileSync(join(cwd, 'drift.html'), 'utf8');
  expect(page).toContain('<h1>What changed</h1>');
  for (const heading of ['Changes in percent', 'Models']) expect(page).toContain(heading);
  for (const text of ['=chat|', '1,001', '1,500', '+50.0%', 'could not be judged']) expect(page).toContain(text);
});

test('a time without usage says so', async () => {
  const { out, err, code } = await llmcost('drift', '--period', '2025-01');
  expect(out).toBe('2025-01-01 → 2025-02-01 against 2024-12-04 → 2025-01-01 (UTC, same weekdays)\n');
  expect(err).toBe(
    'note: There is no usage in either period (2024-12-04 → 2025-01-01, 2025-01-01 → 2025-02-01): nothing can be compared. Name another time with --until or --period.\n',
  );
  expect(code).toBe(4);
});

test('json, csv and markdown', async () => {
  const json = JSON.parse((await llmcost('drift', '--format', 'json')).out);
  expect(json).toMatchObject({
    schema: 'llmcost.drift/1',
    currency: 'USD',
    query: { by: ['feature', 'model'], threshold_percent: '30', min_sample: 100, same_weekdays: true },
    totals: { compared: 3, drift: 1, noise: 0 },
  });
  const csv = (await llmcost('drift', '--format', 'csv')).out.split('\r\n');
  expect(csv[0]?.startsWith('kind,feature,model,metric,unit,before,after,change_percent')).toBe(true);
  expect(csv[1]?.startsWith("drift,'=chat|,m,input_tokens,tokens,1000.500000000,1500.428571429,49.96")).toBe(true);
  const markdown = (await llmcost('drift', '--format', 'markdown')).out;
  expect(markdown).toContain('| feature | model | what | before | after | change |');
  expect(markdown).toContain('| =chat\\| | m | input\\_tokens | 1,001 | 1,500 |');
  await llmcost('drift', '--format', 'csv', '-o', 'drift.csv', '-q');
  expect(readFileSync(join(cwd, 'drift.csv'), 'utf8').split('\r\n')).toEqual(csv);
});

test.each([
  [
    ['--by', 'feature,day'],
    '--by day cannot be compared: each day is in one of the two periods only.\nGroup by feature, model, customer or another dimension that is not time.',
  ],
  [
    ['--metric', 'latency_p59'],
    "There is no metric 'latency_p59'. Did you mean latency_p50?\nPossible are: cost_per_request, input_tokens, output_tokens, cache_hit_rate, latency_p50, latency_p95, latency_p99, error_rate, error_rate:CLASS, latency, refusals.",
  ],
  [['--threshold', '0'], "--threshold '0' is not a percentage above 0.\nWrite for example --threshold 30%."],
  [['--window', 'week'], "--window 'week' is not a number of days.\nWrite for example --window 7d."],
  [['--baseline', '0d'], "--baseline '0d' is not a number of days.\nWrite for example --baseline 7d."],
  [
    ['--min-sample', '0'],
    "--min-sample '0' is not a number of requests.\nUse a whole number from 1 on, for example --min-sample 100.",
  ],
  [
    ['--window', '7d', '--period', 'last week'],
    '--window cannot be combined with --since or --period.\nUse either the one or the other.',
  ],
  [['--models', '--metric', 'latency'], '--models cannot be combined with --metric.\nUse either the one or the other.'],
])('llmcost drift %j is refused', async (argv, message) => {
  expect(await llmcost('drift', ...argv)).toEqual({ out: '', err: `llmcost: ${message}\n`, code: 2 });
});
