import { type Sql, sql } from '../../sql.js';
import { type At, calls } from '../declare/calls.js';
import { field, type Shape } from '../declare/fields.js';

const ANSWER: Shape = {
  usage: {
    inputTokens: 'text',
    outputTokens: 'text',
    totalTokens: 'text',
    cacheReadInputTokens: 'text',
    cacheWriteInputTokens: 'text',
    cacheDetails: [{ ttl: 'text', inputTokens: 'text' }],
  },
  metrics: { latencyMs: 'text' },
  serviceTier: { type: 'text' },
  performanceConfig: { latency: 'text' },
};

/** A part of an answer, or of the event that ends a stream and carries the same. */
function part(path: string): Sql {
  return sql`coalesce(${field(path)}, ${field(`metadata.${path}`)})`;
}

function place(path: string): At {
  return [path, `metadata.${path}`];
}

const STOPPED = field('stopReason');
/** Events of a stream carry one thing each, and the usage alone comes last. */
const EVENT = sql`${field('usage')} is null and ${field('metadata')} is null and ${STOPPED} is null`;

/**
 * Answers of Amazon Bedrock's Converse API, one per line, and the events of ConverseStream. They name neither the model nor
 * a time; the id of the request stands in what the SDK puts around them.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
export const bedrockConverse = calls({
  name: 'bedrock-converse',
  title: "answers of Amazon Bedrock's Converse API",
  reads: 'ndjson',
  signature: sql`json_exists(line, '$.usage.inputTokens') and json_exists(line, '$.usage.outputTokens') and json_exists(line, '$.stopReason')
    or json_exists(line, '$.metadata.usage.inputTokens') and json_exists(line, '$.metadata.usage.outputTokens') and json_exists(line, '$.metadata.metrics')`,
  fields: {
    ...ANSWER,
    metadata: ANSWER,
    stopReason: 'text',
    messageStart: 'text',
    contentBlockDelta: 'text',
    contentBlockStop: 'text',
    messageStop: 'text',
    ResponseMetadata: { RequestId: 'text' },
  },
  // https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
  convention: 'exclusive',
  set: { provider: 'bedrock', operation: 'chat' },
  filtered: sql`${STOPPED} in ('guardrail_intervened', 'content_filtered')`,
  at: {
    request_id: 'ResponseMetadata.RequestId',
    service_tier: place('serviceTier.type'),
    speed: { at: 'performanceConfig.latency', value: sql`nullif(${part('performanceConfig.latency')}, 'standard')` },
    input: place('usage.inputTokens'),
    output: place('usage.outputTokens'),
    total: place('usage.totalTokens'),
    cache_read: place('usage.cacheReadInputTokens'),
    cache_write: place('usage.cacheWriteInputTokens'),
    cache_write_1h: {
      at: 'usage.cacheDetails',
      value: sql`cast(list_sum(list_transform(
        list_filter(${part('usage.cacheDetails')}, lambda part: part.ttl = '1h'), lambda part: try_cast(part."inputTokens" as bigint)
      )) as varchar)`,
    },
    latency: place('metrics.latencyMs'),
  },
  skip: [
    {
      reason: 'stream events without usage',
      when: sql`${EVENT} and coalesce(${field('messageStart')}, ${field('contentBlockDelta')}, ${field('contentBlockStop')}, ${field('messageStop')}) is not null`,
    },
  ],
  checks: [
    {
      field: 'model',
      reason: 'is not told; --map model=… or --set model=… says it',
      missing: 'model',
      when: sql`true`,
    },
    {
      field: 'usage.cacheWriteInputTokens',
      reason: 'is less than its part of one hour',
      when: sql`cache_write_1h > coalesce(cache_write, 0)`,
    },
  ],
});
