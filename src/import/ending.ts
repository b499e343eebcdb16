import { identifier, integer, join, type Sql, sql } from '../sql.js';
import type { Store } from '../store/store.js';
import type { Loaded } from './load.js';

interface Stored extends Record<string, string | null> {
  left: string;
  undated: string;
  first_at: string | null;
  last_at: string | null;
  cost_usd: string;
  unpriced: string;
}

/** The import becomes visible. */
export async function finished(store: Store, loaded: Loaded): Promise<Loaded> {
  const { left, ...stored } = await store.row<Stored>(sql`
    select
      count(*) as left,
      count(*) - count(occurred_at) as undated,
      min(occurred_at) as first_at,
      max(occurred_at) as last_at,
      coalesce(sum(cost_usd), 0) as cost_usd,
      count(*) - count(cost_usd) as unpriced
    from usage_fact
    where import_id = ${integer(loaded.import_id)}`);
  const imported = Number(left) - loaded.updated;
  const { lines, duplicates, updated, skipped, rejected } = loaded;
  if (lines !== imported + duplicates + updated + skipped + rejected) {
    throw new Error(
      `the lines of import ${loaded.import_id} do not add up: ${JSON.stringify({ lines, imported, duplicates, updated, skipped, rejected })}`,
    );
  }
  const done = { ...loaded, ...stored, imported, undated: Number(stored.undated), unpriced: Number(stored.unpriced) };
  await close(store, done, sql`'done'`);
  return done;
}

/** Too many lines were bad: nothing of the file is kept but the record of the attempt. */
export async function failed(store: Store, loaded: Loaded): Promise<Loaded> {
  await store.run(sql`delete from usage_fact where import_id = ${integer(loaded.import_id)}`);
  await close(store, loaded, sql`'failed'`);
  return loaded;
}

/** Writes down what became of the lines of an import. */
export async function close(store: Store, loaded: Loaded, status: Sql): Promise<void> {
  const counted = ['lines', 'imported', 'duplicates', 'updated', 'skipped', 'rejected'] as const;
  await store.run(
    sql`
    update imports set
      status = ${status},
      finished_at = cast(now() as timestamp),
      ${join(counted.map((name) => sql`${identifier(name)} = ${integer(loaded[name])}`))},
      skip_reasons = from_json($reasons, '"MAP(VARCHAR, BIGINT)"'),
      first_at = cast($first as timestamp),
      last_at = cast($last as timestamp)
    where import_id = $id`,
    {
      id: loaded.import_id,
      reasons: JSON.stringify(loaded.skip_reasons),
      first: loaded.first_at,
      last: loaded.last_at,
    },
  );
}

/** Takes out what the first step stored, before calls of the next file are taken for copies of it. */
export async function withdraw(store: Store, importId: number): Promise<void> {
  const id = integer(importId);
  await store.transaction(async () => {
    await store.run(sql`delete from usage_fact where import_id = ${id}`);
    await store.run(sql`delete from imports where import_id = ${id}`);
  });
}
