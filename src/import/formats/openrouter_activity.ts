import { sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { flagOf } from '../declare/convert.js';
import { field } from '../declare/fields.js';

const CANCELLED = sql`coalesce(${flagOf(field('cancelled'))}, false)`;
const FAILED = sql`(${CANCELLED} or coalesce(${field('finish_reason_normalized')} = 'error', false))`;

/**
 * The export of OpenRouter's activity page: one row per generation. Its columns come in several orders, and older files
 * lack tokens_cached. https://openrouter.ai/docs/use-cases/usage-accounting, https://openrouter.ai/activity
 */
export const openrouterActivity = calls({
  name: 'openrouter-activity',
  title: "the CSV export of OpenRouter's activity",
  reads: 'csv',
  signature: ['generation_id', 'created_at', 'model_permaslug', 'tokens_prompt', 'tokens_completion'],
  convention: 'inclusive',
  defined: true,
  failed: FAILED,
  set: { provider: 'openrouter', operation: 'chat' },
  at: {
    request_id: 'generation_id',
    // Without zone, in UTC.
    started: 'created_at',
    model: 'model_permaslug',
    feature: 'app_name',
    // The `user` of the request: the application's own customer or end user.
    customer: 'user',
    input: 'tokens_prompt',
    output: 'tokens_completion',
    cache_read: 'tokens_cached',
    reasoning: 'tokens_reasoning',
    latency: 'generation_time_ms',
    ttft: 'time_to_first_token_ms',
    // cost_cache (a discount) and cost_web_search are parts of it.
    cost: 'cost_total',
  },
  decimals: { own_key_cost: 'byok_usage_inference' },
  also: ['variant', 'cancelled', 'finish_reason_normalized', 'provider_name', 'api_key_name', 'byok_usage_inference'],
  tags: { upstream: field('provider_name'), api_key: field('api_key_name') },
  traits: {
    // Another variant has another price, free ones none at all; OpenRouter writes it `name:free`.
    model: sql`case
        when ${field('variant')} <> 'standard' then concat(${field('model_permaslug')}, ':', ${field('variant')})
        else ${field('model_permaslug')}
      end`,
    // A cancelled generation is billed up to where it was stopped.
    error_class: sql`case
        when ${CANCELLED} then 'cancelled'
        when ${FAILED} then 'other'
        when ${field('finish_reason_normalized')} = 'content_filter' then 'content_filter'
      end`,
    billed_currency: sql`case when cost is not null or own_key_cost is not null then 'USD' end`,
  },
  // With a key of one's own (BYOK) cost_total is OpenRouter's fee alone; the supplier's bill stands beside it.
  facts: { billed_cost: sql`coalesce(cost + coalesce(own_key_cost, 0), own_key_cost)` },
});
