import { sql } from '../../sql.js';
import { type Bill, bill } from '../declare/bill.js';
import { tagsOf } from '../declare/bucket.js';
import { field } from '../declare/fields.js';
import type { LedgerFormat } from '../declare/format.js';

type Layout = Pick<Bill, 'name' | 'title' | 'reads' | 'rows' | 'signature' | 'skip' | 'alike' | 'also' | 'fields'>;

/** What OpenAI billed, by day: https://platform.openai.com/docs/api-reference/usage/costs_object */
function openaiCosts(layout: Layout, at: Pick<Bill['at'], 'amount' | 'currency'>): LedgerFormat {
  return bill({
    ...layout,
    set: { provider: 'openai' },
    at: {
      ...at,
      charged_from: 'start_time',
      charged_to: 'end_time',
      line_item: 'line_item',
      // "gpt-4o-2024-08-06, cached input"; what has no comma is a tool.
      model: {
        at: 'line_item',
        value: sql`case when contains(${field('line_item')}, ', ') then split_part(${field('line_item')}, ', ', 1) end`,
      },
      project: 'project_id',
      api_key: 'api_key_id',
      user_id: 'user_id',
      quantity: 'quantity',
      quantity_unit: 'quantity_unit',
    },
    timeUnit: 'seconds',
    entry: { tags: tagsOf({ api_source: field('api_source') }) },
  });
}

/** Pages of /v1/organization/costs. */
export const openaiCostsApi: LedgerFormat = openaiCosts(
  {
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
    also: ['object', 'api_source', 'amount.currency', 'amount.value'],
    // Pages that were fetched again overlap; the groups of a day are told apart by all they are grouped by.
    alike: 'last',
  },
  {
    // A number, or a text with up to 30 decimals.
    amount: { at: 'amount', value: field('amount.value') },
    currency: { at: 'amount', value: sql`coalesce(${field('amount.currency')}, 'usd')` },
  },
);

/** `cost_….csv`, as the usage page of the dashboard exports it. */
export const openaiCostsCsv: LedgerFormat = openaiCosts(
  {
    name: 'openai-costs-csv',
    title: "OpenAI's cost dashboard, exported as CSV (ledger)",
    reads: 'csv',
    signature: ['start_time', 'end_time', 'amount_value', 'amount_currency'],
    also: ['api_source', 'amount_currency', 'amount_value', 'start_time_iso', 'end_time_iso'],
    // Days without costs are rows, too.
    skip: [
      {
        reason: 'days without costs',
        when: sql`${field('amount_value')} is null and ${field('line_item')} is null and ${field('quantity')} is null`,
      },
    ],
    alike: 'every',
  },
  {
    amount: { at: 'amount', value: field('amount_value') },
    currency: { at: 'amount', value: field('amount_currency') },
  },
);
