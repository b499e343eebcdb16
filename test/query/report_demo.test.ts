import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';

const CALLS = fileURLToPath(new URL('../../fixtures/demo/calls.jsonl.gz', import.meta.url));

interface Call {
  timestamp: string;
  model: string;
  customer: string;
  status: string;
  http_status?: number;
  /** Missing where the call failed. */
  input_tokens?: number;
  cache_read_tokens?: number;
  output_tokens?: number;
  latency_ms?: number;
}

const calls = gunzipSync(readFileSync(CALLS))
  .toString('utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): Call => JSON.parse(line));

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function ranked(numbers: readonly number[], percent: number): number | undefined {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1];
}

/** Tokens at a price per million, as USD with 18 places. */
function usd(parts: readonly (readonly [tokens: number, centsPerMillion: number])[]): string {
  const atto = parts.reduce((total, [tokens, cents]) => total + BigInt(tokens) * BigInt(cents) * 10n ** 10n, 0n);
  const digits = String(atto).padStart(19, '0');
  return `${digits.slice(0, -18)}.${digits.slice(-18)}`;
}

/** The figures of some calls, counted from the log by hand. */
function counted(some: readonly Call[]) {
  const latencies = some.flatMap(({ latency_ms }) => (latency_ms === undefined ? [] : [latency_ms]));
  const failed = some.filter(({ status }) => status === 'error');
  const [input, cached] = [
    sum(some.map((call) => call.input_tokens ?? 0)),
    sum(some.map((call) => call.cache_read_tokens ?? 0)),
  ];
  return {
    requests: some.length,
    input_tokens: input,
    cached_tokens: cached,
    output_tokens: sum(some.map((call) => call.output_tokens ?? 0)),
    customers: new Set(some.map(({ customer }) => customer)).size,
    cache_hit_rate: ((100 * cached) / input).toFixed(2),
    latency_requests: latencies.length,
    latency_avg: Math.round((100 * sum(latencies)) / latencies.length) / 100,
    latency_p50: ranked(latencies, 50),
    latency_p95: ranked(latencies, 95),
    latency_p99: ranked(latencies, 99),
    latency_max: ranked(latencies, 100),
    tokens_p95: ranked(
      some.map((call) => (call.input_tokens ?? 0) + (call.output_tokens ?? 0)),
      95,
    ),
    errors: failed.length,
    error_rate: ((100 * failed.length) / some.length).toFixed(2),
    rate_limit_errors: failed.filter(({ http_status }) => http_status === 429).length,
    server_errors: failed.filter(({ http_status }) => http_status === 500).length,
  };
}

test('every figure of a report on the demo log is what counting the log gives', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-figures-'));
  const run = async (...argv: string[]) => {
    const io = fakeIo({ cwd });
    await main([...argv, '-q'], io);
    expect(io.exitCode()).toBe(0);
    return io.out();
  };
  await run('import', CALLS);
  const ask = async (...argv: string[]) =>
    JSON.parse(await run('report', '--metrics', 'all', '--format', 'json', ...argv));

  const byModel = await ask('--by', 'model');
  expect(byModel.totals).toMatchObject(counted(calls));
  expect(byModel.rows).toHaveLength(6);
  for (const row of byModel.rows) {
    expect(row).toMatchObject(counted(calls.filter(({ model }) => model === row.group.model)));
  }

  // $0.15, $0.075 and $0.60 per million: https://openai.com/api/pricing (gpt-4o-mini).
  const mini = counted(calls.filter(({ model }) => model.startsWith('gpt-4o-mini')));
  const plain = mini.input_tokens - mini.cached_tokens;
  expect(
    byModel.rows.find((row: { group: { model: string } }) => row.group.model.startsWith('gpt-4o-mini')),
  ).toMatchObject({
    input_cost: usd([[plain, 15]]),
    output_cost: usd([[mini.output_tokens, 60]]),
    other_cost: usd([]),
    cost: usd([
      [plain, 15],
      [mini.output_tokens, 60],
      [mini.cached_tokens / 2, 15],
    ]),
  });

  const byDay = await ask('--by', 'customer', '--every', 'day', '--top', '3');
  const days = byDay.spans.map(({ label }: { label: string }) => label);
  expect(days).toEqual(Array.from({ length: 31 }, (_, day) => `2026-10-${String(day + 1).padStart(2, '0')}`));
  for (const row of byDay.rows.slice(0, 3)) {
    const own = calls.filter(({ customer }) => customer === row.group.customer);
    for (const [index, day] of days.entries()) {
      const found = own.filter(({ timestamp }) => timestamp.startsWith(day));
      expect(row.series[index].requests).toBe(found.length);
      if (found.length > 0) expect(row.series[index]).toMatchObject(counted(found));
    }
  }
});
