import { literal, type Sql, sql } from '../../sql.js';
import { elapsedMs, flagOf, textOf } from '../declare/convert.js';
import type { Shape } from '../declare/fields.js';
import { constant, type Format, type Place } from '../declare/format.js';
import { attributed, labelled, otherLabels, withLabels } from '../declare/labels.js';
import { errorClassOf } from '../declare/normalize.js';

/** The usage as LiteLLM counts it for all providers: https://docs.litellm.ai/docs/completion/usage */
export const USAGE: Shape = {
  prompt_tokens: 'text',
  completion_tokens: 'text',
  cache_read_input_tokens: 'text',
  cache_creation_input_tokens: 'text',
  prompt_tokens_details: {
    cached_tokens: 'text',
    audio_tokens: 'text',
    image_tokens: 'text',
    cache_creation_token_details: { ephemeral_1h_input_tokens: 'text' },
  },
  completion_tokens_details: { reasoning_tokens: 'text', audio_tokens: 'text', image_tokens: 'text' },
  server_tool_use: { web_search_requests: 'text' },
};

/** Where the two logs of LiteLLM keep the same things. */
export interface Logged {
  /** A text of the line by its name. */
  text: (name: LoggedName) => Sql;
  /** A part of USAGE by its path. */
  usage: (path: string) => Sql;
  /** The path of `usage` in the line, for complaints. */
  usageAt: string;
  error: { code: Sql; name: Sql };
  /** The user's own object of metadata, read as ATTRIBUTED. */
  metadata: Sql;
  /** The list of request tags as labels. */
  tags: Sql;
  cost: Place;
  /** What cached tokens are known by where the usage does not say. */
  further: { read: Sql; written: Sql };
  team: Sql;
  /** The name the user gave the key, and its hash; never the key itself. */
  key: { name: Sql; hash: Sql };
}

export type LoggedName =
  | 'id'
  | 'trace_id'
  | 'session_id'
  | 'call_type'
  | 'status'
  | 'cache_hit'
  | 'model'
  | 'model_group'
  | 'custom_llm_provider'
  | 'end_user'
  | 'user'
  | 'organization'
  | 'started'
  | 'ended'
  | 'first_token';

/** What both logs have in common. Every count is inclusive: LiteLLM adds Anthropic's cached tokens to the prompt. */
export function litellmLog(
  logged: Logged,
): Omit<Format, 'name' | 'title' | 'reads' | 'signature' | 'fields' | 'computed'> {
  const { text, cost } = logged;
  return {
    numbers: numbersOf(logged),
    decimals: { cost },
    times: {
      started: { at: 'startTime', value: textOf(text('started')) },
      ended: { at: 'endTime', value: textOf(text('ended')) },
      first_token: { at: 'completionStartTime', value: textOf(text('first_token')) },
    },
    timeUnit: 'any',
    skip: [],
    checks: [
      { field: 'startTime', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
      {
        field: 'model',
        reason: 'is missing',
        missing: 'model',
        when: sql`${text('model')} is null and ${text('model_group')} is null and not ${failed(logged)}`,
      },
      { field: 'prompt_tokens', reason: 'is missing', when: sql`prompt is null and not ${failed(logged)}` },
      { field: 'completion_tokens', reason: 'is missing', when: sql`completion is null and not ${failed(logged)}` },
    ],
    traits: traitsOf(logged),
    facts: factsOf(logged),
    units: {
      input_audio_tokens: sql`audio_in`,
      input_image_tokens: sql`image_in`,
      output_audio_tokens: sql`audio_out`,
      output_image_tokens: sql`image_out`,
      web_search_requests: sql`searches`,
    },
    repeats: 'grows',
    dated: true,
  };
}

function numbersOf({ usage, usageAt, further }: Logged): Format['numbers'] {
  const part = (path: string): Place => ({ at: `${usageAt}.${path}`, value: usage(path) });
  const largest = (path: string, ...values: Sql[]): Place => ({
    at: `${usageAt}.${path}`,
    // One of them is 0 where another has the count, by provider and version.
    value: sql`cast(greatest(${values.map((value) => sql`try_cast(${value} as bigint)`).reduce((before, next) => sql`${before}, ${next}`)}) as varchar)`,
  });
  return {
    prompt: 'prompt_tokens',
    completion: 'completion_tokens',
    cached: largest(
      'cache_read_input_tokens',
      usage('cache_read_input_tokens'),
      usage('prompt_tokens_details.cached_tokens'),
      further.read,
    ),
    written: largest('cache_creation_input_tokens', usage('cache_creation_input_tokens'), further.written),
    written_1h: part('prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens'),
    audio_in: part('prompt_tokens_details.audio_tokens'),
    image_in: part('prompt_tokens_details.image_tokens'),
    reasoning: part('completion_tokens_details.reasoning_tokens'),
    audio_out: part('completion_tokens_details.audio_tokens'),
    image_out: part('completion_tokens_details.image_tokens'),
    searches: part('server_tool_use.web_search_requests'),
  };
}

function failed({ text, error }: Logged): Sql {
  return sql`(coalesce(${text('status')} = 'failure', false) or nullif(${error.name}, '') is not null)`;
}

/** A failed call counts zeros for what nobody counted. */
function nothingCounted(logged: Logged): Sql {
  return sql`(${failed(logged)} and coalesce(prompt, 0) = 0 and coalesce(completion, 0) = 0)`;
}

/** Kinds of calls as LiteLLM calls them, with and without the `a` of asynchronous ones. */
const OPERATIONS: Readonly<Record<string, string>> = {
  completion: 'chat',
  text_completion: 'chat',
  responses: 'chat',
  anthropic_messages: 'chat',
  generate_content: 'chat',
  generate_content_stream: 'chat',
  embedding: 'embedding',
  image_generation: 'image',
  image_edit: 'image',
  transcription: 'audio',
  speech: 'audio',
  rerank: 'rerank',
  moderation: 'moderation',
};

function operationOf(callType: Sql): Sql {
  const cases = Object.entries(OPERATIONS).map(
    ([name, operation]) =>
      sql`when ${callType} in (${literal(name)}, ${literal(`a${name}`)}) then ${literal(operation)}`,
  );
  return sql`case ${cases.reduce((before, next) => sql`${before} ${next}`)} end`;
}

function traitsOf(logged: Logged): Format['traits'] {
  const { text, error, metadata, tags } = logged;
  const http = sql`try_cast(nullif(${error.code}, '') as integer)`;
  return {
    provider: text('custom_llm_provider'),
    model: text('model'),
    // The name that the proxy offers; several deployments may stand behind it.
    request_model: text('model_group'),
    operation: operationOf(text('call_type')),
    service_tier: null,
    speed: null,
    region: null,
    status: sql`case when ${failed(logged)} then 'error' else 'ok' end`,
    error_class: sql`case when ${failed(logged)} then coalesce(${errorClassOf(http, sql`nullif(${error.name}, '')`)}, 'other') end`,
    http_status: sql`case when ${failed(logged)} then ${http} end`,
    feature: sql`coalesce(${labelled(tags, 'feature')}, ${attributed(metadata, 'feature')})`,
    environment: sql`coalesce(${labelled(tags, 'environment')}, ${attributed(metadata, 'environment')})`,
    attempt: null,
    bucket_seconds: null,
    billed_currency: sql`case when cost is not null then 'USD' end`,
    // True, False or None, as Python writes them.
    gateway_cached: sql`case when ${flagOf(text('cache_hit'))} then true end`,
    token_convention: constant('inclusive'),
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  };
}

function factsOf(logged: Logged): Format['facts'] {
  const { text, metadata, tags } = logged;
  const counted = (value: Sql) => sql`case when not ${nothingCounted(logged)} then ${value} end`;
  return {
    request_id: text('id'),
    trace_id: text('trace_id'),
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: counted(
      sql`prompt - coalesce(cached, 0) - coalesce(written, 0) - coalesce(audio_in, 0) - coalesce(image_in, 0)`,
    ),
    cache_read_tokens: counted(sql`cached`),
    cache_write_tokens: counted(sql`written - coalesce(written_1h, 0)`),
    cache_write_1h_tokens: counted(sql`written_1h`),
    text_output_tokens: counted(
      sql`completion - coalesce(reasoning, 0) - coalesce(audio_out, 0) - coalesce(image_out, 0)`,
    ),
    reasoning_tokens: counted(sql`reasoning`),
    latency_ms: elapsedMs(sql`started`, sql`ended`),
    // Without streaming the first token is said to come with the last.
    ttft_ms: sql`case when first_token < ended then ${elapsedMs(sql`started`, sql`first_token`)} end`,
    customer: sql`coalesce(nullif(${text('end_user')}, ''), ${labelled(tags, 'customer')}, ${attributed(metadata, 'customer')})`,
    user_id: sql`coalesce(nullif(${text('user')}, ''), ${attributed(metadata, 'user_id')})`,
    session_id: sql`coalesce(nullif(${text('session_id')}, ''), ${attributed(metadata, 'session_id')})`,
    tags: withLabels(otherLabels(tags), {
      team: logged.team,
      organization: text('organization'),
      api_key: logged.key.name,
      api_key_id: hashOnly(logged.key.hash),
    }),
    billed_cost: sql`cost`,
  };
}

/** LiteLLM keeps the SHA-256 of a key; whatever else stands there (the key of a proxy without a database) is not kept. */
function hashOnly(hash: Sql): Sql {
  return sql`case when regexp_full_match(${hash}, '[0-9a-f]{64}') then ${hash} end`;
}
