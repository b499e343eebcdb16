import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type LedgerFormat } from '../declare/format.js';
import { currencyOf, customerOf, firstOf, isOneOf, OWN_NAME_FIELDS, placeOf, texts, UNTOLD_EARNING } from './stripe.js';

const CREATED = ['Created date (UTC)', 'Created (UTC)'];

/** What was converted into USD counts as that, by the rate of its day. */
const CONVERTED = sql`(converted is not null and ${isOneOf(field('Converted Currency'), 'usd')} and not ${isOneOf(field('Currency'), 'usd')})`;
const PAID = sql`(${isOneOf(field('Status'), 'paid', 'succeeded', 'refunded', 'partially refunded', 'partial refund', 'disputed')}
  and not ${isOneOf(field('Captured'), 'false')})`;
const AMOUNT = sql`case when not ${PAID} then 0 when ${CONVERTED} then converted else amount end`;
/** A payment that is called refunded was refunded wholly, if the export does not say how much of it. A lost dispute is the same. */
const REFUNDED = sql`case
  when not ${PAID} then 0
  when ${isOneOf(field('Status'), 'refunded')} and coalesce(refunded, 0) = 0 then ${AMOUNT}
  when ${isOneOf(field('Dispute Status'), 'lost')} then ${AMOUNT}
  when ${CONVERTED} then coalesce(converted_refunded, 0)
  else coalesce(refunded, 0)
end`;

/** Payments as the dashboard exports them, with the default columns or all: amounts before fees and refunds. */
export const stripePayments: LedgerFormat = {
  name: 'stripe-payments',
  title: "Stripe's payments, exported as CSV (revenue)",
  reads: 'csv',
  signature: ['Amount', 'Currency', 'Captured', 'Status', CREATED],
  fields: {
    ...texts('id', ...CREATED, 'Amount', 'Amount Refunded', 'Currency', 'Captured', 'Converted Amount'),
    ...texts('Converted Amount Refunded', 'Converted Currency', 'Refunded date (UTC)', 'Status', 'Dispute Status'),
    ...texts('Customer ID', 'Customer Email', 'Customer Description', 'Client Reference ID'),
    ...texts('Invoice ID', 'Invoice Number'),
    ...OWN_NAME_FIELDS,
  },
  numbers: {},
  decimals: {
    amount: 'Amount',
    refunded: 'Amount Refunded',
    converted: 'Converted Amount',
    converted_refunded: 'Converted Amount Refunded',
  },
  times: { created: placeOf(...CREATED), refund_time: 'Refunded date (UTC)' },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'Created date (UTC)', reason: 'is missing', when: sql`created is null` },
    { field: 'Amount', reason: 'is missing', when: sql`amount is null` },
    { field: 'Currency', reason: 'is missing', when: sql`${field('Currency')} is null` },
  ],
  entry: {
    ...UNTOLD_EARNING,
    source_id: field('id'),
    kind: constant('payment'),
    status: field('Status'),
    ...customerOf('Client Reference ID', 'Customer ID', 'Customer Email', 'Customer Description'),
    period_start: sql`created`,
    amount: AMOUNT,
    currency: sql`case when ${CONVERTED} then 'USD' else ${currencyOf('Currency')} end`,
    refunded: REFUNDED,
    refunded_at: sql`refund_time`,
    invoice: firstOf('Invoice ID'),
    invoice_number: field('Invoice Number'),
  },
  alike: 'every',
};
