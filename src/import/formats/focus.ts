import { sql } from '../../sql.js';
import { billedModel, elsewhere, resourceTags, taxes } from '../declare/bill.js';
import { field } from '../declare/fields.js';
import type { LedgerFormat } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';

const HEADERS = [
  'BilledCost',
  'BillingCurrency',
  'ChargeCategory',
  'ChargeDescription',
  'ChargePeriodStart',
  'ChargePeriodEnd',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ProviderName',
  'ServiceProviderName',
  'RegionId',
  'ResourceId',
  'ServiceName',
  'ServiceSubcategory',
  'SubAccountId',
  'SkuMeter',
  'Tags',
  'x_SkuMeterName',
  'x_SkuMeterSubcategory',
  'x_UsageType',
];

const SERVICE = field('ServiceName');
const SELLER = sql`lower(coalesce(${field('ProviderName')}, ${field('ServiceProviderName')}))`;
/** Services that run language models, by the names that AWS, Microsoft, Google and the makers of models give them. */
const NAMED = sql`regexp_matches(
      lower(concat_ws(' ', ${SERVICE}, ${field('x_SkuMeterSubcategory')})),
      'bedrock|openai|foundry models|vertex ai|gemini|generative language|anthropic|claude|mistral|databricks foundation model'
    )`;
const METER = sql`coalesce(${field('SkuMeter')}, ${field('x_SkuMeterName')}, ${field('x_UsageType')})`;

/**
 * Bills in the form of the FinOps Open Cost and Usage Specification, 1.0 and later, whoever wrote them.
 * https://focus.finops.org/focus-columns/
 */
function focus(layout: Pick<LedgerFormat, 'name' | 'title' | 'reads'>): LedgerFormat {
  return {
    ...layout,
    signature: ['BilledCost', 'BillingCurrency', 'ChargePeriodStart', 'ChargePeriodEnd', 'ServiceName'],
    fields: Object.fromEntries(HEADERS.map((header) => [header, 'text'])),
    numbers: {},
    decimals: { cost: 'BilledCost', quantity: 'ConsumedQuantity' },
    times: { started: 'ChargePeriodStart', ended: 'ChargePeriodEnd' },
    timeUnit: 'any',
    skip: [
      // The category of artificial intelligence also holds machines to train on, and speech; since 1.1 it has parts.
      elsewhere(sql`${NAMED} or coalesce(${field('ServiceSubcategory')} = 'Generative AI', false)`),
      taxes(field('ChargeCategory')),
    ],
    checks: [
      { field: 'ChargePeriodStart', reason: 'is missing', when: sql`started is null` },
      {
        field: 'ChargePeriodEnd',
        reason: 'is missing or before the start',
        when: sql`ended is null or ended < started`,
      },
      { field: 'BilledCost', reason: 'is missing', when: sql`cost is null` },
      { field: 'BillingCurrency', reason: 'is missing', when: sql`${field('BillingCurrency')} is null` },
    ],
    entry: {
      provider: sql`case
          when contains(lower(${SERVICE}), 'bedrock') then 'bedrock'
          when regexp_matches(${SELLER}, 'microsoft|azure') then 'azure'
          when regexp_matches(lower(${SERVICE}), 'gemini api|generative language') then 'google'
          when contains(${SELLER}, 'google') then 'vertex_ai'
          when regexp_matches(${SELLER}, 'aws|amazon') then 'bedrock'
          when contains(${SELLER}, 'openai') then 'openai'
          when contains(${SELLER}, 'anthropic') then 'anthropic'
          else regexp_replace(${SELLER}, '[^a-z0-9]+', '_', 'g')
        end`,
      charged_from: sql`started`,
      charged_to: sql`ended`,
      amount: sql`cost`,
      credits: null,
      currency: field('BillingCurrency'),
      line_item: sql`coalesce(${field('ChargeDescription')}, ${METER})`,
      // No column names the model; that of Bedrock is the service itself where another maker's model was used.
      model: billedModel(sql`regexp_extract(${SERVICE}, '^(.+) [(]Amazon Bedrock Edition[)]$', 1)`),
      service: SERVICE,
      service_tier: null,
      region: field('RegionId'),
      project: field('SubAccountId'),
      api_key: null,
      user_id: null,
      quantity: sql`quantity`,
      quantity_unit: field('ConsumedUnit'),
      tags: withLabels(resourceTags(field('Tags')), {
        resource: field('ResourceId'),
        meter: METER,
        charge_category: sql`case when ${field('ChargeCategory')} <> 'Usage' then ${field('ChargeCategory')} end`,
      }),
    },
    alike: 'every',
  };
}

export const focusCsv: LedgerFormat = focus({
  name: 'focus',
  title: 'bills in the FOCUS form, CSV (ledger)',
  reads: 'csv',
});

export const focusParquet: LedgerFormat = focus({
  name: 'focus-parquet',
  title: 'bills in the FOCUS form, Parquet (ledger)',
  reads: 'parquet',
});
