import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type LedgerFormat } from '../declare/format.js';
import { currencyOf, customerOf, isOneOf, OWN_NAME_FIELDS, placeOf, texts, UNTOLD_EARNING } from './stripe.js';

const DATE = ['Date (UTC)', 'Created (UTC)'];
const BEGIN = 'Minimum Line Item Period Start (UTC)';
const END = 'Maximum Line Item Period End (UTC)';

/** What was paid without its part of the tax; 18 places, half up. */
const NET = sql`case
  when ${isOneOf(field('Status'), 'draft', 'void', 'uncollectible')} or coalesce(total, 0) <= 0 then 0
  when coalesce(tax, 0) = 0 then paid
  when paid = total then total - tax
  else paid - cast((2 * cast(paid * 10000 as hugeint) * cast(replace(cast(tax as varchar), '.', '') as hugeint) + cast(total * 10000 as hugeint))
    // (2 * cast(total * 10000 as hugeint)) as decimal(38, 0)) * cast(0.000000000000000001 as decimal(18, 18))
end`;

/** Invoices as the dashboard exports them. What is not paid has brought nothing yet. */
export const stripeInvoices: LedgerFormat = {
  name: 'stripe-invoices',
  title: "Stripe's invoices, exported as CSV (revenue)",
  reads: 'csv',
  signature: ['Number', 'Customer', 'Currency', 'Total', 'Amount Paid', 'Status', DATE],
  fields: {
    ...texts('id', 'Number', 'Customer', 'Customer Email', 'Customer Name', 'Currency', 'Tax', 'Total', 'Amount Paid'),
    ...texts('Status', ...DATE, BEGIN, END),
    ...OWN_NAME_FIELDS,
  },
  numbers: {},
  decimals: { total: 'Total', tax: 'Tax', paid: 'Amount Paid' },
  times: { dated: placeOf(...DATE), started: BEGIN, ended: END },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'Date (UTC)', reason: 'is missing', when: sql`dated is null` },
    { field: 'Amount Paid', reason: 'is missing', when: sql`paid is null` },
    { field: 'Total', reason: 'is missing', when: sql`total is null` },
    { field: 'Currency', reason: 'is missing', when: sql`${field('Currency')} is null` },
    { field: END, reason: 'is before the start', when: sql`ended < started` },
  ],
  entry: {
    ...UNTOLD_EARNING,
    source_id: field('id'),
    kind: constant('invoice'),
    status: field('Status'),
    ...customerOf('Customer', 'Customer Email', 'Customer Name'),
    period_start: sql`case when ended is null then dated else coalesce(started, dated) end`,
    period_end: sql`case when started is not null then ended end`,
    amount: NET,
    currency: currencyOf('Currency'),
    paid: sql`paid`,
    invoice: field('id'),
    invoice_number: field('Number'),
  },
  alike: 'every',
};
