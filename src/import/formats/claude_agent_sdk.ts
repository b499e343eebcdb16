import { sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { parsed } from '../declare/labels.js';
import { tierOf } from '../declare/normalize.js';
import { AGENT_FACTS, AGENT_TRAITS } from './agent.js';

const TYPE = field('type');
const RESULT = sql`coalesce(${TYPE} = 'result', false)`;
/** The SDK for TypeScript and that for Python. */
const BY_MODEL = sql`coalesce(${field('modelUsage')}, ${field('model_usage')})`;
const OF_MODEL: Shape = {
  inputTokens: 'text',
  outputTokens: 'text',
  cacheReadInputTokens: 'text',
  cacheCreationInputTokens: 'text',
  webSearchRequests: 'text',
  costUSD: 'text',
};
const FAILED = sql`coalesce(${field('is_error')} = 'true' or starts_with(${field('subtype')}, 'error'), false)`;
const COUNTED = sql`(${RESULT} and model_name is not null)`;
const ALONE = sql`models = 1`;
const LIVING_1H = field('usage.cache_creation.ephemeral_1h_input_tokens');

/**
 * Results of the Claude Agent SDK and of `claude -p --output-format json` or `stream-json`: what a run used, by model.
 * The messages before a result are parts of it. https://code.claude.com/docs/en/agent-sdk/cost-tracking
 */
export const claudeAgentSdk: Format = {
  name: 'claude-agent-sdk',
  title: 'results of the Claude Agent SDK and of claude -p',
  reads: 'ndjson',
  signature: sql`
    ((line->>'type') = 'result' and (json_exists(line, '$.modelUsage') or json_exists(line, '$.model_usage')) and json_exists(line, '$.session_id'))
    or ((line->>'type') = 'system' and (line->>'subtype') = 'init' and json_exists(line, '$.session_id'))`,
  fields: {
    type: 'text',
    subtype: 'text',
    uuid: 'text',
    session_id: 'text',
    is_error: 'text',
    modelUsage: 'text',
    model_usage: 'text',
    usage: {
      service_tier: 'text',
      speed: 'text',
      inference_geo: 'text',
      cache_creation: { ephemeral_1h_input_tokens: 'text' },
    },
  },
  // Every model of a result is a row.
  severalRows: true,
  resolved: (lines) => sql`
    select *, len(names) as models, unnest(case when len(names) > 0 then names else [null] end) as model_name
    from (
      select *, try(json_keys(case when ${RESULT} then try_cast(${BY_MODEL} as json) end)) as names
      from (${lines}) as line
    ) as named`,
  computed: [{ part: parsed(sql`try_cast(${BY_MODEL} as json)->model_name`, OF_MODEL) }],
  numbers: {
    input: { at: 'modelUsage.inputTokens', value: sql`part."inputTokens"` },
    output: { at: 'modelUsage.outputTokens', value: sql`part."outputTokens"` },
    cache_read: { at: 'modelUsage.cacheReadInputTokens', value: sql`part."cacheReadInputTokens"` },
    written: { at: 'modelUsage.cacheCreationInputTokens', value: sql`part."cacheCreationInputTokens"` },
    // Told for all models together.
    written_1h: {
      at: 'usage.cache_creation.ephemeral_1h_input_tokens',
      value: sql`case when ${ALONE} then ${LIVING_1H} end`,
    },
    searches: { at: 'modelUsage.webSearchRequests', value: sql`part."webSearchRequests"` },
  },
  decimals: { cost: { at: 'modelUsage.costUSD', value: sql`part."costUSD"` } },
  times: {},
  timeUnit: 'any',
  skip: [
    { reason: 'messages whose tokens are in the result of the run', when: sql`${TYPE} <> 'result'` },
    {
      reason: 'results without usage',
      when: sql`${RESULT} and model_name is null and coalesce(${BY_MODEL}, '{}') = '{}'`,
    },
  ],
  checks: [
    { field: 'type', reason: 'is missing', when: sql`${TYPE} is null` },
    { field: 'modelUsage', reason: 'is no object of models', when: sql`${RESULT} and model_name is null` },
    { field: 'modelUsage.inputTokens', reason: 'is missing', when: sql`${COUNTED} and input is null` },
    { field: 'modelUsage.outputTokens', reason: 'is missing', when: sql`${COUNTED} and output is null` },
    {
      field: 'usage.cache_creation.ephemeral_1h_input_tokens',
      reason: 'is more than what all models wrote',
      when: sql`written_1h > coalesce(written, 0)`,
    },
  ],
  traits: {
    ...AGENT_TRAITS,
    provider: sql`case when starts_with(model_name, 'claude') then 'anthropic' end`,
    // A window of a million tokens is named behind it: `claude-sonnet-4-5[1m]`.
    model: sql`regexp_replace(model_name, '[[][^]]*[]]$', '')`,
    service_tier: tierOf(field('usage.service_tier')),
    speed: sql`nullif(${field('usage.speed')}, 'standard')`,
    region: sql`nullif(nullif(${field('usage.inference_geo')}, ''), 'not_available')`,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    // The run failed, or was stopped by a limit of its own.
    error_class: sql`case when ${FAILED} then 'other' end`,
    feature: null,
    billed_currency: sql`case when cost is not null then 'USD' end`,
    token_convention: constant('exclusive'),
  },
  facts: {
    ...AGENT_FACTS,
    request_id: sql`concat_ws('/', coalesce(${field('uuid')}, ${field('session_id')}), model_name)`,
    occurred_at: null,
    // Turns are not calls: tools of the program's own call models as well.
    requests: null,
    uncached_input_tokens: sql`input`,
    cache_read_tokens: sql`cache_read`,
    cache_write_tokens: sql`written - coalesce(written_1h, 0)`,
    cache_write_1h_tokens: sql`written_1h`,
    // Thinking is part of it, and not told apart.
    text_output_tokens: sql`output`,
    reasoning_tokens: null,
    latency_ms: null,
    user_id: null,
    session_id: field('session_id'),
    tags: null,
    // What the SDK took it to cost.
    billed_cost: sql`cost`,
  },
  units: { web_search_requests: sql`nullif(searches, 0)` },
  repeats: 'same',
  dated: false,
};
