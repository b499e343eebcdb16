import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type LedgerFormat } from '../declare/format.js';
import { currencyOf, customerOf, firstOf, isOneOf, OWN_NAME_FIELDS, placeOf, texts, UNTOLD_EARNING } from './stripe.js';

const START = ['Start Date (UTC)', 'Start (UTC)', 'Created (UTC)'];
const TRIAL_END = 'Trial End (UTC)';
/** What never began, or has not begun: nothing is paid in a trial. */
const UNPAID = sql`${isOneOf(field('Status'), 'trialing', 'incomplete', 'incomplete_expired', 'paused')}`;
const BEGIN = sql`case when trial_end > started then trial_end else started end`;

/**
 * Subscriptions as the dashboard exports them. The amount is for one seat and one interval, as it is now: what it was before a change is
 * only told by invoices, which count instead where they are known.
 */
export const stripeSubscriptions: LedgerFormat = {
  name: 'stripe-subscriptions',
  title: "Stripe's subscriptions, exported as CSV (revenue)",
  reads: 'csv',
  signature: ['Customer ID', 'Plan', 'Currency', 'Interval', 'Amount', 'Status', START],
  fields: {
    ...texts('id', 'Customer ID', 'Customer Description', 'Customer Email', 'Customer Name', 'Plan', 'Product'),
    ...texts('Quantity', 'Currency', 'Interval', 'Amount', 'Status', ...START, TRIAL_END, 'Ended At (UTC)'),
    ...OWN_NAME_FIELDS,
  },
  numbers: { quantity: 'Quantity' },
  decimals: { amount: 'Amount' },
  times: { started: placeOf(...START), trial_end: TRIAL_END, ended: 'Ended At (UTC)' },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'Start Date (UTC)', reason: 'is missing', when: sql`started is null` },
    { field: 'Amount', reason: 'is missing', when: sql`amount is null` },
    { field: 'Currency', reason: 'is missing', when: sql`${field('Currency')} is null` },
    {
      field: 'Interval',
      reason: 'is not day, week, month or year',
      when: sql`not ${isOneOf(field('Interval'), 'day', 'week', 'month', 'year')}`,
    },
  ],
  entry: {
    ...UNTOLD_EARNING,
    source_id: field('id'),
    kind: constant('subscription'),
    status: field('Status'),
    ...customerOf('Customer ID', 'Customer Email', 'Customer Name', 'Customer Description'),
    plan: firstOf('Plan', 'Product'),
    period_start: BEGIN,
    // Canceled at the end of the period it still runs; one that ended before its trial did was never paid.
    period_end: sql`case when ended >= ${BEGIN} then ended when ended is not null then ${BEGIN} end`,
    recurs: sql`lower(${field('Interval')})`,
    amount: sql`case when ${UNPAID} or ended <= ${BEGIN} then 0 else cast(amount as decimal(38, 6)) * coalesce(quantity, 1) end`,
    currency: currencyOf('Currency'),
  },
  alike: 'every',
};
