import { join, literal, type Sql, sql } from '../../sql.js';
import { type Calls, calls } from '../declare/calls.js';
import { elapsedMs, flagOf, textOf } from '../declare/convert.js';
import { merged, type Shape } from '../declare/fields.js';
import type { Format, Place } from '../declare/format.js';
import { attributed, labelled, otherLabels, withLabels } from '../declare/labels.js';
import { tierOf } from '../declare/normalize.js';
import { USAGE_SHAPE, usagePlace, usagePlaces } from '../declare/usage_keys.js';

/** The usage as LiteLLM counts it for all providers: https://docs.litellm.ai/docs/completion/usage */
export const USAGE: Shape = merged(USAGE_SHAPE, {});

/** What it found out about the price of a call. */
export const PRICED: Shape = {
  cost_breakdown: { service_tier: 'text' },
  model_map_information: { model_map_key: 'text' },
};

/** Where the two logs of LiteLLM keep the same things. */
export interface Logged {
  /** A text of the line by its name. */
  text: (name: LoggedName) => Sql;
  /** A part of USAGE by its path. */
  usage: (path: string) => Sql;
  /** The path of `usage` in the line, for complaints. */
  usageAt: string;
  /** Whether the log has the usage as the provider told it; versions before 1.60 did not keep it. */
  hasUsage: Sql;
  error: { code: Sql; name: Sql };
  /** The user's own object of metadata, read as ATTRIBUTED. */
  metadata: Sql;
  /** The list of request tags as labels. */
  tags: Sql;
  cost: string;
  /** What cached tokens are known by where the usage does not say. */
  further: { read: Sql; written: Sql };
  /** The tier that served the call, then the one that was asked for. */
  tiers: readonly Sql[];
  /** The name under which LiteLLM found the price: the model behind a deployment of any name. */
  baseModel: Sql;
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

/** What both logs have in common, and where each keeps it. */
export function litellmLog(
  logged: Logged,
  layout: Pick<Calls, 'name' | 'title' | 'reads' | 'signature' | 'fields' | 'computed' | 'checks'>,
): Format {
  const { text, usage, usageAt, error, metadata, tags, cost, further } = logged;
  const failed = sql`(coalesce(${text('status')} = 'failure', false) or nullif(${error.name}, '') is not null)`;
  const { input: _input, output: _output, total: _total, ...parts } = usagePlaces(usage, usageAt);
  const { cache_read: read, cache_write: written } = parts;
  const http = sql`case when ${failed} then http_status end`;
  const label = (name: 'feature' | 'environment' | 'customer' | 'user_id' | 'session_id', ...own: Sql[]) =>
    own.reduceRight<Sql>((rest, value) => sql`coalesce(nullif(${value}, ''), ${rest})`, attributed(metadata, name));
  return calls({
    ...layout,
    convention: 'inclusive',
    writer: countedBy(logged),
    failed,
    filtered: sql`false`,
    fromCache: sql`coalesce(${flagOf(text('cache_hit'))}, false)`,
    // LiteLLM estimates the prompt of a call that failed; what it did not bill was not used.
    uncounted: sql`((${failed} and coalesce(cost, 0) = 0)
      or (coalesce("input", 0) + coalesce("output", 0) + coalesce(cache_read, 0) + coalesce(cache_write, 0) = 0))`,
    at: {
      ...parts,
      cache_read: largest(read.at, read.value, further.read),
      cache_write: largest(written.at, written.value, further.written),
      request_id: { at: 'request_id', value: text('id') },
      trace_id: { at: 'trace_id', value: text('trace_id') },
      started: { at: 'startTime', value: textOf(text('started')) },
      ended: { at: 'endTime', value: textOf(text('ended')) },
      first_token: { at: 'completionStartTime', value: textOf(text('first_token')) },
      provider: { at: 'custom_llm_provider', value: text('custom_llm_provider') },
      model: { at: 'model', value: modelOf(logged) },
      // The name that the proxy offers; several deployments may stand behind it.
      request_model: { at: 'model_group', value: text('model_group') },
      speed: { at: 'speed', value: usage('speed') },
      region: { at: 'inference_geo', value: sql`nullif(${usage('inference_geo')}, 'not_available')` },
      input: 'prompt_tokens',
      output: 'completion_tokens',
      total: 'total_tokens',
      http_status: { at: 'error_code', value: textOf(error.code) },
      error: { at: 'error_class', value: textOf(error.name) },
      cost,
      feature: {
        at: 'feature',
        value: sql`coalesce(${labelled(tags, 'feature')}, ${attributed(metadata, 'feature')})`,
      },
      environment: {
        at: 'environment',
        value: sql`coalesce(${labelled(tags, 'environment')}, ${attributed(metadata, 'environment')})`,
      },
      customer: { at: 'end_user', value: label('customer', text('end_user'), labelled(tags, 'customer')) },
      user_id: { at: 'user', value: label('user_id', text('user')) },
      session_id: { at: 'session_id', value: label('session_id', text('session_id')) },
    },
    optional: ['model'],
    numbers: { searches: usagePlace('searches', usage, usageAt) },
    checks: [
      {
        field: 'model',
        reason: 'is missing',
        missing: 'model',
        when: sql`${text('model')} is null and ${text('model_group')} is null and not ${failed}`,
      },
      ...(layout.checks ?? []),
    ],
    traits: {
      operation: operationOf(text('call_type')),
      service_tier: sql`coalesce(${[...logged.tiers, usage('service_tier')].map((tier) => tierOf(sql`nullif(${tier}, 'auto')`)).reduce((one, other) => sql`${one}, ${other}`)})`,
      http_status: http,
    },
    facts: {
      latency_ms: elapsedMs(sql`started`, sql`ended`),
      // Without streaming the first token is said to come with the last.
      ttft_ms: sql`case when first_token < ended then ${elapsedMs(sql`started`, sql`first_token`)} end`,
      tags: withLabels(otherLabels(tags), {
        team: logged.team,
        organization: text('organization'),
        api_key: logged.key.name,
        api_key_id: hashOnly(logged.key.hash),
      }),
      billed_cost: sql`cost`,
    },
    units: { web_search_requests: sql`searches` },
    repeats: 'grows',
  });
}

/** One of them is 0 where another has the count, by provider and version. */
function largest(at: string, ...values: readonly Sql[]): Place & object {
  const counts = values.map((value) => sql`try_cast(${value} as bigint)`);
  return { at, value: sql`cast(greatest(${counts.reduce((one, other) => sql`${one}, ${other}`)}) as varchar)` };
}

/**
 * LiteLLM adds what Anthropic counts beside each other to the prompt: all of it, but in versions 1.65 to 1.74 what was
 * read alone. A row tells its version by what it keeps: those before have no usage of the provider's, those after
 * count the writes among the details. Its total is of its own making.
 */
function countedBy({ usage, hasUsage }: Logged): Calls['writer'] {
  const details = ['cache_creation_tokens', 'cache_creation_token_details.ephemeral_1h_input_tokens'].map((name) =>
    usage(`prompt_tokens_details.${name}`),
  );
  const beside = sql`${hasUsage} and ${usage('cache_creation_input_tokens')} > '0' and coalesce(${join(details)}) is null`;
  return {
    input: sql`case when coalesce(${beside}, false) then 'reads' else 'cache' end`,
    output: sql`'reasoning'`,
    ownTotal: sql`true`,
  };
}

/** A deployment of Azure's has whatever name its owner gave it; then the name of its price tells the model. */
function modelOf({ text, baseModel }: Logged): Sql {
  return sql`case
      when ${text('custom_llm_provider')} = 'azure' and starts_with(${baseModel}, 'azure/') then substr(${baseModel}, 7)
      else ${text('model')}
    end`;
}

/** LiteLLM keeps the SHA-256 of a key; whatever else stands there (the key of a proxy without a database) is not kept. */
function hashOnly(hash: Sql): Sql {
  return sql`case when regexp_full_match(${hash}, '[0-9a-f]{64}') then ${hash} end`;
}
