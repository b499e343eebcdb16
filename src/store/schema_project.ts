import { type Sql, sql } from '../sql.js';

/**
 * Repositories of folders that usage of an import was made in, where git told them when it was imported (src/import/load/projects.ts), or the
 * machine that pushed it. What is not here goes by the address of the repository in the log, or by the path (src/names/project.ts). One
 * row for each import and folder (`tags['cwd']`).
 */
export const PROJECT_STEP: Sql = sql`
create table import_project (
  import_id integer not null,
  folder varchar not null,
  project varchar not null
);
`;
