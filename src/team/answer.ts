/** What `llmcost push` wrote. */
export interface PushAnswer {
  schema: 'llmcost.push/1';
  place: string;
  dry_run: boolean;
  machine: string | null;
  /** The id of the push; null where there was nothing to push. */
  push_id: string | null;
  rows: number;
  /** Imports that are in the push. */
  imports: number;
  packs: number;
  bytes: number;
  /** Earlier pushes of this database that this one takes the place of. */
  replaces: string[];
  /** Rows of bills and of revenue, which stay on this machine. */
  left_here: number;
}

/** A push of which nothing was taken in, and why. */
export interface RefusedPush {
  push_id: string;
  machine: string | null;
  reason: string;
}

/** What `llmcost sync` took in from one place. */
export interface SyncedPlace {
  place: string;
  /** Pushes that were taken in. */
  pushes: number;
  /** Pushes that were taken back. */
  removed: number;
  machines: string[];
  /** Rows of the pushes that were taken in. */
  rows: number;
  /** Of these, calls that are new here, and states that are better than what was here. */
  imported: number;
  updated: number;
  duplicates: number;
  /** Of these rows those that no price is known for. */
  unpriced: number;
  /** Pushes whose packs are not all there yet. */
  incomplete: { push_id: string; machine: string | null }[];
  refused: RefusedPush[];
  /** Pushes of this database that were taken back by somebody: their imports are still here. */
  own_removed: { push_id: string; imports: number[] }[];
  /** Files of this machine to import again: they had left calls to a push that was taken back. */
  reopened: string[];
}

export interface SyncAnswer {
  schema: 'llmcost.sync/1';
  dry_run: boolean;
  places: SyncedPlace[];
}

/** One machine in a team place. */
export interface TeamMachine {
  machine: string | null;
  pushes: number;
  rows: number;
  /** ISO 8601. */
  last_push: string;
}

export interface TeamStatus {
  schema: 'llmcost.team-status/1';
  place: string;
  machines: TeamMachine[];
  pushes: { push_id: string; machine: string | null; made_at: string; rows: number; folded: boolean; own: boolean }[];
  /** Pushes that were taken back, and the push that did it. */
  removed: { push_id: string; machine: string | null; rows: number; removed_by: string; by_machine: string | null }[];
  /** Live pushes that this database has not taken in; null without a database. */
  behind: number | null;
  /** Imports of this database that were not pushed; null without a database. */
  to_push: number | null;
  refused: RefusedPush[];
}

export interface TeamCheck {
  schema: 'llmcost.team-check/1';
  place: string;
  pushes: number;
  packs: number;
  rows: number;
  incomplete: { push_id: string; machine: string | null }[];
  refused: RefusedPush[];
}

export interface TeamRemoval {
  schema: 'llmcost.team-remove/1';
  place: string;
  push_id: string;
  removed: { push_id: string; machine: string | null; rows: number }[];
  /** Live pushes that hold a pack of a removed one as well: the same rows of another machine. */
  still: { push_id: string; machine: string | null }[];
}

export interface TeamCompaction {
  schema: 'llmcost.team-compact/1';
  place: string;
  dry_run: boolean;
  /** The id of the compaction; null where there was nothing to put together. */
  push_id: string | null;
  pushes: number;
  rows: number;
  packs: number;
  bytes: number;
  /** Things that nothing needs any more, deleted or, in a dry run, to be deleted. */
  deleted: number;
}
