import { expect, test } from 'vitest';
import { fillSeries } from '../../src/query/forecast/series.js';
import { CONFIDENCE, EARLIER_PROJECTIONS, highEnd, judgedSql, lowEnd } from '../../src/query/forecast/sql.js';
import { integer, sql } from '../../src/sql.js';
import { addUsage, type UsageRow } from '../query/usage_rows.js';
import { inMemory } from '../rate/price_rows.js';
import { linesOf, realFile, recordsOf } from './real_files.js';

/*
 * Five recorded series as days of customers: half a year of one developer's tool (cost, tokens and calls by day), and two traces of
 * services, whose steps of 20 and 9 seconds are taken as days. At the end of every day the next 1 to 30 days are projected; the
 * interval of 80 % must hold 75 to 85 % of what came.
 */
const FILES = {
  aider: realFile('datasets/aider-analytics/sample-analytics.2024-08_2025-02.jsonl'),
  azure: realFile('datasets/azure-llm-2023/AzureLLMInferenceTrace_code.csv'),
  mooncake: realFile('datasets/mooncake/conversation_trace.first6000.jsonl'),
};
const present = Object.values(FILES).every((file) => file.present);
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 1);

interface AiderEvent {
  event: string;
  time: number;
  properties: { cost?: number; prompt_tokens?: number; completion_tokens?: number };
}

/** The sums of steps, without gaps; the last step is cut off and left out. */
function steps(values: readonly { step: number; value: number }[]): number[] {
  const first = Math.min(...values.map(({ step }) => step));
  const last = Math.max(...values.map(({ step }) => step));
  const sums = Array.from({ length: last - first }, () => 0);
  for (const { step, value } of values) if (step < last) sums[step - first] = (sums[step - first] ?? 0) + value;
  return sums;
}

function recordedSeries(): Record<string, number[]> {
  const calls = recordsOf<AiderEvent>(FILES.aider.path).filter(({ event }) => event === 'message_send');
  const byDay = (value: (call: AiderEvent['properties']) => number) =>
    steps(calls.map(({ time, properties }) => ({ step: Math.floor((time * 1000) / DAY), value: value(properties) })));
  const azure = linesOf(FILES.azure.path)
    .slice(1)
    .map((line) => line.split(','));
  const mooncake = recordsOf<{ timestamp: number; input_length: number; output_length: number }>(FILES.mooncake.path);
  return {
    'aider cost': byDay(({ cost = 0 }) => cost),
    'aider tokens': byDay(({ prompt_tokens = 0, completion_tokens = 0 }) => prompt_tokens + completion_tokens),
    'aider calls': byDay(() => 1),
    azure: steps(
      azure.map(([time = '', input = '', output = '']) => ({
        step: Math.floor(Date.parse(`${time.slice(0, 23).replace(' ', 'T')}Z`) / 20_000),
        value: Number(input) + Number(output),
      })),
    ),
    mooncake: steps(
      mooncake.map(({ timestamp, input_length, output_length }) => ({
        step: Math.floor(timestamp / 9000),
        value: input_length + output_length,
      })),
    ),
  };
}

/** All series end on the last day before `NOW`. */
function usageOf(series: Record<string, number[]>): UsageRow[] {
  return Object.entries(series).flatMap(([customer, values]) =>
    values.map((value, step) => ({
      customer,
      occurred_at: new Date(NOW - (values.length - step) * DAY + DAY / 2).toISOString().replace('Z', ''),
      cost: value.toFixed(9),
    })),
  );
}

const HORIZONS = [1, 3, 7, 14, 21, 30];

test.skipIf(!present)(
  '8 of 10 periods end within the interval, give or take 5 of 100, in each of five series',
  async () => {
    const held = await inMemory(async (store) => {
      await addUsage(store, usageOf(recordedSeries()));
      const asked = { metric: 'cost', by: ['customer'], where: [], tz: 'UTC', since: NOW, until: NOW + DAY } as const;
      await fillSeries(store, { ...asked, now: new Date(NOW) });
      await store.run(sql`create temp table outcome (g integer, horizon integer, held boolean)`);
      // At the end of each day the interval is made of the errors that could be known by then.
      for (const horizon of HORIZONS) {
        await store.run(sql`
        insert into outcome
        with ${judgedSql(horizon)},
        known as (
          select now.g, now.d, now.actual, now.ahead, now.scale, list_sort(list((past.actual - past.ahead) / past.scale)) as errors
          from tried as now
          join tried as past on past.g = now.g and past.d + ${integer(horizon)} <= now.d and past.scale > 0
          group by all
          having count(*) >= ${integer(EARLIER_PROJECTIONS)}
        )
        select
          g,
          ${integer(horizon)},
          actual between greatest(0, ahead + scale * ${lowEnd(sql`errors`, horizon)}) and ahead + scale * ${highEnd(sql`errors`, horizon)}
        from known`);
      }
      return store.rows<{ series: string | null; asked: string; share: number }>(sql`
      select named.k0 as series, count(*) as asked, avg(cast(held as integer)) as share
      from outcome
      join forecast_group as named on named.g = outcome.g
      group by rollup (named.k0)
      order by series nulls first`);
    });
    expect(held.map(({ series }) => series)).toEqual([
      null,
      'aider calls',
      'aider cost',
      'aider tokens',
      'azure',
      'mooncake',
    ]);
    expect(Number(held[0]?.asked)).toBeGreaterThan(3000);
    for (const { series, share } of held) {
      expect(Math.abs(share - CONFIDENCE / 100), `${series}: ${share}`).toBeLessThanOrEqual(0.05);
    }
  },
);
