import { expect, test } from 'vitest';
import { explainReport } from '../../src/query/explain/explain.js';
import type { CostReport } from '../../src/query/report/answer.js';
import { costReport } from '../../src/query/report/report.js';
import { rollUp } from '../../src/query/rollups/build.js';
import { parsePeriod, previousOf } from '../../src/query/scope/period.js';
import { sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';
import { addCalls, type Calls } from './explain_rows.js';

const NOW = new Date('2026-11-15T12:00:00Z');
const PERIOD = parsePeriod('2026-10-15..2026-10-28', 'UTC', NOW);

/** A linear congruential generator: the same numbers every time. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Usage of 1 to 28 October by a few customers, features and models, with retries, new and vanished ones, and prices that change. */
function randomCalls(seed: number, size: number): Calls[] {
  const pick = randomNumbers(seed);
  return Array.from({ length: size }, () => {
    const input = 1 + pick(3000);
    return {
      day: `2026-10-${String(1 + pick(28)).padStart(2, '0')}`,
      hour: pick(24),
      customer: `customer ${pick(6)}`,
      feature: `feature ${pick(4)}`,
      model: (['big', 'big_dear', 'mini'] as const)[pick(3)] ?? 'big',
      requests: 1 + pick(40),
      input,
      cached: pick(input),
      output: pick(500),
      attempt: pick(9) === 0 ? 2 : 1,
    };
  });
}

function compare(store: Store, by: string[], top?: number): Promise<CostReport> {
  const question = { by, where: [], tz: 'UTC', now: NOW, period: PERIOD, metrics: ['cost' as const], top };
  return costReport(store, { ...question, compare: { kind: 'previous' } });
}

async function explainedParts(store: Store): Promise<[string, string, string][]> {
  const { before, now } = previousOf(PERIOD, 'UTC', NOW);
  const { parts } = await explainReport(store, { before, after: now, tz: 'UTC', where: [], now: NOW });
  return parts.map(({ effect, words, amount }) => [effect, words, amount]);
}

function partsOf({ comparison }: CostReport): [string, string, string][] {
  return (comparison?.effects?.parts ?? []).map(({ effect, words, amount }) => [effect, words, amount]);
}

function atto(amount: string | null | undefined): bigint {
  return BigInt((amount ?? '0').replace('.', ''));
}

function sum(amounts: (string | null | undefined)[]): bigint {
  return amounts.reduce((total, amount) => total + atto(amount), 0n);
}

/** The effects of the total, which rows of whole cells sum up to, and each row by itself. */
async function checkReport(store: Store, by: string[], isWhole: boolean, top?: number): Promise<CostReport> {
  const report = await compare(store, by, top);
  const total = report.comparison?.effects;
  if (total === null || total === undefined) throw new Error('no effects');
  const { rows } = report;
  for (const found of [total, ...rows.map(({ effects }) => effects)]) {
    expect(sum([found?.volume, found?.mix, found?.tokens, found?.price])).toBe(atto(found?.change));
  }
  expect(sum((total.parts ?? []).map(({ amount }) => amount))).toBe(atto(total.change));
  if (by.length === 0) return report;
  expect(sum(rows.map(({ effects }) => effects?.change))).toBe(atto(total.change));
  for (const name of isWhole ? (['volume', 'mix', 'tokens', 'price'] as const) : []) {
    expect(sum(rows.map(({ effects }) => effects?.[name]))).toBe(atto(total[name]));
  }
  return report;
}

test.each([1, 2, 3, 4])('report and explain tell the same of any usage (%i)', async (seed) => {
  await withStore(':memory:', { access: 'write' }, async (store) => {
    await addCalls(store, randomCalls(seed, 400));
    if (seed === 4) await store.run(sql`update usage_fact set requests = null where uncached_input_tokens % 50 = 0`);
    const explained = await explainedParts(store);
    expect(explained.filter(([, , amount]) => atto(amount) !== 0n).length).toBeGreaterThan(6);
    for (const by of [['customer'], ['feature', 'model'], ['provider'], []]) {
      const report = await checkReport(store, by, true);
      expect(partsOf(report)).toEqual(explained);
      const { volume = null, mix, tokens, price } = report.comparison?.effects ?? {};
      const of = (...effects: string[]) =>
        sum(explained.filter(([effect]) => effects.includes(effect)).map(([, , amount]) => amount));
      const requests = of('volume', 'customer_mix', 'retries');
      expect(volume === null).toBe(seed === 4);
      if (volume !== null) expect(atto(volume)).toBe(requests);
      expect(atto(mix)).toBe(of('feature_mix', 'model_mix'));
      expect(atto(tokens)).toBe(
        of('prompt_length', 'caching', 'output_length', 'other_units') + (volume === null ? requests : 0n),
      );
      expect(atto(price)).toBe(of('price'));
    }
    // Finer than the cells: the total stays what it is.
    for (const by of [['attempt'], ['status', 'weekday']]) {
      expect(partsOf(await checkReport(store, by, false))).toEqual(explained);
    }
  });
});

test('sums that were added up in advance tell the same', async () => {
  await withStore(':memory:', { access: 'write' }, async (store) => {
    // Many calls of each day, customer and profile, or adding them up would save nothing.
    const calls = randomCalls(7, 40);
    await addCalls(store, calls);
    for (let copy = 0; copy < 3; copy++) await store.run(sql`insert into usage_fact select * from usage_fact`);
    await store.run(sql`update imports set imported = (select count(*) from usage_fact)`);
    const before = [await compare(store, ['customer']), await explainedParts(store)] as const;
    await rollUp(store, ['daily'], { least: 1, patience: 600_000 });
    expect(await store.row(sql`select count(*) > 0 as kept from usage_daily`)).toEqual({ kept: true });
    expect(await compare(store, ['customer'])).toEqual(before[0]);
    expect(await explainedParts(store)).toEqual(before[1]);
    // They are read indeed: with another cost in them the answer is another one.
    await store.run(sql`update usage_daily set cost = 2 * cost`);
    expect((await compare(store, ['customer'])).comparison).not.toEqual(before[0].comparison);
  });
});

test('customers by the hundred thousand are not told apart, in both', async () => {
  await withStore(':memory:', { access: 'write' }, async (store) => {
    const call: Calls = {
      day: '2026-10-03',
      customer: 'a',
      feature: 'f',
      model: 'big',
      requests: 1,
      input: 1000,
      cached: 0,
      output: 0,
    };
    await addCalls(store, [call, { ...call, day: '2026-10-20' }]);
    // $0.002 a call: 220,001 customers before, each with one; after, the one asks four times more.
    await store.run(sql`
      insert into usage_fact select fact.* replace ('c' || i as customer)
      from (select * from usage_fact where occurred_at < timestamp '2026-10-15') as fact cross join range(220000) as series(i);
      insert into usage_fact select fact.* from usage_fact as fact cross join range(4)
      where fact.occurred_at >= timestamp '2026-10-15'`);
    const explained = await explainedParts(store);
    const fell: [string, string][] = [['volume', '-439.992000000000000000']];
    expect(
      explained.filter(([, , amount]) => atto(amount) !== 0n).map(([effect, , amount]) => [effect, amount]),
    ).toEqual(fell);
    expect(partsOf(await compare(store, ['model']))).toEqual(explained);
    expect(partsOf(await checkReport(store, ['customer'], false, 3))).toEqual(explained);
    const { before, now } = previousOf(PERIOD, 'UTC', NOW);
    const { warnings } = await explainReport(store, { before, after: now, tz: 'UTC', where: [], now: NOW });
    expect(warnings.map(({ code }) => code)).toContain('many_customers');
  });
});
