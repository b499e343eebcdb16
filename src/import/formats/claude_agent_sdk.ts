import { identifier, join, type Sql, sql } from '../../sql.js';
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
  cacheCreationEphemeral1hInputTokens: 'text',
  webSearchRequests: 'text',
  costUSD: 'text',
  canonicalModel: 'text',
};
const FAILED = sql`coalesce(${field('is_error')} = 'true' or starts_with(${field('subtype')}, 'error'), false)`;
const COUNTED = sql`(${RESULT} and model_name is not null)`;
const LIVING_1H = field('usage.cache_creation.ephemeral_1h_input_tokens');

/** The counts by model, and what `usage` calls them. */
const COUNTS = {
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  cacheReadInputTokens: 'cache_read_input_tokens',
  cacheCreationInputTokens: 'cache_creation_input_tokens',
} as const;
type Count = keyof typeof COUNTS;
const counts = Object.keys(COUNTS) as Count[];

const whole = (value: Sql) => sql`coalesce(try_cast(${value} as bigint), 0)`;
const each = (make: (name: Count) => Sql, separator: string) => join(counts.map(make), separator);
const usage = (name: Count) => field(`usage.${COUNTS[name]}`);
const sumOf = (name: Count) => identifier(`sum_${name}`);

/** An answer on the way to a result that never came: the run was cut off. */
const ALONE = sql`(coalesce(${TYPE} = 'assistant', false) and ${field('message.usage.output_tokens')} is not null
      and coalesce(${field('message.model')} <> '<synthetic>', true) and (last_result is null or line_number > last_result))`;
const CALL = sql`(${COUNTED} or ${ALONE})`;
const MODEL = sql`coalesce(model_name, ${field('message.model')})`;

/** The counts by model are those of this run alone: they come to its `usage`. */
const OWN = sql`(${each((name) => sql`${sumOf(name)} = ${whole(usage(name))}`, ' and ')})`;
/** A result before this one in the file counted a part of it already: one process, or a session that was resumed. */
const GOES_ON = sql`(not ${OWN} and goes_on and not restarted)`;
/**
 * Since 2.1.332 the counts by model go on from the session that was resumed or forked, wherever its result is. Without
 * subagents the usage of the run is that of the only model it called, which is the one that was looked up.
 */
const RESUMED = sql`(not ${OWN} and not ${GOES_ON} and ${field('subagent_stats.spawned')} = '0' and called = 1
      and ${each((name) => sql`${whole(usage(name))}`, ' + ')} > 0)`;
const EARLIER = sql`(coalesce(${RESUMED}, false) and part."canonicalModel" is null)`;

/** What a run used of a kind of token, by one model. */
function used(name: Count) {
  const at = `modelUsage.${name}`;
  const [now, before] = [sql`part.${identifier(name)}`, sql`before.${identifier(name)}`];
  return {
    at,
    value: sql`case
        when ${ALONE} then ${field(`message.usage.${COUNTS[name]}`)}
        when ${GOES_ON} and try_cast(${now} as bigint) is not null then cast(try_cast(${now} as bigint) - ${whole(before)} as varchar)
        when ${RESUMED} then ${usage(name)}
        else ${now}
      end`,
  };
}

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
    or ((line->>'type') = 'system' and (line->>'subtype') = 'init' and json_exists(line, '$.session_id'))
    or ((line->>'type') = 'assistant' and json_exists(line, '$.session_id') and json_exists(line, '$.message.usage'))`,
  fields: {
    type: 'text',
    subtype: 'text',
    uuid: 'text',
    session_id: 'text',
    is_error: 'text',
    modelUsage: 'text',
    model_usage: 'text',
    usage: {
      input_tokens: 'text',
      output_tokens: 'text',
      cache_read_input_tokens: 'text',
      cache_creation_input_tokens: 'text',
      service_tier: 'text',
      speed: 'text',
      inference_geo: 'text',
      cache_creation: { ephemeral_1h_input_tokens: 'text' },
    },
    subagent_stats: { spawned: 'text' },
    timestamp: 'text',
    _audit_timestamp: 'text',
    message: {
      id: 'text',
      model: 'text',
      usage: {
        input_tokens: 'text',
        output_tokens: 'text',
        cache_read_input_tokens: 'text',
        cache_creation_input_tokens: 'text',
        cache_creation: { ephemeral_1h_input_tokens: 'text' },
      },
    },
  },
  // Every model of a result is a row.
  severalRows: true,
  resolved: (lines) => sql`
    select *, bool_or(coalesce(${each((name) => sql`(${whole(sql`part.${identifier(name)}`)} < ${whole(sql`before.${identifier(name)}`)})`, ' or ')}, false)) over (partition by line_number) as restarted
    from (
      select
        *,
        lag(part) over (partition by file_number, ${field('session_id')}, model_name order by line_number) as before,
        coalesce(min(case when ${RESULT} then line_number end) over (partition by file_number, ${field('session_id')}) < line_number, false) as goes_on,
        max(case when ${RESULT} then line_number end) over (partition by file_number, ${field('session_id')}) as last_result,
        count(*) filter (where part."canonicalModel" is not null) over (partition by line_number) as called,
        ${each((name) => sql`sum(${whole(sql`part.${identifier(name)}`)}) over (partition by line_number) as ${sumOf(name)}`, ',\n        ')}
      from (
        select *, ${parsed(sql`try_cast(${BY_MODEL} as json)->model_name`, OF_MODEL)} as part
        from (
          select *, len(names) as models, unnest(case when len(names) > 0 then names else [null] end) as model_name
          from (
            select *, row_number() over () as line_number,
              try(json_keys(case when ${RESULT} then try_cast(${BY_MODEL} as json) end)) as names
            from (${lines}) as line
          ) as numbered
        ) as named
      ) as told
    ) as compared`,
  numbers: {
    input: used('inputTokens'),
    output: used('outputTokens'),
    cache_read: used('cacheReadInputTokens'),
    written: used('cacheCreationInputTokens'),
    written_1h: {
      at: 'usage.cache_creation.ephemeral_1h_input_tokens',
      value: sql`case
          when ${ALONE} then ${field('message.usage.cache_creation.ephemeral_1h_input_tokens')}
          when ${RESUMED} then ${LIVING_1H}
          when part."cacheCreationEphemeral1hInputTokens" is not null then cast(${whole(sql`part."cacheCreationEphemeral1hInputTokens"`)}
            - case when ${GOES_ON} then ${whole(sql`before."cacheCreationEphemeral1hInputTokens"`)} else 0 end as varchar)
          -- Older versions tell it for all models together.
          when models = 1 and not ${GOES_ON} then ${LIVING_1H}
        end`,
    },
    searches: {
      at: 'modelUsage.webSearchRequests',
      value: sql`case when not ${GOES_ON} and not ${RESUMED} then part."webSearchRequests" end`,
    },
  },
  decimals: {
    cost: {
      at: 'modelUsage.costUSD',
      value: sql`case
          when ${RESUMED} then null
          when ${GOES_ON} then cast(try_cast(part."costUSD" as decimal(38, 18)) - coalesce(try_cast(before."costUSD" as decimal(38, 18)), 0) as varchar)
          else part."costUSD"
        end`,
    },
  },
  times: {
    told_at: {
      at: 'timestamp',
      value: sql`case when ${ALONE} then coalesce(${field('timestamp')}, ${field('_audit_timestamp')}) end`,
    },
  },
  timeUnit: 'any',
  skip: [
    { reason: 'messages whose tokens are in the result of the run', when: sql`${TYPE} <> 'result' and not ${ALONE}` },
    { reason: 'counts of an earlier run that this one went on with', when: EARLIER },
    {
      reason: 'results without usage',
      when: sql`${RESULT} and model_name is null and coalesce(${BY_MODEL}, '{}') = '{}'`,
    },
  ],
  checks: [
    { field: 'type', reason: 'is missing', when: sql`${TYPE} is null` },
    { field: 'modelUsage', reason: 'is no object of models', when: sql`${RESULT} and model_name is null` },
    { field: 'modelUsage.inputTokens', reason: 'is missing', when: sql`${CALL} and input is null` },
    { field: 'modelUsage.outputTokens', reason: 'is missing', when: sql`${CALL} and output is null` },
    {
      field: 'usage.cache_creation.ephemeral_1h_input_tokens',
      reason: 'is more than what all models wrote',
      when: sql`written_1h > coalesce(written, 0)`,
    },
  ],
  traits: {
    ...AGENT_TRAITS,
    provider: sql`case when starts_with(${MODEL}, 'claude') then 'anthropic' end`,
    // A window of a million tokens is named behind it: `claude-sonnet-4-5[1m]`.
    model: sql`regexp_replace(${MODEL}, '[[][^]]*[]]$', '')`,
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
    request_id: sql`case when ${ALONE} then ${field('message.id')} else concat_ws('/', coalesce(${field('uuid')}, ${field('session_id')}), model_name) end`,
    occurred_at: sql`told_at`,
    // Turns are not calls: tools of the program's own call models as well.
    requests: sql`case when ${ALONE} then 1 end`,
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
  repeats: 'grows',
  sumsOf: 'claude-code',
  dated: false,
};
