import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';
import { bucketKey, UNTOLD_FACTS, UNTOLD_TRAITS } from './bucket.js';

/**
 * Answers of OpenRouter's /api/v1/activity: the calls of a day by endpoint, without those to the cache.
 * https://openrouter.ai/docs/api-reference/analytics/get-activity
 */
export const openrouterDays: Format = {
  name: 'openrouter-days',
  title: "days of OpenRouter's activity API",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.model_permaslug') and json_exists(line, '$.endpoint_id') and json_exists(line, '$.byok_usage_inference') and json_exists(line, '$.date')`,
  fields: {
    date: 'text',
    model: 'text',
    model_permaslug: 'text',
    endpoint_id: 'text',
    provider_name: 'text',
    usage: 'text',
    byok_usage_inference: 'text',
    requests: 'text',
    prompt_tokens: 'text',
    completion_tokens: 'text',
    reasoning_tokens: 'text',
  },
  numbers: {
    prompt: 'prompt_tokens',
    completion: 'completion_tokens',
    reasoning: 'reasoning_tokens',
    calls: 'requests',
  },
  decimals: { cost: 'usage', own_key_cost: 'byok_usage_inference' },
  // A day in UTC.
  times: { started: 'date' },
  timeUnit: 'any',
  skip: [],
  checks: [
    { field: 'date', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    {
      field: 'model_permaslug',
      reason: 'is missing',
      missing: 'model',
      when: sql`${field('model_permaslug')} is null`,
    },
    { field: 'prompt_tokens', reason: 'is missing', when: sql`prompt is null` },
    { field: 'completion_tokens', reason: 'is missing', when: sql`completion is null` },
  ],
  traits: {
    ...UNTOLD_TRAITS,
    provider: constant('openrouter'),
    // A variant stands behind the short name: `deepseek/deepseek-r1:free`.
    model: sql`concat(${field('model_permaslug')}, case
        when not contains(${field('model_permaslug')}, ':') then regexp_extract(${field('model')}, ':[a-z]+$')
        else ''
      end)`,
    operation: constant('chat'),
    service_tier: null,
    speed: null,
    region: null,
    bucket_seconds: constant(86_400),
    billed_currency: sql`case when cost is not null or own_key_cost is not null then 'USD' end`,
    // Cached tokens are among them, and not told apart.
    token_convention: constant('inclusive'),
  },
  facts: {
    ...UNTOLD_FACTS,
    occurred_at: sql`started`,
    requests: sql`calls`,
    uncached_input_tokens: sql`prompt`,
    cache_read_tokens: null,
    cache_write_tokens: null,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`completion - coalesce(reasoning, 0)`,
    reasoning_tokens: sql`reasoning`,
    customer: null,
    user_id: null,
    tags: withLabels(null, { upstream: field('provider_name') }),
    // With a key of one's own (BYOK) `usage` is OpenRouter's fee alone; the supplier's bill stands beside it.
    billed_cost: sql`coalesce(cost + coalesce(own_key_cost, 0), own_key_cost)`,
  },
  units: {},
  key: bucketKey(sql`'openrouter activity'`, [
    sql`left(${field('date')}, 10)`,
    field('model_permaslug'),
    field('model'),
    field('endpoint_id'),
  ]),
  repeats: 'bucket',
  dated: true,
};
