import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { asFields } from '../declare/labels.js';
import { geminiGenerateContent, SPELLINGS } from './gemini_generatecontent.js';

/** What Vertex AI adds to a line: when it was answered, and what went wrong in words. */
const VERTEX = sql`(${field('processed_time')} is not null or ${field('status')} is not null or ${field('request')} is not null)`;

/**
 * Result files of batches of the Gemini API (`{"key", "response"}`) and of Vertex AI (`{"request", "response", "status"}`): one answer
 * of generateContent a line, at batch prices. Only Vertex AI tells times.
 * https://ai.google.dev/gemini-api/docs/batch-api, https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/batch-prediction-gemini
 */
export const geminiBatch: Format = {
  ...geminiGenerateContent,
  name: 'gemini-batch',
  title: 'batch results of Gemini, from the Gemini API or Vertex AI',
  signature: sql`
    (json_exists(line, '$.response') or json_exists(line, '$.error')) and not json_exists(line, '$.custom_id') and (
      json_exists(line, '$.response.usageMetadata') or json_exists(line, '$.response.usage_metadata')
      or (json_exists(line, '$.key') and json_exists(line, '$.error.code'))
    )`,
  fields: {
    key: 'text',
    response: SPELLINGS,
    error: { code: 'text', status: 'text' },
    status: 'text',
    processed_time: 'text',
    request: 'text',
  },
  computed: [
    asFields(field('response'), SPELLINGS),
    {
      $createTime: sql`coalesce(${field('createTime')}, ${field('processed_time')})`,
      // Vertex AI tells in words what went wrong.
      $error: sql`coalesce(${field('error')}, case when ${field('status')} <> '' then
        {'code': nullif(regexp_extract(${field('status')}, '[45][0-9]{2}'), ''), 'status': ${field('status')}} end)`,
    },
  ],
  skip: [],
  traits: {
    ...geminiGenerateContent.traits,
    provider: sql`case when ${VERTEX} then 'vertex_ai' else 'google' end`,
    service_tier: constant('batch'),
  },
  facts: {
    ...geminiGenerateContent.facts,
    request_id: sql`coalesce(${field('responseId')}, ${field('response_id')}, ${field('key')})`,
  },
  repeats: 'same',
};
