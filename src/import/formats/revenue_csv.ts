import { join, type Sql, sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import type { LedgerFormat } from '../declare/format.js';
import { isOneOf, texts, UNTOLD_EARNING } from './stripe.js';

const KINDS = ['invoice', 'subscription', 'payment', 'refund', 'credit', 'fee', 'event'];
const PERIOD = ['period', 'month', 'date'];
const SPAN = sql`coalesce(${join([...PERIOD, 'period_start'].map(field))})`;

const matches = (pattern: Sql) => sql`regexp_full_match(${SPAN}, ${pattern})`;
const first = (text: Sql) => sql`try_cast(${text} as timestamp)`;
const YEAR = sql`substr(${SPAN}, 1, 4)`;

/** The beginning of 2026, 2026-10, 2026-Q4, 2026-10-01/2026-11-01, or a day or a time. */
const BEGIN = sql`case
  when ${matches(sql`'[0-9]{4}'`)} then ${first(sql`${YEAR} || '-01-01'`)}
  when ${matches(sql`'[0-9]{4}-[0-9]{2}'`)} then ${first(sql`${SPAN} || '-01'`)}
  when ${matches(sql`'[0-9]{4}-?[Qq][1-4]'`)} then ${first(sql`${YEAR} || '-01-01'`)} + to_months(3 * cast(right(${SPAN}, 1) as integer) - 3)
  when contains(${SPAN}, '/') then ${first(sql`split_part(${SPAN}, '/', 1)`)}
  else ${first(SPAN)}
end`;
const END = sql`case
  when ${field('period_end')} is not null then ${first(field('period_end'))}
  when ${matches(sql`'[0-9]{4}'`)} then begin + interval 1 year
  when ${matches(sql`'[0-9]{4}-[0-9]{2}'`)} then begin + interval 1 month
  when ${matches(sql`'[0-9]{4}-?[Qq][1-4]'`)} then begin + interval 3 months
  when contains(${SPAN}, '/') then ${first(sql`split_part(${SPAN}, '/', 2)`)}
end`;

/** Revenue from anywhere: a customer, a period or a day, an amount and its currency on each line. */
export const revenueCsv: LedgerFormat = {
  name: 'revenue-csv',
  title: 'revenue as customer, period, amount and currency, CSV',
  reads: 'csv',
  signature: ['customer', 'amount', 'currency', [...PERIOD, 'period_start'], '!model', '!captured', '!status'],
  fields: texts(
    'id',
    'customer',
    ...PERIOD,
    'period_start',
    'period_end',
    'amount',
    'currency',
    'kind',
    'plan',
    'feature',
  ),
  numbers: {},
  decimals: { amount: 'amount' },
  times: {},
  timeUnit: 'any',
  computed: [{ begin: BEGIN }, { finish: END }],
  skip: [],
  checks: [
    { field: 'customer', reason: 'is missing', when: sql`${field('customer')} is null` },
    {
      field: 'period',
      reason: 'is not a year, quarter, month or day of 2000 to 2099, or two days with / between them',
      when: sql`begin is null or year(begin) not between 2000 and 2099`,
    },
    {
      field: 'period',
      reason: 'does not end after it begins',
      when: sql`finish <= begin or (finish is null and (contains(${SPAN}, '/') or ${field('period_end')} is not null))`,
    },
    { field: 'amount', reason: 'is missing', when: sql`amount is null` },
    {
      field: 'currency',
      reason: 'is not a code of three letters',
      when: sql`not coalesce(regexp_full_match(${field('currency')}, '[A-Za-z]{3}'), false)`,
    },
    {
      field: 'kind',
      reason: `is not one of ${KINDS.join(', ')}`,
      when: sql`${field('kind')} is not null and not ${isOneOf(field('kind'), ...KINDS)}`,
    },
  ],
  entry: {
    ...UNTOLD_EARNING,
    source_id: field('id'),
    kind: sql`coalesce(lower(${field('kind')}), 'invoice')`,
    status: null,
    customer: field('customer'),
    customer_names: sql`[${field('customer')}]`,
    plan: field('plan'),
    feature: field('feature'),
    period_start: sql`begin`,
    period_end: sql`finish`,
    // What is given back counts against revenue, however it is written.
    amount: sql`case when ${isOneOf(field('kind'), 'refund', 'credit')} then -abs(amount) else amount end`,
    currency: sql`upper(${field('currency')})`,
  },
  alike: 'every',
};
