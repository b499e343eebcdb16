import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { asFields, parsed, withLabels } from '../declare/labels.js';
import { errorClassOf } from '../declare/normalize.js';
import { CHAT, FILTERED, openaiChat } from './openai_chat.js';

const TEXT = sql`coalesce(${field('properties.backendResponseBody')}, ${field('properties.responseBody')})`;
const CODE = sql`coalesce(${field('properties.backendResponseCode')}, ${field('properties.responseCode')})`;
const HTTP = sql`try_cast(${CODE} as integer)`;
const FAILED = sql`(coalesce(${HTTP} >= 400, false) or (${field('error')} is not null and ${field('choices')} is null))`;
const NAME = sql`coalesce(${field('error.code')}, ${field('error.type')}, 'unknown')`;
const ANSWERED = sql`coalesce(${field('usage')} is not null or ${field('choices')} is not null or ${field('error')} is not null, false)`;
const DEPLOYMENT = sql`nullif(regexp_extract(${field('properties.backendUrl')}, '/deployments/([^/?]+)', 1), '')`;

/**
 * Gateway logs of Azure API Management in front of Azure OpenAI, one request per line, with the model's answer as text.
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables/apimanagementgatewaylogs
 */
export const azureApim: Format = {
  ...openaiChat,
  name: 'azure-apim',
  title: 'Azure API Management gateway logs of calls to Azure OpenAI',
  signature: sql`
    (line->>'category') = 'GatewayLogs'
    and (json_exists(line, '$.properties.backendResponseCode') or json_exists(line, '$.properties.responseCode'))`,
  fields: {
    category: 'text',
    correlationId: 'text',
    durationMs: 'text',
    location: 'text',
    time: 'text',
    properties: {
      apiId: 'text',
      apimSubscriptionId: 'text',
      userId: 'text',
      operationId: 'text',
      backendUrl: 'text',
      backendTime: 'text',
      backendResponseCode: 'text',
      responseCode: 'text',
      backendResponseBody: 'text',
      responseBody: 'text',
    },
  },
  computed: [{ body: parsed(TEXT, CHAT) }, asFields(sql`body`, CHAT)],
  numbers: { ...openaiChat.numbers, http: { at: 'properties.backendResponseCode', value: CODE } },
  durations: {
    latency: {
      at: 'properties.backendTime',
      value: sql`coalesce(${field('properties.backendTime')}, ${field('durationMs')})`,
    },
  },
  times: { started: 'time' },
  timeUnit: 'any',
  skip: [
    { reason: 'records of other categories', when: sql`${field('category')} <> 'GatewayLogs'` },
    {
      reason: 'requests that call no model',
      when: sql`not ${ANSWERED} and ${DEPLOYMENT} is null and (body is not null or ${TEXT} is null)`,
    },
  ],
  checks: [
    { field: 'time', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    // The gateway keeps 8 kB of a body, or what it is told to keep.
    {
      field: 'properties.backendResponseBody',
      reason: 'is missing or cut off, so that nothing tells its usage',
      when: sql`not ${FAILED} and not ${ANSWERED}`,
    },
  ],
  traits: {
    ...openaiChat.traits,
    provider: constant('azure'),
    model: field('model'),
    request_model: DEPLOYMENT,
    region: sql`lower(replace(${field('location')}, ' ', ''))`,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case when ${FAILED} then ${errorClassOf(HTTP, NAME)} else case when ${FILTERED} then 'content_filter' end end`,
    http_status: sql`http`,
  },
  facts: {
    ...openaiChat.facts,
    request_id: sql`coalesce(nullif(${field('id')}, ''), ${field('correlationId')})`,
    latency_ms: sql`latency`,
    user_id: sql`coalesce(${field('properties.userId')}, ${field('user')})`,
    tags: withLabels(null, {
      api: field('properties.apiId'),
      subscription: field('properties.apimSubscriptionId'),
      deployment: DEPLOYMENT,
    }),
  },
  repeats: 'same',
  dated: true,
};
