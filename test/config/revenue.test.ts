import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { planPriceOf } from '../../src/config/plans.js';
import { revenueTerms } from '../../src/config/revenue.js';
import { UsageError } from '../../src/errors.js';
import { fakeIo } from '../fake_io.js';

async function terms(text: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-config-'));
  writeFileSync(join(cwd, 'llmcost.yaml'), text);
  return revenueTerms(await readConfig(undefined, fakeIo({ cwd })));
}

async function complaint(text: string): Promise<string> {
  try {
    await terms(text);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

test('plans, customers and rates as rows', async () => {
  const read = await terms(`\
plans:
  pro: 49 USD/month
  team: {price: 490.50 EUR per year}
customers:
  initech: pro
  acme: {plan: pro, from: 2026-01-01, aliases: [cus_1, a@example.com]}
  globex:
    terms:
      - {plan: pro, to: 2026-10-16}
      - {plan: team, from: 2026-10-16, seats: 5}
  umbrella: {price: $9.99/week, to: 2027-01-01}
  hooli: {aliases: [cus_2]}
rates:
  eur: 1.0800
  GBP: {2026-01-01: 1.27, 2026-07-01: 1.31}
`);
  const pro = { plan: 'pro', amount: '49', currency: 'USD', per: 'month', seats: 1, from: null, to: null };
  expect(read.terms).toEqual([
    { ...pro, customer: 'initech' },
    { ...pro, customer: 'acme', from: '2026-01-01' },
    { ...pro, customer: 'globex', to: '2026-10-16' },
    {
      ...pro,
      customer: 'globex',
      plan: 'team',
      amount: '490.50',
      currency: 'EUR',
      per: 'year',
      seats: 5,
      from: '2026-10-16',
    },
    { ...pro, customer: 'umbrella', plan: null, amount: '9.99', per: 'week', to: '2027-01-01' },
  ]);
  expect(read.aliases).toEqual([
    { alias: 'cus_1', customer: 'acme' },
    { alias: 'a@example.com', customer: 'acme' },
    { alias: 'cus_2', customer: 'hooli' },
  ]);
  expect(read.rates).toEqual([
    { currency: 'EUR', from: '1970-01-01', usd: '1.0800' },
    { currency: 'GBP', from: '2026-01-01', usd: '1.27' },
    { currency: 'GBP', from: '2026-07-01', usd: '1.31' },
  ]);
  expect(await terms('')).toEqual({ terms: [], aliases: [], rates: [] });
});

test('prices of plans', () => {
  expect(planPriceOf('49 usd / month')).toEqual({ amount: '49', currency: 'USD', per: 'month' });
  expect(planPriceOf('$0.5/day')).toEqual({ amount: '0.5', currency: 'USD', per: 'day' });
  for (const text of ['49', '49/month', '49 USD', '-1 USD/month', '49 USD/quarter', '1e3 USD/month', '49 USDT/month'])
    expect(planPriceOf(text)).toBeUndefined();
});

test.each([
  [
    'plans: {pro: cheap}',
    "llmcost.yaml:1: plans.pro: must be an amount for a day, week, month or year, such as '49 USD/month'.",
  ],
  [
    'plans:\n  pro: {prize: 1 USD/day, price: 1 USD/day}',
    'llmcost.yaml:2: plans.pro.prize: is not known here. Known are: price.',
  ],
  ['plans: pro', 'llmcost.yaml:1: plans: must be an object: the name of a plan and its price.'],
  ['customers: {acme: pro}', "llmcost.yaml:1: customers.acme: there is no plan 'pro'.\nThere is no section plans yet."],
  [
    'plans: {a: 1 USD/day}\ncustomers: {acme: {plan: b}}',
    "llmcost.yaml:2: customers.acme: there is no plan 'b'.\nPlans are: a.",
  ],
  ['customers: {acme: {seats: 2}}', 'llmcost.yaml:1: customers.acme.seats: goes with a plan or a price.'],
  [
    'customers: {acme: {price: 1 USD/day, seats: 0}}',
    'llmcost.yaml:1: customers.acme.seats: must be how many times the price is paid: a whole number from 1 on.',
  ],
  [
    'customers: {acme: {price: 1 USD/day, plan: a}}',
    'llmcost.yaml:1: customers.acme.price: goes without plan: a plan has a price already.',
  ],
  [
    'customers: {acme: {price: 1 USD/day, from: 2026-02-01, to: 2026-02-01}}',
    'llmcost.yaml:1: customers.acme.to: must be after from, 2026-02-01: it is the first day that is out.',
  ],
  [
    'customers: {acme: {price: 1 USD/day, terms: []}}',
    'llmcost.yaml:1: customers.acme.terms: goes without a plan beside it.',
  ],
  [
    'customers: {acme: {terms: [{from: 2026-01-01}]}}',
    'llmcost.yaml:1: customers.acme.terms[0]: must have a plan or a price.',
  ],
  [
    'customers:\n  acme:\n    terms:\n      - {price: 1 USD/day, to: 2026-02-02}\n      - {price: 2 USD/day, from: 2026-02-01}',
    'llmcost.yaml:5: customers.acme.terms[1]: acme has a plan for some of these days already.\nEnd that one with to.',
  ],
  [
    'customers:\n  acme: {aliases: [cus_1]}\n  globex: {aliases: [cus_1]}',
    'llmcost.yaml:3: customers.globex.aliases[0]: cus_1 is a name of acme already.\nA name can stand for one customer only.',
  ],
  [
    'customers:\n  acme: {aliases: [globex]}\n  globex: {}',
    'llmcost.yaml:2: customers.acme.aliases[0]: globex is a name of globex already.\nA name can stand for one customer only.',
  ],
  [
    'rates: {EUR: 0}',
    'llmcost.yaml:1: rates.EUR: must be USD for one unit as a plain decimal number with up to 10 places, such as 1.08.',
  ],
  [
    'rates: {USD: 1}',
    'llmcost.yaml:1: rates.USD: is not a currency other than USD: write its code of three letters, such as EUR.',
  ],
  ['rates: {EUR: {2026-02-30: 1.08}}', 'llmcost.yaml:1: rates.EUR.2026-02-30: is not a day: write YYYY-MM-DD.'],
])('%s', async (text, message) => expect(await complaint(text)).toBe(message));
