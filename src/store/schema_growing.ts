import { type Sql, sql } from '../sql.js';

/** Logs that grow: the import whose file this one read on from its end; null where all of a file was read. */
export const GROWING_STEP: Sql = sql`
alter table imports add column continues integer;
`;
