import { type Sql, sql } from '../sql.js';

/** Logs that grow: the import whose file this one read on from its end; null where all of a file was read. */
export const GROWING_STEP: Sql = sql`
alter table imports add column continues integer;
`;

/**
 * `source_inode` tells, together with name, size and time, a file that did not change since it was read. `import_overlap`:
 * imports with calls that another import has as well, and the one whose state of them was kept; when that one is taken
 * out, files of the others are read again.
 */
export const UNCHANGED_STEP: Sql = sql`
alter table imports add column source_inode varchar;

create table import_overlap (
  import_id integer not null,
  kept_by integer not null
);
`;
