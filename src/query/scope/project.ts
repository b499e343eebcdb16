import { ADDRESS_END, ANY_WORKTREE, LAST_PART, WORKTREES } from '../../names/project.js';
import { join, literal, type Sql, sql } from '../../sql.js';

/** The project that a folder stands for by its path, of whatever machine; null where it has no name. */
export function projectOfFolder(folder: Sql): Sql {
  const path = sql`rtrim(regexp_replace(${slashed(folder)}, '^file://', ''), '/')`;
  const repositories = WORKTREES.map((worktree) => sql`nullif(regexp_extract(${path}, ${literal(worktree)}, 1), '')`);
  return sql`case
      when regexp_matches(${path}, ${literal(ANY_WORKTREE)}) then coalesce(${join([...repositories, lastPart(path)])})
      else ${lastPart(path)}
    end`;
}

/** The project that the address of a repository stands for: `https://host/owner/app.git`, `git@host:owner/app`, `/srv/git/app.git`. */
export function projectOfRepository(address: Sql): Sql {
  return lastPart(sql`regexp_replace(${slashed(address)}, ${literal(ADDRESS_END)}, '')`);
}

function slashed(text: Sql): Sql {
  return sql`replace(${text}, ${literal('\\')}, '/')`;
}

function lastPart(path: Sql): Sql {
  return sql`nullif(regexp_extract(${path}, ${literal(LAST_PART)}, 1), '')`;
}
