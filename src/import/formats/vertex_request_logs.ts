import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { asFields, labelled, labelsIn, parsed, withLabels } from '../declare/labels.js';
import { geminiGenerateContent } from './gemini_generatecontent.js';

const ANSWER = geminiGenerateContent.fields;
const TEXT = field('full_response');
const ANSWERED = field('responseId');

/**
 * Request-response logs of Vertex AI as BigQuery exports them to JSON: one call per line, with the answer of
 * generateContent, or the list of the chunks of its stream, in `full_response`. A log may hold a sample of the calls only.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/request-response-logging
 */
export const vertexRequestLogs: Format = {
  ...geminiGenerateContent,
  name: 'vertex-request-logs',
  title: 'Vertex AI request-response logs, exported from BigQuery',
  signature: sql`
    json_exists(line, '$.full_response') and json_exists(line, '$.logging_time') and json_exists(line, '$.endpoint')`,
  fields: {
    endpoint: 'text',
    logging_time: 'text',
    request_id: 'text',
    model: 'text',
    api_method: 'text',
    // Columns of type JSON, which BigQuery exports as objects or as text.
    full_request: 'text',
    full_response: 'text',
  },
  computed: [
    {
      whole: sql`case when starts_with(${TEXT}, '{') then ${parsed(TEXT, ANSWER)} end`,
      chunks: sql`case when starts_with(${TEXT}, '[') then ${parsed(TEXT, [ANSWER])} end`,
      labels: labelsIn(sql`try(cast(json_extract(${field('full_request')}, '$.labels') as varchar))`),
    },
    // Every chunk counts from the beginning of its stream.
    {
      told: sql`coalesce(
        whole,
        list_last(list_filter(chunks, lambda chunk: chunk."usageMetadata"."promptTokenCount" is not null)),
        list_last(chunks)
      )`,
    },
    {
      ...asFields(sql`told`, ANSWER),
      $modelVersion: sql`coalesce(told."modelVersion", ${field('model')})`,
      $createTime: sql`coalesce(told."createTime", ${field('logging_time')})`,
    },
  ],
  skip: [],
  checks: [
    { field: 'logging_time', reason: 'is missing', missing: 'timestamp', when: sql`created is null` },
    { field: 'full_response', reason: 'is no answer that can be read', when: sql`told is null` },
    ...geminiGenerateContent.checks,
  ],
  traits: {
    ...geminiGenerateContent.traits,
    provider: constant('vertex_ai'),
    request_model: field('model'),
    operation: sql`case when contains(lower(${field('model')}), 'embedding') then 'embedding' else 'chat' end`,
    region: sql`nullif(regexp_extract(${field('endpoint')}, 'locations/([^/]+)/', 1), '')`,
    feature: labelled(sql`labels`, 'feature'),
    environment: labelled(sql`labels`, 'environment'),
  },
  facts: {
    ...geminiGenerateContent.facts,
    request_id: sql`coalesce(${ANSWERED}, ${field('request_id')})`,
    customer: labelled(sql`labels`, 'customer'),
    user_id: labelled(sql`labels`, 'user_id'),
    session_id: labelled(sql`labels`, 'session_id'),
    tags: withLabels(sql`labels`, {
      project: sql`regexp_extract(${field('endpoint')}, 'projects/([^/]+)/', 1)`,
    }),
  },
  // The application's own log of the same call knows the id of the answer; failures have none.
  key: sql`coalesce(${ANSWERED}, concat_ws('/', ${field('endpoint')}, ${field('request_id')}))`,
  repeats: 'same',
  dated: true,
};
