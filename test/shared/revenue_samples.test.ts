import { describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newWorld } from '../import/world.js';
import { linesOf, realFile, recordsOf } from './real_files.js';

/* Exports of Stripe and events of MarginDash as they really look, summed here in plain JavaScript beside what the import made of them. */
const STRIPE = realFile('samples/stripe-csv');
const EVENTS = realFile('samples/margindash/events.jsonl');

/** What is earned by currency and kind, in hundredths. */
const SUMS = sql`
  select kind, currency, cast(round(sum(amount - coalesce(refunded, 0)) * 100) as varchar) as hundredths, count(*) as entries
  from revenue
  group by kind, currency
  order by kind, currency`;

describe.skipIf(!STRIPE.present)('Stripe', () => {
  test('payments of a real account, saved again by a spreadsheet program', async () => {
    const world = await newWorld();
    const path = `${STRIPE.path}/payments_semicolon.csv`;
    const sums = new Map<string, [hundredths: number, entries: number]>();
    for (const line of linesOf(path).slice(1)) {
      const [, amount = '', currency = ''] = line.split(';');
      const [before, entries] = sums.get(currency) ?? [0, 0];
      sums.set(currency, [before + Math.round(Number(amount) * 100), entries + 1]);
    }
    const [file] = await world.imported([path]);
    expect(file).toMatchObject({ format: 'stripe-payments', lines: 15, imported: 15 });
    expect(await world.rows(SUMS)).toEqual(
      [...sums]
        .map(([currency, [hundredths, entries]]) => ({
          kind: 'payment',
          currency: currency.toUpperCase(),
          hundredths: expect.stringMatching(`^${hundredths}(\\.0*)?$`),
          entries: String(entries),
        }))
        .sort((a, b) => a.currency.localeCompare(b.currency)),
    );
  });

  test('every other layout is recognised, and nothing of it is lost', async () => {
    const world = await newWorld();
    for (const [name, format, lines] of [
      ['invoices', 'stripe-invoices', 5],
      ['subscriptions', 'stripe-subscriptions', 4],
      ['unified_payments', 'stripe-payments', 1],
      ['unified_payments_default_columns', 'stripe-payments', 4],
    ] as const) {
      const [file] = await world.imported([`${STRIPE.path}/${name}.csv`]);
      expect(file).toMatchObject({ format, lines, imported: lines, rejected: 0 });
    }
    // 49 + 45 EUR (54.45 less 9.45 of tax) + 5000 JPY of invoices that were paid; 129 + (49 − 49) + (1129 − 129) + 15 of payments.
    const paid = await world.rows<{ kind: string; currency: string; hundredths: string }>(SUMS);
    const shown = paid.map(({ kind, currency, hundredths }) => `${kind} ${currency} ${hundredths.replace(/\..*/, '')}`);
    expect(shown).toEqual([
      'invoice EUR 4500',
      'invoice JPY 500000',
      'invoice USD 4900',
      'payment USD 114400',
      'subscription EUR 4500',
      // 49 a month, 5 × 1200 a year, and a trial
      'subscription USD 604900',
    ]);
  });
});

test.skipIf(!EVENTS.present)('MarginDash: cents of events, beside their calls', async () => {
  const world = await newWorld();
  const events = new Map(
    recordsOf<{ unique_request_token: string; revenue_amount_in_cents: number | null }>(EVENTS.path).map((event) => [
      event.unique_request_token,
      event.revenue_amount_in_cents ?? 0,
    ]),
  );
  const cents = [...events.values()].reduce((sum, amount) => sum + amount, 0);
  const [file] = await world.imported([EVENTS.path]);
  expect(file).toMatchObject({ format: 'margindash-events', holds: 'usage' });
  const [sums] = await world.rows<{ hundredths: string; entries: string }>(SUMS);
  expect(sums?.hundredths.replace(/\..*/, '')).toBe(String(cents));
  expect(sums?.entries).toBe(String([...events.values()].filter((amount) => amount !== 0).length));
});
