// What DuckDB alone needs for a file: the fields llmcost keeps of it, as they are, into a table: node test/bench/raw_load.mjs chat|csv FILE DB
import { DuckDBInstance } from '@duckdb/node-api';

const CHAT_USAGE = `struct(
  prompt_tokens bigint,
  completion_tokens bigint,
  prompt_tokens_details struct(cached_tokens bigint, audio_tokens bigint),
  completion_tokens_details struct(reasoning_tokens bigint, audio_tokens bigint)
)`;
const READERS = {
  chat: `read_json($file, format = 'newline_delimited', columns = {
    'id': 'varchar', 'object': 'varchar', 'created': 'bigint', 'model': 'varchar', 'service_tier': 'varchar', 'user': 'varchar',
    'usage': '${CHAT_USAGE}'
  })`,
  csv: `read_csv($file, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {
    'request_id': 'varchar', 'timestamp': 'timestamp', 'provider': 'varchar', 'model': 'varchar', 'operation': 'varchar',
    'input_tokens': 'bigint', 'output_tokens': 'bigint', 'cache_read_tokens': 'bigint', 'reasoning_tokens': 'bigint',
    'latency_ms': 'bigint', 'status': 'varchar', 'customer': 'varchar', 'feature': 'varchar', 'service_tier': 'varchar'
  })`,
};

const [kind, file = '', database = ''] = process.argv.slice(2);
const instance = await DuckDBInstance.create(database);
const connection = await instance.connect();
await connection.run(`create table raw as from ${kind === 'csv' ? READERS.csv : READERS.chat}`, { file });
await connection.run('checkpoint');
connection.closeSync();
instance.closeSync();
