import { identifier, join, type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format, type Place } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';
import { errorClassOf, tierOf } from '../declare/normalize.js';
import { projectOf, repositoryLabel } from './agent.js';

/** The counts of tokens as Codex calls them. */
export const NAMES = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'output_tokens',
  'reasoning_output_tokens',
] as const;
export type Name = (typeof NAMES)[number];
export const COUNTS: Shape = Object.fromEntries(NAMES.map((name) => [name, 'text']));

const TYPE = field('type');
const EVENT = sql`case when ${TYPE} = 'event_msg' then ${field('payload.type')} end`;
const COUNTED = sql`coalesce(${EVENT} = 'token_count' and ${field('payload.info.total_token_usage')} is not null, false)`;
const FAILED = sql`coalesce(${EVENT} in ('error', 'stream_error'), false)`;
const OF_TOTAL = (name: Name) => field(`payload.info.total_token_usage.${name}`);
/** A total that cannot be read does not stand for the one before. */
const TOTAL = sql`case
      when ${COUNTED} and try_cast(${OF_TOTAL('input_tokens')} as bigint) is not null and try_cast(${OF_TOTAL('output_tokens')} as bigint) is not null
        then ${field('payload.info.total_token_usage')}
    end`;

/** What the last line of a kind said, up to this one. */
function said(kind: Sql, value: Sql): Sql {
  return sql`last_value(case when ${TYPE} = ${kind} then ${value} end ignore nulls) over (partition by file_number order by line_order rows unbounded preceding)`;
}

const META = sql`'session_meta'`;
const TURN = sql`'turn_context'`;

/*
 * A session that was forked off another one begins with a copy of its events under new times, and with what that one
 * began with: the last session_meta of a file names the origin of them all.
 */
const SESSION = {
  session: sql`first_value(case when ${TYPE} = ${META} then ${field('payload.id')} end ignore nulls)
      over (partition by file_number order by line_order rows between unbounded preceding and unbounded following)`,
  family: sql`last_value(case when ${TYPE} = ${META} then coalesce(${field('payload.forked_from_id')}, ${field('payload.id')}) end ignore nulls)
      over (partition by file_number order by line_order rows between unbounded preceding and unbounded following)`,
  tier: sql`last_value(case when ${TYPE} = 'event_msg' and ${field('payload.type')} = 'thread_settings_applied'
        then coalesce(${field('payload.thread_settings.service_tier')}, 'default') end ignore nulls) over (partition by file_number order by line_order rows unbounded preceding)`,
  model: said(TURN, field('payload.model')),
  folder: sql`coalesce(${said(TURN, field('payload.cwd'))}, ${said(META, field('payload.cwd'))})`,
  branch: said(META, field('payload.git.branch')),
  repository: said(META, field('payload.git.repository_url')),
  seller: said(META, field('payload.model_provider')),
  before: sql`lag(${TOTAL} ignore nulls) over (partition by file_number order by line_order)`,
};

/** The running total, the one before it, and what is said of the last call alone. */
function counted(name: Name): Record<string, Place> {
  const place = (list: string, value: Sql): Place => ({
    at: `payload.info.${list}.${name}`,
    value: sql`case when ${COUNTED} then ${value} end`,
  });
  return {
    [`total_${name}`]: place('total_token_usage', OF_TOTAL(name)),
    [`before_${name}`]: place('total_token_usage', sql`before.${identifier(name)}`),
    [`last_${name}`]: place('last_token_usage', field(`payload.info.last_token_usage.${name}`)),
  };
}

const column = (list: 'total' | 'before' | 'last', name: Name) => identifier(`${list}_${name}`);
const each = (make: (name: Name) => Sql, separator: string) => join(NAMES.map(make), separator);

/** Totals only grow; if one is smaller than before, the program counted anew. */
const RESTARTED = sql`coalesce(${each((name) => sql`coalesce(${column('total', name)} < ${column('before', name)}, false)`, ' or ')}, false)`;
const UNCHANGED = sql`${COUNTED} and before is not null
        and ${each((name) => sql`${column('total', name)} is not distinct from ${column('before', name)}`, '\n        and ')}`;

/**
 * The tokens of one kind that a call used: by how much the total grew. The first total of a file may hold those of a
 * session that this one goes on with, which are in the file of that session.
 */
function used(name: Name): Sql {
  return sql`case when before is null or ${RESTARTED} then coalesce(${column('last', name)}, ${column('total', name)})
        else ${column('total', name)} - coalesce(${column('before', name)}, 0) end`;
}

const INFO = field('payload.codex_error_info');
/** A name, or an object whose only key is the name. */
const ERROR = sql`coalesce(${field('payload.error.kind')}, nullif(regexp_extract(${INFO}, '[a-z_]+'), ''), 'unknown')`;
const HTTP = sql`try_cast(regexp_extract(${INFO}, '"http_status_code": ?([0-9]{3})', 1) as integer)`;

/** The same running totals in the same family of sessions are the same call, whenever they were written down. */
const CALL = sql`case
      when ${COUNTED} then concat_ws('/', family, ${each((name) => sql`coalesce(${column('total', name)}, 0)`, ', ')})
      else concat_ws('/', family, ${field('timestamp')}, ${EVENT})
    end`;

/**
 * Sessions of the Codex CLI, ~/.codex/sessions/<year>/<month>/<day>/rollout-*.jsonl. Of each call to the model they
 * hold the running totals of the session.
 * https://github.com/openai/codex/blob/main/codex-rs/protocol/src/protocol.rs (TokenCountEvent)
 */
export const codex: Format = {
  name: 'codex',
  title: 'Codex CLI sessions (~/.codex/sessions)',
  reads: 'ndjson',
  signature: sql`
    (line->>'type') in ('session_meta', 'turn_context', 'event_msg', 'response_item', 'compacted') and json_exists(line, '$.payload')`,
  fields: {
    type: 'text',
    timestamp: 'text',
    payload: {
      type: 'text',
      id: 'text',
      forked_from_id: 'text',
      cwd: 'text',
      model: 'text',
      model_provider: 'text',
      thread_settings: { service_tier: 'text' },
      git: { branch: 'text', repository_url: 'text' },
      info: { total_token_usage: COUNTS, last_token_usage: COUNTS },
      error: { kind: 'text' },
      codex_error_info: 'text',
    },
  },
  carried: SESSION,
  numbers: Object.assign({}, ...NAMES.map(counted)),
  decimals: {},
  times: {
    written_at: { at: 'timestamp', value: sql`case when ${COUNTED} or ${FAILED} then ${field('timestamp')} end` },
  },
  timeUnit: 'any',
  skip: [
    { reason: 'token counts without usage', when: sql`${EVENT} = 'token_count' and not ${COUNTED}` },
    { reason: 'token counts that did not change', when: UNCHANGED },
    { reason: 'lines about the session', when: sql`${TYPE} is not null and not ${COUNTED} and not ${FAILED}` },
  ],
  checks: [
    { field: 'type', reason: 'is missing', when: sql`${TYPE} is null` },
    { field: 'timestamp', reason: 'is missing', missing: 'timestamp', when: sql`written_at is null` },
    {
      field: 'payload.info.total_token_usage.input_tokens',
      reason: 'is missing',
      when: sql`${COUNTED} and total_input_tokens is null`,
    },
    {
      field: 'payload.info.total_token_usage.output_tokens',
      reason: 'is missing',
      when: sql`${COUNTED} and total_output_tokens is null`,
    },
  ],
  traits: {
    provider: sql`seller`,
    // Sessions of before September 2025 do not name it.
    model: sql`model`,
    request_model: null,
    operation: constant('chat'),
    service_tier: sql`case when ${COUNTED} then ${tierOf(sql`case when tier = 'fast' then 'priority' else tier end`)} end`,
    speed: null,
    region: null,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${FAILED} and ${ERROR} = 'usage_limit_exceeded' then 'rate_limit'
        when ${FAILED} then ${errorClassOf(HTTP, ERROR)}
      end`,
    http_status: sql`case when ${FAILED} then ${HTTP} end`,
    feature: projectOf(sql`folder`),
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: null,
    gateway_cached: null,
    // cached_input_tokens are part of input_tokens, reasoning_output_tokens of output_tokens.
    token_convention: constant('inclusive'),
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: CALL,
    trace_id: null,
    occurred_at: sql`written_at`,
    requests: constant(1),
    uncached_input_tokens: sql`${used('input_tokens')} - coalesce(${used('cached_input_tokens')}, 0) - coalesce(${used('cache_write_input_tokens')}, 0)`,
    cache_read_tokens: used('cached_input_tokens'),
    cache_write_tokens: used('cache_write_input_tokens'),
    cache_write_1h_tokens: null,
    text_output_tokens: sql`${used('output_tokens')} - coalesce(${used('reasoning_output_tokens')}, 0)`,
    reasoning_tokens: used('reasoning_output_tokens'),
    latency_ms: null,
    ttft_ms: null,
    customer: null,
    user_id: null,
    session_id: sql`session`,
    tags: withLabels(null, { cwd: sql`folder`, git_branch: sql`branch`, repository: repositoryLabel(sql`repository`) }),
    billed_cost: null,
  },
  units: {},
  key: CALL,
  forks: true,
  tellsFolder: true,
  repeats: 'same',
  // Copies of a call in other sessions carry other times.
  dated: false,
};
