import { expect, test } from 'vitest';
import type { WasteReport, WasteRow } from '../../src/query/waste/answer.js';
import { sql } from '../../src/sql.js';
import { type Store, withStore } from '../../src/store/store.js';
import { addCalls, addModels, asked, type WasteCall } from './waste_world.js';

function waste<T = WasteReport>(calls: readonly WasteCall[], ask: (store: Store) => Promise<T>): Promise<T> {
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await addModels(store);
    await addCalls(store, calls);
    return ask(store);
  });
}

function rowOf({ rows }: WasteReport, name: string): WasteRow {
  const row = rows.find(({ category }) => category === name);
  if (row === undefined) throw new Error(`no ${name} among ${rows.map(({ category }) => category).join(', ')}`);
  return row;
}

/** 'category: calls, cost, saving', without idle zeros. */
function short({ rows }: WasteReport): string[] {
  return rows.map(({ category, calls, cost, saving }) => `${category}: ${calls}, ${plain(cost)}, ${plain(saving)}`);
}

function plain(amount: string): string {
  return amount.replace(/\.?0+$/, '');
}

const at = (time: string) => `2026-10-01 ${time}`;
/** 100,000 tokens of `big` cost $1. */
const DOLLAR = 100_000;

test('retries: every attempt but the one that answered, beside what attempts beyond the first cost', async () => {
  const report = await waste(
    [
      // Numbered: $1 for nothing, $2 that answered.
      { trace: 'a', attempt: 1, status: 'error', input: DOLLAR, occurred_at: at('10:00:00') },
      { trace: 'a', attempt: 2, input: 2 * DOLLAR, occurred_at: at('10:00:05') },
      // Not numbered, the failure was not billed: nothing to save, but a second attempt of $1.
      { trace: 'b', status: 'error', occurred_at: at('10:00:00') },
      { trace: 'b', input: DOLLAR, occurred_at: at('10:00:05') },
      // The same size after a failure, three times, never answered: $3 for nothing.
      { trace: 'c', status: 'error', input: DOLLAR, occurred_at: at('10:00:00') },
      { trace: 'c', status: 'error', input: DOLLAR, occurred_at: at('10:00:05') },
      { trace: 'c', status: 'error', input: DOLLAR, occurred_at: at('10:00:15') },
      // The steps of an agent share a trace and are no retries; the one that failed and was not tried again was billed: $0.50.
      { trace: 'd', input: DOLLAR, occurred_at: at('10:00:00') },
      { trace: 'd', input: 2 * DOLLAR, occurred_at: at('10:01:00') },
      { trace: 'd', status: 'error', input: DOLLAR / 2, occurred_at: at('10:02:00') },
      { trace: 'd', input: 4 * DOLLAR, occurred_at: at('10:03:00') },
    ],
    asked,
  );
  expect(short(report)).toEqual(['retries: 4, 4, 4', 'failed: 1, 0.5, 0.5']);
  // a: 1 of $2, b: 1 of $1, c: 2 of $2.
  expect(report.retries).toEqual({ requests: 3, attempts: 4, cost: '5.000000000000000000' });
  // Of $3 + $1 + $3 + $7.50; all on one day, so thirty times as much in a month.
  expect(report.totals).toMatchObject({
    calls: 5,
    saving: '4.500000000000000000',
    saving_per_month: '135.000000000000000000',
    share_percent: '31.03',
  });
});

test('suspected retries: the same size within seconds, unless chance explains it', async () => {
  const again = (second: number) =>
    `10:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}`;
  const calls: WasteCall[] = [];
  // Sent again after 10 seconds, four times, of different sizes.
  for (const n of [1, 2, 3, 4]) {
    calls.push({
      feature: 'lossy',
      customer: 'acme',
      input: DOLLAR + n,
      output: n,
      occurred_at: at(again(600 + 100 * n)),
    });
    calls.push({
      feature: 'lossy',
      customer: 'acme',
      input: DOLLAR + n,
      output: 9,
      occurred_at: at(again(610 + 100 * n)),
    });
  }
  // A classifier whose prompts all have one size, every five seconds.
  for (let n = 0; n < 60; n++)
    calls.push({ feature: 'classify', input: DOLLAR, output: 7, occurred_at: at(again(5 * n)) });
  // Sent in parallel on purpose, in the same instant.
  for (let n = 0; n < 5; n++)
    calls.push({ feature: 'sampling', input: DOLLAR, output: 10 + n, occurred_at: at('12:00:00') });
  const report = await waste(calls, asked);
  // 100,001 + … + 100,004 tokens at $10, and four answers of 9 tokens at $50 per million.
  expect(short(report)).toEqual(['lost_retries: 4, 4.0019, 4.0019']);
  expect(rowOf(report, 'lost_retries')).toMatchObject({
    confidence: 'likely',
    behind: [{ customer: 'acme', feature: 'lossy', model: 'big', calls: 4, saving: '4.001900000000000000' }],
    more: 0,
  });
});

test('identical calls: prompts and answers of the same sizes, hours apart', async () => {
  const calls: WasteCall[] = [1, 2, 3, 4].flatMap((n) => [
    { feature: 'faq', input: DOLLAR * n, output: 100 + n, occurred_at: at(`0${n}:00:00`) },
    { feature: 'faq', input: DOLLAR * n, output: 100 + n, occurred_at: at(`1${n}:00:00`) },
    // The same prompt, another answer: no duplicate.
    { feature: 'faq', input: DOLLAR * n, output: 200 + n, occurred_at: at(`2${Math.min(n, 3)}:30:00`) },
  ]);
  const report = await waste(calls, asked);
  // $1 + $2 + $3 + $4 and 101 + 102 + 103 + 104 tokens of output at $50 per million.
  expect(short(report)).toEqual(['duplicates: 4, 10.0205, 10.0205']);
});

test('cache: writes that nobody read, prompts sent again without one', async () => {
  const report = await waste(
    [
      // Read within 5 minutes; not read; read too late; written for an hour and read in it; at the end of the log, not known.
      { session: 'read', write: DOLLAR, occurred_at: at('10:00:00') },
      { session: 'read', read: DOLLAR, input: 1, occurred_at: at('10:04:00') },
      { session: 'unread', write: DOLLAR, occurred_at: at('10:00:00') },
      { session: 'late', write: DOLLAR, occurred_at: at('10:00:00') },
      { session: 'late', read: DOLLAR, occurred_at: at('10:06:00') },
      { session: 'hour', write_1h: DOLLAR, occurred_at: at('10:00:00') },
      { session: 'hour', read: DOLLAR, occurred_at: at('10:50:00') },
      { session: 'end', write: DOLLAR, occurred_at: at('12:58:00') },
      // A conversation without a cache: 2,000, 3,000, 5,000 tokens. The second could have read 2,000, the third 3,000.
      { session: 'chat', feature: 'chat', input: 2000, output: 30, occurred_at: at('12:50:00') },
      { session: 'chat', feature: 'chat', input: 3000, output: 30, occurred_at: at('12:53:00') },
      { session: 'chat', feature: 'chat', input: 5000, output: 30, occurred_at: at('12:55:00') },
      // After more than 5 minutes nothing is there; below 1,024 tokens nothing is cached.
      { session: 'chat', feature: 'chat', input: 6000, output: 30, occurred_at: at('13:01:00') },
      { session: 'tiny', feature: 'chat', input: 900, output: 30, occurred_at: at('12:50:00') },
      { session: 'tiny', feature: 'chat', input: 1900, output: 30, occurred_at: at('12:51:00') },
    ],
    asked,
  );
  // Writing costs $2.50 per million more than input: twice $0.25. Reading saves $9 per million: 2,000 × 9 − 3,000 × 2.5 (both calls
  // had to be written) = 10,500, and 3,000 × 9 − 2,000 × 2.5 = 22,000 millionths.
  expect(short(report)).toEqual(['unread_cache: 2, 2.5, 0.5', 'missed_cache: 2, 0.083, 0.0325']);
  // All writes for an hour: 400,000 at $7.50 per million more. Nothing was written again.
  // 300,001 read tokens less $9 per million; 400,000 written at $2.50 and 100,000 for an hour at $10 per million.
  expect(report.cache).toEqual([
    {
      provider: 'openai',
      model: 'big',
      read_tokens: 3 * DOLLAR,
      written_tokens: 4 * DOLLAR,
      written_1h_tokens: DOLLAR,
      saved: '2.700000000000000000',
      paid: '2.000000000000000000',
      net: '0.700000000000000000',
      one_hour_instead: '-3.000000000000000000',
    },
  ]);
});

test('cache: what was written again within the hour would have been read, had it been written for an hour', async () => {
  const report = await waste(
    [
      // 100,000 written; 10 minutes later the same again and 20,000 more; 2 minutes later all of it read.
      { session: 'a', write: DOLLAR, occurred_at: at('10:00:00') },
      { session: 'a', write: DOLLAR + 20_000, occurred_at: at('10:10:00') },
      { session: 'a', read: DOLLAR + 20_000, occurred_at: at('10:12:00') },
      // Half of what was there is still read: 50,000 of it are written again. After two hours nothing would have been there either.
      { session: 'a', read: 70_000, write: 60_000, occurred_at: at('10:22:00') },
      { session: 'a', write: DOLLAR, occurred_at: at('12:22:01') },
    ],
    asked,
  );
  // 150,000 not written at $12.50 but read at $1, and 230,000 written at $20 instead of $12.50: 1.725 − 1.725 dollars.
  expect(report.cache[0]?.one_hour_instead).toBe('0.000000000000000000');
  expect(report.cache[0]?.written_tokens).toBe(380_000);
});

test('batch: nobody waits, and the price book has a price for it', async () => {
  const calls: WasteCall[] = [
    { feature: 'nightly-summary', input: DOLLAR, output: 1000 },
    { feature: 'nightly-summary', input: DOLLAR, output: 1000, tier: 'batch', occurred_at: at('10:00:00') },
    // No batch price of this model is known.
    { feature: 'nightly-summary', model: 'small', input: DOLLAR, output: 1000, occurred_at: at('11:00:00') },
    { feature: 'jobber', input: DOLLAR, output: 1000 },
  ];
  // By its rhythm: 20 calls at two in the night on each of five days. The same from sessions of people is none.
  for (let day = 1; day <= 5; day++) {
    for (let n = 0; n < 20; n++) {
      const one = { input: 1000 + 40 * n + day, output: 100 + n, occurred_at: `2026-10-0${day} 02:${10 + n}:00` };
      calls.push({ ...one, feature: 'digest' }, { ...one, feature: 'early-birds', session: `s${day}-${n}` });
    }
  }
  const report = await waste(calls, (store) => asked(store, { top: 5 }));
  const { behind, confidence, calls: number } = rowOf(report, 'batch');
  expect(report.rows.map(({ category }) => category)).toEqual(['batch']);
  expect([number, confidence]).toEqual([101, 'possible']);
  // nightly: half of $1 + $0.05. digest: 100 × 1,000 + 5 × 40 × 190 + 20 × 15 input at $5, 100 × 100 + 5 × 190 output at $25 less per million.
  expect(behind.map(({ feature, saving }) => `${feature} ${plain(saving)}`)).toEqual([
    'digest 0.96525',
    'nightly-summary 0.525',
  ]);
});

test('tiny answers of a large model, at the price of a smaller one already in use', async () => {
  const calls: WasteCall[] = [];
  for (let n = 0; n < 20; n++)
    calls.push({
      feature: 'chat',
      model: 'small',
      input: 5000 + n,
      output: 300 + n,
      occurred_at: at(`08:${10 + n}:00`),
    });
  calls.push({ feature: 'yes-or-no', input: DOLLAR, output: 20, occurred_at: at('09:00:00') });
  calls.push({ feature: 'yes-or-no', input: DOLLAR + 50, output: 21, occurred_at: at('10:00:00') });
  // $1.001 at big, $0.1001 at small.
  expect(short(await waste(calls, asked))).toEqual(['small_answers: 1, 1.001, 0.9009']);
  // One of the 20 is missing: the small model is not in use.
  expect((await waste(calls.slice(1), asked)).rows).toEqual([]);
});

test('limits that no answer comes near, calls that cannot be judged', async () => {
  const calls: WasteCall[] = [];
  for (let n = 0; n < 100; n++) {
    const occurred_at = at(`${String(n % 24).padStart(2, '0')}:${10 + (n % 50)}:00`);
    calls.push({ feature: 'long', input: 1000 + n, output: 100 + n, max_output: 4096, occurred_at });
    calls.push({ feature: 'fine', input: 1000 + n, output: 1000 + n, max_output: 4096, occurred_at });
  }
  calls.push({ model: 'unknown', input: 5 }, { bucket: 3600, input: 7 });
  const report = await waste(calls, asked);
  expect(report.limits).toEqual([
    { feature: 'long', model: 'big', calls: 100, max_output_tokens: 4096, largest_output: 199 },
  ]);
  expect(report.warnings.map(({ message }) => message)).toEqual([
    '1 row of usage has no price and could not be judged; llmcost report names the models.',
    '1 row of usage is a sum over calls, of which no single call is known: only their cache is looked at.',
    'No call tells its session: whether prompts were sent again without a cache cannot be seen.',
  ]);
  expect((await waste(calls, (store) => asked(store, { where: ['feature=none-such'] }))).warnings).toEqual([
    {
      code: 'no_usage',
      message:
        'There is no usage in this scope. Widen it (--period all, fewer --where), or import something: llmcost import <files>.',
    },
  ]);
});

test('no call is counted twice: rows sum up to the total, and what is behind them to the rows', async () => {
  const [random, pick] = [generator(7), <T>(all: readonly T[]) => all[Math.floor(random() * all.length)]];
  const calls = Array.from({ length: 1500 }, (): WasteCall => {
    const session = pick(['a', 'b', 'c', undefined]);
    return {
      occurred_at: new Date(Date.parse('2026-10-01') + Math.floor(random() * 3 * 86_400) * 1000)
        .toISOString()
        .slice(0, 19),
      model: pick(['big', 'small']) ?? 'big',
      feature: pick(['nightly', 'chat', 'faq']) ?? 'faq',
      customer: pick(['acme', 'globex']) ?? 'acme',
      status: random() < 0.1 ? 'error' : 'ok',
      input: pick([1000, 1500, 2000, 4000]) ?? 0,
      output: pick([5, 10, 500]) ?? 0,
      write: pick([0, 0, 1000]) ?? 0,
      read: pick([0, 0, 900]) ?? 0,
      ...(session === undefined ? {} : { session }),
      ...(random() < 0.3 ? { trace: `t${Math.floor(random() * 60)}` } : {}),
    };
  });
  await waste(calls, async (store) => {
    const report = await asked(store, { top: 100 });
    expect(report.rows.length).toBeGreaterThanOrEqual(6);
    const sum = (amounts: readonly string[]) => amounts.reduce((total, amount) => total + attodollars(amount), 0n);
    expect(sum(report.rows.map(({ saving }) => saving))).toBe(attodollars(report.totals.saving));
    expect(sum(report.rows.map(({ cost }) => cost))).toBe(attodollars(report.totals.cost));
    for (const { saving, behind } of report.rows) {
      expect(sum(behind.map((one) => one.saving))).toBe(attodollars(saving));
    }
    const [claimed] = await store.rows(sql`
      select count(distinct waste_found.call) as calls, bool_and(saving <= cost_usd) as within
      from waste_found join usage_fact on usage_fact.rowid = waste_found.call`);
    expect(claimed).toEqual({ calls: String(report.totals.calls), within: true });
    // Some calls are claimed by more than one: otherwise nothing was tested.
    const { twice } = await store.row(sql`
      select count(*) as twice from (select call from waste_found group by call having count(distinct category) > 1)`);
    expect(Number(twice)).toBeGreaterThan(50);
  });
});

/** Decimal text in whole units of 10^-18. */
function attodollars(amount: string): bigint {
  return BigInt(amount.replace('.', ''));
}

/** A small linear congruential generator: the same numbers every time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
