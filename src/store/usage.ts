import { integer, type Sql, sql } from '../sql.js';
import type { Params, Store } from './store.js';

/**
 * Changes or deletes usage of finished imports: the only way to do it, because the sums of these imports (`usage_rolled`) must be deleted
 * first. `imports` is a query of their numbers, as import_id. Runs in the transaction of the caller. Returns the number of rows changed.
 * Rows of an import that is still loading are in no sum and are changed directly.
 */
export async function changeUsage(
  store: Store,
  { imports, statement, params }: { imports: Sql; statement: Sql; params?: Params },
): Promise<number> {
  await forgetSums(store, imports);
  return store.run(statement, params);
}

/** Deletes the sums of all spans that contain one of the imports; their usage is read call by call until it is summed again. */
async function forgetSums(store: Store, imports: Sql): Promise<void> {
  const spans = await store.rows<{ sums: 'hourly' | 'daily'; last_import: number }>(sql`
    delete from usage_rolled
    where exists (
      from (select distinct import_id from (${imports})) as changed
      where changed.import_id between usage_rolled.first_import and usage_rolled.last_import
    )
    returning sums, last_import`);
  for (const { sums, last_import } of spans) {
    const table = { hourly: sql`usage_hourly`, daily: sql`usage_daily` }[sums];
    await store.run(sql`delete from ${table} where import_id = ${integer(last_import)}`);
  }
}
