import { sql } from '../../sql.js';
import { elapsedMs } from '../declare/convert.js';
import { field } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';
import { errorClassOf, statusIn } from '../declare/normalize.js';
import { AGENT_FACTS, AGENT_TRAITS } from './agent.js';

const EVENT = field('event');
const SENT = sql`coalesce(${EVENT} = 'message_send', false)`;
const FAILED = sql`coalesce(${EVENT} = 'message_send_exception', false)`;
const CALLED = sql`(${SENT} or ${FAILED})`;
const EXCEPTION = sql`coalesce(${field('properties.exception')}, 'unknown')`;
/** The call that an event ends, if it is the next that is told of the same user. */
const BEGUN = sql`case when before.event = 'message_send_starting' then before end`;

/**
 * The analytics log of aider (`--analytics-log FILE`).
 * https://aider.chat/docs/more/analytics.html
 */
export const aider: Format = {
  name: 'aider',
  title: "aider's analytics log",
  reads: 'ndjson',
  signature: sql`
    json_exists(line, '$.properties') and json_exists(line, '$.user_id') and json_exists(line, '$.time')
    and (line->>'event') in (
      'message_send', 'message_send_starting', 'message_send_exception', 'launched', 'cli session', 'gui session', 'exit', 'repo', 'no-repo'
    )`,
  fields: {
    event: 'text',
    time: 'text',
    user_id: 'text',
    properties: {
      main_model: 'text',
      edit_format: 'text',
      prompt_tokens: 'text',
      completion_tokens: 'text',
      cost: 'text',
      exception: 'text',
      aider_version: 'text',
    },
  },
  carried: {
    before: sql`lag(case
        when ${EVENT} in ('message_send', 'message_send_starting', 'message_send_exception')
          then {'event': ${EVENT}, 'time': ${field('time')}, 'model': ${field('properties.main_model')}}
      end ignore nulls) over (partition by file_number, ${field('user_id')} order by line_order)`,
  },
  numbers: {
    prompt: {
      at: 'properties.prompt_tokens',
      value: sql`case when ${SENT} then ${field('properties.prompt_tokens')} end`,
    },
    completion: {
      at: 'properties.completion_tokens',
      value: sql`case when ${SENT} then ${field('properties.completion_tokens')} end`,
    },
  },
  // `total_cost` is what the session came to so far.
  decimals: { cost: { at: 'properties.cost', value: sql`case when ${SENT} then ${field('properties.cost')} end` } },
  times: {
    ended: { at: 'time', value: sql`case when ${CALLED} then ${field('time')} end` },
    begun: { at: 'time', value: sql`case when ${CALLED} then (${BEGUN}).time end` },
  },
  timeUnit: 'seconds',
  skip: [{ reason: 'events that are no calls to a model', when: sql`not ${CALLED} and ${EVENT} is not null` }],
  checks: [
    { field: 'event', reason: 'is missing', when: sql`${EVENT} is null` },
    { field: 'time', reason: 'is missing', missing: 'timestamp', when: sql`${CALLED} and ended is null` },
    { field: 'properties.prompt_tokens', reason: 'is missing', when: sql`${SENT} and prompt is null` },
    { field: 'properties.completion_tokens', reason: 'is missing', when: sql`${SENT} and completion is null` },
  ],
  traits: {
    ...AGENT_TRAITS,
    // The name says it, as in LiteLLM: `openrouter/anthropic/claude-3.5-sonnet`.
    provider: null,
    // `REDACTED` is written for names that only the user knows, `None` by some versions for no name at all.
    model: sql`nullif(coalesce(${field('properties.main_model')}, case when ${FAILED} then (${BEGUN}).model end), 'None')`,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case when ${FAILED} then ${errorClassOf(statusIn(EXCEPTION), EXCEPTION)} end`,
    feature: null,
    billed_currency: sql`case when cost > 0 then 'USD' end`,
    // Cached tokens are among them, and not told apart.
    token_convention: constant('inclusive'),
  },
  facts: {
    ...AGENT_FACTS,
    request_id: null,
    occurred_at: sql`coalesce(begun, ended)`,
    requests: constant(1),
    uncached_input_tokens: sql`prompt`,
    cache_read_tokens: null,
    cache_write_tokens: null,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`completion`,
    reasoning_tokens: null,
    // To the second.
    latency_ms: elapsedMs(sql`begun`, sql`ended`),
    user_id: field('user_id'),
    session_id: null,
    tags: withLabels(null, {
      edit_format: field('properties.edit_format'),
      aider_version: field('properties.aider_version'),
    }),
    // 0 where aider knows no price.
    billed_cost: sql`case when cost > 0 then cost end`,
  },
  units: {},
  repeats: 'same',
  dated: true,
};
