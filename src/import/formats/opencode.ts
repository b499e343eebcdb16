import { sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { asFields, withLabels } from '../declare/labels.js';
import { errorClassOf } from '../declare/normalize.js';
import { projectOf } from './agent.js';

const FAILED = sql`(${field('error')} is not null)`;
const HTTP = sql`try_cast(${field('error.data.statusCode')} as integer)`;

const MESSAGE: Shape = {
  id: 'text',
  sessionID: 'text',
  role: 'text',
  providerID: 'text',
  modelID: 'text',
  cost: 'text',
  time: { created: 'text', completed: 'text' },
  tokens: { input: 'text', output: 'text', reasoning: 'text', cache: { read: 'text', write: 'text' } },
  path: { cwd: 'text' },
  mode: 'text',
  error: { name: 'text', data: { statusCode: 'text' } },
};

/**
 * Messages of OpenCode, ~/.local/share/opencode/storage/message/<session>/<message>.json: one JSON object each.
 * https://github.com/sst/opencode/blob/dev/packages/opencode/src/session/message-v2.ts
 */
export const opencode: Format = {
  name: 'opencode',
  title: 'OpenCode messages (storage/message)',
  reads: 'ndjson',
  signature: sql`
    json_exists(line, '$.sessionID') and json_exists(line, '$.time.created') and (line->>'role') in ('assistant', 'user')`,
  fields: MESSAGE,
  numbers: {
    input: 'tokens.input',
    output: 'tokens.output',
    reasoning: 'tokens.reasoning',
    cache_read: 'tokens.cache.read',
    cache_write: 'tokens.cache.write',
    http: { at: 'error.data.statusCode', value: field('error.data.statusCode') },
  },
  decimals: { cost: 'cost' },
  durations: {
    latency: {
      at: 'time.completed',
      value: sql`cast(try_cast(${field('time.completed')} as bigint) - try_cast(${field('time.created')} as bigint) as varchar)`,
    },
  },
  times: { started: 'time.created' },
  timeUnit: 'any',
  skip: [
    { reason: 'messages of the user', when: sql`${field('role')} = 'user'` },
    {
      reason: 'answers that have not come yet',
      when: sql`${field('time.completed')} is null and ${field('error')} is null and coalesce(input, 0) + coalesce(output, 0) = 0`,
    },
  ],
  checks: [
    { field: 'role', reason: 'is missing', when: sql`${field('role')} is null` },
    { field: 'time.created', reason: 'is missing', missing: 'timestamp', when: sql`started is null` },
    { field: 'modelID', reason: 'is missing', missing: 'model', when: sql`${field('modelID')} is null` },
    { field: 'tokens.input', reason: 'is missing', when: sql`not ${FAILED} and input is null` },
  ],
  traits: {
    provider: field('providerID'),
    model: field('modelID'),
    request_model: null,
    operation: constant('chat'),
    service_tier: null,
    speed: null,
    region: null,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case when ${FAILED} then ${errorClassOf(HTTP, sql`coalesce(${field('error.name')}, 'unknown')`)} end`,
    http_status: sql`http`,
    feature: projectOf(field('path.cwd')),
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: sql`case when cost > 0 then 'USD' end`,
    gateway_cached: null,
    // All five counts are apart from each other.
    token_convention: constant('exclusive'),
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: sql`concat_ws('/', ${field('sessionID')}, ${field('id')})`,
    trace_id: null,
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: sql`input`,
    cache_read_tokens: sql`cache_read`,
    cache_write_tokens: sql`cache_write`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`output`,
    reasoning_tokens: sql`reasoning`,
    latency_ms: sql`latency`,
    ttft_ms: null,
    customer: null,
    user_id: null,
    session_id: field('sessionID'),
    tags: withLabels(null, { cwd: field('path.cwd'), mode: field('mode') }),
    // 0 is written where a subscription pays: it says nothing of the price.
    billed_cost: sql`case when cost > 0 then cost end`,
  },
  units: {},
  // A fork repeats the messages of its parent under new ids and another session, with their times and counts.
  key: sql`concat_ws(' ', 'opencode message', ${field('time.created')}, ${field('providerID')}, ${field('modelID')}, input, cache_read, cache_write, output)`,
  repeats: 'grows',
  tellsFolder: true,
  dated: true,
};

/** A session as `opencode export` prints it: every message with its parts beside it. */
export const opencodeExport: Format = {
  ...opencode,
  name: 'opencode-export',
  title: 'sessions of OpenCode, exported by opencode export',
  reads: 'json',
  rows: [{ list: 'messages', beside: {}, empty: 'sessions without messages' }],
  signature: sql`json_exists(line, '$.messages[0].info.sessionID') and json_exists(line, '$.messages[0].info.role')`,
  fields: { info: MESSAGE },
  computed: [asFields(field('info'), MESSAGE)],
};
