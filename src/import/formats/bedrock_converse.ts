import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { tierOf } from '../declare/normalize.js';
import { AGENT_FACTS, AGENT_TRAITS } from './agent.js';

const STOPPED = field('stopReason');

/**
 * Answers of Amazon Bedrock's Converse API, one per line. They name neither the model nor a time.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
export const bedrockConverse: Format = {
  name: 'bedrock-converse',
  title: "answers of Amazon Bedrock's Converse API",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.usage.inputTokens') and json_exists(line, '$.usage.outputTokens') and json_exists(line, '$.stopReason')`,
  fields: {
    stopReason: 'text',
    metrics: { latencyMs: 'text' },
    serviceTier: { type: 'text' },
    performanceConfig: { latency: 'text' },
    usage: {
      inputTokens: 'text',
      outputTokens: 'text',
      cacheReadInputTokens: 'text',
      cacheWriteInputTokens: 'text',
      cacheDetails: [{ ttl: 'text', inputTokens: 'text' }],
    },
  },
  numbers: {
    input: 'usage.inputTokens',
    output: 'usage.outputTokens',
    cache_read: 'usage.cacheReadInputTokens',
    written: 'usage.cacheWriteInputTokens',
    written_1h: {
      at: 'usage.cacheDetails',
      value: sql`cast(list_sum(list_transform(
        list_filter(${field('usage.cacheDetails')}, lambda part: part.ttl = '1h'), lambda part: try_cast(part."inputTokens" as bigint)
      )) as varchar)`,
    },
  },
  decimals: {},
  durations: { latency: 'metrics.latencyMs' },
  times: {},
  timeUnit: 'any',
  skip: [],
  checks: [
    {
      field: 'model',
      reason: 'is not told; --map model=… or --set model=… says it',
      missing: 'model',
      when: sql`true`,
    },
    { field: 'usage.inputTokens', reason: 'is missing', when: sql`input is null` },
    { field: 'usage.outputTokens', reason: 'is missing', when: sql`output is null` },
    {
      field: 'usage.cacheWriteInputTokens',
      reason: 'is less than its part of one hour',
      when: sql`written_1h > coalesce(written, 0)`,
    },
  ],
  traits: {
    ...AGENT_TRAITS,
    provider: constant('bedrock'),
    model: null,
    service_tier: tierOf(field('serviceTier.type')),
    speed: sql`nullif(${field('performanceConfig.latency')}, 'standard')`,
    status: constant('ok'),
    error_class: sql`case when ${STOPPED} in ('guardrail_intervened', 'content_filtered') then 'content_filter' end`,
    feature: null,
    billed_currency: null,
    // https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
    token_convention: constant('exclusive'),
  },
  facts: {
    ...AGENT_FACTS,
    request_id: null,
    occurred_at: null,
    requests: constant(1),
    uncached_input_tokens: sql`input`,
    cache_read_tokens: sql`cache_read`,
    cache_write_tokens: sql`written - coalesce(written_1h, 0)`,
    cache_write_1h_tokens: sql`written_1h`,
    text_output_tokens: sql`output`,
    reasoning_tokens: null,
    latency_ms: sql`latency`,
    user_id: null,
    session_id: null,
    tags: null,
    billed_cost: null,
  },
  units: {},
  repeats: 'same',
  dated: false,
};
