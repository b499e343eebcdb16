import { expect, test } from 'vitest';
import { flatCosts } from '../../src/query/report/subscriptions.js';
import { parsePeriod } from '../../src/query/scope/period.js';
import { addOwnPrices, type OwnFlat } from '../../src/rate/custom/custom_prices.js';
import { withStore } from '../../src/store/store.js';

const NOW = new Date('2026-10-15T12:00:00Z');

/** The flat costs of a period, one on a line. */
async function costs(period: string, ...flats: Partial<OwnFlat>[]): Promise<string[]> {
  return withStore(':memory:', { access: 'write' }, async (store) => {
    const whole = { provider: null, model: null, note: null, where: 'test', effective_to: null };
    const given = flats.map((flat, n) => ({
      ...whole,
      name: `f${n}`,
      usd: '1',
      per: 'hour' as const,
      effective_from: '2026-01-01',
      ...flat,
    }));
    await addOwnPrices(store, { kind: 'flat', flats: given }, NOW);
    const found = await flatCosts(store, parsePeriod(period, 'UTC', NOW), NOW);
    return found.map(({ name, from, to, cost }) => `${name} ${from.slice(0, 13)} ${to.slice(0, 13)} ${cost}`);
  });
}

test('by the hour: 504 hours of a September that begins on the 10th, at $2.50', async () => {
  expect(await costs('2026-09', { usd: '2.50', effective_from: '2026-09-10' })).toEqual([
    'f0 2026-09-10T00 2026-10-01T00 1260.000000000000000000',
  ]);
});

test('a month costs its price whatever its length, a half of it the half', async () => {
  expect(
    await costs('2026-Q1', { usd: '5000', per: 'month', effective_from: '2026-01-01', effective_to: '2026-02-15' }),
  ).toEqual(['f0 2026-01-01T00 2026-02-15T00 7500.000000000000000000']);
});

test('half a day', async () => {
  // 12 of 24 hours of $0.01
  expect(await costs('2026-10-15', { usd: '0.01', per: 'day' })).toEqual([
    'f0 2026-10-15T00 2026-10-15T12 0.005000000000000000',
  ]);
});

test('the running month is paid up to now, and what ended before is not in it', async () => {
  expect(
    await costs(
      'this month',
      { usd: '31', per: 'month' },
      { usd: '9', effective_from: '2026-01-01', effective_to: '2026-10-01' },
    ),
  ).toEqual(['f0 2026-10-01T00 2026-10-15T12 14.500000000000000000']);
});
