import { NATIVE_COLUMNS } from '../../names/native_columns.js';
import { sql } from '../../sql.js';
import type { Shape } from '../declare/fields.js';
import type { Format } from '../declare/format.js';
import { ownFormat } from '../declare/native_format.js';

const fields: Shape = Object.fromEntries(NATIVE_COLUMNS.map((name) => [name, 'text']));

/** The tool's own format, one JSON object per line. */
export const llmcostJsonl: Format = ownFormat({
  name: 'llmcost-jsonl',
  title: "llmcost's own JSON lines",
  reads: 'ndjson',
  // The rows of Vercel's report have these names, too, and so have the logs of llm.
  signature: sql`json_exists(line, '$.model') and json_exists(line, '$.input_tokens') and json_exists(line, '$.output_tokens')
    and not json_exists(line, '$.request_count') and not json_exists(line, '$.datetime_utc')`,
  fields,
  at: (name) => name,
});

/** The same names as the columns of a Parquet file; `tags` and `other_units` may be maps, structs or JSON. */
export const llmcostParquet: Format = ownFormat({
  name: 'llmcost-parquet',
  title: "llmcost's own names as columns of Parquet",
  reads: 'parquet',
  signature: ['model', 'input_tokens', 'output_tokens'],
  fields,
  at: (name) => name,
});

/** The same names as the columns of a CSV file. */
export const llmcostCsv: Format = ownFormat({
  name: 'llmcost-csv',
  title: "llmcost's own names as CSV columns",
  reads: 'csv',
  signature: ['model', 'input_tokens', 'output_tokens', '!num_model_requests'],
  fields,
  at: (name) => name,
});
