import { type Sql, sql } from '../sql.js';

/**
 * The sums in `usage_hourly` and `usage_daily`. bigint, although sums of tokens are hugeint: DuckDB 1.5 reads hugeint a hundred times
 * slower from a file (docs/decisions/storage.md). Sums that do not fit are not made in advance.
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

/** Cached tokens that are no text have a sum of their own; what was added up before is added up again. */
export const CACHED_UNITS_STEP: Sql = sql`
delete from usage_rolled;
delete from usage_hourly;
delete from usage_daily;
alter table usage_hourly add column cached_units bigint default 0;
alter table usage_daily add column cached_units bigint default 0;
`;

/**
 * Exact sums of the usage of finished imports, so that frequent questions take the same time however many calls there are. A row of
 * `usage_rolled` covers all rows of usage_fact of the imports `first_import` to `last_import`: they are summed by hour and without customers in
 * `usage_hourly`, or by day and customer in `usage_daily`, under the number of the last of these imports. `kept` is false if the sums
 * would save too little; then there are none. What is not summed is read from usage_fact: no answer needs these tables. Changes of
 * usage go through `changeUsage`, which deletes the sums first.
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
