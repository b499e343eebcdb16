import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { literal, sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { addUsage } from './usage_rows.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-forms-'));

beforeAll(async () => {
  await withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, (store) =>
    addUsage(store, [
      { occurred_at: '2026-09-01 10:00:00', customer: 'acme', input: 12, latency_ms: 7, cost: '12.5', status: 'ok' },
      { occurred_at: '2026-09-03 10:00:00', customer: '=1+1', requests: 15, cost: '0.0015', status: 'error' },
      { occurred_at: '2026-08-03 10:00:00', customer: null, requests: null, cost: null },
    ]),
  );
});

async function llmcost(...argv: string[]) {
  const io = fakeIo({ cwd });
  await main(argv[0] === 'report' ? [...argv, '-q'] : argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

test('JSON lines: numbers as numbers, money as text, unknown as null', async () => {
  const asked = ['report', '--by', 'customer', '--metrics', 'requests,cost,p50,error_rate', '--format', 'jsonl'];
  const { out } = await llmcost(...asked);
  expect(
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      kind: 'group',
      group: { customer: 'acme' },
      requests: 1,
      cost: '12.500000000000000000',
      latency_p50: 7,
      error_rate: '0.00',
      unpriced_requests: 0,
    },
    {
      kind: 'group',
      group: { customer: '=1+1' },
      requests: 15,
      cost: '0.001500000000000000',
      latency_p50: null,
      error_rate: '100.00',
      unpriced_requests: 0,
    },
    {
      kind: 'group',
      group: { customer: null },
      requests: null,
      cost: null,
      latency_p50: null,
      error_rate: null,
      unpriced_requests: 0,
    },
    {
      kind: 'total',
      group: { customer: null },
      requests: 16,
      cost: '12.501500000000000000',
      latency_p50: 7,
      error_rate: '93.75',
      unpriced_requests: 0,
    },
  ]);
});

test('CSV with a byte order mark', async () => {
  const { out } = await llmcost(
    'report',
    '--by',
    'customer',
    '--metrics',
    'cost,requests',
    '--period',
    '2026-09',
    '--format',
    'csv',
    '--bom',
  );
  expect(out).toBe(
    "\ufeffkind,customer,cost,requests,unpriced_requests\r\ngroup,acme,12.500000000000000000,1,0\r\ngroup,'=1+1,0.001500000000000000,15,0\r\ntotal,,12.501500000000000000,16,0\r\n",
  );
});

test('Parquet: a table of typed columns, of a series one row for each span', async () => {
  const asked = [
    'report',
    '--by',
    'customer',
    '--every',
    'month',
    '--metrics',
    'requests,cost,p50,share',
    '--where',
    'customer!=acme',
  ];
  expect(await llmcost(...asked, '--format', 'parquet', '-o', "it's.parquet")).toEqual({ out: '', err: '', code: 0 });
  await withStore(':memory:', { access: 'write' }, async (store) => {
    const file = sql`read_parquet(${literal(join(cwd, "it's.parquet"))})`;
    const types = await store.rows(sql`select column_name as name, column_type as type from (describe from ${file})`);
    expect(Object.fromEntries(types.map(({ name, type }) => [name, type]))).toEqual({
      kind: 'VARCHAR',
      customer: 'VARCHAR',
      month: 'VARCHAR',
      requests: 'BIGINT',
      cost: 'DECIMAL(38,18)',
      latency_p50: 'DOUBLE',
      share: 'DECIMAL(18,2)',
      unpriced_requests: 'BIGINT',
    });
    const rows = await store.rows(sql`select kind, customer, month, requests, cost, share from ${file} order by all`);
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['group', '=1+1', '2026-08', '0', '0.000000000000000000', null],
      ['group', '=1+1', '2026-09', '15', '0.001500000000000000', '100.00'],
      ['group', null, '2026-08', null, null, null],
      ['group', null, '2026-09', '0', '0.000000000000000000', '0.00'],
      ['total', null, '2026-08', null, null, null],
      ['total', null, '2026-09', '15', '0.001500000000000000', '100.00'],
    ]);
  });
  expect(await llmcost('report', '--format', 'parquet')).toEqual({
    out: '',
    err: 'llmcost: --format parquet needs a file.\nName it: llmcost report --format parquet -o report.parquet\n',
    code: 2,
  });
  const { err, code } = await llmcost('report', '--format', 'parquet', '-o', 'no/such/x.parquet');
  expect(err).toMatch(
    /^llmcost: The answer could not be written to no\/such\/x\.parquet: .*\nName another file with -o FILE\.\n$/,
  );
  expect(code).toBe(3);
});

test('--reproducible: the clock changes nothing', async () => {
  const at = async (now: string, ...more: string[]) => {
    const io = fakeIo({ cwd, now });
    await main(['report', '--format', 'json', '--period', '2026-09', ...more], io);
    return io.out();
  };
  expect(await at('2026-10-01T00:00:00Z', '--reproducible')).toBe(await at('2027-10-01T00:00:00Z', '--reproducible'));
});
