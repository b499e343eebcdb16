import { type Sql, sql } from '../sql.js';

/** Step 2: a price book that keeps every earlier state, the user's own prices, and calls whose cost was computed again. */
export const REVISIONS_STEP: Sql = sql`
-- Every change of what usage is priced with makes a revision: what it brought carries its number in added_in, what it
-- replaced in removed_in, and nothing is deleted. The book as it was at revision n is what has added_in <= n and not
-- removed_in <= n, so an old answer can be given again.
create table price_revision (
  revision integer primary key,
  made_at timestamp not null,
  kind varchar not null check (kind in ('bundle', 'refresh', 'override', 'alias', 'configuration', 'correction')),
  detail varchar not null
);
insert into price_revision
select 1, coalesce(min(loaded_at), timestamp '1970-01-01'), 'bundle', 'prices of before revisions were counted'
from price_book
having count(*) > 0;

alter table price_book add column added_in integer default 1;
alter table price_rate add column added_in integer default 1;
alter table price_rate add column removed_in integer;
update price_rate set removed_in = 1 where superseded_at is not null;
alter table price_multiplier add column added_in integer default 1;
alter table price_multiplier add column removed_in integer;
alter table price_multiplier add column supersede_reason varchar;
update price_multiplier set removed_in = 1 where superseded_at is not null;

-- The minutes of the ISO week (UTC, Monday 00:00 is 0) a card holds for, half open; null is all of them.
alter table rate_card add column week_from smallint;
alter table rate_card add column week_to smallint;
alter table rate_card add column made_in integer default 1;
alter table rate_card add column retired_in integer;
alter table imports add column price_revision integer default 1;

-- The user's own word: provider and model are globs, a null provider is any.
create table price_alias (
  alias_id integer primary key,
  provider varchar,
  model varchar not null,
  price_provider varchar not null,
  price_model varchar not null,
  origin varchar not null check (origin in ('command', 'configuration')),
  note varchar,
  made_at timestamp not null,
  added_in integer not null,
  removed_in integer
);
create table price_override (
  override_id integer primary key,
  provider varchar,
  model varchar not null,
  dimension varchar,
  usd_per_unit decimal(24, 18) check (usd_per_unit >= 0),
  factor decimal(9, 6) check (factor >= 0),
  raw_value varchar not null,
  raw_unit varchar not null,
  service_tier varchar,
  region varchar,
  effective_from timestamp,
  effective_to timestamp,
  origin varchar not null check (origin in ('command', 'configuration')),
  note varchar,
  made_at timestamp not null,
  added_in integer not null,
  removed_in integer,
  check ((usd_per_unit is null) <> (factor is null)),
  check (usd_per_unit is null or dimension is not null)
);
-- What is paid by time and not by use: rented GPUs, committed capacity.
create table price_flat (
  flat_id integer primary key,
  name varchar not null,
  provider varchar,
  model varchar,
  usd decimal(24, 18) not null check (usd >= 0),
  per varchar not null check (per in ('hour', 'day', 'month')),
  effective_from timestamp not null,
  effective_to timestamp,
  origin varchar not null check (origin in ('command', 'configuration')),
  note varchar,
  made_at timestamp not null,
  added_in integer not null,
  removed_in integer
);

-- Published prices that were not believed, and why.
create table price_quarantine (
  book_id integer not null,
  source varchar not null,
  provider varchar,
  model varchar not null,
  field varchar not null,
  raw_value varchar,
  reason varchar not null,
  seen_at timestamp not null
);
-- The last answer of each address: what to ask with next time, and how it went. sha256, etag and last_modified are of the
-- list that was last merged from there; confirmed_at is when the address last gave that list or said it is still the same.
create table price_fetch (
  url varchar primary key,
  source varchar,
  etag varchar,
  last_modified varchar,
  sha256 varchar,
  confirmed_at timestamp,
  checked_at timestamp not null,
  outcome varchar not null,
  detail varchar
);

-- What calls cost before they were rated again.
create table rerating (
  rerating_id integer primary key,
  made_at timestamp not null,
  revision integer not null,
  reason varchar not null,
  rows_changed bigint not null,
  cost_before decimal(38, 18) not null,
  cost_after decimal(38, 18) not null
);
create table rerated_usage (
  rerating_id integer not null,
  import_id integer not null,
  event_key uhugeint not null,
  rate_card_id integer,
  cost_usd decimal(38, 18),
  cost_status utinyint
);
`;
