import { sql } from '../../sql.js';
import { tagsOf } from '../declare/bucket.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type LedgerFormat } from '../declare/format.js';

type Layout = Pick<
  LedgerFormat,
  'name' | 'title' | 'reads' | 'rows' | 'signature' | 'fields' | 'skip' | 'alike' | 'decimals'
>;

const CURRENCY = sql`coalesce(${field('amount.currency')}, 'usd')`;
const PURPOSE: Shape = {
  line_item: 'text',
  project_id: 'text',
  api_key_id: 'text',
  user_id: 'text',
  api_source: 'text',
  quantity: 'text',
  quantity_unit: 'text',
};

/** What OpenAI billed, by day: https://platform.openai.com/docs/api-reference/usage/costs_object */
function openaiCosts(layout: Layout, currency = CURRENCY): LedgerFormat {
  return {
    ...layout,
    numbers: {},
    times: { started: 'start_time', ended: 'end_time' },
    timeUnit: 'seconds',
    checks: [
      { field: 'start_time', reason: 'is missing', when: sql`started is null` },
      { field: 'end_time', reason: 'is missing or before the start', when: sql`ended is null or ended <= started` },
      { field: 'amount', reason: 'is missing', when: sql`billed is null` },
      { field: 'amount', reason: 'has no currency', when: sql`${currency} is null` },
    ],
    entry: {
      provider: constant('openai'),
      charged_from: sql`started`,
      charged_to: sql`ended`,
      amount: sql`billed`,
      credits: null,
      // Written in small letters.
      currency: sql`upper(${currency})`,
      line_item: field('line_item'),
      // "gpt-4o-2024-08-06, cached input"; what has no comma is a tool.
      model: sql`case when contains(${field('line_item')}, ', ') then split_part(${field('line_item')}, ', ', 1) end`,
      service: null,
      service_tier: null,
      region: null,
      project: field('project_id'),
      api_key: field('api_key_id'),
      user_id: field('user_id'),
      quantity: sql`quantity`,
      quantity_unit: field('quantity_unit'),
      tags: tagsOf({ api_source: field('api_source') }),
    },
  };
}

/** Pages of /v1/organization/costs. */
export const openaiCostsApi: LedgerFormat = openaiCosts({
  name: 'openai-costs',
  title: "pages of OpenAI's costs API (ledger)",
  reads: 'json',
  rows: [
    { list: 'data', beside: {} },
    { list: 'results', beside: { start_time: 'text', end_time: 'text' }, empty: 'days without costs' },
  ],
  signature: sql`list_contains(
    json_extract_string(line, '$.data[*].results[*].object'), 'organization.costs.result'
  )`,
  fields: { ...PURPOSE, object: 'text', amount: { value: 'text', currency: 'text' } },
  // A number, or a text with up to 30 decimals.
  decimals: { billed: 'amount.value', quantity: 'quantity' },
  skip: [],
  // Pages that were fetched again overlap; the groups of a day are told apart by all they are grouped by.
  alike: 'last',
});

/** `cost_….csv`, as the usage page of the dashboard exports it. */
export const openaiCostsCsv: LedgerFormat = openaiCosts(
  {
    name: 'openai-costs-csv',
    title: "OpenAI's cost dashboard, exported as CSV (ledger)",
    reads: 'csv',
    signature: ['start_time', 'end_time', 'amount_value', 'amount_currency'],
    fields: {
      ...PURPOSE,
      start_time: 'text',
      end_time: 'text',
      start_time_iso: 'text',
      end_time_iso: 'text',
      amount_value: 'text',
      amount_currency: 'text',
    },
    decimals: { billed: 'amount_value', quantity: 'quantity' },
    // Days without costs are rows, too.
    skip: [
      {
        reason: 'days without costs',
        when: sql`${field('amount_value')} is null and ${field('line_item')} is null and ${field('quantity')} is null`,
      },
    ],
    alike: 'every',
  },
  field('amount_currency'),
);
