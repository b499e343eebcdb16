import { type Sql, sql } from '../../sql.js';
import { atto, fromAtto, proportion } from '../metrics/division.js';
import { type Offset, wallSql } from '../scope/time_zone.js';

/*
 * From entries of revenue, agreed plans and currency rates to what was earned in a span of time, in temporary tables:
 * revenue_entry, plans → revenue_judged (whose, and does it count) → revenue_dated (in USD, over which time) → revenue_part.
 * All times in them are those of a clock on the wall in the zone that is asked in.
 */

/** A refund without its tax: of an invoice the same part as the amount is of what was paid. Four places hold every currency. */
const REFUNDED = sql`case
      when paid_for.paid > 0 then ${proportion(
        atto(sql`entry.refunded`),
        tenThousandths(sql`paid_for.amount`),
        tenThousandths(sql`paid_for.paid`),
      )}
      else ${atto(sql`entry.refunded`)}
    end`;

function tenThousandths(amount: Sql): Sql {
  return sql`cast(replace(cast(cast(${amount} as decimal(24, 4)) as varchar), '.', '') as hugeint)`;
}

/**
 * Whose each entry is. The first of its names that llmcost.yaml gives to a customer decides, else the first that usage is marked
 * with, else its first name. Parameters: $aliases.
 */
export const NAMED: Sql = sql`
create or replace temp table revenue_name as
with spelling as (
  select distinct customer_names as names from revenue
),
spelled as (
  select names, unnest(names) as name, generate_subscripts(names, 1) as place
  from spelling
),
alias as (
  select unnest(from_json($aliases, '[{"alias": "varchar", "customer": "varchar"}]'), recursive := true)
),
-- Only where there is a choice must all usage be looked through.
marked as (
  select distinct fact.customer as name
  from usage_fact as fact
  semi join (select name from spelled where len(names) > 1) as sought on sought.name = fact.customer
)
select
  spelled.names,
  coalesce(
    arg_min(alias.customer, spelled.place) filter (where alias.customer is not null),
    arg_min(marked.name, spelled.place) filter (where marked.name is not null),
    arg_min(spelled.name, spelled.place)
  ) as customer
from spelled
left join alias on alias.alias = spelled.name
left join marked on marked.name = spelled.name
group by spelled.names`;

/**
 * Every entry and plan with the reason why it does not count, or null. Money counts once: an invoice and not the payment
 * that names it, nor what Stripe's balance says of days of which there are invoices or payments; a subscription only where its
 * customer has neither, a plan only where nothing was imported. Refunds always count, of a paid invoice the part without tax.
 * Parameters: $terms.
 */
export function judgedSql(offsets: readonly Offset[]): Sql {
  // A table of one's own names days and months, which are those of whoever asks; all other times are moments.
  const wall = (moment: Sql) =>
    sql`case when format = 'revenue-csv' and ${moment} = date_trunc('day', ${moment}) then ${moment} else ${wallSql(moment, offsets)} end`;
  return sql`
create or replace temp table revenue_judged as
with entry as (
  select revenue.*, name.customer as payer
  from revenue
  left join revenue_name as name on name.names = revenue.customer_names
),
invoiced as (
  select source_id, any_value(invoice_number) as invoice_number, any_value(amount) as amount, any_value(nullif(paid, 0)) as paid
  from entry
  where kind = 'invoice' and source_id is not null
  group by source_id
),
numbered as (
  select invoice_number, any_value(amount) as amount, any_value(paid) as paid
  from invoiced
  where invoice_number is not null
  group by invoice_number
),
covered as (
  select
    min(date_trunc('day', period_start)) as first_day,
    max(date_trunc('day', period_start)) as last_day
  from entry
  where kind in ('invoice', 'payment') and format in ('stripe-invoices', 'stripe-payments')
),
paying as (
  select payer, bool_or(kind in ('invoice', 'payment')) as settles
  from entry
  where payer is not null and kind in ('invoice', 'payment', 'subscription')
  group by payer
),
told as (
  select
    entry.*,
    case
      when entry.kind = 'fee' then 'fee'
      when entry.format = 'stripe-balance' and date_trunc('day', entry.period_start) between covered.first_day and covered.last_day
        then 'balance'
      when entry.kind = 'payment' and (invoiced.source_id is not null or numbered.invoice_number is not null) then 'invoiced'
      when entry.kind = 'subscription' and coalesce(paying.settles, false) then 'settled'
    end as left_out,
    ${fromAtto(REFUNDED)} as refund
  from entry
  cross join covered
  left join invoiced on entry.kind = 'payment' and invoiced.source_id = entry.invoice
  left join numbered on entry.kind = 'payment' and entry.invoice is null and numbered.invoice_number = entry.invoice_number
  left join lateral (
    select coalesce(invoiced.amount, numbered.amount) as amount, coalesce(invoiced.paid, numbered.paid) as paid
  ) as paid_for on true
  left join paying on paying.payer = entry.payer
),
term as (
  select unnest(from_json($terms, '[{
    "customer": "varchar", "plan": "varchar", "amount": "decimal(18, 6)", "currency": "varchar", "per": "varchar",
    "seats": "bigint", "from": "timestamp", "to": "timestamp"
  }]'), recursive := true)
)
select
  kind, payer as customer, plan, feature, amount, currency, recurs, left_out,
  ${wall(sql`period_start`)} as starts,
  ${wall(sql`period_end`)} as ends
from told
union all by name
select
  'refund' as kind, payer as customer, plan, feature, -refund as amount, currency, null as recurs,
  case when left_out = 'balance' then left_out end as left_out,
  ${wall(sql`coalesce(refunded_at, period_start)`)} as starts,
  null as ends
from told
where refunded > 0
union all by name
select
  'plan' as kind, term.customer, term.plan, null as feature,
  cast(term.amount as decimal(38, 18)) * cast(term.seats as decimal(18, 0)) as amount, term.currency, term.per as recurs,
  case when paying.payer is not null then 'imported' end as left_out,
  coalesce(term."from", timestamp '1970-01-01') as starts,
  term."to" as ends
from term
left join paying on paying.payer = term.customer`;
}
