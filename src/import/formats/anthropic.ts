import { literal, type Sql, sql } from '../../sql.js';
import type { Shape } from '../declare/fields.js';
import { type Check, constant, type Format, type Place } from '../declare/format.js';
import { errorClassOf, tierOf } from '../declare/normalize.js';

const TURN: Shape = {
  type: 'text',
  input_tokens: 'text',
  output_tokens: 'text',
  cache_creation_input_tokens: 'text',
  cache_read_input_tokens: 'text',
  cache_creation: { ephemeral_1h_input_tokens: 'text' },
};

/** What is read of `usage`: https://docs.claude.com/en/api/messages */
export const USAGE: Shape = {
  input_tokens: 'text',
  output_tokens: 'text',
  output_tokens_details: { thinking_tokens: 'text' },
  cache_creation_input_tokens: 'text',
  cache_read_input_tokens: 'text',
  cache_creation: { ephemeral_5m_input_tokens: 'text', ephemeral_1h_input_tokens: 'text' },
  server_tool_use: { web_search_requests: 'text' },
  service_tier: 'text',
  inference_geo: 'text',
  speed: 'text',
  iterations: [TURN],
};

/** Where the parts of an answer stand in a line. */
export interface AnswerPlaces {
  /** `msg_…`, or the `req_…` of a call that failed. */
  id: Sql;
  model: Sql;
  stopReason: Sql;
  /** The field of `usage` at a dotted path. */
  usage: (path: string) => Sql;
  /** True for a line that holds an answer, whole or cut off. */
  answered: Sql;
  /** True for a line whose call failed. */
  failed: Sql;
  /** What the failure is called, in words `errorClassOf` knows. */
  failure: Sql;
}

/** What all logs of Anthropic's answers have in common; counts of cached tokens are no part of input_tokens. */
export function anthropicAnswers(
  places: AnswerPlaces,
): Omit<Format, 'name' | 'title' | 'signature' | 'fields' | 'skip'> {
  return {
    reads: 'ndjson',
    numbers: numbersOf(places),
    decimals: {},
    // An answer does not say when it was given.
    times: {},
    timeUnit: 'any',
    checks: checksOf(places),
    traits: traitsOf(places),
    facts: factsOf(places),
    units: { web_search_requests: sql`searches` },
    repeats: 'grows',
    dated: false,
  };
}

function numbersOf({ usage }: AnswerPlaces): Format['numbers'] {
  const place = (path: string): Place => ({ at: `usage.${path}`, value: usage(path) });
  // A compaction is sampled before the answer, by the same model, and is not in the sums above it:
  // https://platform.claude.com/docs/en/build-with-claude/compaction-threshold
  const compaction = (count: Sql): Place => ({
    at: 'usage.iterations',
    value: sql`cast(list_sum(list_transform(
      list_filter(${usage('iterations')}, lambda turn: turn.type = 'compaction'), lambda turn: try_cast(${count} as bigint)
    )) as varchar)`,
  });
  return {
    input: place('input_tokens'),
    output: place('output_tokens'),
    thinking: place('output_tokens_details.thinking_tokens'),
    cache_read: place('cache_read_input_tokens'),
    written: place('cache_creation_input_tokens'),
    written_5m: place('cache_creation.ephemeral_5m_input_tokens'),
    written_1h: place('cache_creation.ephemeral_1h_input_tokens'),
    searches: place('server_tool_use.web_search_requests'),
    compaction_input: compaction(sql`turn.input_tokens`),
    compaction_output: compaction(sql`turn.output_tokens`),
    compaction_read: compaction(sql`turn.cache_read_input_tokens`),
    compaction_written: compaction(sql`turn.cache_creation_input_tokens`),
    compaction_written_1h: compaction(sql`turn.cache_creation.ephemeral_1h_input_tokens`),
  };
}

function checksOf({ answered, model, usage }: AnswerPlaces): readonly Check[] {
  return [
    { field: 'model', reason: 'is missing', missing: 'model', when: sql`${answered} and ${model} is null` },
    { field: 'usage.input_tokens', reason: 'is missing', when: sql`${answered} and input is null` },
    { field: 'usage.output_tokens', reason: 'is missing', when: sql`${answered} and output is null` },
    {
      field: 'usage.cache_creation_input_tokens',
      reason: 'is less than its parts',
      when: sql`written < coalesce(written_5m, 0) + coalesce(written_1h, 0)`,
    },
    // An advisor's or a declined model's tokens are not in the sums, have another price, and a line is one call.
    {
      field: 'usage.iterations',
      reason: 'has tokens of another model, which cannot be priced with those of this one',
      when: sql`coalesce(list_has_any(
        list_transform(${usage('iterations')}, lambda turn: turn.type), ['advisor_message', 'fallback_message']
      ), false)`,
    },
  ];
}

function traitsOf({ id, model, stopReason, usage, failed, failure }: AnswerPlaces): Format['traits'] {
  const geo = usage('inference_geo');
  return {
    // Bedrock and Vertex AI pass on the same body under ids of their own; others than Anthropic speak the same
    // language for models of theirs, then the model's name has to tell.
    provider: sql`case
        when starts_with(${id}, 'msg_bdrk_') then 'bedrock'
        when starts_with(${id}, 'msg_vrtx_') then 'vertex_ai'
        when ${model} is null or starts_with(${model}, 'claude') then 'anthropic'
      end`,
    model,
    request_model: null,
    operation: constant('chat'),
    service_tier: tierOf(usage('service_tier')),
    speed: usage('speed'),
    // Where inference ran, which has a price of its own; models before Opus 4.6 say not_available.
    region: sql`case when ${geo} <> 'not_available' then ${geo} end`,
    status: sql`case when ${failed} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${failed} then ${errorClassOf(sql`cast(null as integer)`, failure)}
        when ${stopReason} = ${literal('refusal')} then 'content_filter'
      end`,
    http_status: null,
    feature: null,
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: null,
    gateway_cached: null,
    // https://docs.claude.com/en/docs/build-with-claude/prompt-caching: the whole prompt is input_tokens +
    // cache_read_input_tokens + cache_creation_input_tokens.
    token_convention: constant('exclusive'),
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  };
}

function factsOf({ id }: AnswerPlaces): Format['facts'] {
  return {
    request_id: id,
    trace_id: null,
    occurred_at: null,
    requests: constant(1),
    uncached_input_tokens: plus(sql`input`, sql`compaction_input`),
    cache_read_tokens: plus(sql`cache_read`, sql`compaction_read`),
    // Without the split by lifetime all writes are for 5 minutes, the default.
    cache_write_tokens: plus(
      sql`coalesce(written - coalesce(written_1h, 0), written_5m)`,
      sql`(compaction_written - coalesce(compaction_written_1h, 0))`,
    ),
    cache_write_1h_tokens: plus(sql`written_1h`, sql`compaction_written_1h`),
    // Thinking is part of output_tokens.
    text_output_tokens: plus(sql`output - coalesce(thinking, 0)`, sql`compaction_output`),
    reasoning_tokens: sql`thinking`,
    latency_ms: null,
    ttft_ms: null,
    customer: null,
    user_id: null,
    session_id: null,
    tags: null,
    billed_cost: null,
  };
}

/** The sum of what is known of two counts; null where neither is. */
function plus(count: Sql, further: Sql): Sql {
  return sql`coalesce(${count} + coalesce(${further}, 0), ${further})`;
}
