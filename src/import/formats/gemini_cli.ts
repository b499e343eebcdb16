import { sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';

const TYPE = field('type');
const COUNTED = sql`coalesce(${TYPE} = 'gemini' and ${field('tokens')} is not null, false)`;
const MESSAGE: Shape = {
  id: 'text',
  timestamp: 'text',
  type: 'text',
  model: 'text',
  tokens: { input: 'text', output: 'text', cached: 'text', thoughts: 'text', tool: 'text', total: 'text' },
};
const ANSWERS_WITHOUT_USAGE = { reason: 'answers without usage', when: sql`${TYPE} = 'gemini' and not ${COUNTED}` };
const NO_ANSWERS = { reason: 'messages that are no answers', when: sql`${TYPE} <> 'gemini'` };

/** How a message is read, in either kind of file; `session` is the session it is in. */
const messages: Omit<Format, 'name' | 'title' | 'reads' | 'signature' | 'fields' | 'skip'> = {
  numbers: {
    input: 'tokens.input',
    output: 'tokens.output',
    cached: 'tokens.cached',
    thoughts: 'tokens.thoughts',
    tool: 'tokens.tool',
    total: 'tokens.total',
  },
  decimals: {},
  times: { answered: { at: 'timestamp', value: sql`case when ${COUNTED} then ${field('timestamp')} end` } },
  timeUnit: 'any',
  checks: [
    { field: 'type', reason: 'is missing', when: sql`${TYPE} is null` },
    { field: 'timestamp', reason: 'is missing', missing: 'timestamp', when: sql`answered is null` },
    { field: 'model', reason: 'is missing', missing: 'model', when: sql`${field('model')} is null` },
    { field: 'tokens.input', reason: 'is missing', when: sql`input is null` },
  ],
  traits: {
    provider: constant('google'),
    model: field('model'),
    request_model: null,
    operation: constant('chat'),
    service_tier: null,
    speed: null,
    region: null,
    status: constant('ok'),
    error_class: null,
    http_status: null,
    feature: null,
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: null,
    gateway_cached: null,
    // `input` is promptTokenCount, with what came from the cache.
    token_convention: constant('inclusive'),
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: sql`case when strlen(${field('id')}) >= 20 then ${field('id')} else concat_ws('/', session, ${field('id')}) end`,
    trace_id: null,
    occurred_at: sql`answered`,
    requests: constant(1),
    // What tools brought in comes on top of `input`, as thoughts do of `output`, unless the total says otherwise.
    uncached_input_tokens: sql`input - coalesce(cached, 0) + coalesce(tool, 0)`,
    cache_read_tokens: sql`cached`,
    cache_write_tokens: null,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`output - case when thoughts > 0 and total = input + coalesce(tool, 0) + output then thoughts else 0 end`,
    reasoning_tokens: sql`thoughts`,
    latency_ms: null,
    ttft_ms: null,
    customer: null,
    user_id: null,
    session_id: sql`session`,
    tags: null,
    billed_cost: null,
  },
  units: {},
  repeats: 'last',
  dated: true,
};

/**
 * Sessions of the Gemini CLI, ~/.gemini/tmp/<project>/chats/session-*.jsonl: a message is written again whenever it
 * changes, and the last state counts. `$set` and `$rewindTo` change what the session shows, not what was used.
 * https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/services/chatRecordingService.ts
 */
export const geminiCli: Format = {
  ...messages,
  name: 'gemini-cli',
  title: 'Gemini CLI sessions (~/.gemini/tmp/*/chats)',
  reads: 'ndjson',
  signature: sql`
    (line->>'type' = 'gemini' and json_exists(line, '$.tokens'))
    or (json_exists(line, '$.sessionId') and json_exists(line, '$.projectHash') and not json_exists(line, '$.messages'))`,
  fields: {
    ...MESSAGE,
    sessionId: 'text',
    projectHash: 'text',
    $set: { lastUpdated: 'text' },
    $rewindTo: 'text',
  },
  carried: {
    session: sql`last_value(${field('sessionId')} ignore nulls) over (partition by file_number order by line_order rows unbounded preceding)`,
  },
  skip: [
    ANSWERS_WITHOUT_USAGE,
    NO_ANSWERS,
    {
      reason: 'lines about the session',
      when: sql`coalesce(${field('projectHash')}, ${field('$rewindTo')}, ${field('$set.lastUpdated')}) is not null or ${field('$set')} is not null`,
    },
  ],
};

/**
 * Sessions of the Gemini CLI before 0.40, session-*.json: one document with all messages.
 */
export const geminiCliSession: Format = {
  ...messages,
  name: 'gemini-cli-session',
  title: 'Gemini CLI sessions as one document (session-*.json)',
  reads: 'json',
  rows: [{ list: 'messages', beside: { sessionId: 'text' }, empty: 'sessions without messages' }],
  signature: sql`json_exists(line, '$.sessionId') and json_exists(line, '$.projectHash') and json_type(line, '$.messages') = 'ARRAY'`,
  fields: { ...MESSAGE, sessionId: 'text' },
  computed: [{ session: field('sessionId') }],
  skip: [ANSWERS_WITHOUT_USAGE, NO_ANSWERS],
};
