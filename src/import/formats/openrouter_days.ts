import { sql } from '../../sql.js';
import { bucket } from '../declare/bucket.js';
import { field } from '../declare/fields.js';
import { withLabels } from '../declare/labels.js';

/**
 * Answers of OpenRouter's /api/v1/activity: the calls of a day by endpoint, without those to the cache.
 * https://openrouter.ai/docs/api-reference/analytics/get-activity
 */
export const openrouterDays = bucket({
  name: 'openrouter-days',
  title: "days of OpenRouter's activity API",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.model_permaslug') and json_exists(line, '$.endpoint_id') and json_exists(line, '$.byok_usage_inference') and json_exists(line, '$.date')`,
  kind: 'openrouter activity',
  // A day in UTC.
  seconds: 86_400,
  by: [sql`left(${field('date')}, 10)`, 'model_permaslug', 'model', 'endpoint_id'],
  // Cached tokens are among the prompt, and not told apart.
  convention: 'inclusive',
  set: { provider: 'openrouter', operation: 'chat' },
  at: {
    started: 'date',
    model: 'model_permaslug',
    requests: 'requests',
    input: 'prompt_tokens',
    output: 'completion_tokens',
    reasoning: 'reasoning_tokens',
    cost: 'usage',
  },
  decimals: { own_key_cost: 'byok_usage_inference' },
  also: ['provider_name', 'byok_usage_inference'],
  traits: {
    // A variant stands behind the short name: `deepseek/deepseek-r1:free`.
    model: sql`concat(${field('model_permaslug')}, case
        when not contains(${field('model_permaslug')}, ':') then regexp_extract(${field('model')}, ':[a-z]+$')
        else ''
      end)`,
    billed_currency: sql`case when cost is not null or own_key_cost is not null then 'USD' end`,
  },
  facts: {
    tags: withLabels(null, { upstream: field('provider_name') }),
    // With a key of one's own (BYOK) `usage` is OpenRouter's fee alone; the supplier's bill stands beside it.
    billed_cost: sql`coalesce(cost + coalesce(own_key_cost, 0), own_key_cost)`,
  },
});
