import { sql } from '../../sql.js';
import { bill, billedModel, elsewhere, monthFirst, resourceTags, taxes } from '../declare/bill.js';
import { field } from '../declare/fields.js';
import { withLabels } from '../declare/labels.js';

const CATEGORY = sql`lower(${field('MeterCategory')})`;
/** Models are meters of Cognitive Services, lately of Foundry Models; speech and vision are meters of the former as well. */
const MODELS = sql`${CATEGORY} in ('foundry models', 'azure openai')
      or (${CATEGORY} in ('cognitive services', 'azure ai services', 'foundry tools')
        and contains(lower(concat_ws(' ', ${field('MeterSubCategory')}, ${field('ProductName')})), 'openai'))`;

/**
 * Azure's cost details, actual or amortised, of an Enterprise or a Microsoft Customer Agreement.
 * https://learn.microsoft.com/azure/cost-management-billing/automate/understand-usage-details-fields
 */
export const azureCosts = bill({
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
  set: { provider: 'azure' },
  at: {
    // Month first, in whatever country the account is.
    charged_from: { at: 'Date', value: monthFirst(field('Date')) },
    amount: ['CostInBillingCurrency', 'Cost'],
    currency: ['BillingCurrency', 'BillingCurrencyCode'],
    line_item: 'MeterName',
    service: ['MeterSubCategory', 'MeterCategory'],
    region: 'ResourceLocation',
    project: ['SubscriptionName', 'SubscriptionId'],
    quantity: 'Quantity',
    quantity_unit: 'UnitOfMeasure',
  },
  also: [
    'Date',
    'ProductName',
    'ChargeType',
    'ResourceGroup',
    'ResourceGroupName',
    'ResourceId',
    'PublisherName',
    'Tags',
  ],
  skip: [elsewhere(MODELS), taxes(field('ChargeType'))],
  entry: {
    // Costs are told by the day.
    charged_to: sql`charged_from + interval 1 day`,
    // "gpt-4o-0806-cached-Inp-glbl Tokens", "gpt 4o mini0718 BatchOutp DataZone Tokens": what stands before the kind of token.
    model: billedModel(sql`regexp_extract(
        lower(${field('MeterName')}),
        '^(.+?)[ -]+(?:aud|txt|img|batch[a-z]*|cached|cchd|cd|inp|inpt|input|outp|outpt|output|opt|out)(?:[ -].*|$)', 1
      )`),
    service_tier: sql`nullif(regexp_extract(lower(${field('MeterName')}), '[ -](batch|priority|flex)', 1), '')`,
    tags: withLabels(resourceTags(field('Tags')), {
      resource: field('ResourceId'),
      resource_group: sql`coalesce(${field('ResourceGroup')}, ${field('ResourceGroupName')})`,
      charge_type: sql`case when ${field('ChargeType')} <> 'Usage' then ${field('ChargeType')} end`,
    }),
  },
  alike: 'every',
});
