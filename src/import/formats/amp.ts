import { join, type Sql, sql } from '../../sql.js';
import { field, type Shape, within } from '../declare/fields.js';
import { constant, type Format, type Place } from '../declare/format.js';
import { withLabels } from '../declare/labels.js';
import { AGENT_FACTS, AGENT_TRAITS, projectOf } from './agent.js';

const CACHED: Shape = { cacheCreationInputTokens: 'text', cacheReadInputTokens: 'text' };
const EVENTS = sql`coalesce(${field('usageLedger.events')}, [])`;
const ANSWERS = sql`coalesce(list_filter(${field('messages')}, lambda message: message.role = 'assistant' and message.usage is not null), [])`;
const LEDGERED = sql`list_transform(${EVENTS}, lambda event: event."toMessageId")`;

/**
 * The calls of a thread: the entries of its ledger, each with the answer it is for, and the answers that no entry is
 * for: older threads have no ledger, newer ones may have none either.
 */
const CALLS = sql`list_concat(
      list_transform(${EVENTS}, lambda event: {
        'event': event,
        'answer': list_filter(${ANSWERS}, lambda answer: answer."messageId" = event."toMessageId")[1]
      }),
      list_transform(
        list_filter(${ANSWERS}, lambda answer: not coalesce(list_contains(${LEDGERED}, answer."messageId"), false)),
        lambda answer: {'event': list_filter(${EVENTS}, lambda event: false)[1], 'answer': answer}
      )
    )`;

const MODEL = sql`coalesce(call.event.model, call.answer.usage.model)`;
const CALLED = sql`(call is not null)`;

/** A count: the answer tells it whole, its entry in the ledger may lack what was cached. */
function count(...paths: [string, ...string[]]): Place {
  return { at: paths[0], value: sql`coalesce(${join(paths.map((path): Sql => within(sql`call`, path)))})` };
}

/**
 * Threads of Amp, ~/.local/share/amp/threads/T-*.json: one document each, which grows. Its credits are units of Amp's
 * own and no amount of money.
 * https://ampcode.com/manual; the file itself is not documented.
 */
export const amp: Format = {
  name: 'amp',
  title: 'threads of Amp (~/.local/share/amp/threads)',
  reads: 'ndjson',
  signature: sql`
    json_type(line, '$.messages') = 'ARRAY' and starts_with(line->>'id', 'T-')
    and (json_exists(line, '$.created') or json_exists(line, '$.usageLedger'))`,
  fields: {
    id: 'text',
    messages: [
      {
        role: 'text',
        messageId: 'text',
        usage: { model: 'text', timestamp: 'text', inputTokens: 'text', outputTokens: 'text', ...CACHED },
      },
    ],
    usageLedger: {
      events: [
        {
          id: 'text',
          timestamp: 'text',
          model: 'text',
          toMessageId: 'text',
          tokens: { input: 'text', output: 'text', ...CACHED },
        },
      ],
    },
    env: { initial: { trees: [{ uri: 'text' }] } },
  },
  resolved: (lines) => sql`
    select * exclude (calls), unnest(case when len(calls) > 0 then calls else [null] end) as call
    from (select *, ${CALLS} as calls from (${lines}) as line) as listed`,
  numbers: {
    input: count('answer.usage.inputTokens', 'event.tokens.input'),
    output: count('answer.usage.outputTokens', 'event.tokens.output'),
    cache_read: count('answer.usage.cacheReadInputTokens', 'event.tokens.cacheReadInputTokens'),
    cache_write: count('answer.usage.cacheCreationInputTokens', 'event.tokens.cacheCreationInputTokens'),
  },
  decimals: {},
  times: { written_at: count('event.timestamp', 'answer.usage.timestamp') },
  timeUnit: 'any',
  skip: [{ reason: 'threads without usage', when: sql`not ${CALLED} and ${field('id')} is not null` }],
  checks: [
    { field: 'id', reason: 'is missing', when: sql`${field('id')} is null` },
    { field: 'usage.timestamp', reason: 'is missing', missing: 'timestamp', when: sql`written_at is null` },
    { field: 'usage.model', reason: 'is missing', missing: 'model', when: sql`${MODEL} is null` },
    { field: 'usage.inputTokens', reason: 'is missing', when: sql`input is null` },
    { field: 'usage.outputTokens', reason: 'is missing', when: sql`output is null` },
  ],
  traits: {
    ...AGENT_TRAITS,
    provider: null,
    model: MODEL,
    status: constant('ok'),
    error_class: null,
    feature: projectOf(sql`${field('env.initial.trees')}[1].uri`),
    billed_currency: null,
    // The whole prompt stands beside them as totalInputTokens.
    token_convention: constant('exclusive'),
  },
  facts: {
    ...AGENT_FACTS,
    request_id: sql`concat_ws('/', ${field('id')}, coalesce(call.event."toMessageId", call.answer."messageId", call.event.id))`,
    occurred_at: sql`written_at`,
    requests: constant(1),
    uncached_input_tokens: sql`input`,
    cache_read_tokens: sql`cache_read`,
    cache_write_tokens: sql`cache_write`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`output`,
    reasoning_tokens: null,
    latency_ms: null,
    user_id: null,
    session_id: field('id'),
    tags: withLabels(null, { cwd: sql`regexp_replace(${field('env.initial.trees')}[1].uri, '^file://', '')` }),
    billed_cost: null,
  },
  units: {},
  // An entry of the ledger may come after the answer that it is for.
  repeats: 'grows',
  tellsFolder: true,
  dated: true,
};
