import { type Sql, sql, timestampOf } from '../sql.js';
import type { Store } from '../store/store.js';

/** What can change the prices of usage. */
export type RevisionKind = 'bundle' | 'refresh' | 'override' | 'alias' | 'configuration' | 'correction';

/** Later than any revision there is: the book as it is now. */
export const LATEST_REVISION = 2147483647;

/** The number of the present state of the prices; 0 while there are none. */
export async function currentRevision(store: Store): Promise<number> {
  const { revision } = await store.row<{ revision: number }>(
    sql`select coalesce(max(revision), 0) as revision from price_revision`,
  );
  return revision;
}

/** What changes the price book itself, and not only what the user says about it. */
const OF_BOOK: readonly RevisionKind[] = ['bundle', 'refresh', 'correction'];

/**
 * Begins a new state of the prices; resolves to its number. What changes carries it in added_in or removed_in. The prices that
 * were worked out beforehand (price_card) are those of the book before.
 */
export async function newRevision(store: Store, kind: RevisionKind, detail: string, now: Date): Promise<number> {
  const revision = (await currentRevision(store)) + 1;
  if (OF_BOOK.includes(kind)) await store.run(sql`delete from price_card`);
  await store.run(sql`insert into price_revision values ($revision, cast($now as timestamp), $kind, $detail)`, {
    revision,
    now: timestampOf(now),
    kind,
    detail,
  });
  return revision;
}

/** Takes back a revision that turned out to change nothing. Resolves to whether it stays. */
export async function keepIfUsed(store: Store, revision: number): Promise<boolean> {
  const { used } = await store.row<{ used: boolean }>(
    sql`
    select
      exists (from price_rate where $revision in (added_in, removed_in))
      or exists (from price_multiplier where $revision in (added_in, removed_in)) as used`,
    { revision },
  );
  if (used) return true;
  await store.run(sql`delete from price_revision where revision = $revision`, { revision });
  await store.run(sql`update price_book set added_in = $revision - 1 where added_in = $revision`, { revision });
  return false;
}

/** Rows of a table with added_in and removed_in that belong to the state $revision. */
export function inRevision(table: Sql): Sql {
  return sql`${table}.added_in <= $revision and coalesce(${table}.removed_in > $revision, true)`;
}
