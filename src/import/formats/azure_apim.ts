import { sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { field } from '../declare/fields.js';
import { asFields, parsed } from '../declare/labels.js';
import { usagePlaces } from '../declare/usage_keys.js';
import { CHAT, chatCounting, FILTERED } from './openai_chat.js';

const TEXT = sql`coalesce(${field('properties.backendResponseBody')}, ${field('properties.responseBody')})`;
const FAILED = sql`(coalesce(http_status >= 400, false) or (${field('error')} is not null and ${field('choices')} is null))`;
const ANSWERED = sql`coalesce(${field('usage')} is not null or ${field('choices')} is not null or ${field('error')} is not null, false)`;
const DEPLOYMENT = sql`nullif(regexp_extract(${field('properties.backendUrl')}, '/deployments/([^/?]+)', 1), '')`;

/**
 * Gateway logs of Azure API Management in front of Azure OpenAI, one request per line, with the model's answer as text.
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/apimanagementgatewaylogs
 */
export const azureApim = calls({
  name: 'azure-apim',
  title: 'Azure API Management gateway logs of calls to Azure OpenAI',
  reads: 'ndjson',
  signature: sql`
    (line->>'category') = 'GatewayLogs'
    and (json_exists(line, '$.properties.backendResponseCode') or json_exists(line, '$.properties.responseCode'))`,
  computed: [{ body: parsed(TEXT, CHAT) }, asFields(sql`body`, CHAT)],
  ...chatCounting({ id: field('id'), model: field('model') }),
  failed: FAILED,
  filtered: FILTERED,
  set: { provider: 'azure' },
  at: {
    ...usagePlaces((path) => field(`usage.${path}`)),
    request_id: { at: 'id', value: sql`coalesce(nullif(${field('id')}, ''), ${field('correlationId')})` },
    started: 'time',
    model: { at: 'model', value: field('model') },
    service_tier: { at: 'service_tier', value: field('service_tier') },
    region: { at: 'location', value: sql`lower(replace(${field('location')}, ' ', ''))` },
    http_status: ['properties.backendResponseCode', 'properties.responseCode'],
    error: { at: 'error.code', value: sql`coalesce(${field('error.code')}, ${field('error.type')}, 'unknown')` },
    latency: ['properties.backendTime', 'durationMs'],
    user_id: { at: 'user', value: sql`coalesce(${field('properties.userId')}, ${field('user')})` },
  },
  also: [
    'category',
    'correlationId',
    'location',
    'properties.apiId',
    'properties.apimSubscriptionId',
    'properties.userId',
    'properties.operationId',
    'properties.backendUrl',
    'properties.backendResponseBody',
    'properties.responseBody',
  ],
  tags: {
    api: field('properties.apiId'),
    subscription: field('properties.apimSubscriptionId'),
    deployment: DEPLOYMENT,
  },
  optional: ['model', 'input', 'output'],
  skip: [
    { reason: 'records of other categories', when: sql`${field('category')} <> 'GatewayLogs'` },
    {
      reason: 'requests that call no model',
      when: sql`not ${ANSWERED} and ${DEPLOYMENT} is null and (body is not null or ${TEXT} is null)`,
    },
  ],
  checks: [
    // The gateway keeps 8 kB of a body, or what it is told to keep.
    {
      field: 'properties.backendResponseBody',
      reason: 'is missing or cut off, so that nothing tells its usage',
      when: sql`not ${FAILED} and not ${ANSWERED}`,
    },
  ],
  traits: {
    request_model: DEPLOYMENT,
    operation: sql`case
        when starts_with(${field('object')}, 'chat.') then 'chat'
        when ${field('object')} = 'list' then 'embedding'
        when ${field('data')} is not null then 'image'
        else 'chat'
      end`,
  },
});
