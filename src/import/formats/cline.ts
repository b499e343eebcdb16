import { type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { parsed, withLabels } from '../declare/labels.js';
import { among, errorClassOf, statusIn } from '../declare/normalize.js';
import { AGENT_FACTS, AGENT_TRAITS, anywhere } from './agent.js';

/** What was used by calls whose messages were deleted afterwards: their sum. */
const DELETED = sql`coalesce(${field('say')} = 'deleted_api_reqs', false)`;
const CALL = sql`(coalesce(${field('say')} = 'api_req_started', false) or ${DELETED})`;
/** Of the JSON text that a call is written down as; the prompt stands in it as well. */
const TOLD: Shape = {
  tokensIn: 'text',
  tokensOut: 'text',
  cacheWrites: 'text',
  cacheReads: 'text',
  cost: 'text',
  cancelReason: 'text',
  streamingFailedMessage: 'text',
  apiProtocol: 'text',
};
const REASON = sql`told."cancelReason"`;
const FAILED = sql`(${REASON} is not null)`;
const MESSAGE = sql`coalesce(told."streamingFailedMessage", 'unknown')`;
const NAMED = sql`coalesce(${field('modelInfo.modelId')}, ${field('modelId')})`;
/** The sum of deleted calls is of the only model of the task, if it has one. */
const MODEL = sql`coalesce(${NAMED}, case when ${DELETED} then only_model end)`;
const PROVIDER = sql`coalesce(${field('modelInfo.providerId')}, case when ${DELETED} then only_provider end)`;
/**
 * Providers of Cline that hand on OpenAI's counts, in which the prompt holds the cached tokens; the others take them out.
 * https://github.com/cline/cline/tree/main/src/core/api/providers
 */
const OPENAI_LIKE = [
  'openai',
  'litellm',
  'xai',
  'together',
  'fireworks',
  'groq',
  'qwen',
  'qwen-code',
  'moonshot',
  'nebius',
  'requesty',
  'huggingface',
  'baseten',
  'mistral',
  'sambanova',
  'zai',
  'ollama',
  'lmstudio',
  'vercel-ai-gateway',
];
/** Roo Code and Kilo Code name the protocol, not the provider. Since November 2025 they write the whole prompt for every protocol. */
const PROTOCOL = sql`coalesce(told."apiProtocol", ${field('apiProtocol')})`;
const CACHED = sql`(coalesce(try_cast(told."cacheReads" as bigint), 0) + coalesce(try_cast(told."cacheWrites" as bigint), 0))`;
const HOLDS_CACHE = sql`case
      when ${PROTOCOL} = 'openai' then true
      when ${PROTOCOL} is not null then started >= timestamp '2025-11-01' and not coalesce(apart, false)
      else ${among(PROVIDER, OPENAI_LIKE)}
    end`;
/** A prompt that is smaller than its cached part cannot hold it. */
const INCLUSIVE = sql`(coalesce(${HOLDS_CACHE}, false) and coalesce(tokens_in >= coalesce(cache_read, 0) + coalesce(cache_write, 0), true))`;
const KNOWN = sql`(${CALL} and (tokens_in is not null or tokens_out is not null))`;

/** What all lines of the file that say it say; null where they differ. */
function onlyOne(value: Sql): Sql {
  const all = sql`over (partition by file_number order by line_order rows between unbounded preceding and unbounded following)`;
  return sql`case when min(${value}) ${all} = max(${value}) ${all} then min(${value}) ${all} end`;
}

/**
 * Tasks of Cline and Roo Code in VS Code, <storage>/tasks/<id>/ui_messages.json: a list of messages, of which
 * `api_req_started` are calls. Cline names their model since late 2025, Roo Code does not.
 * https://github.com/cline/cline/blob/main/src/shared/ExtensionMessage.ts (ClineApiReqInfo),
 * https://github.com/RooCodeInc/Roo-Code/blob/main/packages/types/src/message.ts
 */
export const cline: Format = {
  name: 'cline',
  title: 'tasks of Cline and Roo Code (ui_messages.json)',
  reads: 'ndjson',
  signature: sql`
    json_exists(line, '$.ts') and (line->>'type') in ('say', 'ask') and (json_exists(line, '$.say') or json_exists(line, '$.ask'))`,
  fields: {
    ts: 'text',
    type: 'text',
    say: 'text',
    text: 'text',
    apiProtocol: 'text',
    modelId: 'text',
    modelInfo: { providerId: 'text', modelId: 'text', mode: 'text' },
  },
  computed: [{ told: sql`case when ${CALL} then ${parsed(field('text'), TOLD)} end` }],
  carried: {
    only_model: onlyOne(NAMED),
    only_provider: onlyOne(field('modelInfo.providerId')),
    // One line whose prompt is less than what was cached shows how all of the task count.
    apart: anywhere(sql`try_cast(told."tokensIn" as bigint) < ${CACHED}`),
  },
  numbers: {
    tokens_in: { at: 'text.tokensIn', value: sql`told."tokensIn"` },
    tokens_out: { at: 'text.tokensOut', value: sql`told."tokensOut"` },
    cache_read: { at: 'text.cacheReads', value: sql`told."cacheReads"` },
    cache_write: { at: 'text.cacheWrites', value: sql`told."cacheWrites"` },
  },
  decimals: { cost: { at: 'text.cost', value: sql`told.cost` } },
  times: { started: { at: 'ts', value: sql`case when ${CALL} then ${field('ts')} end` } },
  timeUnit: 'any',
  skip: [
    { reason: 'messages that are no calls', when: sql`${field('type')} is not null and not ${CALL}` },
    { reason: 'calls that have not ended', when: sql`told is not null and not ${KNOWN} and not ${FAILED}` },
  ],
  checks: [
    { field: 'type', reason: 'is missing', when: sql`${field('type')} is null` },
    { field: 'text', reason: 'is not what a call is written down as', when: sql`told is null` },
    { field: 'ts', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    {
      field: 'modelInfo.modelId',
      reason: 'is missing; --set model=… says it',
      missing: 'model',
      when: sql`${MODEL} is null`,
    },
    { field: 'text.tokensIn', reason: 'is missing', when: sql`tokens_in is null and not ${FAILED}` },
    { field: 'text.tokensOut', reason: 'is missing', when: sql`tokens_out is null and not ${FAILED}` },
  ],
  traits: {
    ...AGENT_TRAITS,
    // The gateway of the extension's makers sells under its own name.
    provider: sql`case ${PROVIDER} when 'openai-native' then 'openai' when 'cline' then null else ${PROVIDER} end`,
    model: MODEL,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${REASON} = 'user_cancelled' then 'cancelled'
        when ${FAILED} then ${errorClassOf(statusIn(MESSAGE), MESSAGE)}
      end`,
    feature: null,
    billed_currency: sql`case when cost > 0 then 'USD' end`,
    token_convention: sql`case when ${INCLUSIVE} then 'inclusive' else 'exclusive' end`,
  },
  facts: {
    ...AGENT_FACTS,
    request_id: null,
    occurred_at: sql`started`,
    requests: sql`case when not ${DELETED} then 1 end`,
    uncached_input_tokens: sql`case
        when ${INCLUSIVE} then tokens_in - coalesce(cache_read, 0) - coalesce(cache_write, 0)
        else tokens_in
      end`,
    cache_read_tokens: sql`cache_read`,
    cache_write_tokens: sql`cache_write`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`tokens_out`,
    reasoning_tokens: null,
    latency_ms: null,
    user_id: null,
    session_id: null,
    tags: withLabels(null, { mode: field('modelInfo.mode') }),
    // 0 where the extension knows no price.
    billed_cost: sql`case when cost > 0 then cost end`,
  },
  units: {},
  repeats: 'same',
  dated: true,
};
