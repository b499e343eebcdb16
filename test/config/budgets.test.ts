import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { budgetOfOptions, budgetsOf } from '../../src/config/budgets.js';
import { readConfig } from '../../src/config/config.js';
import { ageOf, budgetPeriodOf, limitOf } from '../../src/config/limit.js';
import { configSchema } from '../../src/config/sections.js';
import { UsageError } from '../../src/errors.js';
import { fakeIo } from '../fake_io.js';

async function budgets(text: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-budgets-'));
  writeFileSync(join(cwd, 'llmcost.yaml'), text);
  return budgetsOf(await readConfig(undefined, fakeIo({ cwd })));
}

async function complaint(text: string): Promise<string> {
  try {
    await budgets(text);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

test.each([
  ['50 USD', { amount: '50', unit: 'money', currency: 'USD' }],
  ['$1,234.50', { amount: '1234.50', unit: 'money', currency: 'USD' }],
  ['0.02 USD per request', { amount: '0.02', unit: 'money', currency: 'USD', per_request: true }],
  ['500 EUR', { amount: '500', unit: 'money', currency: 'EUR' }],
  ['0.5 chf per call', { amount: '0.5', unit: 'money', currency: 'CHF', per_request: true }],
  ['2.5M tokens', { amount: '2500000', unit: 'tokens' }],
  ['0.0015k tokens', { amount: '1.5', unit: 'tokens' }],
  ['10k requests', { amount: '10000', unit: 'requests' }],
  ['5%', { amount: '5', unit: 'percent' }],
  ['800 ms', { amount: '800', unit: 'ms' }],
  ['1.25 s', { amount: '1250', unit: 'ms' }],
  ['2.5', { amount: '2.5', unit: 'number' }],
  ['at least 40%', { amount: '40', unit: 'percent', at_least: true }],
])('the limit %s', (text, read) => {
  expect(limitOf(text)).toEqual({ text, at_least: false, kind: 'amount', currency: null, per_request: false, ...read });
});

test('relative limits', () => {
  expect(limitOf('60% of revenue')).toMatchObject({ kind: 'revenue', percent: '60' });
  expect(limitOf('+10% vs baseline')).toMatchObject({ kind: 'baseline', percent: '10' });
  expect(limitOf('2x median')).toMatchObject({ kind: 'median', factor: '2', of: 'past' });
  expect(limitOf('1.5x median of others')).toMatchObject({ kind: 'median', factor: '1.5', of: 'others' });
});

test.each([
  '',
  'fifty USD',
  '50 XYZ',
  '50 min',
  '-5 USD',
  '5 tokens per request',
  '$5 tokens',
  '10% vs baseline',
  'x median',
  '1,2 USD',
  // More than any comparison of decimals holds.
  '100,000,000,000,000 USD',
  '999999999b tokens',
  '100000% of revenue',
  '+100000% vs baseline',
  '1000x median',
])('%s is no limit', (text) => expect(limitOf(text)).toBeUndefined());

test('periods and ages', () => {
  expect(budgetPeriodOf('Month')).toEqual({ kind: 'calendar', unit: 'month' });
  expect(budgetPeriodOf('rolling 30d')).toEqual({ kind: 'rolling', days: 30 });
  expect(budgetPeriodOf('billing day 31')).toEqual({ kind: 'billing', day: 31 });
  expect(budgetPeriodOf('all')).toEqual({ kind: 'all' });
  for (const text of ['fortnight', 'rolling 0d', 'rolling 400d', 'billing day 32', 'billing day 0']) {
    expect(budgetPeriodOf(text)).toBeUndefined();
  }
  expect([ageOf('30d'), ageOf('7 days'), ageOf('any'), ageOf('soon')]).toEqual([30, 7, null, undefined]);
});

test('every key of a budget, and what is filled in', async () => {
  const [full, short] = await budgets(`\
budgets:
  - name: customers
    where: [feature=chat, 'model~gpt-4*']
    group_by: [customer]
    metric: cost
    period: rolling 30d
    limit: +10% vs baseline
    floor: 5 USD
    warn_at: 80%
    level: warn
    on: [actual]
    on_empty: pass
    max_unpriced: 1.5%
    max_price_age: 30d
    baseline_periods: 3
    exceptions:
      - {for: {customer: acme}, limit: 100 USD, until: 2026-12-31, note: pilot}
      - {for: {customer: globex}, limit: none}
    note: agreed
  - {name: org, limit: 500 USD}
`);
  expect(full).toMatchObject({
    name: 'customers',
    where: ['feature=chat', 'model~gpt-4*'],
    group_by: ['customer'],
    metric: 'cost',
    period: { kind: 'rolling', days: 30 },
    limit: { kind: 'baseline', percent: '10' },
    floor: '5',
    warn_at: '80',
    level: 'warn',
    on: ['actual'],
    on_empty: 'pass',
    max_unpriced: '1.5',
    max_price_age: 30,
    baseline_periods: 3,
    exceptions: [
      { for: { customer: 'acme' }, limit: { amount: '100' }, until: '2026-12-31', note: 'pilot' },
      { for: { customer: 'globex' }, limit: null, until: null, note: null },
    ],
    place: { text: 'llmcost.yaml:2: budgets[0]', file: 'llmcost.yaml', line: 2 },
  });
  expect(short).toEqual({
    name: 'org',
    where: [],
    group_by: [],
    metric: undefined,
    period: undefined,
    limit: {
      text: '500 USD',
      at_least: false,
      kind: 'amount',
      amount: '500',
      unit: 'money',
      currency: 'USD',
      per_request: false,
    },
    floor: null,
    warn_at: null,
    level: 'error',
    on: ['actual'],
    on_empty: 'undecided',
    max_unpriced: '0',
    max_price_age: 180,
    baseline_periods: undefined,
    exceptions: [],
    place: {
      text: 'llmcost.yaml:20: budgets[1]',
      file: 'llmcost.yaml',
      line: 20,
      keys: { name: 'llmcost.yaml:20: budgets[1].name', limit: 'llmcost.yaml:20: budgets[1].limit' },
    },
  });
});

const LIMITS =
  "'50 USD', '50 EUR', '0.02 USD per request', '2M tokens', '10k requests', '5%', '800 ms', '60% of revenue', '+10% vs baseline', '2x median' or 'at least 40%'";

test.each([
  ['{name: a}', `limit: is missing: it must be a limit, such as ${LIMITS}.`],
  ['{name: a, limit: 50}, {name: a, limit: 5 USD}', "1].name: there is a budget 'a' before."],
  ['{name: a, limit: 50 XYZ}', `limit: must be a limit, such as ${LIMITS}.`],
  [
    '{name: a, limit: 5 USD, period: fortnight}',
    "period: must be day, week, month, quarter, year, 'rolling 30d', 'billing day 15' or all.",
  ],
  ['{name: a, limit: 5 USD, warn_at: 120%}', 'warn_at: must be a percentage of the limit, such as 80%.'],
  ['{name: a, limit: at least 5%, warn_at: 80%}', "warn_at: cannot be combined with a limit 'at least …'."],
  ['{name: a, limit: 5 USD, floor: 1 USD}', "floor: goes with a limit '… vs baseline' or '… median' only."],
  ['{name: a, limit: 2x median, floor: 2x median}', "floor: must be an amount, such as '5 USD'."],
  ['{name: a, limit: 5 USD, on: []}', 'on: must be [actual], [forecast] or [actual, forecast].'],
  [
    '{name: a, limit: 5 USD, on: [forecast], period: all}',
    'on: can be forecast only where the period has an end, such as month.',
  ],
  [
    '{name: a, limit: 5 USD, exceptions: [{for: {customer: b}, limit: none}]}',
    "exceptions: can be for dimensions of group_by only, which 'customer' is not.",
  ],
  [
    '{name: a, limit: 5 USD, exceptions: [{for: {}, limit: none}]}',
    'exceptions: must say for whom: for: {customer: acme}.',
  ],
  [
    '{name: a, limit: 5 USD, group_by: [customer], exceptions: [{for: {customer: b}, limit: 2x median}]}',
    "exceptions: can be none, an amount or of the kind of the limit, not '2x median'.",
  ],
  ['{name: a, limit: at least 5%, on: [forecast]}', "on: cannot be forecast with a limit 'at least …'."],
  ['{name: a, limit: 5 USD, max_price_age: soon}', 'max_price_age: must be a number of days, such as 30d, or any.'],
  ['{name: a, limit: 5 USD, baseline_periods: 99}', 'baseline_periods: must be a number of periods from 1 to 24.'],
  [
    '{name: a, limit: 5 USD, limits: 1}',
    'limits: is not known here. Known are: name, where, group_by, metric, period, limit, floor, warn_at, level, on, on_empty, max_unpriced, max_price_age, baseline_periods, exceptions, note.',
  ],
])('%s', async (entry, message) => {
  const said = await complaint(`budgets: [${entry}]`);
  expect(said).toBe(
    message.startsWith('1]') ? `llmcost.yaml:1: budgets[${message}` : `llmcost.yaml:1: budgets[0].${message}`,
  );
});

test('a rule of the command line goes through the same parser', () => {
  expect(budgetOfOptions({ limit: '5 USD', warn_at: '80%' })).toMatchObject({ limit: { amount: '5' }, warn_at: '80' });
  expect(() => budgetOfOptions({ limit: '5 XYZ', period: 'never' })).toThrow(
    new UsageError(
      `--period must be day, week, month, quarter, year, 'rolling 30d', 'billing day 15' or all.\n--limit must be a limit, such as ${LIMITS}.`,
    ),
  );
});

test('editors know the section', () => {
  const { properties } = configSchema() as {
    properties: Record<string, { items: { required: string[]; properties: object } }>;
  };
  expect(properties.budgets?.items.required).toEqual(['name', 'limit']);
  expect(Object.keys(properties.budgets?.items.properties ?? {})).toContain('max_price_age');
});
