import { literal, type Sql, sql } from '../../sql.js';
import { type Shape, within } from '../declare/fields.js';
import { type Check, constant, type Format, type Place } from '../declare/format.js';
import { errorClassOf, tierOf } from '../declare/normalize.js';

const TURN: Shape = {
  type: 'text',
  model: 'text',
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

/** What is told of a turn of another model. */
const TOLD_OF_TURN = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cache_creation.ephemeral_1h_input_tokens',
];

/**
 * The lines with one more row for each turn of another model inside an answer, an advisor or one that declined before a
 * fallback: its tokens are not in the sums of the answer and have another price. `turn` is null in the row of the answer.
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/advisor-tool
 */
export function withTurns({ model, iterations }: { model: Sql; iterations: Sql }): (lines: Sql) => Sql {
  return (lines) => sql`
    select *, unnest(case when len(others) > 0 then list_concat([null], others) else [null] end) as turn
    from (
      select *, list_filter(${iterations}, lambda turn: coalesce(turn.type = 'advisor_message' or turn.model <> ${model}, false)) as others
      from (${lines}) as line
    ) as looked_at`;
}

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
  /** The lines were read by `withTurns`. */
  turns?: true;
}

/** The id of a row of `withTurns`: that of the answer, or of a turn in it. */
export function idOfTurn(id: Sql): Sql {
  return sql`case when turn is null then ${id} else concat_ws('/', ${id}, list_position(others, turn), turn.model) end`;
}

function ofTurns({ id, model, usage, ...places }: AnswerPlaces): AnswerPlaces {
  return {
    ...places,
    id: idOfTurn(id),
    model: sql`case when turn is null then ${model} else turn.model end`,
    usage: (path) => {
      if (['service_tier', 'speed', 'inference_geo'].includes(path)) return usage(path);
      return TOLD_OF_TURN.includes(path)
        ? sql`case when turn is null then ${usage(path)} else ${within(sql`turn`, path)} end`
        : sql`case when turn is null then ${usage(path)} end`;
    },
  };
}

/** What all logs of Anthropic's answers have in common; counts of cached tokens are no part of input_tokens. */
export function anthropicAnswers(
  answer: AnswerPlaces,
): Omit<Format, 'name' | 'title' | 'signature' | 'fields' | 'skip'> {
  const places = answer.turns === true ? ofTurns(answer) : answer;
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

function checksOf({ answered, model }: AnswerPlaces): readonly Check[] {
  return [
    { field: 'model', reason: 'is missing', missing: 'model', when: sql`${answered} and ${model} is null` },
    { field: 'usage.input_tokens', reason: 'is missing', when: sql`${answered} and input is null` },
    { field: 'usage.output_tokens', reason: 'is missing', when: sql`${answered} and output is null` },
    {
      field: 'usage.cache_creation_input_tokens',
      reason: 'is less than its parts',
      when: sql`written < coalesce(written_5m, 0) + coalesce(written_1h, 0)`,
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

/**
 * What was declined before any output is not billed, whatever it counts; a first count of one token is written before there is any.
 * https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons#refusal
 */
function billed(declined: Sql, count: Sql): Sql {
  return sql`case when ${declined} then case when ${count} is not null then 0 end else ${count} end`;
}

function factsOf({ id, stopReason, turns }: AnswerPlaces): Format['facts'] {
  const declinedTurn = turns === true ? sql` or (turn is not null and output = 0)` : sql``;
  const declined = sql`coalesce((${stopReason} = 'refusal' and output <= 1)${declinedTurn}, false)`;
  return {
    request_id: id,
    trace_id: null,
    occurred_at: null,
    requests: constant(1),
    uncached_input_tokens: billed(declined, plus(sql`input`, sql`compaction_input`)),
    cache_read_tokens: billed(declined, plus(sql`cache_read`, sql`compaction_read`)),
    // Without the split by lifetime all writes are for 5 minutes, the default.
    cache_write_tokens: billed(
      declined,
      plus(
        sql`coalesce(written - coalesce(written_1h, 0), written_5m)`,
        sql`(compaction_written - coalesce(compaction_written_1h, 0))`,
      ),
    ),
    cache_write_1h_tokens: billed(declined, plus(sql`written_1h`, sql`compaction_written_1h`)),
    // Thinking is part of output_tokens.
    text_output_tokens: billed(declined, plus(sql`output - coalesce(thinking, 0)`, sql`compaction_output`)),
    reasoning_tokens: billed(declined, sql`thinking`),
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
