import { INPUT_UNITS, OUTPUT_UNITS } from '../names/dimensions.js';
import { join, literal, type Sql, sql } from '../sql.js';

const FIRST_PROMPT_UNITS = ['input_audio_tokens', 'input_image_tokens', 'cache_read_audio_tokens'];
const FIRST_ANSWER_UNITS = ['output_audio_tokens', 'output_image_tokens'];

/**
 * Step 1: imports, usage, price book and rate cards.
 *
 * How a usage row is laid out (`usage` is the public view, docs/data-model.md):
 * - `usage_profile` holds what repeats: provider, model, tier, status, feature, … one row per combination.
 * - `usage_fact` holds what differs from call to call, and the number of its profile.
 * DuckDB writes a column that is always 'ok' or always null at 0.05-0.2 µs a row, so one wide table takes 1.65× the
 * time of a raw load and this layout 1.05× (2 million chat completions, 2 cores), at the same size on disk.
 * - `request_id` is not compressed: compressing random texts takes a sixth of the whole write, saves 13 bytes a row and makes the search
 *   for an id four times slower.
 * - `units` holds the rare quantities (audio, images, searches, …); a unit that is 0 is left out.
 * - `unsettled` is null in every row of a finished import; phase 1 of an import marks lines for phase 2 with it.
 * - Only finished imports are visible: rows of an interrupted import have a number beyond the last finished one.
 */
export const USAGE_STEP: Sql = sql`
create table imports (
  import_id integer primary key,
  source varchar not null,
  source_size bigint,
  source_mtime_ms bigint,
  source_digest varchar,
  format varchar not null,
  options varchar not null,
  status varchar not null check (status in ('loading', 'done', 'failed')),
  started_at timestamp not null,
  finished_at timestamp,
  price_book varchar,
  lines bigint,
  imported bigint,
  duplicates bigint,
  updated bigint,
  skipped bigint,
  rejected bigint,
  skip_reasons map(varchar, bigint),
  first_at timestamp,
  last_at timestamp
);

create table rejects (
  import_id integer not null,
  line bigint not null,
  field varchar not null,
  reason varchar not null
);

create table usage_profile (
  profile_id integer primary key,
  provider varchar,
  model varchar,
  request_model varchar,
  operation varchar,
  service_tier varchar,
  speed varchar,
  region varchar,
  status varchar,
  error_class varchar,
  http_status integer,
  feature varchar,
  environment varchar,
  attempt integer,
  bucket_seconds bigint,
  billed_currency varchar,
  gateway_cached boolean,
  token_convention varchar,
  max_output_tokens bigint,
  has_tools boolean,
  has_images boolean,
  has_json_schema boolean,
  source_provider varchar
);

create table usage_fact (
  import_id integer,
  event_key uhugeint,
  request_id varchar using compression uncompressed,
  trace_id varchar,
  occurred_at timestamp,
  requests bigint,
  profile_id integer,
  uncached_input_tokens bigint,
  cache_read_tokens bigint,
  cache_write_tokens bigint,
  cache_write_1h_tokens bigint,
  text_output_tokens bigint,
  reasoning_tokens bigint,
  units map(varchar, decimal(18, 6)),
  latency_ms bigint,
  ttft_ms bigint,
  customer varchar,
  user_id varchar,
  session_id varchar,
  tags map(varchar, varchar),
  billed_cost decimal(38, 18),
  rate_card_id integer,
  cost_usd decimal(38, 18) check (cost_usd >= 0),
  cost_status utinyint,
  unsettled varchar
);

create table price_book (
  book_id integer primary key,
  source varchar not null,
  url varchar,
  upstream_rev varchar,
  licence varchar,
  sha256 varchar,
  data_date date not null,
  loaded_at timestamp not null,
  models integer not null,
  rates integer not null
);

create table price_rate (
  rate_id integer primary key,
  book_id integer not null,
  source varchar not null,
  provider varchar not null,
  model varchar not null,
  dimension varchar not null,
  usd_per_unit decimal(24, 18) not null check (usd_per_unit >= 0),
  raw_value varchar not null,
  raw_unit varchar not null,
  min_prompt_tokens bigint not null default 0,
  service_tier varchar not null default 'standard',
  speed varchar,
  region varchar,
  utc_start time,
  utc_end time,
  iso_weekdays utinyint[],
  effective_from timestamp,
  effective_to timestamp,
  observed_at timestamp not null,
  superseded_at timestamp,
  supersede_reason varchar
);

create table price_multiplier (
  multiplier_id integer primary key,
  book_id integer not null,
  source varchar not null,
  provider varchar not null,
  model varchar not null,
  kind varchar not null,
  service_tier varchar,
  speed varchar,
  region varchar,
  factor decimal(9, 6) not null check (factor > 0),
  raw_value varchar not null,
  effective_from timestamp,
  effective_to timestamp,
  observed_at timestamp not null,
  superseded_at timestamp
);

create table price_model (
  source varchar not null,
  provider varchar not null,
  model varchar not null,
  operation varchar,
  context_window bigint,
  max_output_tokens bigint,
  supports_tools boolean,
  supports_images boolean,
  supports_json_schema boolean,
  deprecation_date date,
  free boolean,
  primary key (source, provider, model)
);

create table rate_card (
  rate_card_id integer primary key,
  source_provider varchar,
  provider varchar,
  model varchar,
  service_tier varchar,
  speed varchar,
  region varchar,
  min_prompt_tokens bigint not null,
  max_prompt_tokens bigint,
  valid_from timestamp,
  valid_to timestamp,
  status varchar not null check (status in ('priced', 'free', 'unpriced')),
  uncached_input decimal(24, 18),
  cache_read decimal(24, 18),
  cache_write decimal(24, 18),
  cache_write_1h decimal(24, 18),
  text_output decimal(24, 18),
  reasoning decimal(24, 18),
  unit_rates map(varchar, decimal(24, 18)),
  price_provider varchar,
  price_model varchar,
  rule varchar not null,
  assumed varchar[] not null,
  rate_ids map(varchar, integer) not null,
  created_at timestamp not null,
  retired_at timestamp
);

${usageView(FIRST_PROMPT_UNITS, FIRST_ANSWER_UNITS)}
`;

function unitSum(units: readonly string[]): Sql {
  return join(
    units.map((unit) => sql`coalesce(fact.units[${literal(unit)}], 0)`),
    ' + ',
  );
}

/** The view `usage`: calls with their names and costs; which units are tokens of the prompt and of the answer. */
function usageView(prompt: readonly string[], answer: readonly string[]): Sql {
  return sql`
create or replace view usage as
select
  fact.import_id,
  fact.event_key,
  fact.request_id,
  fact.trace_id,
  profile.attempt,
  fact.occurred_at,
  fact.occurred_at + to_seconds(profile.bucket_seconds) as bucket_end,
  fact.requests,
  profile.provider,
  profile.model,
  profile.request_model,
  profile.operation,
  fact.uncached_input_tokens,
  fact.cache_read_tokens,
  fact.cache_write_tokens,
  fact.cache_write_1h_tokens,
  cast(fact.units['input_audio_tokens'] as bigint) as input_audio_tokens,
  cast(fact.units['input_image_tokens'] as bigint) as input_image_tokens,
  cast(fact.units['cache_read_audio_tokens'] as bigint) as cache_read_audio_tokens,
  fact.text_output_tokens,
  fact.reasoning_tokens,
  cast(fact.units['output_audio_tokens'] as bigint) as output_audio_tokens,
  cast(fact.units['output_image_tokens'] as bigint) as output_image_tokens,
  map_from_entries(list_filter(map_entries(fact.units), lambda unit: unit.key not in (
    'input_audio_tokens', 'input_image_tokens', 'cache_read_audio_tokens', 'output_audio_tokens', 'output_image_tokens'
  ))) as other_units,
  profile.service_tier,
  profile.speed,
  profile.region,
  fact.latency_ms,
  fact.ttft_ms,
  profile.status,
  profile.error_class,
  profile.http_status,
  fact.customer,
  profile.feature,
  profile.environment,
  fact.user_id,
  fact.session_id,
  fact.tags,
  profile.max_output_tokens,
  profile.has_tools,
  profile.has_images,
  profile.has_json_schema,
  fact.billed_cost,
  profile.billed_currency,
  coalesce(profile.gateway_cached, false) as gateway_cached,
  profile.token_convention,
  fact.rate_card_id,
  fact.cost_usd,
  case fact.cost_status when 0 then 'computed' when 1 then 'unpriced' when 2 then 'assumed' when 3 then 'free' end as cost_status,
  case when fact.units is null then coalesce(fact.uncached_input_tokens, 0) + coalesce(fact.cache_read_tokens, 0)
    + coalesce(fact.cache_write_tokens, 0) + coalesce(fact.cache_write_1h_tokens, 0)
  else coalesce(fact.uncached_input_tokens, 0) + coalesce(fact.cache_read_tokens, 0)
    + coalesce(fact.cache_write_tokens, 0) + coalesce(fact.cache_write_1h_tokens, 0)
    + cast(${unitSum(prompt)} as bigint)
  end as input_tokens,
  case when fact.units is null then coalesce(fact.text_output_tokens, 0) + coalesce(fact.reasoning_tokens, 0)
  else coalesce(fact.text_output_tokens, 0) + coalesce(fact.reasoning_tokens, 0)
    + cast(${unitSum(answer)} as bigint)
  end as output_tokens
from usage_fact as fact
left join usage_profile as profile on profile.profile_id = fact.profile_id
where fact.import_id <= (select coalesce(max(done.import_id), 0) from imports as done where done.status <> 'loading');`;
}

/** Tokens of videos, of cached images and the like are parts of the prompt and of the answer, too. */
export const TOKEN_UNITS_STEP: Sql = usageView(INPUT_UNITS, OUTPUT_UNITS);
