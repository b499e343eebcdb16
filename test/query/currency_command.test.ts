import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';

/*
 * Calls of a model with prices of llmcost.yaml: $100 for a million tokens of input, $200 of output; the other costs a tenth. Rates by hand: 1.25 USD for one EUR
 * until September 3 (0.8 EUR for one USD), 2 USD from then on (0.5); the ECB's are 1.6 (0.625) from Friday, September 4 on.
 */
const cwd = mkdtempSync(join(tmpdir(), 'llmcost-currency-'));
const YAML = `
prices:
  overrides:
    - {provider: openai, model: gpt-4o, input: 100, output: 200}
    - {provider: openai, model: gpt-4o-mini, input: 10, output: 20}
rates:
  EUR: {2026-09-01: 1.25, 2026-09-03: 2}
  CHF: 0.8
plans: {pro: 31 EUR/month}
customers: {acme: {plan: pro, from: 2026-09-01}}
`;
const ECB = 'Date,USD,JPY,BGN,\r\n2026-09-04,1.6,160,N/A,\r\n2026-08-14,1.25,150,1.9558,\r\n';

beforeAll(async () => {
  writeFileSync(join(cwd, 'llmcost.yaml'), YAML);
  writeFileSync(join(cwd, 'eurofxref-hist.csv'), ECB);
  writeFileSync(join(cwd, 'eurofxref-hist.zip'), zipped('eurofxref-hist.csv', ECB));
  const call = (day: string, model: string, customer: string, input: number, output: number) =>
    `${JSON.stringify({ timestamp: `2026-09-${day}T10:00:00Z`, provider: 'openai', model, customer, feature: 'chat', input_tokens: input, output_tokens: output, status: 'ok' })}\n`;
  const lines = [
    call('01', 'gpt-4o', 'acme', 10_000, 0),
    call('02', 'gpt-4o', 'acme', 10_000, 5_000),
    call('05', 'gpt-4o', 'other', 30_000, 0),
    call('07', 'gpt-4o', 'other', 10_000, 0),
  ];
  writeFileSync(join(cwd, 'calls.jsonl'), lines.join(''));
  expect(await llmcost('import', 'calls.jsonl', '-q')).toMatchObject({ code: 0 });
});

/** A ZIP archive of one file, as the ECB publishes it. */
function zipped(name: string, text: string): Buffer {
  const packed = deflateRawSync(Buffer.from(text));
  const head = (signature: number, bytes: number, at: number) => {
    const record = Buffer.alloc(bytes);
    record.writeUInt32LE(signature, 0);
    record.writeUInt16LE(8, at + 2);
    record.writeUInt32LE(packed.length, at + 12);
    record.writeUInt16LE(name.length, at + 20);
    return record;
  };
  const local = Buffer.concat([head(0x04034b50, 30, 6), Buffer.from(name), packed]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, head(0x02014b50, 46, 8), Buffer.from(name), end]);
}

async function llmcost(...argv: string[]) {
  const io = fakeIo({ cwd, now: '2026-10-02T12:00:00Z' });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

async function json(...argv: string[]) {
  const { out, err, code } = await llmcost(...argv, '--format', 'json');
  expect({ err: code === 0 ? '' : err, code }).toEqual({ err: '', code: 0 });
  return JSON.parse(out);
}

const e = (amount: string) =>
  `${amount}${amount.includes('.') ? '' : '.'}${'0'.repeat(18 - (amount.split('.')[1]?.length ?? 0))}`;

test('each day costs what it cost at its rate, and rows sum up to the total', async () => {
  const report = await json('report', '--by', 'day', '--metrics', 'cost,input_cost,output_cost', '--currency', 'EUR');
  expect(report).toMatchObject({ currency: 'EUR', exchange: { source: 'rates of llmcost.yaml', max_age_days: null } });
  // $1, $2, $3 and $1: × 0.8, 0.8, 0.5, 0.5.
  const costs = report.rows.map(({ cost, input_cost, output_cost }: Record<string, string>) => [
    cost,
    input_cost,
    output_cost,
  ]);
  expect(costs).toEqual([
    [e('0.8'), e('0.8'), e('0')],
    [e('1.6'), e('0.8'), e('0.8')],
    [e('1.5'), e('1.5'), e('0')],
    [e('0.5'), e('0.5'), e('0')],
  ]);
  expect(report.totals.cost).toBe(e('4.4'));
});

test("the ECB's file, packed or not: the latest rate on or before the day", async () => {
  for (const file of ['eurofxref-hist.csv', 'eurofxref-hist.zip']) {
    const rates = ['--currency', 'EUR', '--exchange-rates', file, '--since', '2026-09-04'];
    const report = await json('report', '--by', 'day', ...rates);
    expect(report.exchange).toEqual({ source: `reference rates of the ECB (${file})`, max_age_days: 7 });
    expect(report.rows.map(({ cost }: { cost: string }) => cost)).toEqual([e('1.875'), e('0.625')]);
  }
  const yen = ['--currency', 'JPY', '--exchange-rates', 'eurofxref-hist.csv', '--since', '2026-09-04'];
  // 160 yen and 1.6 dollars for one euro: 100 yen for one dollar.
  expect((await json('report', ...yen)).totals.cost).toBe(e('400'));
});

test('a day without a rate fails, and is never left out or left in dollars', async () => {
  // The rate of August 14 is 18 days old on September 1.
  const old = await llmcost('report', '--currency', 'EUR', '--exchange-rates', 'eurofxref-hist.csv');
  expect(old.code).toBe(2);
  expect(old.out).toBe('');
  expect(old.err).toContain('There is no rate of EUR of 2026-09-0');
  const none = await llmcost('report', '--currency', 'GBP');
  expect(none).toMatchObject({ code: 2, out: '' });
  expect(none.err).toContain('There is no rate of GBP.');
  const unknown = await llmcost(
    'report',
    '--currency',
    'BGN',
    '--exchange-rates',
    'eurofxref-hist.csv',
    '--since',
    '2026-09-04',
  );
  expect(unknown.code).toBe(2);
  expect(await llmcost('report', '--currency', 'dollars')).toMatchObject({ code: 2 });
});

test('table, CSV and Markdown say the currency', async () => {
  const table = await llmcost('report', '--by', 'customer', '--currency', 'EUR');
  expect(table.out).toContain('amounts in EUR, of each day at its rate: rates of llmcost.yaml');
  expect(table.out).toContain('€2.40');
  expect(table.out).not.toContain('$');
  const csv = await llmcost(
    'report',
    '--by',
    'customer',
    '--metrics',
    'requests,cost',
    '--currency',
    'EUR',
    '--format',
    'csv',
  );
  expect(csv.out.split('\r\n')).toEqual([
    'kind,customer,requests,cost,unpriced_requests,currency',
    `group,acme,2,${e('2.4')},0,EUR`,
    `group,other,2,${e('2')},0,EUR`,
    `total,,4,${e('4.4')},0,EUR`,
    '',
  ]);
  const chf = await llmcost('report', '--currency', 'CHF', '--format', 'markdown');
  // 0.8 USD for one CHF: 1.25 CHF for one of seven dollars.
  expect(chf.out).toContain('CHF 8.75');
});

test('margin: revenue in the currency stays as it is', async () => {
  const margin = await json('margin', '--period', '2026-09', '--currency', 'EUR');
  const acme = margin.rows.find(({ key }: { key: string }) => key === 'acme');
  expect(margin.currency).toBe('EUR');
  expect(acme).toMatchObject({ revenue: e('31'), cost: e('2.4'), margin: e('28.6') });
  expect(margin.not_converted).toEqual([]);
});

test('simulate: what moves is priced at the rate of its day', async () => {
  const moved = await json('simulate', '--swap', 'gpt-4o=gpt-4o-mini', '--currency', 'EUR', '--no-token-adjust');
  expect(moved.totals).toMatchObject({ before: e('4.4'), after: e('0.44'), change: e('-3.96') });
  const same = await json('simulate', '--scale', '2x', '--currency', 'EUR');
  expect(same.totals).toMatchObject({ before: e('4.4'), after: e('8.8') });
});

test('budgets: a limit is checked in its own currency', async () => {
  const check = async (limit: string, ...more: string[]) => {
    const { out, code } = await llmcost(
      'budget-check',
      '--limit',
      limit,
      '--period',
      'month',
      '--all',
      '--at',
      '2026-09-10',
      '--format',
      'json',
      ...more,
    );
    const [row] = JSON.parse(out).rows;
    return { code, verdict: row.verdict, used: row.used, currency: row.currency, reason: row.reason };
  };
  expect(await check('4.5 EUR')).toEqual({ code: 0, verdict: 'ok', used: e('4.4'), currency: 'EUR', reason: null });
  expect(await check('4.3 EUR')).toMatchObject({ code: 1, verdict: 'breach' });
  expect(await check('6.9 USD', '--currency', 'EUR')).toMatchObject({ code: 1, used: e('7'), currency: 'USD' });
  expect(await check('4 EUR', '--exchange-rates', 'eurofxref-hist.csv')).toMatchObject({
    code: 4,
    verdict: 'undecided',
    reason: 'no_rate',
  });
  const table = await llmcost('budget-check', '--limit', '4.3 EUR', '--period', 'month', '--at', '2026-09-10');
  expect(table.out).toContain('€4.40');
  expect(table.out).not.toContain('$');
});

test.each([
  ['explain', '--since', '2026-09-05', '--until', '2026-09-08', '--versus', '2026-09-01'],
  ['forecast', '--at', '2026-09-10'],
  ['waste'],
  ['simulate', '--swap', 'gpt-4o=gpt-4o-mini', '--by', 'customer'],
  ['report', '--compare', 'previous', '--effects', '--since', '2026-09-05', '--until', '2026-09-08'],
  ['report', '--as-of', '2026-10-03'],
])('no dollars in %s', async (...argv) => {
  const { out, code } = await llmcost(...argv, '--currency', 'EUR');
  expect(code).toBe(0);
  expect(out).toContain('amounts in EUR');
  expect(out).toContain('€');
  expect(out).not.toMatch(/\$|USD/);
});

test('an earlier report in another currency is not compared with', async () => {
  await llmcost('report', '--by', 'model', '--format', 'json', '-o', 'before.json');
  const compared = await llmcost('report', '--compare', 'before.json', '--currency', 'EUR');
  expect(compared.err).toContain('before.json is in USD, this report in EUR.');
  expect(compared.code).toBe(2);
});

test('what is not asked in another currency is in dollars as before', async () => {
  const report = await json('report');
  expect(report).toMatchObject({ currency: 'USD', totals: { cost: e('7') } });
  expect(report).not.toHaveProperty('exchange');
});
