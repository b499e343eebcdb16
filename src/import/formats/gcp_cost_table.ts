import { join, literal, sql } from '../../sql.js';
import { elsewhere, taxes } from '../declare/bill.js';
import { field } from '../declare/fields.js';
import type { LedgerFormat } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';
import { modelOfSku, providerOfService, SERVICE } from './gcp_billing.js';

/** What stands in the brackets of `Cost ($)`, and the currency it means; $ is that of several countries. */
const SYMBOLS: Readonly<Record<string, string | null>> = {
  $: null,
  '€': 'EUR',
  '£': 'GBP',
  '₹': 'INR',
  R$: 'BRL',
  A$: 'AUD',
  CA$: 'CAD',
};
const named = (name: string) => Object.keys(SYMBOLS).map((symbol) => `${name} (${symbol})`);
const first = (headers: readonly string[]) => sql`coalesce(${join(headers.map(field))})`;

const COSTS = named('Cost');
const UNROUNDED = named('Unrounded cost');
const CURRENCY = sql`coalesce(${field('Currency')}, ${join(
  Object.entries(SYMBOLS).map(
    ([symbol, currency]) =>
      sql`case when ${field(`Cost (${symbol})`)} is not null then ${currency === null ? sql`null` : literal(currency)} end`,
  ),
)})`;
const SKU = field('SKU description');
const OF = field('Service description');

/**
 * The cost table of Google Cloud's console, downloaded as CSV: what a month was invoiced, by project and SKU. Above the
 * table stand names and values of the invoice, the currency among them.
 * https://cloud.google.com/billing/docs/how-to/cost-table
 */
export const gcpCostTable: LedgerFormat = {
  name: 'gcp-cost-table',
  title: "the cost table of Google Cloud's console, CSV (ledger)",
  reads: 'csv',
  signature: ['Service description', 'SKU description', 'Cost type', 'Usage start date', COSTS],
  fields: Object.fromEntries(
    [
      'Currency',
      'Project ID',
      'Service description',
      'SKU description',
      'Credit type',
      'Cost type',
      'Usage start date',
      'Usage end date',
      'Usage amount',
      'Usage unit',
      ...UNROUNDED,
      ...COSTS,
    ].map((header) => [header, 'text']),
  ),
  numbers: {},
  decimals: {
    // Rounded to cents a line of a cheap SKU may be nothing.
    cost: { at: 'Cost', value: sql`coalesce(${first(UNROUNDED)}, ${first(COSTS)})` },
    quantity: 'Usage amount',
  },
  // Days of Pacific Time, by which Google bills.
  times: { started: 'Usage start date', ended: 'Usage end date' },
  timeUnit: 'any',
  skip: [taxes(field('Cost type')), elsewhere(sql`${OF} in (${SERVICE})`)],
  checks: [
    { field: 'Usage start date', reason: 'is missing', when: sql`started is null` },
    { field: 'Cost', reason: 'is missing', when: sql`cost is null` },
    {
      field: 'Currency',
      reason: 'is not told, and $ is that of several countries; keep the lines above the header',
      when: sql`${CURRENCY} is null`,
    },
  ],
  entry: {
    provider: providerOfService(OF),
    charged_from: sql`started`,
    // The last day is billed as a whole.
    charged_to: sql`ended + interval 1 day`,
    // Credits and discounts are lines of their own, with a negative cost.
    amount: sql`cost`,
    credits: null,
    currency: CURRENCY,
    line_item: SKU,
    model: modelOfSku(SKU),
    service: OF,
    service_tier: null,
    region: null,
    project: field('Project ID'),
    api_key: null,
    user_id: null,
    quantity: sql`quantity`,
    quantity_unit: field('Usage unit'),
    tags: withLabels(null, {
      credit: field('Credit type'),
      cost_type: sql`case when ${field('Cost type')} <> 'Usage' then ${field('Cost type')} end`,
    }),
  },
  alike: 'every',
};
