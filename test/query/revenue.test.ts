import { expect, test } from 'vitest';
import type { RevenueTerms } from '../../src/config/revenue.js';
import type { RevenueAnswer } from '../../src/query/margin/answer.js';
import { revenueByCustomer } from '../../src/query/margin/revenue.js';
import { type Period, parsePeriod } from '../../src/query/scope/period.js';
import { withStore } from '../../src/store/store.js';
import { addRevenue, type RevenueRow } from './revenue_rows.js';
import { addUsage, type UsageRow } from './usage_rows.js';

const NOW = new Date('2026-11-15T12:00:00Z');
const NOTHING: RevenueTerms = { terms: [], aliases: [], rates: [] };

interface World {
  revenue?: RevenueRow[];
  usage?: UsageRow[];
  terms?: Partial<RevenueTerms>;
  tz?: string;
}

/** Asks several periods of one store; each answer as `customer [time] amount`, without zeros at the end. */
async function asked(world: World, ...questions: [period: string, every?: 'all' | 'day' | 'month'][]) {
  const tz = world.tz ?? 'UTC';
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, world.usage ?? []);
    await addRevenue(store, world.revenue ?? []);
    const answers: RevenueAnswer[] = [];
    for (const [period, every] of questions) {
      const query = { period: parsePeriod(period, tz, NOW), tz, now: NOW, terms: { ...NOTHING, ...world.terms } };
      answers.push(await revenueByCustomer(store, query, every));
    }
    return answers;
  });
}

function shown({ rows }: Pick<RevenueAnswer, 'rows'>): string[] {
  return rows.map(({ customer, time, revenue }) => [customer ?? '-', time, bare(revenue)].filter(Boolean).join(' '));
}

function bare(amount: string): string {
  return amount.replace(/\.?0+$/, '');
}

const pro = { plan: 'pro', amount: '49', currency: 'USD', per: 'month' as const, seats: 1, from: null, to: null };

test('an annual invoice: a twelfth in each month from its day on, days of a month alike, parts sum to the whole', async () => {
  const revenue: RevenueRow[] = [
    { kind: 'invoice', names: ['acme'], from: '2026-01-01T10:00:00', to: '2027-01-01T10:00:00', amount: '1200' },
    { kind: 'invoice', names: ['globex'], from: '2026-01-16', to: '2027-01-16', amount: '1000' },
  ];
  const [months, whole, january, days] = await asked(
    { revenue },
    ['2026', 'month'],
    ['all'],
    ['2026-01'],
    ['2026-02', 'day'],
  );
  if (months === undefined || whole === undefined || january === undefined || days === undefined) throw new Error();
  expect(shown(months).filter((line) => line.startsWith('acme'))).toEqual(
    Array.from({ length: 12 }, (_, month) => `acme 2026-${String(month + 1).padStart(2, '0')} 100`),
  );
  // Globex in January: 16 of the 31 days of its first month, 1000 / 12 × 16 / 31 = 43.0107526881720430107…
  expect(shown(january)).toEqual(['acme 100', 'globex 43.010752688172043011']);
  // The year has 11 months and 16 of 31 days: 11000 / 12 + 43.0107526881720430107… = 959.6774193548387096773…
  expect(months.total).toBe('2159.677419354838709677');
  // All of it up to 15 November at noon: 10 months and 14.5 of the 30 days of November; 9 months, and 30.5 of 31 days.
  // 1048.3333333333333333333 + (9 + 30.5 / 31) × 1000 / 12 = 831.9892473118279569892
  expect(shown(whole)).toEqual(['acme 1048.333333333333333333', 'globex 831.989247311827956989']);
  expect(days.rows).toHaveLength(56);
  // 100 / 28 = 3.571428571428571428571…
  expect(shown(days)[0]).toBe('acme 2026-02-01 3.571428571428571429');
});

test('what is no number of months is earned by its days; one day, and a moment, at once', async () => {
  const revenue: RevenueRow[] = [
    { kind: 'invoice', names: ['a'], from: '2026-09-21', to: '2026-10-05', amount: '14' },
    { kind: 'invoice', names: ['b'], from: '2026-09-30T10:00:00', to: '2026-09-30T23:00:00', amount: '5' },
    { kind: 'payment', names: ['c'], from: '2026-10-01T00:00:00', amount: '7' },
    { kind: 'payment', names: ['d'], from: '2026-09-30T22:30:00', amount: '3' },
  ];
  const [september, october] = await asked({ revenue }, ['2026-09'], ['2026-10']);
  expect(shown(september ?? { rows: [] })).toEqual(['a 10', 'b 5', 'd 3']);
  expect(shown(october ?? { rows: [] })).toEqual(['a 4', 'c 7']);
  // In Berlin it is half past midnight when d pays.
  const [berlin] = await asked({ revenue, tz: 'Europe/Berlin' }, ['2026-10']);
  expect(shown(berlin ?? { rows: [] })).toEqual(['a 4', 'c 7', 'd 3']);
});

test('the days of a table of one’s own are those of whoever asks; a moment is one', async () => {
  const revenue: RevenueRow[] = [
    { kind: 'invoice', names: ['a'], from: '2026-10-01', to: '2026-11-01', amount: '31' },
    { kind: 'payment', names: ['b'], format: 'stripe-payments', from: '2026-10-01T03:00:00', amount: '5' },
    {
      kind: 'invoice',
      names: ['c'],
      format: 'stripe-invoices',
      from: '2026-10-01T03:00:00',
      to: '2026-11-01T03:00:00',
      amount: '31',
    },
  ];
  const [october, first] = await asked({ revenue, tz: 'America/New_York' }, ['2026-10'], ['2026-10-01']);
  // In New York it is still 30 September when b pays, and c's month begins on that day.
  expect(shown(october ?? { rows: [] })).toEqual(['a 31', 'c 30']);
  expect(shown(first ?? { rows: [] })).toEqual(['a 1', 'c 1']);
});

test('plans: the price in every whole month, by days in others, changed in mid-month, for seats, by the year', async () => {
  const terms = [
    { ...pro, customer: 'acme' },
    { ...pro, customer: 'globex', to: '2026-10-16' },
    { ...pro, customer: 'globex', plan: 'team', amount: '620', seats: 2, from: '2026-10-16' },
    { ...pro, customer: 'initech', amount: '490', per: 'year' as const, from: '2026-01-01' },
    { ...pro, customer: 'weekly', amount: '7', per: 'week' as const, from: '2026-09-01' },
  ];
  const [october, february, quarter, months] = await asked(
    { terms: { terms } },
    ['2026-10'],
    ['2026-02'],
    ['2026-Q3'],
    ['2026', 'month'],
  );
  // 49 × 15 / 31 + 1240 × 16 / 31 = 23.7096774193548387096… + 640; 490 / 12 = 40.8333…; 31 days of 1 a day
  expect(shown(october ?? { rows: [] })).toEqual([
    'acme 49',
    'globex 663.70967741935483871',
    'initech 40.833333333333333333',
    'weekly 31',
  ]);
  expect(shown(february ?? { rows: [] })).toEqual(['acme 49', 'globex 49', 'initech 40.833333333333333334']);
  expect(shown(quarter ?? { rows: [] })).toEqual(['acme 147', 'globex 147', 'initech 122.5', 'weekly 30']);
  const year = (months?.rows ?? [])
    .filter(({ customer }) => customer === 'initech')
    .map(({ revenue }) => BigInt(revenue.replace('.', '')));
  expect(year.reduce((sum, part) => sum + part, 0n)).toBe(490n * 10n ** 18n);
});

test('two currencies: by the rate of the day, else apart', async () => {
  const revenue: RevenueRow[] = [
    { kind: 'payment', names: ['a'], from: '2026-06-30', amount: '100', currency: 'EUR' },
    { kind: 'payment', names: ['a'], from: '2026-07-01', amount: '100', currency: 'EUR' },
    { kind: 'payment', names: ['b'], from: '2026-07-01', amount: '5000', currency: 'JPY' },
    { kind: 'payment', names: ['b'], from: '2026-07-01', amount: '1' },
  ];
  const rates = [
    { currency: 'EUR', from: '2026-01-01', usd: '1.08' },
    { currency: 'EUR', from: '2026-07-01', usd: '1.1' },
  ];
  const monthly = [{ ...pro, customer: 'c', amount: '10', currency: 'EUR' }];
  const [both] = await asked({ revenue, terms: { rates, terms: monthly } }, ['2026', 'month']);
  expect(shown(both ?? { rows: [] }).filter((line) => /-0[67] /.test(line))).toEqual([
    'a 2026-06 108',
    'a 2026-07 110',
    'b 2026-07 1',
    'c 2026-06 10.8',
    'c 2026-07 11',
  ]);
  expect(both?.unconverted).toEqual([{ customer: 'b', currency: 'JPY', amount: '5000.000000000000000000' }]);
  expect(both?.warnings).toEqual([
    {
      code: 'not_converted',
      message:
        'Revenue in JPY is listed apart: there is no rate for its day. Give one in llmcost.yaml, for example rates: {JPY: 1.08}, in USD for 1 JPY.',
    },
  ]);
});

test('an invoice, its payment, its line of the balance and the subscription count once; the refund always', async () => {
  const [from, to] = ['2026-10-01', '2026-11-01'];
  const revenue: RevenueRow[] = [
    // 121 with 21 of tax, of which 60.50 came back: half of the amount.
    {
      kind: 'invoice',
      format: 'stripe-invoices',
      id: 'in_1',
      names: ['cus_A'],
      from,
      to,
      amount: '100',
      paid: '121',
      number: 'N-1',
    },
    {
      kind: 'payment',
      format: 'stripe-payments',
      id: 'ch_1',
      names: ['cus_A'],
      from,
      amount: '121',
      refunded: '60.5',
      refunded_at: '2026-10-20',
      invoice: 'in_1',
    },
    { kind: 'payment', format: 'stripe-balance', id: 'txn_1', from, amount: '121' },
    { kind: 'fee', format: 'stripe-balance', id: 'txn_2', from, amount: '-3' },
    {
      kind: 'subscription',
      format: 'stripe-subscriptions',
      id: 'sub_1',
      names: ['cus_A'],
      from: '2026-01-01',
      recurs: 'month',
      amount: '100',
    },
    // Known by its number only.
    {
      kind: 'invoice',
      format: 'stripe-invoices',
      id: 'in_2',
      names: ['cus_B'],
      from,
      to,
      amount: '40',
      paid: '40',
      number: 'N-2',
    },
    { kind: 'payment', format: 'stripe-payments', id: 'ch_2', names: ['cus_B'], from, amount: '40', number: 'N-2' },
    // Of another invoice, of which nothing else is known.
    {
      kind: 'payment',
      format: 'stripe-payments',
      id: 'ch_3',
      names: ['cus_C'],
      from: '2026-10-31',
      amount: '9',
      refunded: '2',
      invoice: 'in_9',
    },
    {
      kind: 'subscription',
      format: 'stripe-subscriptions',
      id: 'sub_2',
      names: ['cus_D'],
      from: '2026-01-01',
      recurs: 'year',
      amount: '120',
    },
    // A month without invoices and payments: the balance is all there is.
    { kind: 'payment', format: 'stripe-balance', id: 'txn_3', from: '2026-09-02', amount: '5' },
  ];
  const terms = [
    { ...pro, customer: 'cus_D' },
    { ...pro, customer: 'cus_E' },
  ];
  const [october, september] = await asked({ revenue, terms: { terms } }, ['2026-10'], ['2026-09']);
  expect(shown(october ?? { rows: [] })).toEqual(['cus_A 50', 'cus_B 40', 'cus_C 7', 'cus_D 10', 'cus_E 49']);
  expect(shown(september ?? { rows: [] })).toEqual(['cus_D 10', 'cus_E 49', '- 5']);
  expect(october?.warnings.map(({ message }) => message)).toEqual([
    "1 line of Stripe's balance left out: of those days there are invoices or payments, which count.",
    '1 fee of the payment provider left out: what it takes is no revenue.',
    '1 plan of llmcost.yaml left out: of 1 customer revenue was imported, which counts.',
    '2 payments left out: the invoices paid by them count, of the payments only what was refunded.',
    '1 subscription left out: of 1 customer there are invoices or payments, which count.',
  ]);
});

test('names: what llmcost.yaml says, else what usage is marked with, else the first', async () => {
  const from = '2026-10-02';
  const revenue: RevenueRow[] = [
    { kind: 'payment', names: ['cus_1', 'one@example.com'], from, amount: '1' },
    { kind: 'payment', names: ['cus_2', 'two@example.com'], from, amount: '2' },
    { kind: 'payment', names: ['cus_3', 'three@example.com'], from, amount: '3' },
    { kind: 'payment', from, amount: '4' },
    { kind: 'payment', names: ['cus_2', 'two@example.com'], from: '2026-10-03', amount: '20' },
  ];
  const usage = [{ customer: 'two@example.com' }, { customer: 'acme' }];
  const aliases = [{ alias: 'one@example.com', customer: 'acme' }];
  const [answer] = await asked({ revenue, usage, terms: { aliases } }, ['2026-10']);
  expect(shown(answer ?? { rows: [] })).toEqual(['acme 1', 'cus_3 3', 'two@example.com 22', '- 4']);
  expect(answer?.total).toBe('30.000000000000000000');
});

test('without bounds: from the first usage on up to now; without anything nothing', async () => {
  const usage = [{ customer: 'acme', occurred_at: '2026-10-16T08:00:00' }];
  const [all] = await asked({ usage, terms: { terms: [{ ...pro, customer: 'acme' }] } }, ['all']);
  expect(new Date(all?.since ?? 0).toISOString()).toBe('2026-10-16T00:00:00.000Z');
  // 16 of 31 days and 14.5 of 30: 784 / 31 + 710.5 / 30 = 25.2903225806451612903… + 23.6833333333333333333…
  expect(all?.total).toBe('48.973655913978494623');
  const [nothing] = await asked({}, ['all'] as [string]);
  expect(nothing).toMatchObject({ rows: [], total: '0.000000000000000000', unconverted: [], warnings: [] });
});

test('parts of any cut sum to the whole', async () => {
  const revenue: RevenueRow[] = [
    { kind: 'invoice', names: ['a'], from: '2026-01-31', to: '2027-01-31', amount: '99.99' },
    { kind: 'credit', names: ['a'], from: '2026-03-10', to: '2026-06-17', amount: '-10.01' },
    { kind: 'subscription', names: ['b'], from: '2025-11-11', recurs: 'year', amount: '777.77' },
  ];
  await withStore(':memory:', { access: 'write' }, async (store) => {
    await addRevenue(store, revenue);
    const total = async (period: Period) => {
      const answer = await revenueByCustomer(store, { period, tz: 'UTC', now: NOW, terms: NOTHING });
      return BigInt(answer.total.replace('.', ''));
    };
    const day = 86_400_000;
    const start = Date.UTC(2026, 0, 1);
    const cuts = [0, 17, 31, 59, 59.3, 100, 213, 364.999, 396].map((days) => start + Math.round(days * day));
    let sum = 0n;
    for (const [index, since] of cuts.slice(0, -1).entries())
      sum += await total({ since, until: cuts[index + 1] ?? since, label: '' });
    expect(sum).toBe(await total({ since: start, until: start + 396 * day, label: '' }));
    // Both invoices are over by then, and of b 13 months are in it.
    expect(sum).toBe(89_980_000_000_000_000_000n + 842_584_166_666_666_666_667n);
  });
});
