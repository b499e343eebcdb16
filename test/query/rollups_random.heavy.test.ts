import { afterEach, expect, test, vi } from 'vitest';
import type { RolledTable } from '../../src/query/rollups/read.js';
import { type Sql, sql } from '../../src/sql.js';
import { Store, withStore } from '../../src/store/store.js';
import { newWorld, type World } from '../import/world.js';
import { BOTH, calls, rolled } from './rollup_calls.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** The same numbers for the same seed: a failure can be looked at again (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

/** What the sums of usage must be, from the calls alone. */
function summed(kind: RolledTable): Sql {
  const [hour, customer] = kind === 'hourly' ? [sql`hour`, sql``] : [sql`day`, sql`, customer`];
  return sql`
    select
      span.last_import as import_id, date_trunc('${hour}', occurred_at) as occurred_at, profile_id ${customer},
      cost_status, rate_card_id, count(*) as usage_rows, sum(requests) as requests, sum(cost_usd) as cost,
      coalesce(sum(uncached_input_tokens), 0) as uncached_input_tokens, coalesce(sum(cache_read_tokens), 0) as cache_read_tokens,
      coalesce(sum(text_output_tokens), 0) as text_output_tokens, sum(latency_ms) as latency_sum, max(latency_ms) as latency_max,
      sum(cost_usd) filter (customer is not null) as customer_cost
    from usage_fact
    join usage_rolled as span on import_id between span.first_import and span.last_import
    where span.sums = '${kind === 'hourly' ? sql`hourly` : sql`daily`}' and span.kept
    group by all`;
}

/** Rows that are in the sums and should not, or the other way round; and how many sums there are. */
async function differences(world: World, kind: RolledTable): Promise<{ wrong: number; sums: number }> {
  const table = kind === 'hourly' ? sql`usage_hourly` : sql`usage_daily`;
  const kept = sql`
    select
      import_id, occurred_at, profile_id ${kind === 'hourly' ? sql`` : sql`, customer`}, cost_status, rate_card_id,
      usage_rows, requests, cost, uncached_input_tokens, cache_read_tokens, text_output_tokens, latency_sum, latency_max, customer_cost
    from ${table}`;
  const [found] = await world.rows<{ wrong: number; sums: number }>(sql`
    with calls as (${summed(kind)}), sums as (${kept})
    select
      cast((select count(*) from (from calls except from sums)) + (select count(*) from (from sums except from calls)) as integer) as wrong,
      cast((select count(*) from sums) as integer) as sums`);
  if (found === undefined) throw new Error('no answer');
  return found;
}

const QUESTIONS = [
  ['--by', 'model'],
  ['--by', 'customer,model', '--metrics', 'all', '--where', 'customer!=customer-1'],
  // The first and the last hour are no whole ones, and no whole days.
  ['--by', 'customer', '--since', '2026-10-01T09:20:00Z', '--until', '2026-10-02T22:30:00Z'],
  ['--every', 'day', '--tz', 'Europe/Berlin', '--metrics', 'requests,cost,cache_read_cost,latency_max,errors'],
  ['--by', 'day,status', '--metrics', 'cost,cache_savings', '--tz', 'Asia/Kolkata'],
  ['--by', 'model', '--since', '2026-10-02', '--until', '2026-10-03', '--compare', 'previous'],
  // What was added up is of now.
  ['--by', 'model', '--price-book', '1'],
];

/** What reports say, in all digits. */
async function answers(world: World): Promise<string[]> {
  const texts: string[] = [];
  for (const question of QUESTIONS) {
    const { out, err, code } = await world.llmcost(['report', ...question, '--reproducible', '--format', 'json']);
    if (code !== 0) throw new Error(err);
    texts.push(out);
  }
  return texts;
}

/** From some statement on nothing is carried out any more, as if the power was cut. */
async function brokenOff(after: number, fn: () => Promise<unknown>): Promise<void> {
  const { run } = Store.prototype;
  let left = after;
  const cut = vi.spyOn(Store.prototype, 'run').mockImplementation(function (this: Store, statement, params) {
    if (left-- <= 0) return Promise.reject(new Error('power cut'));
    return run.call(this, statement, params);
  });
  await fn().catch((error: unknown) => {
    if (!String(error).includes('power cut')) throw error;
  });
  cut.mockRestore();
}

test('sums are those of the calls, whatever is done to them in whatever order, and broken off anywhere', async () => {
  const world = await newWorld();
  const next = dice(20_261_128);
  let files = 0;
  const importing = (text: string) => {
    files++;
    world.write(`calls-${files}.jsonl`, text);
    return world.llmcost(['import', `calls-${files}.jsonl`]);
  };
  const anyImport = async () => {
    const ids = await world.rows<{ import_id: number }>(
      sql`select import_id from imports where status = 'done' order by 1`,
    );
    return String(ids[next(ids.length)]?.import_id ?? 1);
  };
  const changes: [name: string, change: () => Promise<unknown>][] = [
    ['import', () => importing(calls(files * 100, 120))],
    ['grown calls', () => importing(calls(next(files) * 100, 5, 50))],
    ['remove', async () => world.llmcost(['imports', 'remove', await anyImport()])],
    [
      'attribute',
      () => {
        world.write(
          'llmcost.yaml',
          `attribution:\n  - { where: ['model=gpt-4o', 'customer=(none)'], set: { customer: rule-${next(3)} } }\n`,
        );
        return world.llmcost(['attribute']);
      },
    ],
    [
      'correct',
      async () => {
        await world.llmcost(['pricing', 'override', 'openai/gpt-4o', '--input', `${1 + next(9)}`, '--output', '7']);
        return world.llmcost(['pricing', 'correct', '--all', '--yes']);
      },
    ],
    ['roll up', () => rolled(world)],
  ];
  await importing(calls(0, 120));
  await importing(calls(100, 120));
  await rolled(world);
  let checked = 0;
  const seen: string[] = [];
  for (let step = 0; step < 11; step++) {
    // Each once with everything added up before, then at random.
    const orderly = step < changes.length;
    if (orderly) await rolled(world);
    const [name, change] = changes[orderly ? step : next(changes.length)] ?? ['', async () => {}];
    const cut = !orderly && next(2) === 0;
    seen.push(cut ? `${name}, cut` : name);
    if (cut) await brokenOff(next(30), change);
    else await change();
    if (next(2) === 0) await rolled(world);
    for (const kind of BOTH) {
      const { wrong, sums } = await differences(world, kind);
      expect([wrong, seen]).toEqual([0, seen]);
      checked += sums;
    }
  }
  expect(checked).toBeGreaterThan(200);
  await rolled(world);
  const fast = await answers(world);
  await withStore(world.db, { access: 'write' }, (store) => store.run(sql`delete from usage_rolled`));
  expect(fast).toEqual(await answers(world));
});
