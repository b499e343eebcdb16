import { type Sql, sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { field, merged } from '../declare/fields.js';
import { labelsIn, parsed } from '../declare/labels.js';
import { USAGE_SHAPE, usagePlace, usagePlaces } from '../declare/usage_keys.js';
import { chatCounting } from './openai_chat.js';

const FROM_CACHE = sql`coalesce(ends_with(upper(${field('cache_status')}), 'HIT'), false)`;
const usage = (path: string) => field(`response.usage.${path}`);
/** Portkey's own counts of the prompt and the answer come first; the answer, where it was exported, tells their parts. */
const { input: _input, output: _output, total: _total, ...parts } = usagePlaces(usage, 'response.usage');

/**
 * Portkey's export of its gateway's logs; files have the fields that were chosen for them. Of Anthropic's answers it
 * counts the prompt without the cache and the total with it.
 * https://portkey.ai/docs/product/observability/logs-export
 */
export const portkeyLogs = calls({
  name: 'portkey-logs',
  title: "Portkey's export of logs",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.ai_model') and (json_exists(line, '$.ai_org') or json_exists(line, '$.ai_provider'))`,
  ...chatCounting({ id: field('response.id'), model: field('ai_model') }),
  failed: sql`coalesce(http_status >= 400, false)`,
  fromCache: FROM_CACHE,
  set: { operation: 'chat' },
  at: {
    ...parts,
    request_id: 'id',
    trace_id: 'trace_id',
    started: 'created_at',
    provider: ['ai_org', 'ai_provider'],
    model: 'ai_model',
    service_tier: {
      at: 'response.service_tier',
      value: sql`coalesce(${field('response.service_tier')}, ${usage('service_tier')})`,
    },
    input: ['req_units', 'request_tokens'],
    output: ['res_units', 'response_tokens'],
    total: ['total_units', 'total_tokens'],
    http_status: ['response_status_code', 'status_code'],
    latency: 'response_time',
    currency: 'cost_currency',
  },
  fields: { response: { id: 'text', service_tier: 'text', usage: merged(USAGE_SHAPE, {}) } },
  also: ['cache_status', 'prompt_slug', 'metadata', 'cost'],
  computed: [
    {
      // Either an object, or its keys and its values in two lists.
      properties: sql`case
        when json_type(try_cast(${field('metadata')} as json), '$.key') = 'ARRAY' then ${zipped(field('metadata'))}
        else ${labelsIn(field('metadata'))}
      end`,
    },
  ],
  labels: sql`properties`,
  tags: { prompt: field('prompt_slug') },
  numbers: { searches: usagePlace('searches', usage, 'response.usage') },
  decimals: { cents: 'cost' },
  traits: {
    billed_currency: sql`case when cents is not null then upper(coalesce(${field('cost_currency')}, 'USD')) end`,
  },
  facts: { billed_cost: sql`case when ${FROM_CACHE} then 0 else cents * 0.01 end` },
  units: { web_search_requests: sql`searches` },
  repeats: 'grows',
});

function zipped(metadata: Sql): Sql {
  const lists = parsed(metadata, { key: 'text', value: 'text' });
  return sql`try(map(from_json(${lists}.key, '["VARCHAR"]'), from_json(${lists}.value, '["VARCHAR"]')))`;
}
