import { sql } from '../sql.js';
import type { Store } from '../store/store.js';

/** What can change prices. */
export type RevisionKind = 'bundle' | 'refresh' | 'override' | 'alias' | 'configuration' | 'correction';

/** Writes down that prices change now, and why; resolves to the number what changes carries. Inside the caller's transaction. */
export async function newRevision(store: Store, kind: RevisionKind, detail: string, now: Date): Promise<number> {
  const revision = (await currentRevision(store)) + 1;
  await store.run(
    sql`
    insert into price_revision (revision, made_at, kind, detail)
    values ($revision, cast($now as timestamp), $kind, $detail)`,
    { revision, kind, detail, now: now.toISOString().replace('Z', '') },
  );
  return revision;
}

/** The number of the last change; 0 if there was none. */
export async function currentRevision(store: Store): Promise<number> {
  const { revision } = await store.row<{ revision: number }>(
    sql`select coalesce(max(revision), 0) as revision from price_revision`,
  );
  return revision;
}
