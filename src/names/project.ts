/*
 * The project of a call is the repository it was made in. A folder alone tells it where tools lay their worktrees out in a known way;
 * any other folder stands for itself, by its last part. What git says of the folder is better (src/import/load/projects.ts), and so is
 * the address of the repository where a log has it. Patterns are of RE2 and of JavaScript alike.
 */

/**
 * What in a path says that it is a worktree, with the repository as its only group:
 * - the folder that git keeps of each worktree (https://git-scm.com/docs/git-worktree#_details), also of a bare repository;
 * - worktrees within the repository: Claude Code's `.claude/worktrees`, `.worktrees`, `.trees`;
 * - Cursor's `~/.cursor/worktrees/REPOSITORY/ID` and Codex' `~/.codex/worktrees/ID/REPOSITORY`;
 * - a folder beside the repository: `app-wt/feature`, `app.worktrees/feature`.
 */
export const WORKTREES = [
  String.raw`([^/\\]+)[/\\]\.(?:git|bare)[/\\]worktrees[/\\]`,
  String.raw`([^/\\]+)\.git[/\\]worktrees[/\\]`,
  String.raw`([^/\\]+)[/\\]\.(?:claude[/\\]worktrees|worktrees?|trees)[/\\][^/\\]`,
  String.raw`[/\\]\.cursor[/\\]worktrees[/\\]([^/\\]+)[/\\]`,
  String.raw`[/\\]\.codex[/\\]worktrees[/\\][^/\\]+[/\\]([^/\\]+)`,
  String.raw`([^/\\]+)[-._](?:wt|worktrees?)[/\\][^/\\]`,
];

/** Most folders have none of these in them, and are not looked at further. */
export const ANY_WORKTREE = String.raw`worktree|\.trees[/\\]|[-._]wt[/\\]`;

/** The name at the end of a path or an address. */
export const LAST_PART = String.raw`([^/\\:]+)[/\\]*$`;

/** How the address of a repository ends that is no part of its name: `.git`, a query (which may hold a token), a fragment. */
export const ADDRESS_END = String.raw`(\.git)?[/\\]*([?#].*)?$`;

/** A label that carries what git said of a folder from one machine to others; no store keeps it. */
export const PROJECT_LABEL = 'llmcost.project';

/** The name of a repository by its address, `https://host/owner/app.git`; undefined where it has none. */
export function repositoryName(address: string): string | undefined {
  const path = address.trim().replace(new RegExp(ADDRESS_END), '');
  return new RegExp(LAST_PART).exec(path)?.[1];
}
