import { join, type Sql, sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import type { Earning } from '../declare/format.js';
import { among } from '../declare/normalize.js';

/*
 * What the CSV exports of Stripe's dashboard have in common: https://docs.stripe.com/reports/select-a-report. Amounts are in whole units of
 * the currency, codes of currencies in small letters, times in UTC. Which columns there are is chosen at the export; one
 * that is not there is null.
 */

/** What people call the customer's name in their own product, in the metadata of Stripe's objects. */
const OWN_NAMES = [
  'customer',
  'customer_id',
  'customerId',
  'account_id',
  'account',
  'accountId',
  'tenant',
  'tenant_id',
  'tenantId',
  'organization_id',
  'organization',
  'org_id',
  'orgId',
  'org',
  'workspace_id',
  'workspace',
  'company_id',
  'team_id',
  'user_id',
  'userId',
].map((name) => `${name} (metadata)`);

/** Headers as the fields of a format. */
export function texts(...headers: readonly string[]): Record<string, 'text'> {
  return Object.fromEntries(headers.map((header) => [header, 'text']));
}

export const OWN_NAME_FIELDS = texts(...OWN_NAMES);

/** The names a line has for its customer, those of the own product first, and `customer`, the first of them. */
export function customerOf(...headers: readonly string[]): Pick<Earning, 'customer' | 'customer_names'> {
  const names = [...OWN_NAMES, ...headers].map(field);
  return {
    customer: sql`coalesce(${join(names)})`,
    customer_names: sql`nullif(list_filter([${join(names)}], lambda name: name is not null), [])`,
  };
}

/** The first of several columns that has something. */
export function firstOf(...headers: readonly string[]): Sql {
  return sql`coalesce(${join(headers.map(field))})`;
}

/** A column that goes by several names, for messages by the first of them. */
export function placeOf(...headers: readonly string[]): { at: string; value: Sql } {
  return { at: headers[0] ?? '', value: firstOf(...headers) };
}

/** The currency in capitals, as everywhere. */
export function currencyOf(header: string): Sql {
  return sql`upper(${field(header)})`;
}

/** Whether the lower case of a column is one of several words. */
export function isOneOf(value: Sql, ...words: readonly string[]): Sql {
  return among(sql`lower(${value})`, words);
}

/** The cells of revenue that most lines do not tell. */
export const UNTOLD_EARNING = {
  plan: null,
  feature: null,
  period_end: null,
  recurs: null,
  paid: null,
  refunded: null,
  refunded_at: null,
  invoice: null,
  invoice_number: null,
} as const satisfies Partial<Earning>;
