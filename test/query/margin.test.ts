import { expect, test } from 'vitest';
import type { RevenueTerms } from '../../src/config/revenue.js';
import type { MarginQuery, MarginReport, MarginRow } from '../../src/query/margin/answer.js';
import { marginReport } from '../../src/query/margin/margin.js';
import { parseCondition } from '../../src/query/scope/filter.js';
import { parsePeriod } from '../../src/query/scope/period.js';
import { withStore } from '../../src/store/store.js';
import { addRevenue, type RevenueRow } from './revenue_rows.js';
import { addUsage, type UsageRow } from './usage_rows.js';

const NOW = new Date('2027-01-10T12:00:00Z');

interface World {
  usage?: UsageRow[];
  revenue?: RevenueRow[];
  terms?: Partial<RevenueTerms>;
}

type Asked = Partial<Omit<MarginQuery, 'period' | 'where'>> & { period: string; where?: string[] };

async function asked(world: World, ...questions: Asked[]): Promise<MarginReport[]> {
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await addUsage(store, world.usage ?? []);
    await addRevenue(store, world.revenue ?? []);
    const answers: MarginReport[] = [];
    for (const { period, where = [], ...question } of questions) {
      const terms = { terms: [], aliases: [], rates: [], ...world.terms };
      const now = question.now ?? NOW;
      const whole = { by: 'customer' as const, tz: 'UTC', now, terms, where: where.map(parseCondition) };
      answers.push(await marginReport(store, { ...whole, ...question, period: parsePeriod(period, 'UTC', now) }));
    }
    return answers;
  });
}

/** key revenue cost margin margin% cost% verdict [day it turned] */
function shown({ rows, totals }: MarginReport): string[] {
  return [...rows, totals].map((row) =>
    [
      row.kind === 'total' ? 'total' : row.kind === 'other' ? 'other' : (row.key ?? '-'),
      bare(row.revenue),
      bare(row.cost),
      bare(row.margin),
      row.margin_percent ?? '-',
      row.cost_percent ?? '-',
      row.verdict,
      ...(row.turned_negative === null ? [] : [row.turned_negative]),
    ].join(' '),
  );
}

function bare(amount: string | null): string {
  return amount === null ? '-' : amount.replace(/\.0+$|(?<=\.\d*[1-9])0+$/, '');
}

function used(customer: string | null, day: string, cost: string | null, more: Partial<UsageRow> = {}): UsageRow {
  return { customer, occurred_at: `${day}T10:00:00`, cost, ...more };
}

const month = { currency: 'USD', per: 'month' as const, seats: 1, from: null, to: null };

test('$49 a month and $40 of calls: 18.37 % of margin, 81.63 % of the revenue', async () => {
  const world = {
    usage: [
      used('acme', '2026-10-02', '15.5'),
      used('acme', '2026-10-20', '24.5'),
      // 30, 30.5 and 20 of 80 a month: the second passes them on the 9th … no, 60.5 < 80; the third does on the 21st.
      used('globex', '2026-10-01', '30'),
      used('globex', '2026-10-09', '30.5'),
      used('globex', '2026-10-21', '20'),
      used('globex', '2026-10-22', '20'),
      used('initech', '2026-10-03', '7'),
      used('even', '2026-10-03', '9.95'),
      used(null, '2026-10-03', '1'),
    ],
    revenue: [{ kind: 'payment' as const, names: ['silent'], from: '2026-10-05', amount: '12.5' }],
    terms: {
      terms: [
        { ...month, customer: 'acme', plan: 'pro', amount: '49' },
        { ...month, customer: 'globex', plan: 'team', amount: '80' },
        { ...month, customer: 'even', plan: 'pro', amount: '10' },
      ],
    },
  };
  const [october, top, target, plans] = await asked(
    world,
    { period: '2026-10' },
    { period: '2026-10', top: 2 },
    { period: '2026-10', target: '70' },
    { period: '2026-10', by: 'plan' },
  );
  if (october === undefined || top === undefined || target === undefined || plans === undefined) throw new Error();
  expect(shown(october)).toEqual([
    // 100.5 of 80: -20.5 is -25.625 %, half away from zero
    'globex 80 100.5 -20.5 -25.63 125.63 underwater 2026-10-21',
    'initech 0 7 -7 - - no_revenue',
    '- 0 1 -1 - - no_revenue',
    // 0.05 of 10
    'even 10 9.95 0.05 0.50 99.50 break_even',
    // 9 of 49 = 18.367 %, 40 of 49 = 81.632 %
    'acme 49 40 9 18.37 81.63 profitable',
    'silent 12.5 0 12.5 100.00 0.00 no_usage',
    // 151.5 − 158.45 = −6.95, of 151.5 −4.587 %
    'total 151.5 158.45 -6.95 -4.59 104.59 underwater',
  ]);
  expect(october.warnings.map(({ message }) => message)).toEqual([
    'Cost but no revenue: initech, (none).',
    'Revenue but no usage: silent.',
  ]);
  expect(shown(top)).toEqual([
    'globex 80 100.5 -20.5 -25.63 125.63 underwater 2026-10-21',
    'initech 0 7 -7 - - no_revenue',
    // 71.5 − 50.95 = 20.55 is 28.741 %
    'other 71.5 50.95 20.55 28.74 71.26 profitable',
    'total 151.5 158.45 -6.95 -4.59 104.59 underwater',
  ]);
  const targets = Object.fromEntries(
    target.rows.map((row): [string, MarginRow['target']] => [row.key ?? '-', row.target]),
  );
  // 40 ÷ 0.3 = 133.33…; 49 × 0.3 = 14.7, of the 40 now 36.75 %
  expect(targets.acme).toEqual({
    revenue_needed: '133.333333333333333333',
    cost_allowed: '14.700000000000000000',
    usage_allowed_percent: '36.75',
  });
  // There is no revenue that could allow a cost.
  expect(targets.initech).toEqual({
    revenue_needed: '23.333333333333333333',
    cost_allowed: null,
    usage_allowed_percent: null,
  });
  expect(shown(plans)).toEqual([
    'team 80 100.5 -20.5 -25.63 125.63 underwater',
    '- 12.5 8 4.5 36.00 64.00 profitable',
    'pro 59 49.95 9.05 15.34 84.66 profitable',
    'total 151.5 158.45 -6.95 -4.59 104.59 underwater',
  ]);
});

test('who got more back than was paid is underwater, not without revenue', async () => {
  const [october] = await asked(
    {
      usage: [used('acme', '2026-10-02', '2')],
      revenue: [{ kind: 'payment' as const, names: ['acme'], from: '2026-10-05', amount: '-3' }],
    },
    { period: '2026-10' },
  );
  if (october === undefined) throw new Error();
  expect(shown(october)).toEqual(['acme -3 2 -5 - - underwater', 'total -3 2 -5 - - underwater']);
  expect(october.warnings).toEqual([]);
});

test('upgrade in mid-month, annual invoice, refund and two currencies in one month', async () => {
  const from = '2026-10-16';
  const world = {
    usage: [
      used('upgrader', '2026-10-10', '10'),
      used('upgrader', '2026-10-20', '20'),
      used('annual', '2026-10-10', '50'),
      used('refunded', '2026-10-10', '3'),
      used('euro', '2026-10-10', '5.4'),
      used('yen', '2026-10-10', '1'),
    ],
    revenue: [
      { kind: 'invoice' as const, names: ['annual'], from: '2026-01-01', to: '2027-01-01', amount: '1200' },
      {
        kind: 'payment' as const,
        names: ['refunded'],
        from: '2026-10-03',
        amount: '20',
        refunded: '15',
        refunded_at: '2026-10-30',
      },
      { kind: 'payment' as const, names: ['euro'], from: '2026-10-03', amount: '10', currency: 'EUR' },
      { kind: 'payment' as const, names: ['yen'], from: '2026-10-03', amount: '500', currency: 'JPY' },
    ],
    terms: {
      terms: [
        { ...month, customer: 'upgrader', plan: 'pro', amount: '31', to: from },
        { ...month, customer: 'upgrader', plan: 'team', amount: '62', from },
      ],
      rates: [{ currency: 'EUR', from: '2026-01-01', usd: '1.08' }],
    },
  };
  const [customers, plans] = await asked(world, { period: '2026-10' }, { period: '2026-10', by: 'plan' });
  if (customers === undefined || plans === undefined) throw new Error();
  expect(shown(customers)).toEqual([
    'yen 0 1 -1 - - not_converted',
    'refunded 5 3 2 40.00 60.00 profitable',
    'euro 10.8 5.4 5.4 50.00 50.00 profitable',
    // 31 × 15 / 31 + 62 × 16 / 31 = 15 + 32
    'upgrader 47 30 17 36.17 63.83 profitable',
    'annual 100 50 50 50.00 50.00 profitable',
    'total 162.8 89.4 73.4 45.09 54.91 profitable',
  ]);
  expect(customers.not_converted).toEqual([{ customer: 'yen', currency: 'JPY', amount: '500.000000000000000000' }]);
  expect(shown(plans)).toEqual([
    'pro 15 10 5 33.33 66.67 profitable',
    'team 32 20 12 37.50 62.50 profitable',
    '- 115.8 59.4 56.4 48.70 51.30 profitable',
    'total 162.8 89.4 73.4 45.09 54.91 profitable',
  ]);
});

test('months, their trend, what is negative in each, and a period that is not over', async () => {
  const world = {
    usage: [
      used('acme', '2026-11-05', '12'),
      used('acme', '2026-12-05', '6'),
      used('acme', '2026-12-24', '6'),
      used('acme', '2027-01-05', '9'),
      used('late', '2027-01-20', '9'),
    ],
    terms: { terms: [{ ...month, customer: 'acme', plan: 'pro', amount: '10' }] },
  };
  const [months, quarter, running] = await asked(
    world,
    { period: '2026-Q4', by: 'month' },
    { period: '2026-Q4' },
    { period: '2027-01' },
  );
  if (months === undefined || quarter === undefined || running === undefined) throw new Error();
  expect(shown(months)).toEqual([
    '2026-10 10 0 10 100.00 0.00 no_usage',
    '2026-11 10 12 -2 -20.00 120.00 underwater',
    '2026-12 10 12 -2 -20.00 120.00 underwater',
    'total 30 24 6 20.00 80.00 profitable',
  ]);
  const [acme] = quarter.rows;
  expect(acme).toMatchObject({
    turned_negative: '2026-12-24',
    months_negative: 2,
    trend: { first_percent: '100.00', last_percent: '-20.00' },
  });
  // Nine days and a half of 31 are earned: 10 × 9.5 / 31; the 9 spent are below the 10 of the whole month.
  expect(shown(running)).toEqual([
    'acme 3.064516129032258065 9 -5.935483870967741935 -193.68 293.68 underwater',
    'total 3.064516129032258065 9 -5.935483870967741935 -193.68 293.68 underwater',
  ]);
  expect(running.warnings).toEqual([
    { code: 'so_far', message: 'The period is not over: revenue and cost are those up to now.' },
  ]);
});

test('features, filters, other names of customers and usage without a price', async () => {
  const world = {
    usage: [
      used('cus_1', '2026-10-05', '2', { feature: 'chat' }),
      used('acme', '2026-10-06', '3', { feature: 'search' }),
      used('globex', '2026-10-06', '4', { feature: 'chat' }),
      used('globex', '2026-10-06', null, { feature: 'chat' }),
      used('dark', '2026-10-06', null),
    ],
    revenue: [
      { kind: 'event' as const, names: ['globex'], from: '2026-10-07', amount: '6', feature: 'chat' },
      { kind: 'payment' as const, names: ['cus_1'], from: '2026-10-07', amount: '14' },
    ],
    terms: { aliases: [{ alias: 'cus_1', customer: 'acme' }] },
  };
  const [customers, features, acme, chat] = await asked(
    world,
    { period: '2026-10' },
    { period: '2026-10', by: 'feature' },
    { period: '2026-10', where: ['customer=acme'] },
    { period: '2026-10', where: ['feature=chat'] },
  );
  if (customers === undefined || features === undefined || acme === undefined || chat === undefined) throw new Error();
  expect(shown(customers)).toEqual([
    'dark 0 - - - - unpriced',
    'globex 6 4 2 33.33 66.67 undecided',
    'acme 14 5 9 64.29 35.71 profitable',
    'total 20 9 11 55.00 45.00 undecided',
  ]);
  expect(customers.rows.map(({ cost_complete }) => cost_complete)).toEqual([false, false, true]);
  expect(customers.warnings.map(({ code }) => code)).toEqual(['unpriced']);
  // 3 and 6 of 20, and what has no feature
  expect(shown(features)).toEqual([
    'search 0 3 -3 - 15.00 no_revenue',
    'chat 6 6 0 0.00 30.00 undecided',
    '- 14 - - - - unpriced',
    'total 20 9 11 55.00 45.00 undecided',
  ]);
  expect(shown(acme)).toEqual(['acme 14 5 9 64.29 35.71 profitable', 'total 14 5 9 64.29 35.71 profitable']);
  expect(chat.warnings.map(({ message }) => message)).toContain(
    'Revenue knows customers only: feature=chat chooses usage, and the revenue is that of all of it.',
  );
});

test('nothing at all, and usage of which nobody pays', async () => {
  const [nothing] = await asked({}, { period: 'all' });
  expect(nothing?.rows).toEqual([]);
  expect(nothing?.warnings.map(({ code }) => code)).toEqual(['nothing_known']);
  const [unpaid] = await asked({ usage: [used('a', '2026-10-05', '2')] }, { period: '2026-10' });
  expect(shown(unpaid ?? ({ rows: [] } as never))).toEqual(['a 0 2 -2 - - no_revenue', 'total 0 2 -2 - - no_revenue']);
  expect(unpaid?.warnings.map(({ code }) => code)).toEqual(['no_revenue']);
});
