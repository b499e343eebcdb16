import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type LedgerFormat } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';
import { billedModel, elsewhere, monthFirst, resourceTags, taxes } from './bill.js';

const HEADERS = [
  'Date',
  'ProductName',
  'MeterCategory',
  'MeterSubCategory',
  'MeterName',
  'UnitOfMeasure',
  'Quantity',
  'CostInBillingCurrency',
  'Cost',
  'BillingCurrency',
  'BillingCurrencyCode',
  'ChargeType',
  'ResourceGroup',
  'ResourceGroupName',
  'ResourceId',
  'ResourceLocation',
  'SubscriptionId',
  'SubscriptionName',
  'PublisherName',
  'Tags',
];

const COST = sql`coalesce(${field('CostInBillingCurrency')}, ${field('Cost')})`;
const CURRENCY = sql`coalesce(${field('BillingCurrency')}, ${field('BillingCurrencyCode')})`;
const CATEGORY = sql`lower(${field('MeterCategory')})`;
/** Models are meters of Cognitive Services, lately of Foundry Models; speech and vision are meters of the former as well. */
const MODELS = sql`${CATEGORY} in ('foundry models', 'azure openai')
      or (${CATEGORY} in ('cognitive services', 'azure ai services', 'foundry tools')
        and contains(lower(concat_ws(' ', ${field('MeterSubCategory')}, ${field('ProductName')})), 'openai'))`;

/**
 * Azure's cost details, actual or amortised, of an Enterprise or a Microsoft Customer Agreement.
 * https://learn.microsoft.com/azure/cost-management-billing/automate/understand-usage-details-fields
 */
export const azureCosts: LedgerFormat = {
  name: 'azure-costs',
  title: "Azure's cost details, CSV (ledger)",
  reads: 'csv',
  signature: [
    'Date',
    'MeterCategory',
    'MeterName',
    ['CostInBillingCurrency', 'Cost'],
    ['BillingCurrency', 'BillingCurrencyCode'],
  ],
  fields: Object.fromEntries(HEADERS.map((header) => [header, 'text'])),
  numbers: {},
  decimals: { cost: { at: 'CostInBillingCurrency', value: COST }, quantity: 'Quantity' },
  // Month first, in whatever country the account is.
  times: { started: { at: 'Date', value: monthFirst(field('Date')) } },
  timeUnit: 'any',
  skip: [elsewhere(MODELS), taxes(field('ChargeType'))],
  checks: [
    { field: 'Date', reason: 'is missing', when: sql`started is null` },
    { field: 'CostInBillingCurrency', reason: 'is missing', when: sql`cost is null` },
    { field: 'BillingCurrency', reason: 'is missing', when: sql`${CURRENCY} is null` },
  ],
  entry: {
    provider: constant('azure'),
    charged_from: sql`started`,
    // Costs are told by the day.
    charged_to: sql`started + interval 1 day`,
    amount: sql`cost`,
    credits: null,
    currency: CURRENCY,
    line_item: field('MeterName'),
    // "gpt-4o-0806-cached-Inp-glbl Tokens", "gpt 4o mini0718 BatchOutp DataZone Tokens": what stands before the kind of token.
    model: billedModel(sql`regexp_extract(
        lower(${field('MeterName')}),
        '^(.+?)[ -]+(?:aud|txt|img|batch[a-z]*|cached|cchd|cd|inp|inpt|input|outp|outpt|output|opt|out)(?:[ -].*|$)', 1
      )`),
    service: sql`coalesce(${field('MeterSubCategory')}, ${field('MeterCategory')})`,
    service_tier: sql`nullif(regexp_extract(lower(${field('MeterName')}), '[ -](batch|priority|flex)', 1), '')`,
    region: field('ResourceLocation'),
    project: sql`coalesce(${field('SubscriptionName')}, ${field('SubscriptionId')})`,
    api_key: null,
    user_id: null,
    quantity: sql`quantity`,
    quantity_unit: field('UnitOfMeasure'),
    tags: withLabels(resourceTags(field('Tags')), {
      resource: field('ResourceId'),
      resource_group: sql`coalesce(${field('ResourceGroup')}, ${field('ResourceGroupName')})`,
      charge_type: sql`case when ${field('ChargeType')} <> 'Usage' then ${field('ChargeType')} end`,
    }),
  },
  alike: 'every',
};
