// What DuckDB alone needs to load a file into a table: node test/bench/raw_load.mjs KIND FILE DB
// All fields of the file, in their types; chat-kept has only those that llmcost keeps something of, so no answer texts.
// otlp is the lines as they stand, each with all its spans in one value; otlp-spans a row for each span. pages is one value
// of the whole document, unnested to a row for each result; DuckDB's reader holds such a document in memory, and may take
// all it wants. langfuse is a list, which DuckDB reads element by element.
import { statSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

/** @typedef {keyof typeof READERS} Raw */

const USAGE = `struct(
  prompt_tokens bigint,
  completion_tokens bigint,
  total_tokens bigint,
  prompt_tokens_details struct(cached_tokens bigint, audio_tokens bigint),
  completion_tokens_details struct(reasoning_tokens bigint, audio_tokens bigint, accepted_prediction_tokens bigint, rejected_prediction_tokens bigint)
)`;
const CHOICES = `struct(
  "index" bigint,
  message struct("role" varchar, content varchar, refusal varchar, annotations json),
  logprobs json,
  finish_reason varchar
)[]`;
const KEPT_USAGE = `struct(
  prompt_tokens bigint,
  completion_tokens bigint,
  prompt_tokens_details struct(cached_tokens bigint, audio_tokens bigint),
  completion_tokens_details struct(reasoning_tokens bigint, audio_tokens bigint)
)`;
const ATTRIBUTES =
  'struct("key" varchar, "value" struct(stringValue varchar, intValue varchar, doubleValue double, boolValue boolean))[]';
const SPANS = `struct(
  traceId varchar, spanId varchar, parentSpanId varchar, "name" varchar, kind bigint, startTimeUnixNano varchar, endTimeUnixNano varchar,
  attributes ${ATTRIBUTES}, status struct(code bigint, message varchar)
)[]`;
const RESOURCES = `struct(
  resource struct(attributes ${ATTRIBUTES}),
  scopeSpans struct(scope struct("name" varchar, "version" varchar), spans ${SPANS})[]
)[]`;
const TRACES = `read_json($file, format = 'newline_delimited', columns = { 'resourceSpans': '${RESOURCES}' })`;
const BUCKETS = `struct("object" varchar, start_time bigint, end_time bigint, results struct(
  "object" varchar, input_tokens bigint, input_cached_tokens bigint, output_tokens bigint, input_audio_tokens bigint,
  output_audio_tokens bigint, num_model_requests bigint, project_id varchar, user_id varchar, api_key_id varchar, model varchar,
  batch boolean, service_tier varchar
)[])[]`;
const READERS = {
  chat: `read_json($file, format = 'newline_delimited', columns = {
    'id': 'varchar', 'object': 'varchar', 'created': 'bigint', 'model': 'varchar', 'choices': '${CHOICES}', 'usage': '${USAGE}',
    'service_tier': 'varchar', 'system_fingerprint': 'varchar', 'user': 'varchar'
  })`,
  'chat-kept': `read_json($file, format = 'newline_delimited', columns = {
    'id': 'varchar', 'object': 'varchar', 'created': 'bigint', 'model': 'varchar', 'service_tier': 'varchar', 'user': 'varchar',
    'usage': '${KEPT_USAGE}'
  })`,
  otlp: TRACES,
  'otlp-spans': `(
    select resource, scope, unnest(spans) as span
    from (
      select resource, unnest(scopeSpans, recursive := false).scope as scope, unnest(scopeSpans, recursive := false).spans as spans
      from (select unnest(resourceSpans).resource as resource, unnest(resourceSpans).scopeSpans as scopeSpans from ${TRACES})
    )
  )`,
  pages: `(
    select bucket.start_time, bucket.end_time, unnest(bucket.results, max_depth := 2)
    from (
      select unnest("data") as bucket
      from read_json($file, format = 'unstructured', maximum_object_size = SIZE, columns = { 'object': 'varchar', 'data': '${BUCKETS}' })
    )
  )`,
  langfuse: `read_json($file, format = 'array', columns = {
    'id': 'varchar', 'traceId': 'varchar', 'startTime': 'timestamp', 'endTime': 'timestamp', 'projectId': 'varchar', 'type': 'varchar',
    'environment': 'varchar', 'name': 'varchar', 'level': 'varchar', 'statusMessage': 'varchar', 'version': 'varchar', 'input': 'json',
    'output': 'json', 'metadata': 'json', 'model': 'varchar', 'modelParameters': 'json', 'usageDetails': 'map(varchar, bigint)',
    'costDetails': 'map(varchar, double)', 'traceName': 'varchar', 'traceTags': 'varchar[]', 'userId': 'varchar', 'sessionId': 'varchar'
  })`,
  csv: `read_csv($file, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {
    'request_id': 'varchar', 'timestamp': 'timestamp', 'provider': 'varchar', 'model': 'varchar', 'operation': 'varchar',
    'input_tokens': 'bigint', 'output_tokens': 'bigint', 'cache_read_tokens': 'bigint', 'reasoning_tokens': 'bigint',
    'latency_ms': 'bigint', 'status': 'varchar', 'customer': 'varchar', 'feature': 'varchar', 'service_tier': 'varchar'
  })`,
};

const [kind, file = '', database = ''] = process.argv.slice(2);
const reader = Object.entries(READERS).find(([name]) => name === kind)?.[1];
if (reader === undefined) throw new Error(`no kind ${kind}`);
const instance = await DuckDBInstance.create(database);
const connection = await instance.connect();
await connection.run(`create table raw as from ${reader.replace('SIZE', String(statSync(file).size + 1))}`, {
  file,
});
await connection.run('checkpoint');
connection.closeSync();
instance.closeSync();
