// Writes believable usage logs, the same bytes for the same arguments: node test/bench/generate.mjs KIND ROWS FILE [SEED] [FIRST-DAY] [DAYS]
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

/**
 * @typedef {object} Log
 * @property {keyof typeof FILES} kind
 * @property {number} rows
 * @property {string} path
 * @property {number} [seed]
 * @property {string} [start] the first day
 * @property {number} [days] how many days the calls are spread over
 */

const MODELS = [
  'gpt-5-mini-2025-08-07',
  'gpt-4o-mini-2024-07-18',
  'gpt-5-2025-08-07',
  'gpt-4.1-2025-04-14',
  'gpt-4.1-mini-2025-04-14',
  'gpt-4o-2024-08-06',
  'gpt-5-nano-2025-08-07',
  'gpt-5.1-2025-11-13',
  'o4-mini-2025-04-16',
  'gpt-4.1-nano-2025-04-14',
  'o3-2025-04-16',
  'gpt-4o-2024-11-20',
];
const FEATURES = ['chat', 'search', 'summary', 'extraction', 'routing', 'translation', 'review', 'drafts'];
const TEXT =
  'The invoice of March was paid in two parts, the first on the fourth and the rest at the end of the month. If you need a copy, ' +
  'open the billing page, choose the account and press export; the file has one line per payment. For a refund, answer to this ' +
  'message with the number of the order, and somebody from the team will look at it within a working day. ';
const START = '2026-09-01';
const DAYS = 30;

/**
 * What can be written: OpenAI chat completions as JSON lines; llmcost's own columns as CSV; traces as the OpenTelemetry
 * Collector writes them, a batch of spans in each line, two for each call; one document of OpenAI's usage API, a row for
 * each result; one list of Langfuse's observations.
 */
const FILES = { chat: chatFile, csv: csvFile, otlp: otlpFile, pages: pagesFile, langfuse: langfuseFile };
const SPANS = 128;
const RESULTS = 50;

/** Writes the log; resolves to nothing. @param {Log} log */
export async function generate(log) {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB' });
  const connection = await instance.connect();
  try {
    await connection.run(calls(log));
    await connection.run(FILES[log.kind](log.path));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/**
 * The calls as a view: everything about call number i follows from hashes of i, so that threads change nothing.
 * A few customers and models have most of the calls; half of the prompts are partly cached; some models reason.
 * @param {Log} log
 */
function calls({ rows, seed = 1, start = START, days = DAYS }) {
  const chance = (/** @type {string} */ what) => `(hash(i, '${what}', ${seed}) / 18446744073709551616.0)`;
  const digest = (/** @type {string} */ what) => `md5(concat(i, '${what}', ${seed}))`;
  const count = (/** @type {string} */ what, /** @type {string} */ formula) =>
    `cast(${formula} * ${chance(what)} as bigint)`;
  return `
create view calls as
with drawn as (
  select
    i,
    'chatcmpl-' || left(translate(to_base64(unhex(${digest('id')} || left(${digest('di')}, 16))), '+/', 'Zz'), 29) as id,
    epoch(timestamp '${start}') + (i * ${days * 86_400}) // ${rows} + cast(20 * ${chance('jitter')} as bigint) as created,
    ${list(MODELS)}[1 + cast(floor(${MODELS.length} * pow(${chance('model')}, 1.7)) as integer)] as model,
    'customer-' || lpad(cast(1 + cast(floor(500 * pow(${chance('customer')}, 3)) as integer) as varchar), 3, '0') as customer,
    ${list(FEATURES)}[1 + cast(floor(${FEATURES.length} * ${chance('feature')}) as integer)] as feature,
    200 + ${count('prompt', `6000 * ${chance('long')}`)} as input_tokens,
    10 + ${count('answer', '700')} as text_tokens,
    ${chance('cached')} as cached,
    ${count('reasoning', '1500')} as reasoning,
    cast(${chance('content')} * 300 as integer) as text_start,
    400 + ${count('latency', '9000')} as latency_ms
  from range(${rows}) as numbers (i)
)
select
  i,
  id,
  cast(created as bigint) as created,
  model,
  customer,
  feature,
  input_tokens,
  case when cached < 0.5 then cast(cached * 1.9 * input_tokens as bigint) // 128 * 128 else 0 end as cached_tokens,
  case when model like 'gpt-5%' or model like 'o%' then reasoning else 0 end as reasoning_tokens,
  text_tokens + reasoning_tokens as output_tokens,
  substr('${TEXT}', 1 + text_start, 20 + text_start // 6) as content,
  latency_ms
from drawn`;
}

/** @param {string} path */
function chatFile(path) {
  return `
copy (
  select concat(
    '{"id":"', id, '","object":"chat.completion","created":', created, ',"model":"', model,
    '","choices":[{"index":0,"message":{"role":"assistant","content":"', content,
    '","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":', input_tokens,
    ',"completion_tokens":', output_tokens, ',"total_tokens":', input_tokens + output_tokens,
    ',"prompt_tokens_details":{"cached_tokens":', cached_tokens,
    ',"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":', reasoning_tokens,
    ',"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_',
    left(md5(model), 10), '","user":"', customer, '"}'
  ) as line
  from calls
) ${asLines(path)}`;
}

/** @param {string} path */
function otlpFile(path) {
  const text = (/** @type {string} */ key, /** @type {string} */ value) =>
    `'{"key":"${key}","value":{"stringValue":"', ${value}, '"}}'`;
  const count = (/** @type {string} */ key, /** @type {string} */ value) =>
    `'{"key":"${key}","value":{"intValue":"', ${value}, '"}}'`;
  const time = (/** @type {string} */ name, /** @type {string} */ ms) =>
    `'"${name}TimeUnixNano":"', created * 1000000000 + ${ms} * 1000000, '",'`;
  const request = [
    text('http.request.method', "'POST'"),
    text('http.route', "'/answers'"),
    text('customer.id', 'customer'),
  ];
  const call = [
    text('gen_ai.operation.name', "'chat'"),
    text('gen_ai.provider.name', "'openai'"),
    text('gen_ai.request.model', "regexp_replace(model, '-20.*$', '')"),
    text('gen_ai.response.model', 'model'),
    text('gen_ai.response.id', 'id'),
    text('feature', 'feature'),
    count('gen_ai.request.max_tokens', '4096'),
    count('gen_ai.usage.input_tokens', 'input_tokens'),
    count('gen_ai.usage.output_tokens', 'output_tokens'),
    count('gen_ai.usage.cache_read.input_tokens', 'cached_tokens'),
    count('gen_ai.usage.reasoning.output_tokens', 'reasoning_tokens'),
  ];
  return `
copy (
  select concat(
    '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"helpdesk"}}]},"scopeSpans":[',
    '{"scope":{"name":"opentelemetry.instrumentation.openai_v2","version":"2.3b0"},"spans":[', string_agg(spans, ',' order by i), ']}]}]}'
  ) as line
  from (
    select i, concat(
      '{"traceId":"', md5(concat(id, 't')), '","spanId":"', left(md5(concat(id, 'r')), 16), '","parentSpanId":"","name":"POST /answers","kind":2,',
      ${time('start', '0')}, ${time('end', '(latency_ms + 12)')},
      '"attributes":[', ${request.join(", ',', ")}, '],"status":{}},',
      '{"traceId":"', md5(concat(id, 't')), '","spanId":"', left(md5(concat(id, 'c')), 16), '","parentSpanId":"', left(md5(concat(id, 'r')), 16),
      '","name":"chat ', model, '","kind":3,', ${time('start', '5')}, ${time('end', '(latency_ms + 5)')},
      '"attributes":[', ${call.join(", ',', ")}, '],"status":{}}'
    ) as spans
    from calls
  )
  group by i * 2 // ${SPANS}
  order by min(i)
) ${asLines(path)}`;
}

/** @param {string} path */
function pagesFile(path) {
  return `
copy (
  select '{"object":"page","data":[' as line
  union all
  select concat(
    if(bucket = 0, '', ','), '{"object":"bucket","start_time":', epoch(timestamp '${START}') + 60 * bucket,
    ',"end_time":', epoch(timestamp '${START}') + 60 * (bucket + 1), ',"results":[', results, ']}'
  )
  from (
    select i // ${RESULTS} as bucket, string_agg(concat(
      '{"object":"organization.usage.completions.result","input_tokens":', input_tokens, ',"input_cached_tokens":', cached_tokens,
      ',"output_tokens":', output_tokens, ',"input_audio_tokens":0,"output_audio_tokens":0,"num_model_requests":1,"project_id":"proj_', feature,
      '","user_id":"user-', i, '","api_key_id":"key_', customer, '","model":"', model, '","batch":false,"service_tier":"default"}'
    ), ',' order by i) as results
    from calls
    group by bucket
    order by bucket
  )
  union all
  select '],"has_more":false,"next_page":null}'
) ${asLines(path)}`;
}

/** @param {string} path */
function langfuseFile(path) {
  const time = (/** @type {string} */ ms) =>
    `strftime(make_timestamp(created * 1000000 + (${ms}) * 1000), '%Y-%m-%dT%H:%M:%S.%gZ')`;
  return `
copy (
  select concat(
    if(i = 0, '[', ','), '{"id":"', md5(id), '","traceId":"', md5(concat(id, 't')), '","startTime":"', ${time('0')}, '","endTime":"', ${time('latency_ms')},
    '","projectId":"cm9k2v0001","type":"GENERATION","environment":"production","name":"answer","level":"DEFAULT","statusMessage":null,"version":null,',
    '"input":[{"role":"user","content":"', content, '"}],"output":{"role":"assistant","content":"', content,
    '"},"metadata":{"customer":"', customer, '","ls_provider":"openai"},"model":"', model, '","modelParameters":{"temperature":0.2,"max_tokens":4096},',
    '"usageDetails":{"input":', input_tokens - cached_tokens, ',"input_cached_tokens":', cached_tokens, ',"output":', output_tokens - reasoning_tokens,
    ',"output_reasoning_tokens":', reasoning_tokens, ',"total":', input_tokens + output_tokens,
    '},"costDetails":{},"traceName":"', feature, '","traceTags":[],"userId":null,"sessionId":null}'
  ) as line
  from calls
  union all
  select ']'
) ${asLines(path)}`;
}

/** How a query of one text becomes the lines of a file. @param {string} path */
function asLines(path) {
  return `to ${literal(path)} (format csv, header false, quote '', escape '', delimiter '\x01')`;
}

/** @param {string} path */
function csvFile(path) {
  return `
copy (
  select
    id as request_id,
    strftime(make_timestamp(created * 1000000), '%Y-%m-%dT%H:%M:%SZ') as "timestamp",
    'openai' as provider,
    model,
    'chat' as operation,
    input_tokens,
    output_tokens,
    cached_tokens as cache_read_tokens,
    reasoning_tokens,
    latency_ms,
    'ok' as status,
    customer,
    feature,
    'standard' as service_tier
  from calls
) to ${literal(path)} (format csv, header true)`;
}

/** @param {string | undefined} kind @returns {kind is Log['kind']} */
function isKind(kind) {
  return kind !== undefined && Object.hasOwn(FILES, kind);
}

/** @param {string[]} texts */
function list(texts) {
  return `[${texts.map(literal).join(', ')}]`;
}

/** @param {string} text */
function literal(text) {
  return `'${text.replaceAll("'", "''")}'`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [kind, rows, path, seed = '1', start = START, days = String(DAYS)] = process.argv.slice(2);
  if (!isKind(kind) || !(Number(rows) > 0) || path === undefined) {
    const kinds = Object.keys(FILES).join('|');
    process.stderr.write(`usage: node test/bench/generate.mjs ${kinds} ROWS FILE [SEED] [FIRST-DAY] [DAYS]\n`);
    process.exitCode = 2;
  } else {
    await generate({ kind, rows: Number(rows), path, seed: Number(seed), start, days: Number(days) });
  }
}
