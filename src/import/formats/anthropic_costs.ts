import { type Sql, sql } from '../../sql.js';
import { tagsOf } from '../declare/bucket.js';
import { field } from '../declare/fields.js';
import { constant, type LedgerFormat } from '../declare/format.js';

/** Where inference ran; models that do not tell say `not_available`. */
function placeOf(geo: Sql): Sql {
  return sql`case when ${geo} <> 'not_available' then ${geo} end`;
}

/**
 * Pages of Anthropic's cost report. https://platform.claude.com/docs/en/api/admin-api/usage-cost/get-cost-report
 */
export const anthropicCostReport: LedgerFormat = {
  name: 'anthropic-cost-report',
  title: "pages of Anthropic's cost report (ledger)",
  reads: 'json',
  rows: [
    { list: 'data', beside: {} },
    { list: 'results', beside: { starting_at: 'text', ending_at: 'text' }, empty: 'days without costs' },
  ],
  signature: sql`json_exists(line, '$.data[0].starting_at')
    and len(json_extract_string(line, '$.data[*].results[*].amount')) > 0`,
  fields: {
    amount: 'text',
    currency: 'text',
    workspace_id: 'text',
    description: 'text',
    cost_type: 'text',
    context_window: 'text',
    model: 'text',
    service_tier: 'text',
    token_type: 'text',
    inference_geo: 'text',
  },
  numbers: {},
  decimals: { cents: 'amount' },
  times: { started: 'starting_at', ended: 'ending_at' },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'starting_at', reason: 'is missing', when: sql`started is null` },
    { field: 'ending_at', reason: 'is missing or before the start', when: sql`ended is null or ended <= started` },
    { field: 'amount', reason: 'is missing', when: sql`cents is null` },
    { field: 'amount', reason: 'is implausibly large', when: sql`abs(cents) > 1000000000000` },
    { field: 'currency', reason: 'is missing', when: sql`${field('currency')} is null` },
  ],
  entry: {
    provider: constant('anthropic'),
    charged_from: sql`started`,
    charged_to: sql`ended`,
    // In cents: "123.45" is $1.2345.
    amount: sql`cast(cents as decimal(38, 16)) * 0.01`,
    credits: null,
    currency: sql`upper(${field('currency')})`,
    line_item: field('description'),
    model: field('model'),
    service: null,
    service_tier: field('service_tier'),
    region: placeOf(field('inference_geo')),
    project: field('workspace_id'),
    api_key: null,
    user_id: null,
    quantity: null,
    quantity_unit: null,
    tags: tagsOf({
      cost_type: field('cost_type'),
      token_type: field('token_type'),
      context_window: field('context_window'),
    }),
  },
  alike: 'last',
};

/** The cost export of Anthropic's console, by day or hour. Amounts are rounded to cents there. */
export const anthropicCostCsv: LedgerFormat = {
  name: 'anthropic-costs-csv',
  title: "costs from Anthropic's console, exported as CSV (ledger)",
  reads: 'csv',
  signature: ['usage_date_utc', 'cost_usd'],
  fields: {
    usage_date_utc: 'text',
    model: 'text',
    workspace: 'text',
    api_key: 'text',
    usage_type: 'text',
    context_window: 'text',
    token_type: 'text',
    cost_usd: 'text',
    cost_type: 'text',
    inference_geo: 'text',
    speed: 'text',
  },
  numbers: {},
  decimals: { billed: 'cost_usd' },
  times: { started: 'usage_date_utc' },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'usage_date_utc', reason: 'is missing', when: sql`started is null` },
    { field: 'cost_usd', reason: 'is missing', when: sql`billed is null` },
  ],
  entry: {
    provider: constant('anthropic'),
    charged_from: sql`started`,
    charged_to: sql`started + case when contains(${field('usage_date_utc')}, ':') then interval 1 hour else interval 1 day end`,
    amount: sql`billed`,
    credits: null,
    currency: constant('USD'),
    line_item: sql`coalesce(${field('token_type')}, ${field('cost_type')})`,
    // The name for people: Claude Haiku 4.5.
    model: field('model'),
    service: null,
    service_tier: sql`case ${field('usage_type')} when 'message' then 'standard' else ${field('usage_type')} end`,
    region: placeOf(field('inference_geo')),
    project: field('workspace'),
    api_key: field('api_key'),
    user_id: null,
    quantity: null,
    quantity_unit: null,
    tags: tagsOf({
      cost_type: field('cost_type'),
      token_type: field('token_type'),
      context_window: field('context_window'),
      speed: field('speed'),
    }),
  },
  // Two rows may agree in every column but the cost, and both are billed.
  alike: 'every',
};
