import { type Sql, sql } from '../sql.js';

/**
 * What a log itself said of calls that rules of attribution say more of. `usage_fact` has the result, so no question pays
 * for it; a rule that is taken back gives the call what stands here again.
 */
export const ATTRIBUTION_STEP: Sql = sql`
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
