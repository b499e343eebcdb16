import { sql } from '../../src/sql.js';
import type { Store } from '../../src/store/store.js';

/** An entry of revenue as a test writes it; what is left out is null. */
export interface RevenueRow {
  kind: 'invoice' | 'subscription' | 'payment' | 'refund' | 'credit' | 'fee' | 'event';
  /** The format that it came by. */
  format?: string;
  id?: string;
  /** Names of the customer, the first is the main one. */
  names?: string[];
  plan?: string;
  feature?: string;
  from: string;
  to?: string;
  recurs?: 'day' | 'week' | 'month' | 'year';
  amount: string;
  currency?: string;
  paid?: string;
  refunded?: string;
  refunded_at?: string;
  invoice?: string;
  number?: string;
}

const SHAPE = sql`'[{
  "n": "integer", "kind": "varchar", "format": "varchar", "id": "varchar", "names": "varchar[]", "plan": "varchar",
  "feature": "varchar", "from": "timestamp", "to": "timestamp", "recurs": "varchar", "amount": "decimal(38, 18)",
  "currency": "varchar", "paid": "decimal(38, 18)", "refunded": "decimal(38, 18)", "refunded_at": "timestamp",
  "invoice": "varchar", "number": "varchar"
}]'`;

/** Puts entries into the store, those of each format as a finished import (numbers from 101 on). */
export async function addRevenue(store: Store, rows: readonly RevenueRow[]): Promise<void> {
  const filled = rows.map((row, n) => ({ format: 'revenue-csv', currency: 'USD', ...row, n }));
  await store.run(
    sql`create or replace temp table given as select unnest(from_json($rows, ${SHAPE}), recursive := true)`,
    { rows: JSON.stringify(filled) },
  );
  await store.run(sql`
    create or replace temp table given_import as
    select format, 100 + row_number() over (order by format) as id from given group by format;
    insert or ignore into imports (import_id, source, format, options, status, started_at)
    select id, 'test', format, '{}', 'done', timestamp '2026-01-01' from given_import;
    insert into revenue_entry (
      import_id, event_key, source_id, kind, customer, customer_names, plan, feature, period_start, period_end, recurs,
      amount, currency, paid, refunded, refunded_at, invoice, invoice_number
    )
    select
      given_import.id, n, given.id, kind, names[1], names, plan, feature, "from", "to", recurs,
      amount, currency, paid, refunded, refunded_at, invoice, number
    from given
    join given_import on given_import.format = given.format`);
}
