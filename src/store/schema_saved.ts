import { type Sql, sql } from '../sql.js';

/**
 * Simulations that were saved under a name, to be compared with what came of them. `saved_simulation` has what was proposed: the rules and
 * the scope as JSON (`question`), `since` as the beginning of the period (null where it has none), the price book. `saved_projection` has
 * what was projected, for each move (rules that share a target) and feature, per request that moves: USD with 18 places, tokens with 2. `requests` are
 * those of the move in scope, null where no row tells how many; `moved_requests` those that can move. Figures of nothing are null.
 * Without a primary key: a name is looked for before it is taken, and one process writes at a time.
 */
export const SAVED_STEP: Sql = sql`
create table saved_simulation (
  name varchar not null,
  saved_at timestamp not null,
  mode varchar not null,
  question varchar not null,
  since timestamp,
  price_book varchar not null
);

create table saved_projection (
  name varchar not null,
  move integer not null,
  feature varchar,
  requests bigint,
  moved_requests decimal(38, 2) not null,
  cost_before decimal(38, 18),
  cost_after decimal(38, 18),
  cost_after_low decimal(38, 18),
  cost_after_high decimal(38, 18),
  input_tokens decimal(38, 2),
  cache_read_tokens decimal(38, 2),
  output_tokens decimal(38, 2)
);
`;
