import { identifier, type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import type { LedgerFormat } from '../declare/format.js';

type At = (path: string) => Sql;

/** Only the text of the SKU names the model: "Gemini 2.5 Flash GA Text Input - Predictions", "… token count gemini 2.5 flash …". */
export function modelOfSku(sku: Sql): Sql {
  return sql`nullif(replace(lower(regexp_extract(
        ${sku}, 'Gemini [0-9.]+ (?:Flash|Pro|Ultra)(?:[ -]Lite)?|Claude (?:[A-Z][a-z]+ [0-9.]+|[0-9.]+ [A-Z][a-z]+)', 0, 'i'
      )), ' ', '-'), '')`;
}

/** Who sells what a service is called by. */
export function providerOfService(service: Sql): Sql {
  return sql`case when ${service} in ('Gemini API', 'Generative Language API') then 'google' else 'vertex_ai' end`;
}

/** Services that run models. The account's virtual machines, storage, … are in the same table. */
export const SERVICE = sql`'Vertex AI', 'Gemini API', 'Generative Language API', 'Cloud AI Platform', 'Gemini Enterprise Agent Platform'`;

/**
 * Google Cloud's billing export, standard or detailed, as BigQuery writes the table to a file:
 * https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/standard-usage
 */
function gcpBilling(
  layout: Pick<LedgerFormat, 'name' | 'title' | 'reads' | 'signature' | 'fields'>,
  { at, credits, tags }: { at: At; credits: Sql; tags: Sql },
): LedgerFormat {
  const [service, sku] = [at('service.description'), at('sku.description')];
  const place = (path: string) => ({ at: path, value: at(path) });
  return {
    ...layout,
    numbers: {},
    decimals: { cost: place('cost'), quantity: place('usage.amount') },
    times: { started: place('usage_start_time'), ended: place('usage_end_time') },
    timeUnit: 'any',
    skip: [{ reason: 'costs of other services', when: sql`coalesce(${service} not in (${SERVICE}), false)` }],
    checks: [
      { field: 'service.description', reason: 'is missing', when: sql`${service} is null` },
      { field: 'usage_start_time', reason: 'is missing', when: sql`started is null` },
      { field: 'cost', reason: 'is missing', when: sql`cost is null` },
      { field: 'currency', reason: 'is missing', when: sql`${at('currency')} is null` },
    ],
    entry: {
      provider: providerOfService(service),
      charged_from: sql`started`,
      charged_to: sql`ended`,
      // Credits are negative, and not in the cost.
      amount: sql`cost + coalesce(${credits}, 0)`,
      credits,
      currency: at('currency'),
      line_item: sku,
      model: modelOfSku(sku),
      service,
      service_tier: null,
      region: at('location.region'),
      project: at('project.id'),
      api_key: null,
      user_id: null,
      quantity: sql`quantity`,
      quantity_unit: at('usage.unit'),
      tags,
    },
    // Usage of one hour and SKU is spread over several rows as it comes in.
    alike: 'every',
  };
}

const LABELS: readonly [Shape] = [{ key: 'text', value: 'text' }];
const KEYS = sql`list_transform(${field('labels')}, lambda label: label.key)`;

/** Lines, or a list, of rows with nested fields. */
export const gcpBillingJson: LedgerFormat = gcpBilling(
  {
    name: 'gcp-billing',
    title: "Google Cloud's billing export, JSON (ledger)",
    reads: 'ndjson',
    signature: sql`json_exists(line, '$.service.description') and json_exists(line, '$.sku.description')
      and json_exists(line, '$.usage_start_time') and json_exists(line, '$.cost')`,
    fields: {
      service: { description: 'text' },
      sku: { description: 'text' },
      usage_start_time: 'text',
      usage_end_time: 'text',
      project: { id: 'text' },
      location: { region: 'text' },
      labels: LABELS,
      cost: 'text',
      currency: 'text',
      usage: { amount: 'text', unit: 'text' },
      credits: [{ amount: 'text' }],
    },
  },
  {
    at: field,
    credits: sql`list_sum(list_transform(${field('credits')}, lambda credit: try_cast(credit.amount as decimal(38, 18))))`,
    tags: sql`case when len(${field('labels')}) > 0 and len(list_distinct(${KEYS})) = len(${field('labels')})
      then map(${KEYS}, list_transform(${field('labels')}, lambda label: label.value)) end`,
  },
);

const column: At = (path) => identifier(`$${path}`);
const HEADERS = [
  'service.description',
  'sku.description',
  'usage_start_time',
  'usage_end_time',
  'project.id',
  'location.region',
  'cost',
  'currency',
  'usage.amount',
  'usage.unit',
  'credits',
];

/** A query over the table with its nested fields as columns of their own. */
export const gcpBillingCsv: LedgerFormat = gcpBilling(
  {
    name: 'gcp-billing-csv',
    title: "Google Cloud's billing export, CSV (ledger)",
    reads: 'csv',
    signature: ['service.description', 'sku.description', 'usage_start_time', 'cost', 'currency'],
    fields: Object.fromEntries(HEADERS.map((header) => [header, 'text'])),
  },
  {
    at: column,
    credits: sql`coalesce(
      list_sum(list_transform(
        json_transform(if(json_valid(${column('credits')}), ${column('credits')}, null), '[{"amount":"VARCHAR"}]'),
        lambda credit: try_cast(credit.amount as decimal(38, 18))
      )),
      try_cast(${column('credits')} as decimal(38, 18))
    )`,
    tags: sql`cast(null as map(varchar, varchar))`,
  },
);
