// What DuckDB alone needs to load a file into a table: node test/bench/raw_load.mjs chat|csv|chat-kept FILE DB
// chat and csv load all fields of the file; chat-kept only those that llmcost keeps something of, so no answer texts.
import { DuckDBInstance } from '@duckdb/node-api';

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
const READERS = {
  chat: `read_json($file, format = 'newline_delimited', columns = {
    'id': 'varchar', 'object': 'varchar', 'created': 'bigint', 'model': 'varchar', 'choices': '${CHOICES}', 'usage': '${USAGE}',
    'service_tier': 'varchar', 'system_fingerprint': 'varchar', 'user': 'varchar'
  })`,
  'chat-kept': `read_json($file, format = 'newline_delimited', columns = {
    'id': 'varchar', 'object': 'varchar', 'created': 'bigint', 'model': 'varchar', 'service_tier': 'varchar', 'user': 'varchar',
    'usage': '${KEPT_USAGE}'
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
await connection.run(`create table raw as from ${reader}`, { file });
await connection.run('checkpoint');
connection.closeSync();
instance.closeSync();
