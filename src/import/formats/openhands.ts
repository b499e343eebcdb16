import { identifier, join, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { parsed, withLabels } from '../declare/labels.js';
import { AGENT_FACTS, AGENT_TRAITS } from './agent.js';

const USAGE: Shape = {
  model: 'text',
  prompt_tokens: 'text',
  completion_tokens: 'text',
  cache_read_tokens: 'text',
  cache_write_tokens: 'text',
  reasoning_tokens: 'text',
  response_id: 'text',
};

/** What one kind of work of an agent used: its calls, what each cost, and how long it took. */
const METRICS: Shape = {
  token_usages: [USAGE],
  costs: [{ cost: 'text', timestamp: 'text' }],
  response_latencies: [{ response_id: 'text', latency: 'text' }],
};
/** The state of a conversation tells the metrics of each of its models by what they are for. */
const BY_USE = field('stats.usage_to_metrics');
const USAGES = sql`work.token_usages`;
const COSTS = sql`work.costs`;
const LATENCIES = sql`work.response_latencies`;
/** A line that is a call by itself, as the lists of the others hold them. */
const ALONE = sql`case when coalesce(${field('prompt_tokens')}, ${field('completion_tokens')}) is not null
      then [struct_pack(${join(Object.keys(USAGE).map((name) => sql`${identifier(name)} := ${field(name)}`))})] end`;
const CALLED = sql`(call is not null)`;
const LATENCY = sql`list_filter(${LATENCIES}, lambda one: one.response_id = call.response_id)[1].latency`;
/** Every call has one of the costs, in their order, unless some had no price. */
const COST = sql`case when len(${COSTS}) = len(${USAGES}) then ${COSTS}[place] end`;
/** OpenRouter's ids tell when they were given: gen-1746001974-alxKxkQSJ8j9QsfNTvnX. */
const GIVEN_AT = sql`nullif(regexp_extract(call.response_id, '^gen-([0-9]{10})-', 1), '')`;

/**
 * Conversations of OpenHands (~/.openhands/conversations/<id>/base_state.json) and runs (`output.jsonl` of its evaluations): the metrics of a run list the usage of each of its calls, beside
 * it what they cost and how long they took. Also such usage alone, one call per line.
 * https://github.com/All-Hands-AI/OpenHands/blob/main/openhands/llm/metrics.py
 */
export const openhands: Format = {
  name: 'openhands',
  title: 'runs of OpenHands (output.jsonl), or the usage of their calls',
  reads: 'ndjson',
  signature: sql`
    json_type(line, '$.metrics.token_usages') = 'ARRAY'
    or json_type(line, '$.stats.usage_to_metrics') = 'OBJECT'
    or (json_exists(line, '$.prompt_tokens') and json_exists(line, '$.completion_tokens') and json_exists(line, '$.cache_read_tokens')
      and json_exists(line, '$.cache_write_tokens') and json_exists(line, '$.response_id'))`,
  fields: {
    instance_id: 'text',
    latency: 'text',
    ...USAGE,
    id: 'text',
    metrics: METRICS,
    stats: { usage_to_metrics: 'text' },
  },
  // Every call of a run is a row.
  resolved: (lines) => sql`
    select
      * exclude (calls),
      unnest(case when len(calls) > 0 then calls else [null] end) as call,
      unnest(case when len(calls) > 0 then range(1, len(calls) + 1) else [null] end) as place
    from (
      select *, coalesce(${USAGES}, ${ALONE}) as calls
      from (
        select *, unnest(coalesce(
          ${parsed(sql`to_json(json_extract(try_cast(${BY_USE} as json), '$.*'))`, [METRICS])}, [${field('metrics')}]
        )) as work
        from (${lines}) as line
      ) as used
    ) as listed`,
  numbers: {
    prompt: { at: 'prompt_tokens', value: sql`call.prompt_tokens` },
    completion: { at: 'completion_tokens', value: sql`call.completion_tokens` },
    cache_read: { at: 'cache_read_tokens', value: sql`call.cache_read_tokens` },
    cache_write: { at: 'cache_write_tokens', value: sql`call.cache_write_tokens` },
    reasoning: { at: 'reasoning_tokens', value: sql`call.reasoning_tokens` },
  },
  decimals: { cost: { at: 'metrics.costs.cost', value: sql`(${COST}).cost` } },
  // In seconds.
  durations: {
    latency: { at: 'latency', value: sql`case when ${CALLED} then coalesce(${LATENCY}, ${field('latency')}) end` },
  },
  scaled: { latency: '1000' },
  times: {
    started: { at: 'response_id', value: GIVEN_AT },
    ended: { at: 'metrics.costs.timestamp', value: sql`(${COST}).timestamp` },
  },
  timeUnit: 'any',
  skip: [
    {
      reason: 'runs without a call to a model',
      when: sql`not ${CALLED} and (${USAGES} is not null or ${BY_USE} is not null)`,
    },
  ],
  checks: [
    {
      field: 'metrics.costs',
      reason: 'are not as many as the calls, so that nothing tells the time of this one',
      missing: 'timestamp',
      when: sql`started is null and ended is null`,
    },
    { field: 'model', reason: 'is missing', missing: 'model', when: sql`call.model is null` },
    { field: 'prompt_tokens', reason: 'is missing', when: sql`prompt is null` },
    { field: 'completion_tokens', reason: 'is missing', when: sql`completion is null` },
  ],
  traits: {
    ...AGENT_TRAITS,
    // The name says it, as in LiteLLM: `openrouter/anthropic/claude-sonnet-4`.
    provider: null,
    model: sql`call.model`,
    status: constant('ok'),
    error_class: null,
    feature: null,
    billed_currency: sql`case when cost > 0 then 'USD' end`,
    // LiteLLM's counts: cached tokens are in the prompt, reasoning is in the answer.
    token_convention: constant('inclusive'),
  },
  facts: {
    ...AGENT_FACTS,
    request_id: sql`nullif(call.response_id, '')`,
    occurred_at: sql`coalesce(started, ended)`,
    requests: constant(1),
    uncached_input_tokens: sql`prompt - coalesce(cache_read, 0) - coalesce(cache_write, 0)`,
    cache_read_tokens: sql`cache_read`,
    cache_write_tokens: sql`cache_write`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`completion - coalesce(reasoning, 0)`,
    reasoning_tokens: sql`reasoning`,
    latency_ms: sql`latency`,
    user_id: null,
    session_id: sql`coalesce(${field('instance_id')}, case when ${BY_USE} is not null then ${field('id')} end)`,
    tags: withLabels(null, { instance: field('instance_id') }),
    // What LiteLLM took it to cost; 0 where it knows no price.
    billed_cost: sql`case when cost > 0 then cost end`,
  },
  units: {},
  repeats: 'same',
  dated: true,
};
