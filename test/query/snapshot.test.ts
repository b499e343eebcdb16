import { describe, expect, test } from 'vitest';
import { newLife, used } from './life.js';

function costs(out: string): Record<string, string | null> {
  const { rows } = JSON.parse(out) as { rows: { group: { model: string }; cost: string | null }[] };
  return Object.fromEntries(rows.map(({ group, cost }) => [group.model, cost]));
}

/** A moment that lies between what was written before and what comes after it. */
async function momentBetween(): Promise<string> {
  const before = Date.now();
  while (Date.now() === before) await Promise.resolve();
  const moment = new Date().toISOString();
  while (Date.now() === Date.parse(moment)) await Promise.resolve();
  return moment;
}

describe('an old answer', () => {
  test('is given again byte for byte, whatever became of prices and usage since', async () => {
    const life = newLife();
    await life.refresh('2026-01-31', { 'gpt-x': 1e-6 });
    await life.log('a.jsonl', used('gpt-x', '2026-06-01', 1), used('gpt-y', '2026-06-02', 2));
    const before = await life.report();
    // 110 tokens at $1 per million; gpt-y is in no list.
    expect(costs(before.out)).toEqual({ 'gpt-x': '0.000110000000000000', 'gpt-y': null });
    const then = await momentBetween();

    const rated = await life.refresh('2026-08-01', { 'gpt-x': 5e-6, 'gpt-y': 2e-6 });
    // gpt-y gets its price: 110 × $2 per million. What was priced stays.
    expect(rated).toMatchObject({
      rows: 1,
      requests: 1,
      cost_before: '0.000000000000000000',
      cost_after: '0.000220000000000000',
    });
    await life.log('b.jsonl', used('gpt-x', '2026-06-03', 3), used('gpt-x', '2026-09-01', 4));
    const after = await life.report();
    // 110 × $1 twice, before the change, and 110 × $5 after it.
    expect(costs(after.out)).toEqual({ 'gpt-x': '0.000770000000000000', 'gpt-y': '0.000220000000000000' });

    expect(await life.report('--as-of', then)).toEqual(before);
    expect((await life.report()).out).toBe(after.out);
  });

  test('by the number of a price book: what was rated then as then, later calls by that book', async () => {
    const life = newLife();
    await life.refresh('2026-01-31', { 'gpt-x': 1e-6 });
    await life.log('a.jsonl', used('gpt-x', '2026-06-01', 1), used('gpt-y', '2026-06-02', 2));
    const first = await life.report();
    await life.refresh('2026-08-01', { 'gpt-x': 5e-6, 'gpt-y': 2e-6 });
    expect((await life.report('--price-book', '1')).out).toBe(first.out);
    const second = await life.report();
    expect((await life.report('--price-book', '2')).out).toBe(second.out);
    await life.log('b.jsonl', used('gpt-x', '2026-09-01', 4), used('gpt-y', '2026-09-01', 5));
    expect(costs((await life.report()).out)).toEqual({
      'gpt-x': '0.000660000000000000',
      'gpt-y': '0.000440000000000000',
    });
    // Book 1 knew $1 for gpt-x at any time and nothing of gpt-y.
    expect(costs((await life.report('--price-book', '1')).out)).toEqual({
      'gpt-x': '0.000220000000000000',
      'gpt-y': null,
    });
    // 200 input and 20 output tokens at $1 per million, by cards that are nowhere kept.
    const parts = await life.report('--price-book', '1', '--metrics', 'input_cost,output_cost,other_cost');
    expect(JSON.parse(parts.out).totals).toMatchObject({
      input_cost: '0.000200000000000000',
      output_cost: '0.000020000000000000',
      other_cost: '0.000000000000000000',
    });
  });

  test('a day is asked as of its end, and periods are those of then', async () => {
    const life = newLife();
    await life.refresh('2026-01-31', { 'gpt-x': 1e-6 });
    await life.log('a.jsonl', used('gpt-x', '2026-06-01', 1));
    const past = await life.report('--as-of', '2026-07-14', '--period', 'last month');
    const { query, totals } = JSON.parse(past.out);
    expect(query).toMatchObject({ since: '2026-06-01T00:00:00.000Z', until: '2026-07-01T00:00:00.000Z' });
    // The import came later than that day.
    expect(totals.requests).toBe(0);
    const today = new Date().toISOString().slice(0, 10);
    expect((await life.report('--as-of', today)).out).toBe((await life.report()).out);
  });
});

describe('what cannot be asked', () => {
  test.each([
    [
      ['--price-book', '7'],
      'llmcost: There is no price book 7 in this database. It has 1 to 1.\nSee which there are: llmcost pricing history\n',
    ],
    [
      ['--price-book', 'last'],
      "llmcost: --price-book 'last' is not the number of a price book.\nSee which there are: llmcost pricing history\n",
    ],
    [
      ['--price-book', '1', '--as-of', '2026-10-01'],
      'llmcost: --as-of cannot be combined with --price-book.\nUse either the one or the other.\n',
    ],
    [
      ['--as-of', 'soon'],
      "llmcost: --as-of 'soon' is not a time.\nWrite a date or an ISO timestamp: --as-of 2026-09-01, --as-of 2026-09-01T12:00:00Z.\n",
    ],
  ])('%j', async (argv, err) => {
    const life = newLife();
    await life.refresh('2026-01-31', { 'gpt-x': 1e-6 });
    expect(await life.report(...argv)).toEqual({ out: '', err, code: 2 });
  });
});
