import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { addCalls, addModels } from './waste_world.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-waste-'));

beforeAll(async () => {
  await withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, async (store) => {
    await addModels(store);
    await addCalls(store, [
      { customer: '=acme|', feature: 'chat', status: 'error', input: 100_000, occurred_at: '2026-09-01 10:00:00' },
      {
        customer: '\u001b[31mred',
        feature: 'chat',
        status: 'error',
        input: 50_000,
        occurred_at: '2026-09-05 10:00:00',
      },
      { feature: 'chat', status: 'error', input: 20_000, occurred_at: '2026-09-10 10:00:00' },
      { feature: 'chat', session: 's', read: 10_000, input: 30_000, output: 1_000, occurred_at: '2026-09-10 11:00:00' },
    ]);
  });
});

async function llmcost(...argv: string[]) {
  const io = fakeIo({ cwd });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

test('llmcost waste: kinds of waste, who is behind them, what caching brought', async () => {
  // $1 + $0.50 + $0.20 of $2.06 in ten days, so three times as much in thirty. 10,000 read at $1 instead of $10 per million.
  expect(await llmcost('waste', '--period', 'last month', '--top', '2')).toEqual({
    out: `\
2026-09-01 → 2026-10-01 (UTC) · 10 days · $1.70 of $2.06 could be saved (82.52%)

waste                  sure?    calls   cost  saving  per month
failed, but billed     certain      3  $1.70   $1.70      $5.10
  =acme| · chat · big               1          $1.00
  red · chat · big                  1          $0.50
  … and 1 more
total                               3  $1.70   $1.70      $5.10

cache         tokens read  written  for 1 hour  reads saved  writes cost    net
openai · big       10,000        0           0        $0.09        $0.00  $0.09

failed, but billed (certain): Calls that ended with an error and were paid for, without a retry in the same trace.
`,
    err: '',
    code: 0,
  });
});

test('json, csv and markdown', async () => {
  const json = JSON.parse((await llmcost('waste', '--format', 'json')).out);
  expect(json).toMatchObject({
    schema: 'llmcost.waste/1',
    currency: 'USD',
    days: 10,
    rows: [{ category: 'failed', saving: '1.700000000000000000', saving_per_month: '5.100000000000000000', more: 0 }],
    totals: { calls: 3, saving: '1.700000000000000000', cost_in_scope: '2.060000000000000000', share_percent: '82.52' },
    retries: { requests: 0, attempts: 0, cost: '0.000000000000000000' },
  });
  const { out: csv } = await llmcost('waste', '--format', 'csv', '--top', '1');
  expect(csv.split('\r\n').slice(0, 4)).toEqual([
    'kind,category,confidence,customer,feature,model,calls,cost,saving,saving_per_month,decided',
    'category,failed,certain,,,,3,1.700000000000000000,1.700000000000000000,5.100000000000000000,"Calls that ended with an error and were paid for, without a retry in the same trace."',
    "behind,failed,certain,'=acme|,chat,big,1,,1.000000000000000000,,",
    'total,,,,,,3,1.700000000000000000,1.700000000000000000,5.100000000000000000,',
  ]);
  const { out: markdown } = await llmcost('waste', '--format', 'markdown');
  expect(markdown).toContain('|   =acme\\| · chat · big |  | 1 |  | $1.00 |  |');
  expect(markdown).toContain('- failed, but billed (certain): Calls that ended');
  await llmcost('waste', '--format', 'csv', '--top', '1', '-o', 'waste.csv');
  expect(readFileSync(join(cwd, 'waste.csv'), 'utf8')).toBe(csv);
});

test('html: a page with the same numbers', async () => {
  expect((await llmcost('waste', '--format', 'html', '-o', 'waste.html')).code).toBe(0);
  const page = readFileSync(join(cwd, 'waste.html'), 'utf8');
  expect(page).toContain('<h1>Waste</h1>');
  for (const text of [
    'What could be saved',
    'failed, but billed',
    '$1.70',
    '$5.10',
    '=acme| · chat · big',
    'How it was decided',
    '$0.09',
  ]) {
    expect(page).toContain(text);
  }
});

test('a scope without waste, a scope without usage, a wrong --top', async () => {
  const none = await llmcost('waste', '--where', 'status=ok');
  expect(none.out).toContain('· 1 day · $0.00 of $0.36 could be saved (0.00%)\n');
  expect(await llmcost('waste', '--where', 'customer=nobody')).toEqual({
    out: 'all time (UTC) · customer=nobody · 0 days · $0.00 of $0.00 could be saved\n',
    err: 'note: There is no usage in this scope. Widen it (--period all, fewer --where), or import something: llmcost import <files>.\n',
    code: 0,
  });
  expect(await llmcost('waste', '--top', '0')).toEqual({
    out: '',
    err: "llmcost: --top '0' is not a number of rows.\nUse a whole number from 1 on, for example --top 10.\n",
    code: 2,
  });
});
