import { expect, test } from 'vitest';
import { parseMetrics } from '../../src/query/metrics/metrics.js';
import { parseSort } from '../../src/query/metrics/order.js';
import type { CostReport } from '../../src/query/report/answer.js';
import type { ReportQuery } from '../../src/query/report/query.js';
import { costReport } from '../../src/query/report/report.js';
import { parseCondition } from '../../src/query/scope/filter.js';
import { parsePeriod } from '../../src/query/scope/period.js';
import { withStore } from '../../src/store/store.js';
import { addUsage, type UsageRow } from './usage_rows.js';

/** Metrics that can be added up. */
const ADDED =
  'requests,input_tokens,output_tokens,reasoning_tokens,cost,input_cost,other_cost,unpriced_requests,latency_requests,errors,other_errors,failed_cost';
const NOW = new Date('2026-11-15T12:00:00Z');

/** Numbers below a limit, always the same ones from the same beginning. */
function picking(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function usage(pick: (below: number) => number): UsageRow {
  const amount = `${pick(90)}.${String(pick(1e9)).padStart(9, '0')}${String(pick(1e9)).padStart(9, '0')}`;
  return {
    occurred_at: pick(15) === 0 ? null : new Date(Date.UTC(2026, 9, 1) + pick(40 * 86_400) * 1000).toISOString(),
    requests: pick(11) === 0 ? 40 : 1,
    provider: `p${pick(2)}`,
    model: `m${pick(6)}`,
    feature: `f${pick(3)}`,
    customer: pick(4) === 0 ? null : `c${pick(7)}`,
    status: pick(5) === 0 ? 'error' : 'ok',
    input: pick(100_000),
    output: pick(5000),
    reasoning: pick(700),
    latency_ms: pick(3) === 0 ? null : pick(9000),
    cost: pick(7) === 0 ? null : amount,
  };
}

const BY = [
  'provider',
  'model',
  'feature',
  'customer',
  'status',
  'day',
  'weekday',
  'input_tokens:0,1k,50k',
  'cost:0,1,50',
];
const SORTS = ['cost', 'name', 'requests:asc', 'latency_p95', 'error_rate', 'cost_per_request:asc'];
const PERIODS = ['all', '2026-10', 'since 2026-10-20', '2026-W43'];
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns'];

test('whatever the data and the flags: rows sum up to the total, and a filter and its opposite to the whole', async () => {
  const pick = picking(41);
  const one = <T>(list: readonly T[]): T => {
    const found = list[pick(list.length)];
    if (found === undefined) throw new Error('an empty list');
    return found;
  };
  const rows = Array.from({ length: 300 }, () => usage(pick));
  const exact = (value: unknown) => BigInt(String(value ?? 0).replace('.', ''));
  const sums = (lines: readonly (CostReport['totals'] | undefined)[], names: CostReport['metrics']) =>
    names.map(({ name }) => [name, lines.reduce((sum, line) => sum + exact(line?.[name]), 0n)]);
  await withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, rows);
    for (let time = 0; time < 12; time++) {
      const tz = one(ZONES);
      const query: ReportQuery = {
        by: [...new Set([one(BY), one(BY)])],
        metrics: parseMetrics(ADDED.split(',')),
        period: parsePeriod(one(PERIODS), tz, NOW),
        tz,
        where: [],
        now: NOW,
        top: pick(2) === 0 ? 1 + pick(4) : undefined,
        minCost: pick(2) === 0 ? String(pick(900)) : undefined,
        sort: parseSort(one(SORTS)),
        every: pick(3) === 0 ? one(['day', 'week', 'month']) : undefined,
      };
      const report = await costReport(store, query);
      const { metrics, totals } = report;
      const flags = JSON.stringify({ ...query, metrics: undefined });
      expect([flags, sums(report.rows, metrics)]).toEqual([flags, sums([totals], metrics)]);
      for (const row of query.every === undefined ? [] : [...report.rows, totals]) {
        expect([flags, sums(row.series ?? [], metrics)]).toEqual([flags, sums([row], metrics)]);
      }
      const filter = one([
        'model=m1',
        'customer=(none)',
        'model~m[0-2]',
        'feature=f0,f2',
        'status=error',
        'day=2026-10-20',
      ]);
      const opposite = filter.replace(/[=~]/, (sign) => `!${sign}`);
      const parts = [];
      for (const text of [filter, opposite])
        parts.push((await costReport(store, { ...query, where: [parseCondition(text)] })).totals);
      expect([flags, filter, sums(parts, metrics)]).toEqual([flags, filter, sums([totals], metrics)]);
    }
  });
});
