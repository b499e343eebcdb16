import { type Sql, sql } from '../sql.js';

/**
 * What customers pay, from invoices, payments, subscriptions and events; never part of usage. `event_key` identifies an entry across
 * imports: its id in the source, or all of its fields. Which entries count, so that an invoice and its payment are not counted
 * twice, is decided by the query (src/query/margin/revenue_sql.ts): a later import may bring the invoice of a payment.
 *
 * - `customer_names` holds every name the source has for the customer, the most specific first; `customer` is the first of them.
 * - An entry with `period_end` is earned over its period, one without at `period_start`. What `recurs` earns `amount` every
 *   day, week, month or year from `period_start` until `period_end`, or without end.
 * - `amount` is in whole units of the currency, without tax and before refunds; `paid` is what an invoice brought in with tax.
 * - `invoice` and `invoice_number` name the invoice: of an invoice itself, and of what pays it.
 */
export const REVENUE_STEP: Sql = sql`
create table revenue_entry (
  import_id integer not null,
  event_key uhugeint not null,
  source_id varchar,
  kind varchar not null check (kind in ('invoice', 'subscription', 'payment', 'refund', 'credit', 'fee', 'event')),
  status varchar,
  customer varchar,
  customer_names varchar[],
  plan varchar,
  feature varchar,
  period_start timestamp not null,
  period_end timestamp,
  recurs varchar check (recurs in ('day', 'week', 'month', 'year')),
  amount decimal(38, 18) not null,
  currency varchar not null,
  paid decimal(38, 18),
  refunded decimal(38, 18),
  refunded_at timestamp,
  invoice varchar,
  invoice_number varchar
);

create view revenue as
select
  imports.source,
  imports.format,
  entry.*
from revenue_entry as entry
join imports on imports.import_id = entry.import_id
where imports.status = 'done';
`;
