import { sql } from '../../sql.js';
import { billedModel, elsewhere, resourceTags, taxes } from '../declare/bill.js';
import { field } from '../declare/fields.js';
import { constant, type LedgerFormat } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';

/** Names of CUR 2.0 → of the older report, where they differ by more than the prefix. */
const OLDER = {
  line_item_product_code: 'lineItem/ProductCode',
  line_item_line_item_type: 'lineItem/LineItemType',
  line_item_usage_start_date: 'lineItem/UsageStartDate',
  line_item_usage_end_date: 'lineItem/UsageEndDate',
  line_item_usage_type: 'lineItem/UsageType',
  line_item_operation: 'lineItem/Operation',
  line_item_usage_account_id: 'lineItem/UsageAccountId',
  line_item_usage_amount: 'lineItem/UsageAmount',
  line_item_currency_code: 'lineItem/CurrencyCode',
  line_item_unblended_cost: 'lineItem/UnblendedCost',
  line_item_line_item_description: 'lineItem/LineItemDescription',
  line_item_resource_id: 'lineItem/ResourceId',
  product_product_name: 'product/ProductName',
  product_region_code: 'product/regionCode',
  pricing_unit: 'pricing/unit',
} as const;
type Name = keyof typeof OLDER;

const at = (name: Name) => sql`coalesce(${field(name)}, ${field(OLDER[name])})`;
const place = (name: Name) => ({ at: name, value: at(name) });

/** In CUR 2.0 the name of the product is one of many under `product`. */
const PRODUCT = sql`coalesce(${at('product_product_name')}, json_extract_string(try_cast(${field('product')} as json), '$.product_name'))`;
/** Models of other makers are sold over the Marketplace, each as a product of its own: `Claude Sonnet 4.5 (Amazon Bedrock Edition)`. */
const EDITION = sql`regexp_extract(${PRODUCT}, '^(.+) [(]Amazon Bedrock Edition[)]$', 1)`;
const BEDROCK = sql`starts_with(${at('line_item_product_code')}, 'AmazonBedrock')
      or nullif(${EDITION}, '') is not null
      or regexp_matches(${at('line_item_resource_id')}, '^arn:aws[a-z-]*:bedrock')`;
const TYPE = at('line_item_line_item_type');
const PRINCIPAL = field('line_item_iam_principal');

/**
 * AWS Cost and Usage Reports, CUR 2.0 and the older one: the lines of Amazon Bedrock.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/cost-mgmt-understanding-cur-data.html,
 * https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2-line-item.html
 */
function awsCur(layout: Pick<LedgerFormat, 'name' | 'title' | 'reads'>): LedgerFormat {
  return {
    ...layout,
    signature: [
      ['line_item_product_code', OLDER.line_item_product_code],
      ['line_item_usage_start_date', OLDER.line_item_usage_start_date],
      ['line_item_unblended_cost', OLDER.line_item_unblended_cost],
    ],
    fields: Object.fromEntries(
      [...Object.entries(OLDER).flat(), 'product', 'resource_tags', 'line_item_iam_principal'].map((header) => [
        header,
        'text',
      ]),
    ),
    numbers: {},
    decimals: { cost: place('line_item_unblended_cost'), quantity: place('line_item_usage_amount') },
    times: { started: place('line_item_usage_start_date'), ended: place('line_item_usage_end_date') },
    timeUnit: 'any',
    skip: [elsewhere(BEDROCK), taxes(TYPE)],
    checks: [
      { field: 'line_item_usage_start_date', reason: 'is missing', when: sql`started is null` },
      { field: 'line_item_unblended_cost', reason: 'is missing', when: sql`cost is null` },
      { field: 'line_item_currency_code', reason: 'is missing', when: sql`${at('line_item_currency_code')} is null` },
    ],
    entry: {
      provider: constant('bedrock'),
      charged_from: sql`started`,
      charged_to: sql`ended`,
      // Discounts, credits and refunds are lines of their own, with a negative cost.
      amount: sql`cost`,
      credits: null,
      currency: at('line_item_currency_code'),
      line_item: at('line_item_usage_type'),
      // "USE1-Claude4.6Opus-output-tokens": without the region before and the kind of token behind.
      model: billedModel(sql`coalesce(
        nullif(${EDITION}, ''),
        regexp_extract(${at('line_item_usage_type')}, '^(?:[A-Z]{2,4}[0-9]?-)?(.+?)-(?:mantle-)?(?:input|output|cache-read|cache-write)-', 1)
      )`),
      service: sql`coalesce(${PRODUCT}, ${at('line_item_product_code')})`,
      service_tier: sql`nullif(regexp_extract(lower(${at('line_item_usage_type')}), '[-_](batch|flex|priority)(?:[-_]|$)', 1), '')`,
      region: at('product_region_code'),
      project: at('line_item_usage_account_id'),
      api_key: null,
      user_id: PRINCIPAL,
      quantity: sql`quantity`,
      quantity_unit: at('pricing_unit'),
      tags: withLabels(resourceTags(field('resource_tags')), {
        resource: at('line_item_resource_id'),
        line_item_type: sql`case when ${TYPE} <> 'Usage' then ${TYPE} end`,
      }),
    },
    // What was used within one hour may stand in several lines.
    alike: 'every',
  };
}

export const awsCurCsv: LedgerFormat = awsCur({
  name: 'aws-cur',
  title: 'AWS Cost and Usage Report, CSV (ledger)',
  reads: 'csv',
});

export const awsCurParquet: LedgerFormat = awsCur({
  name: 'aws-cur-parquet',
  title: 'AWS Cost and Usage Report, Parquet (ledger)',
  reads: 'parquet',
});
