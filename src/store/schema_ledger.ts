import { type Sql, sql } from '../sql.js';

/**
 * What providers billed, as their cost exports tell it: for comparison with what usage should have cost, never summed
 * with it. An entry is known again by `entry_key`: provider, time and everything it is for, but not the amount.
 */
export const LEDGER_STEP: Sql = sql`
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
