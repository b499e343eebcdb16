import { expect, test } from 'vitest';
import { comparison } from '../../src/query/baseline/compare.js';
import { caseKey, recordedRun } from '../../src/query/baseline/run.js';
import { baselineRow } from '../../src/query/budget/baseline.js';
import { integer, type Sql, sql } from '../../src/sql.js';
import { addUsage } from '../query/usage_rows.js';
import { inMemory } from '../rate/price_rows.js';
import { realFile, recordsOf } from './real_files.js';

/*
 * 125 recorded runs of a coding agent, a case each. A later run of unchanged code draws as many calls of each case anew, with
 * replacement: that it passes must be so at least 95 times in 100. With 15 % more tokens (and so cost) in every call it must not pass.
 */
const { path, present } = realFile('datasets/openrouter-gemini3pro/generations.jsonl');

interface Call {
  instance_id: string;
  usage: { prompt_tokens: number; completion_tokens: number; cost?: number } | null;
}

test.skipIf(!present)('noise fails no build, 15 % more tokens do', async () => {
  const calls = recordsOf<Call>(path).flatMap(({ instance_id, usage }) => {
    if (usage?.cost === undefined) return [];
    const { prompt_tokens: input, completion_tokens: output, cost } = usage;
    return [{ tags: { case: instance_id }, input, output, cost: cost.toFixed(9), occurred_at: '2026-10-01 10:00:00' }];
  });
  await inMemory(async (store) => {
    await addUsage(store, calls);
    const key = caseKey('tag:case');
    const now = new Date('2026-10-15T12:00:00Z');
    const baseline = await recordedRun(store, key, { reason: 'recorded', now, before: undefined });
    await store.run(sql`
      create temp table pool as
      select
        fact.tags['case'] as case_name,
        row_number() over (partition by case_name order by rowid) - 1 as n,
        count(*) over (partition by case_name) as calls,
        fact as call
      from usage_fact as fact`);
    const verdict = async (seed: number, percent: Sql) => {
      await store.run(sql`
        truncate usage_fact;
        insert into usage_fact by name
        select unnest(drawn.call)
        from pool as slot
        join pool as drawn on drawn.case_name = slot.case_name
          and drawn.n = hash(${integer(seed)}, slot.case_name, slot.n) % slot.calls;
        update usage_fact set
          cost_usd = cast(cost_usd * ${percent} as decimal(38, 18)),
          uncached_input_tokens = uncached_input_tokens * ${percent}`);
      const found = await comparison(store, { baseline, file: 'baseline.json', key, now });
      expect(found.cases).toEqual({ compared: baseline.cases.length, added: 0, gone: 0 });
      return baselineRow(found, { max_increase: '5', priced: true }).verdict;
    };
    const passed: string[] = [];
    for (let seed = 0; seed < 100; seed++) passed.push(await verdict(seed, sql`1.00`));
    expect(passed.filter((one) => one !== 'breach').length).toBeGreaterThanOrEqual(95);
    const caught: string[] = [];
    for (let seed = 0; seed < 20; seed++) caught.push(await verdict(seed, sql`1.15`));
    expect(caught).toEqual(caught.map(() => 'breach'));
  });
});
