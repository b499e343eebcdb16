import { join, type Sql, sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { field, merged } from '../declare/fields.js';
import { errorClassOf } from '../declare/normalize.js';
import { usagePlaces } from '../declare/usage_keys.js';
import { CHAT, chatCost, chatCounting } from './openai_chat.js';
import { RESPONSE, toolUnits } from './openai_responses.js';

/** A part of the body; of several names the one that the endpoint uses. */
function body(...paths: readonly string[]): Sql {
  return sql`coalesce(${join(paths.map((path) => field(`response.body.${path}`)))})`;
}

const usage = (path: string) => field(`response.body.usage.${path}`);
const HTTP = sql`try_cast(${field('response.status_code')} as integer)`;
const ERROR_NAME = body('error.code', 'error.type');
const FAILED = sql`(${field('error.code')} is not null or coalesce(${HTTP} >= 400, false) or coalesce(${body('status')} in ('failed', 'cancelled'), false))`;
const STOPPED = sql`coalesce(
    list_contains(list_transform(${body('choices')}, lambda choice: choice.finish_reason), 'content_filter'),
    ${body('incomplete_details.reason')} = 'content_filter'
  )`;
const IMAGES = sql`(${body('object')} is null and ${body('data')} is not null)`;

/**
 * Output and error files of OpenAI's Batch API, and of those that have the same one (Azure, Groq, Mistral): one line
 * per request with the whole answer of a chat, responses, embeddings or images call.
 * https://platform.openai.com/docs/api-reference/batch/request-output
 *
 * The answers say `service_tier: default`, but are billed at batch prices. Lines that never ran have no time.
 */
export const openaiBatch = calls({
  name: 'openai-batch',
  title: 'OpenAI batch output and error files',
  reads: 'ndjson',
  signature: sql`
    json_exists(line, '$.custom_id')
    and (json_exists(line, '$.response.body') or starts_with(line->>'id', 'batch_req_'))`,
  fields: {
    id: 'text',
    custom_id: 'text',
    error: { code: 'text' },
    response: { status_code: 'text', body: merged(CHAT, RESPONSE) },
  },
  ...chatCounting({ id: body('id'), model: body('model') }),
  failed: FAILED,
  set: { service_tier: 'batch' },
  at: {
    ...usagePlaces(usage, 'response.body.usage'),
    // The id of the answer, so that its body in another log is the same call; embeddings and failures have none.
    request_id: { at: 'id', value: sql`coalesce(nullif(${body('id')}, ''), ${field('id')})` },
    started: { at: 'response.body.created', value: body('created', 'created_at') },
    model: { at: 'response.body.model', value: body('model') },
    max_output_tokens: { at: 'response.body.max_output_tokens', value: body('max_output_tokens') },
    user_id: { at: 'response.body.user', value: body('user', 'safety_identifier') },
    cost: chatCost(usage, 'response.body.usage'),
  },
  counts: { output_image: sql`case when ${IMAGES} then "output" else output_image end` },
  timeUnit: 'seconds',
  optional: ['started', 'model', 'input', 'output'],
  checks: [
    {
      field: 'response',
      reason: 'is missing, and no error either',
      when: sql`${HTTP} is null and ${body('usage')} is null and ${field('error.code')} is null`,
    },
    {
      field: 'response.body.model',
      reason: 'is missing',
      missing: 'model',
      when: sql`${body('model')} is null and ${body('object')} is not null`,
    },
  ],
  traits: {
    // Only Azure reports on its filters.
    provider: sql`case when ${body('prompt_filter_results')} is not null or ${body('content_filters')} is not null then 'azure' end`,
    operation: sql`case
        when ${body('object')} = 'list' then 'embedding'
        when ${IMAGES} then 'image'
        else 'chat'
      end`,
    error_class: sql`case
        when ${field('error.code')} = 'batch_expired' then 'timeout'
        when ${FAILED} then ${errorClassOf(HTTP, sql`coalesce(${field('error.code')}, ${ERROR_NAME})`)}
        when ${STOPPED} then 'content_filter'
      end`,
    http_status: HTTP,
    has_json_schema: sql`${body('text.format.type')} = 'json_schema'`,
  },
  facts: {
    text_output_tokens: sql`case when not ${IMAGES} then "tokens:text_output" end`,
    tags: sql`case when ${field('custom_id')} is not null then map {'custom_id': ${field('custom_id')}} end`,
  },
  units: {
    ...toolUnits(body('output')),
    output_images: sql`coalesce(
        case when ${IMAGES} then len(${body('data')}) end,
        len(list_filter(${body('output')}, lambda item: item.type = 'image_generation_call'))
      )`,
  },
  repeats: 'grows',
});
