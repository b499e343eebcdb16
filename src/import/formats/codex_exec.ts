import { sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { constant, type Format, type Place } from '../declare/format.js';
import { errorClassOf, statusIn } from '../declare/normalize.js';
import { AGENT_FACTS, AGENT_TRAITS } from './agent.js';
import { COUNTS, NAMES, type Name } from './codex.js';

const TYPE = field('type');
const ENDED = sql`coalesce(${TYPE} = 'turn.completed', false)`;
const FAILED = sql`coalesce(${TYPE} = 'turn.failed', false)`;
const MESSAGE = sql`coalesce(${field('error.message')}, 'unknown')`;

const RESTARTED = sql`(${ENDED} and coalesce(try_cast(${field('usage.input_tokens')} as bigint) < try_cast(before.input_tokens as bigint)
      or try_cast(${field('usage.output_tokens')} as bigint) < try_cast(before.output_tokens as bigint), false))`;

function counted(name: Name): Record<string, Place> {
  const at = `usage.${name}`;
  return { [name]: { at, value: sql`case when ${ENDED} then ${field(at)} end` } };
}

/** Usage is that of the whole thread, all its turns so far, also when it is resumed in another process and another file. */
const THREAD = sql`case
      when ${FAILED} then concat_ws('/', thread, 'failed', failures)
      else concat_ws('/', 'codex exec thread', thread, restarts)
    end`;

/**
 * What `codex exec --json` prints: the events of a thread. They name neither the model nor a time.
 * https://developers.openai.com/codex/noninteractive, https://github.com/openai/codex/blob/main/codex-rs/exec/src/exec_events.rs
 */
export const codexExec: Format = {
  name: 'codex-exec',
  title: 'events of codex exec --json',
  reads: 'ndjson',
  signature: sql`
    ((line->>'type') = 'thread.started' and json_exists(line, '$.thread_id'))
    or ((line->>'type') = 'turn.completed' and json_exists(line, '$.usage.input_tokens'))`,
  fields: { type: 'text', thread_id: 'text', usage: COUNTS, error: { message: 'text' } },
  // A file may hold several threads, and one that was resumed.
  resolved: (lines) => sql`
    select * exclude (ordinal), coalesce(ordinal = max(case when ${ENDED} then ordinal end) over (partition by file_number, thread, restarts), false) as is_last
    from (
      select
        *,
        count(*) filter (where ${RESTARTED}) over (partition by file_number, thread order by ordinal rows unbounded preceding) as restarts,
        count(*) filter (where ${FAILED}) over (partition by file_number, thread order by ordinal rows unbounded preceding) as failures
      from (
        select *, lag(case when ${ENDED} then ${field('usage')} end ignore nulls) over (partition by file_number, thread order by ordinal) as before
        from (
          select *, last_value(${field('thread_id')} ignore nulls) over (partition by file_number order by ordinal rows unbounded preceding) as thread
          from (select *, row_number() over () as ordinal from (${lines}) as line) as numbered
        ) as of_thread
      ) as compared
    ) as counted
    order by ordinal`,
  numbers: Object.assign({}, ...NAMES.map(counted)),
  decimals: {},
  times: {},
  timeUnit: 'any',
  skip: [
    { reason: 'sums that a later turn goes on with', when: sql`${ENDED} and not is_last` },
    {
      reason: 'events that are not the end of a turn',
      when: sql`${TYPE} is not null and not ${ENDED} and not ${FAILED}`,
    },
  ],
  checks: [
    { field: 'type', reason: 'is missing', when: sql`${TYPE} is null` },
    { field: 'model', reason: 'is not told; --set model=… says it', missing: 'model', when: sql`${ENDED}` },
    { field: 'usage.input_tokens', reason: 'is missing', when: sql`${ENDED} and input_tokens is null` },
    { field: 'usage.output_tokens', reason: 'is missing', when: sql`${ENDED} and output_tokens is null` },
  ],
  traits: {
    ...AGENT_TRAITS,
    provider: constant('openai'),
    model: null,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case when ${FAILED} then ${errorClassOf(statusIn(MESSAGE), MESSAGE)} end`,
    feature: null,
    billed_currency: null,
    token_convention: constant('inclusive'),
  },
  facts: {
    ...AGENT_FACTS,
    request_id: THREAD,
    occurred_at: null,
    // A thread takes as many calls as the work needs.
    requests: null,
    uncached_input_tokens: sql`input_tokens - coalesce(cached_input_tokens, 0) - coalesce(cache_write_input_tokens, 0)`,
    cache_read_tokens: sql`cached_input_tokens`,
    cache_write_tokens: sql`cache_write_input_tokens`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`output_tokens - coalesce(reasoning_output_tokens, 0)`,
    reasoning_tokens: sql`reasoning_output_tokens`,
    latency_ms: null,
    user_id: null,
    session_id: sql`thread`,
    tags: null,
    billed_cost: null,
  },
  units: {},
  repeats: 'grows',
  sumsOf: 'codex',
  dated: false,
};
