import { type Sql, sql } from '../sql.js';

/**
 * What is added up of usage in `usage_hourly` and `usage_daily`. Not hugeint, though sums of tokens are of this type: DuckDB 1.5 reads
 * it a hundred times slower from a file (1.4 million rows: 0.45 s). What does not fit is not added up in advance.
 */
const SUMS = sql`
  usage_rows bigint not null,
  known_rows bigint not null,
  requests bigint,
  cost decimal(38, 18),
  uncached_input_tokens bigint not null,
  cache_read_tokens bigint not null,
  cache_read_rows bigint not null,
  cache_write_tokens bigint not null,
  cache_write_1h_tokens bigint not null,
  input_units bigint not null,
  text_output_tokens bigint not null,
  reasoning_tokens bigint not null,
  output_units bigint not null,
  customer_cost decimal(38, 18),
  latency_rows bigint not null,
  latency_sum bigint,
  latency_max bigint,
  ttft_rows bigint not null,
  ttft_sum bigint,
  answered_tokens bigint,
  answered_ms bigint`;

/**
 * Usage of finished imports, added up exactly, so that the daily questions cost the same however many calls there are. A row of
 * `usage_rolled` says that all rows of usage_fact of the imports `first_import` to `last_import` are added up by hour and without
 * customers in `usage_hourly`, or by day and with them in `usage_daily`, under the number of the last of these imports. `kept` is
 * false where that would save too little, and then nothing is there. What is not added up is read from usage_fact: nothing here is
 * ever needed for an answer. Whoever changes usage that may be added up goes through `changeUsage`, which forgets the sums first.
 */
export const ROLLED_STEP: Sql = sql`
create table usage_rolled (
  sums varchar not null check (sums in ('hourly', 'daily')),
  first_import integer not null,
  last_import integer not null,
  kept boolean not null
);

create table usage_hourly (
  import_id integer not null,
  occurred_at timestamp,
  profile_id integer,
  cost_status utinyint,
  rate_card_id integer,
  ${SUMS}
);

create table usage_daily (
  import_id integer not null,
  occurred_at timestamp,
  profile_id integer,
  customer varchar,
  cost_status utinyint,
  rate_card_id integer,
  ${SUMS}
);
`;
