import { ADDRESS_END, ANY_WORKTREE, LAST_PART, WORKTREES } from '../../names/project.js';
import { join, literal, type Sql, sql } from '../../sql.js';

/** The project that a folder stands for by its path, of whatever machine; null where it has no name. The common case is the fast one. */
export function projectOfFolder(folder: Sql): Sql {
  const repositories = WORKTREES.map((worktree) => sql`nullif(regexp_extract(${folder}, ${literal(worktree)}, 1), '')`);
  return sql`case
      when regexp_matches(${folder}, ${literal(ANY_WORKTREE)}) then coalesce(${join([...repositories, lastPart(folder)])})
      when contains(${folder}, ${literal('\\')}) or ends_with(${folder}, '/') then ${lastPart(folder)}
      else nullif(split_part(${folder}, '/', -1), '')
    end`;
}

/** The project that the address of a repository stands for: `https://host/owner/app.git`, `git@host:owner/app`, `/srv/git/app.git`. */
export function projectOfRepository(address: Sql): Sql {
  return lastPart(sql`regexp_replace(${address}, ${literal(ADDRESS_END)}, '')`);
}

function lastPart(path: Sql): Sql {
  return sql`nullif(regexp_extract(${path}, ${literal(LAST_PART)}, 1), '')`;
}
