import { identifier, join, type Sql, sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { anthropicAnswers, USAGE } from './anthropic.js';

/*
 * A stream is message_start (id, model, prompt, a first count of the answer), deltas of content, message_delta (why it
 * ended, and the usage from the beginning: it overwrites) and message_stop. Only message_start has the id, so events
 * belong to the message_start before them. That holds as long as streams follow each other; where several run at once,
 * nobody can tell whose message_delta is whose.
 */

/** What an event does to a stream; null for those that tell nothing of usage. */
const KIND = sql`case ${field('type')}
    when 'message_start' then 'start'
    when 'message_delta' then if(${field('delta.stop_reason')} is null, 'delta', 'end')
    when 'error' then 'error'
  end`;
const BEFORE = sql`last_value(nullif(${KIND}, 'delta') ignore nulls) over (partition by file_number order by line_order rows between unbounded preceding and 1 preceding)`;

const STREAM = {
  kind: KIND,
  /** The beginning, end or failure that came last. */
  before: BEFORE,
  /** The next event that tells something of usage. */
  after: sql`first_value(${KIND} ignore nulls) over (partition by file_number order by line_order rows between 1 following and unbounded following)`,
  /** How many more streams have begun than ended. */
  depth: sql`sum(case ${KIND} when 'start' then 1 when 'end' then -1 else 0 end) over (partition by file_number order by line_order rows unbounded preceding)`,
  /** The message_start of the stream; none for an error outside of a stream. */
  opening: sql`case when ${KIND} = 'error' and (${BEFORE}) is distinct from 'start' then null
    else last_value(${field('message')} ignore nulls) over (partition by file_number order by line_order rows between unbounded preceding and current row) end`,
};

const IN_STREAM = sql`(kind in ('start', 'delta', 'end') or (kind = 'error' and before is not distinct from 'start'))`;
const CUT_OFF = sql`coalesce(kind in ('start', 'delta'), false)`;
const WITHOUT_USAGE = sql`kind is null and ${field('usage')} is null and ${field('message')} is null`;
/**
 * A stream that was cut off stays open for ever: the depth never falls below it again. If the depth does, an event after
 * the next message_start has ended this stream, or the end seen here is that of an earlier one.
 */
const OVERLAPPED = sql`(min(depth) over (partition by file_number order by line_order rows between current row and unbounded following) < depth)`;

/** A field of the usage that message_start told. */
function opened(path: string): Sql {
  return join([sql`opening.usage`, ...path.split('.').map(identifier)], '.');
}

const answers = anthropicAnswers({
  id: sql`coalesce(opening.id, ${field('request_id')})`,
  model: sql`opening.model`,
  stopReason: field('delta.stop_reason'),
  usage: (path) => sql`coalesce(${field(`usage.${path}`)}, ${opened(path)})`,
  answered: sql`coalesce(${IN_STREAM}, false)`,
  failed: sql`(${CUT_OFF} or kind = 'error')`,
  failure: sql`case when ${CUT_OFF} then 'cancelled' else coalesce(${field('error.type')}, 'unknown') end`,
});

/**
 * Events of streamed answers of Anthropic's Messages API, one per line in the order in which they came.
 * https://docs.claude.com/en/docs/build-with-claude/streaming
 */
export const anthropicStream: Format = {
  ...answers,
  name: 'anthropic-stream',
  title: 'Anthropic messages as streamed events, one event per line',
  signature: sql`line->>'type' = 'message_start' and json_exists(line, '$.message.usage')`,
  fields: {
    type: 'text',
    message: { id: 'text', model: 'text', usage: USAGE },
    delta: { stop_reason: 'text' },
    usage: USAGE,
    error: { type: 'text' },
    request_id: 'text',
  },
  carried: STREAM,
  skip: [
    { reason: 'stream events without usage', when: sql`${field('type')} is not null and ${WITHOUT_USAGE}` },
    {
      reason: 'beginnings of streamed answers',
      when: sql`(kind = 'start' and after in ('delta', 'end', 'error')) or (kind = 'delta' and after in ('delta', 'end'))`,
    },
  ],
  checks: [
    { field: 'type', reason: 'is no event of a stream', when: sql`kind is null` },
    {
      field: 'type',
      reason: 'has no message_start before it',
      when: sql`kind in ('delta', 'end') and before is distinct from 'start'`,
    },
    {
      field: 'type',
      reason: 'belongs to one of several streams that ran at once, and nothing tells to which',
      when: sql`${IN_STREAM} and ${OVERLAPPED}`,
    },
    ...answers.checks,
  ],
};
