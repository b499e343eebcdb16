import { literal, sql } from '../../sql.js';
import { field } from '../declare/fields.js';
import { agentCalls, anywhere, lastSaid } from './agent.js';

const TYPE = field('type');
const RECORD = sql`coalesce(${TYPE} = 'session.usage_record', false)`;
/** A row of the database session-store.db, which repeats the calls. */
const ROW = sql`coalesce(${TYPE} = 'assistant_usage_event', false)`;
const SUM = sql`(coalesce(${TYPE} = 'session.shutdown', false) and model_name is not null)`;
const CALL = sql`(${RECORD} or ${ROW} or (${SUM} and not coalesce(recorded, false) and of_last))`;
const METRICS = sql`coalesce(${field('data.modelMetrics')}, ${field('data.accountingSnapshot.modelMetrics')})`;
const SESSION = sql`coalesce(${field('row.session_id')}, session)`;

/** A count of a call, of a row of the database, and of the sum of a session by model. */
function count(ofCall: string, ofRow: string) {
  const at = `data.usage.${ofCall}`;
  return {
    at,
    value: sql`coalesce(${field(at)}, ${field(`row.${ofRow}`)}, json_extract_string(metrics, ${literal(`$.usage.${ofCall}`)}))`,
  };
}

/**
 * Sessions of GitHub Copilot CLI, ~/.copilot/session-state/<id>/events.jsonl, and the table of calls in its
 * session-store.db. Since 1.0.100 every call has a `session.usage_record`; before, a session tells sums by model when it
 * ends, which go on when it is resumed, so the last ones count.
 * https://docs.github.com/en/copilot/concepts/agents/about-copilot-cli; the files themselves are not documented.
 */
export const copilotCli = agentCalls({
  name: 'copilot-cli',
  title: 'sessions of GitHub Copilot CLI (~/.copilot/session-state)',
  signature: sql`
    ((line->>'type') in ('session.start', 'session.usage_record', 'session.shutdown', 'assistant.turn_start') and json_exists(line, '$.data'))
    or ((line->>'type') = 'assistant_usage_event' and json_exists(line, '$.row.session_id'))`,
  fields: {
    type: 'text',
    timestamp: 'text',
    data: {
      sessionId: 'text',
      context: { cwd: 'text' },
      modelMetrics: 'text',
      accountingSnapshot: { modelMetrics: 'text' },
      usage: {
        model: 'text',
        inputTokens: 'text',
        outputTokens: 'text',
        cacheReadTokens: 'text',
        cacheWriteTokens: 'text',
        reasoningTokens: 'text',
        duration: 'text',
        timeToFirstTokenMs: 'text',
        modelProvider: 'text',
        apiCallId: 'text',
        accounting: { sourceSessionId: 'text' },
      },
    },
    row: {
      session_id: 'text',
      model: 'text',
      input_tokens: 'text',
      output_tokens: 'text',
      cache_read_tokens: 'text',
      cache_write_tokens: 'text',
      reasoning_tokens: 'text',
      duration_ms: 'text',
      time_to_first_token_ms: 'text',
      created_at: 'text',
    },
    cwd: 'text',
  },
  // Every model of the sums of a session is a row.
  severalRows: true,
  resolved: (lines) => sql`
    select *, try_cast(${METRICS} as json)->model_name as metrics
    from (
      select *, unnest(case when len(names) > 0 then names else [null] end) as model_name
      from (
        select *, try(json_keys(case when ${TYPE} = 'session.shutdown' then try_cast(${METRICS} as json) end)) as names
        from (${lines}) as line
      ) as named
    ) as listed`,
  carried: {
    session: lastSaid(
      sql`case when ${TYPE} = 'session.start' then ${field('data.sessionId')} else ${field('data.usage.accounting.sourceSessionId')} end`,
    ),
    folder: lastSaid(sql`coalesce(${field('data.context.cwd')}, ${field('cwd')})`),
    recorded: anywhere(RECORD),
    of_last: sql`line_order = max(case when ${SUM} then line_order end) over (partition by file_number, model_name)`,
  },
  call: CALL,
  others: [
    { reason: 'sums of a session whose calls are counted', when: sql`${SUM} and not ${CALL}` },
    { reason: 'lines about the session', when: sql`${TYPE} is not null and not ${CALL}` },
  ],
  time: { at: 'timestamp', value: sql`coalesce(${field('row.created_at')}, ${field('timestamp')})` },
  model: sql`coalesce(${field('data.usage.model')}, ${field('row.model')}, model_name)`,
  provider: field('data.usage.modelProvider'),
  counts: {
    input: count('inputTokens', 'input_tokens'),
    output: count('outputTokens', 'output_tokens'),
    cacheRead: count('cacheReadTokens', 'cache_read_tokens'),
    cacheWrite: count('cacheWriteTokens', 'cache_write_tokens'),
    reasoning: count('reasoningTokens', 'reasoning_tokens'),
  },
  inputHoldsCache: true,
  latency: {
    at: 'data.usage.duration',
    value: sql`coalesce(${field('data.usage.duration')}, ${field('row.duration_ms')})`,
  },
  ttft: {
    at: 'data.usage.timeToFirstTokenMs',
    value: sql`coalesce(${field('data.usage.timeToFirstTokenMs')}, ${field('row.time_to_first_token_ms')})`,
  },
  requestId: field('data.usage.apiCallId'),
  // The database does not name the id of a call: its session, counts and durations tell it.
  key: sql`case when ${SUM} then concat_ws(' ', 'copilot session', session, model_name)
      else concat_ws(' ', 'copilot call', ${SESSION}, coalesce(${field('data.usage.model')}, ${field('row.model')}), input, output,
        coalesce(cache_read, 0), coalesce(cache_write, 0), coalesce(reasoning, 0), latency, ttft) end`,
  session: SESSION,
  folder: sql`folder`,
  requests: sql`case when not ${SUM} then 1 else try_cast(json_extract_string(metrics, '$.requests.count') as bigint) end`,
  repeats: 'grows',
});
