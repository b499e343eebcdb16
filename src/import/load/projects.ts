import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join as pathOf, relative, resolve, sep } from 'node:path';
import { PROJECT_LABEL, repositoryName } from '../../names/project.js';
import { literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';

/**
 * Writes down which repositories the folders of new usage (a test over usage_fact, aliased fact) are in, as git on this machine has it: one
 * look for each folder, whatever the number of calls. Only the name of the repository is kept. Of a folder that is gone, such as a worktree
 * whose session goes on in a later import, what an earlier import of this machine found still holds.
 */
export async function noteProjects(store: Store, usage: Sql): Promise<void> {
  const folders = await store.rows<{ import_id: number; folder: string }>(sql`
    select distinct fact.import_id, fact.tags['cwd'] as folder
    from usage_fact as fact
    where ${usage} and fact.tags['cwd'] is not null
    order by all`);
  const known = new Map([...new Set(folders.map(({ folder }) => folder))].map((folder) => [folder, lookAt(folder)]));
  const found = folders.flatMap(({ import_id, folder }) => {
    const { project, gone } = known.get(folder) ?? { project: undefined, gone: false };
    return project === undefined && !gone ? [] : [{ import_id, folder, project }];
  });
  await keepProjects(
    store,
    sql`
      with looked as (
        select unnest(from_json($found, '[{"import_id":"INTEGER","folder":"VARCHAR","project":"VARCHAR"}]'), recursive := true)
      ),
      before as (
        select told.folder, arg_max(told.project, told.import_id) as project
        from import_project as told
        join imports on imports.import_id = told.import_id and imports.push_id is null
        group by told.folder
      )
      select looked.import_id, looked.folder, coalesce(looked.project, before.project) as project
      from looked
      left join before on before.folder = looked.folder
      where coalesce(looked.project, before.project) is not null`,
    { found: JSON.stringify(found) },
  );
}

function lookAt(folder: string): { project: string | undefined; gone: boolean } {
  const project = repositoryOf(folder);
  return { project, gone: project === undefined && isHere(folder) && kindOf(folder) === undefined };
}

/** Keeps what is known of folders (import_id, folder, project), once for each import and folder. */
export async function keepProjects(store: Store, found: Sql, params?: Record<string, string>): Promise<void> {
  await store.run(
    sql`
    insert into import_project (import_id, folder, project)
    select import_id, folder, min(project)
    from (${found}) as found
    where not exists (
      from import_project as known where known.import_id = found.import_id and known.folder = found.folder
    )
    group by import_id, folder`,
    params,
  );
}

/** Labels of a call without the one that carries its project. */
export function withoutProject(tags: Sql): Sql {
  const label = literal(PROJECT_LABEL);
  return sql`case when ${tags}[${label}] is null then ${tags}
      else nullif(map_from_entries(list_filter(map_entries(${tags}), lambda one: one.key <> ${label})), map {}) end`;
}

/** No path is deeper. */
const DEEPEST = 64;

/**
 * The repository that a folder is in, by the name of its first remote (origin if there is one), else of the folder of the main worktree;
 * undefined where git on this machine knows none. A folder that is gone is in the repository of the nearest one above it that is still there.
 * A repository of the home folder, or above it, holds settings: it is that of the home folder alone.
 */
export function repositoryOf(folder: string, home = homedir()): string | undefined {
  if (!isHere(folder)) return undefined;
  const start = resolve(folder);
  let at = start;
  for (let depth = 0; depth < DEEPEST; depth++) {
    if (at !== start && isWithin(home, at)) return undefined;
    const kind = kindOf(pathOf(at, '.git'));
    if (kind !== undefined) return nameOf(at, kind);
    const above = dirname(at);
    if (above === at) return undefined;
    at = above;
  }
  return undefined;
}

/** A path with two slashes at its beginning is on another machine; to look there would ask the network. */
function isHere(folder: string): boolean {
  return isAbsolute(folder) && !/^[\\/]{2}/.test(folder);
}

function isWithin(folder: string, outer: string): boolean {
  const way = relative(outer, folder);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function nameOf(root: string, kind: 'file' | 'folder'): string | undefined {
  const dotGit = pathOf(root, '.git');
  if (kind === 'folder') return remoteIn(dotGit) ?? nonEmpty(basename(root));
  // A worktree, or a submodule: a file that says where its data is (https://git-scm.com/docs/gitrepository-layout).
  const told = /^gitdir: *(.+?)\s*$/m.exec(textOf(dotGit) ?? '')?.[1];
  if (told === undefined) return nonEmpty(basename(root));
  const data = resolve(root, told);
  const shared = textOf(pathOf(data, 'commondir'))?.trim();
  const worktree = /^(.*)[\\/]worktrees[\\/][^\\/]+$/.exec(data)?.[1];
  if (shared === undefined && worktree === undefined) return remoteIn(data) ?? nonEmpty(basename(root));
  const common = shared === undefined ? (worktree ?? data) : resolve(data, shared);
  const main = ['.git', '.bare'].includes(basename(common)) ? dirname(common) : common;
  return remoteIn(common) ?? nonEmpty(basename(main).replace(/\.git$/, ''));
}

/** The name of the repository that the folder of its data has as origin, else as the first of its remotes. */
function remoteIn(data: string): string | undefined {
  const remotes = new Map<string, string>();
  let section: string | undefined;
  for (const line of (textOf(pathOf(data, 'config')) ?? '').split(/\r?\n/)) {
    const head = /^\s*\[\s*([\w.-]+)(?:\s+"(.*)")?\s*\]/.exec(line);
    if (head !== null) section = head[1]?.toLowerCase() === 'remote' ? head[2] : undefined;
    const url = /^\s*url\s*=\s*(.+?)\s*$/i.exec(line)?.[1];
    if (section !== undefined && url !== undefined && !remotes.has(section)) remotes.set(section, url);
  }
  const address = remotes.get('origin') ?? [...remotes.values()][0];
  return address === undefined ? undefined : repositoryName(address);
}

function nonEmpty(name: string): string | undefined {
  return name === '' ? undefined : name;
}

/** Settings of git are short; a longer file is something else. */
const LONGEST = 1 << 20;

/** The text of a file; undefined where there is none that may be read. */
function textOf(path: string): string | undefined {
  return unlessRefused(() => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true && found.size <= LONGEST ? readFileSync(path, 'utf8') : undefined;
  });
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  return unlessRefused(() => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : undefined;
  });
}

/** What may not be looked at tells nothing: the folder then stands for itself. Anything else that fails is passed on. */
function unlessRefused<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return undefined;
    throw error;
  }
}
