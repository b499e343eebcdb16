import { type Sql, sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import type { LedgerFormat } from '../declare/format.js';
import { customerOf, isOneOf, OWN_NAME_FIELDS, placeOf, texts, UNTOLD_EARNING } from './stripe.js';

const CHARGES = ['charge', 'payment'];
const REFUNDS = ['refund', 'payment_refund', 'refund_failure', 'payment_failure_refund', 'partial_capture_reversal'];
const DISPUTES = ['adjustment', 'dispute', 'dispute_reversal'];
const FEES = ['fee', 'stripe_fee', 'application_fee', 'network_cost', 'tax_fee', 'platform_earning'];

interface Layout {
  name: string;
  title: string;
  signature: LedgerFormat['signature'];
  id: string;
  type: string;
  amount: string;
  currency: string;
  created: readonly string[];
  customers: readonly string[];
}

/**
 * Lines of Stripe's balance: charges and what is taken from them again, in the currency of the account. They know customers by
 * the metadata only, so where there are invoices or payments of a day those count.
 * https://docs.stripe.com/reports/balance-transaction-types
 */
function stripeBalanceOf({
  name,
  title,
  signature,
  id,
  type,
  amount,
  currency,
  created,
  customers,
}: Layout): LedgerFormat {
  const kind = field(type);
  const is = (words: readonly string[]): Sql => isOneOf(kind, ...words);
  return {
    name,
    title,
    reads: 'csv',
    signature,
    fields: { ...texts(id, type, amount, currency, ...created, ...customers), ...OWN_NAME_FIELDS },
    numbers: {},
    decimals: { amount },
    times: { created: placeOf(...created) },
    timeUnit: 'any',
    skip: [
      {
        reason: 'payouts and transfers',
        when: sql`not ${is([...CHARGES, ...REFUNDS, ...DISPUTES, ...FEES])} and ${kind} is not null`,
      },
    ],
    checks: [
      { field: type, reason: 'is missing', when: sql`${kind} is null` },
      { field: created[0] ?? '', reason: 'is missing', when: sql`created is null` },
      { field: amount, reason: 'is missing', when: sql`amount is null` },
      { field: currency, reason: 'is missing', when: sql`${field(currency)} is null` },
    ],
    entry: {
      ...UNTOLD_EARNING,
      source_id: field(id),
      kind: sql`case when ${is(CHARGES)} then 'payment' when ${is(REFUNDS)} then 'refund' when ${is(FEES)} then 'fee' else 'credit' end`,
      status: kind,
      ...customerOf(...customers),
      period_start: sql`created`,
      amount: sql`amount`,
      currency: sql`upper(${field(currency)})`,
    },
    alike: 'every',
  };
}

/** The history of the balance, as the dashboard exports it. */
export const stripeBalance: LedgerFormat = stripeBalanceOf({
  name: 'stripe-balance',
  title: "Stripe's balance history, exported as CSV (revenue)",
  signature: ['Type', 'Source', 'Amount', 'Fee', 'Net', 'Currency', 'Created (UTC)', '!Captured'],
  id: 'id',
  type: 'Type',
  amount: 'Amount',
  currency: 'Currency',
  created: ['Created (UTC)'],
  customers: [],
});

/** The report "Balance change from activity", itemised. */
export const stripeBalanceReport: LedgerFormat = stripeBalanceOf({
  name: 'stripe-balance-report',
  title: "Stripe's report of balance changes, itemised CSV (revenue)",
  signature: ['balance_transaction_id', 'reporting_category', 'gross', 'net', 'currency', ['created_utc', 'created']],
  id: 'balance_transaction_id',
  type: 'reporting_category',
  amount: 'gross',
  currency: 'currency',
  created: ['created_utc', 'created'],
  customers: ['customer_id', 'customer_email', 'customer_name'],
});
