import { literal, type Sql, sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import { field } from '../declare/fields.js';
import { errorClassOf } from '../declare/normalize.js';

/** The tokens of one kind in a list of parts; null where there are none. */
function tokensOf(modality: string, list: string): { at: string; value: Sql } {
  return {
    at: list,
    value: sql`cast(list_sum(list_transform(
      list_filter(${field(list)}, lambda part: lower(part.modality) = ${literal(modality)}), lambda part: try_cast(part.tokens as bigint)
    )) as varchar)`,
  };
}

const STATUS = field('status');

/**
 * Answers of Gemini's Interactions API, one per line. Thoughts, and what tools brought in, stand beside the output and
 * the input and are in the total alone. https://ai.google.dev/api/interactions-api
 */
export const geminiInteractions = calls({
  name: 'gemini-interactions',
  title: "answers of Gemini's Interactions API",
  reads: 'ndjson',
  signature: sql`line->>'object' = 'interaction' and json_exists(line, '$.usage.total_input_tokens')`,
  convention: { input: 'cache', output: 'nothing' },
  gapIsReasoning: sql`true`,
  set: { provider: 'google', operation: 'chat' },
  failed: sql`coalesce(${STATUS} in ('failed', 'cancelled'), false)`,
  at: {
    request_id: 'id',
    started: 'created',
    ended: 'updated',
    model: 'model',
    service_tier: 'service_tier',
    output: 'usage.total_output_tokens',
    total: 'usage.total_tokens',
    reasoning: 'usage.total_thought_tokens',
    input_audio: tokensOf('audio', 'usage.input_tokens_by_modality'),
    input_image: tokensOf('image', 'usage.input_tokens_by_modality'),
    output_audio: tokensOf('audio', 'usage.output_tokens_by_modality'),
    output_image: tokensOf('image', 'usage.output_tokens_by_modality'),
    session_id: 'previous_interaction_id',
  },
  fields: {
    object: 'text',
    status: 'text',
    usage: {
      input_tokens_by_modality: [{ modality: 'text', tokens: 'text' }],
      output_tokens_by_modality: [{ modality: 'text', tokens: 'text' }],
      cached_tokens_by_modality: [{ modality: 'text', tokens: 'text' }],
      total_input_tokens: 'text',
      total_tool_use_tokens: 'text',
      total_cached_tokens: 'text',
    },
  },
  numbers: {
    prompt: 'usage.total_input_tokens',
    tools: 'usage.total_tool_use_tokens',
    cached: 'usage.total_cached_tokens',
    cached_audio: tokensOf('audio', 'usage.cached_tokens_by_modality'),
  },
  counts: {
    input: sql`prompt + coalesce(tools, 0)`,
    cache_read: sql`cached - coalesce(cached_audio, 0)`,
    cache_read_audio: sql`cached_audio`,
    input_audio: sql`greatest(input_audio - coalesce(cached_audio, 0), 0)`,
  },
  skip: [{ reason: 'unfinished interactions', when: sql`${STATUS} in ('in_progress', 'queued')` }],
  checks: [
    {
      field: 'usage.total_input_tokens',
      reason: 'is missing',
      when: sql`prompt is null and coalesce(${STATUS} not in ('failed', 'cancelled'), true)`,
    },
  ],
  traits: {
    error_class: sql`case ${STATUS}
        when 'cancelled' then 'cancelled'
        when 'failed' then ${errorClassOf(sql`cast(null as integer)`, sql`'unknown'`)}
      end`,
  },
  facts: { latency_ms: sql`case when ended >= started then date_diff('millisecond', started, ended) end` },
  repeats: 'grows',
});
