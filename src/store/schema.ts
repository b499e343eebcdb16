import { type Sql, sql } from '../sql.js';
import { PROJECT_STEP } from './schema_project.js';
import { REVENUE_STEP } from './schema_revenue.js';
import { REVISIONS_STEP } from './schema_revisions.js';
import { BILLED_STEP, ROLLED_STEP } from './schema_rolled.js';
import { SAVED_STEP } from './schema_saved.js';
import { TEAM_STEP } from './schema_team.js';
import { TOKEN_UNITS_STEP, USAGE_STEP } from './schema_usage.js';

/**
 * What providers billed, from their cost exports: for comparison with the computed cost, never added to it. `entry_key` identifies an
 * entry across exports: provider, time and everything it is for, but not the amount, which may still change.
 */
const LEDGER_STEP: Sql = sql`
create table ledger_entry (
  import_id integer not null,
  entry_key uhugeint not null,
  provider varchar,
  charged_from timestamp,
  charged_to timestamp,
  amount decimal(38, 18) not null,
  credits decimal(38, 18),
  currency varchar not null,
  line_item varchar,
  model varchar,
  service varchar,
  service_tier varchar,
  region varchar,
  project varchar,
  api_key varchar,
  user_id varchar,
  quantity decimal(38, 18),
  quantity_unit varchar,
  tags map(varchar, varchar)
);

create view ledger as
select
  imports.source,
  imports.format,
  entry.*
from ledger_entry as entry
join imports on imports.import_id = entry.import_id
where imports.status = 'done';
`;

/**
 * The original values of calls that attribution rules changed. `usage_fact` has the result, so questions pay nothing for it; a rule
 * that is removed gives the call its original values back.
 */
const ATTRIBUTION_STEP: Sql = sql`
create table usage_attribution (
  import_id integer not null,
  event_key uhugeint not null,
  profile_id integer,
  customer varchar,
  user_id varchar,
  session_id varchar,
  tags map(varchar, varchar)
);
`;

/** Notifications that were sent: one row for each target, budget, group, period and verdict. */
const NOTIFIED_STEP: Sql = sql`
create table notified (
  target varchar not null,
  rule varchar not null,
  who varchar not null,
  period varchar not null,
  verdict varchar not null,
  sent_at timestamp not null,
  primary key (target, rule, who, period, verdict)
);
`;

/** Logs that grow: the import whose file this one continues; null if the whole file was read. */
const GROWING_STEP: Sql = sql`
alter table imports add column continues integer;
`;

/** The day of the newest list of its source that names a model; null where nobody wrote it down. */
const LAST_LISTED_STEP: Sql = sql`alter table price_model add column last_listed date`;

/**
 * `source_inode` identifies, with name, size and time, a file that did not change since it was read. `import_overlap`: imports with calls
 * that another import has as well, and the one whose state of them was kept; when that one is removed, files of the others are read again.
 */
const UNCHANGED_STEP: Sql = sql`
alter table imports add column source_inode varchar;

create table import_overlap (
  import_id integer not null,
  kept_by integer not null
);
`;

/**
 * What the models of the book cost under ordinary conditions, worked out when the package is built (rate/cards/price_cards.ts): to do
 * it with the first import would take a second. Empty once the book has changed. `known` is false where no rate holds.
 */
const PRICE_CARD_STEP: Sql = sql`
create table price_card (
  price_provider varchar not null,
  price_model varchar not null,
  rate_tier varchar not null,
  rate_speed varchar,
  rate_region varchar,
  min_prompt_tokens bigint not null,
  max_prompt_tokens bigint,
  valid_from timestamp,
  valid_to timestamp,
  week_from smallint,
  week_to smallint,
  known boolean not null,
  uncached_input decimal(24, 18),
  cache_read decimal(24, 18),
  cache_write decimal(24, 18),
  cache_write_1h decimal(24, 18),
  text_output decimal(24, 18),
  reasoning decimal(24, 18),
  unit_rates map(varchar, decimal(24, 18)),
  assumed varchar[],
  rate_ids map(varchar, integer)
);
`;

/** The highest number of an import that was removed: no other import gets it, and to remove it again is nothing to do. */
const IMPORT_NUMBER_STEP: Sql = sql`
create table import_number (
  last_removed integer not null
);

insert into import_number values (0);
`;

/**
 * The numbered steps that build the database. A step, once released, is never changed; what comes after is a new step.
 */
export const SCHEMA_STEPS: readonly Sql[] = [
  USAGE_STEP,
  REVISIONS_STEP,
  LEDGER_STEP,
  REVENUE_STEP,
  ATTRIBUTION_STEP,
  NOTIFIED_STEP,
  GROWING_STEP,
  ROLLED_STEP,
  UNCHANGED_STEP,
  LAST_LISTED_STEP,
  BILLED_STEP,
  TOKEN_UNITS_STEP,
  PRICE_CARD_STEP,
  TEAM_STEP,
  IMPORT_NUMBER_STEP,
  SAVED_STEP,
  PROJECT_STEP,
];
