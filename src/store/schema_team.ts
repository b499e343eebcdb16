import { type Sql, sql } from '../sql.js';

/**
 * Usage of several machines. `imports.machine` says on which machine usage was read; `imports.push_id` is set where it came from a team
 * place, one import for each push. `place` is the id of the place (llmcost-team.json).
 * - `team_push` has every push of a place that this store knows: `import_id` is the import that holds what is kept of it (null for
 *   pushes of this store and for those that were taken back), `packs` its files as JSON, which are read again when another push that
 *   was preferred is taken back.
 * - `team_replaced` says which pushes were taken back, and by which; a push may be taken back before it is seen.
 * - `team_pushed` has the imports of this store that it pushed. They are known by number and time, because a number is given
 *   again after an import was removed. `complete` is false until the push is known to be in its place; `changed` is true where calls of
 *   the import gave way to others since, so that it has to be pushed again.
 */
export const TEAM_STEP: Sql = sql`
alter table imports add column machine varchar;
alter table imports add column push_id varchar;

create table team_push (
  place varchar not null,
  push_id varchar not null,
  machine varchar,
  made_at varchar,
  import_id integer,
  rows bigint not null,
  packs varchar not null
);

create table team_replaced (
  place varchar not null,
  push_id varchar not null,
  replaced_by varchar not null
);

create table team_pushed (
  place varchar not null,
  push_id varchar not null,
  import_id integer not null,
  finished_at timestamp not null,
  complete boolean not null,
  changed boolean not null
);
`;
