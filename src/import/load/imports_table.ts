import { identifier, integer, join, type Sql, sql } from '../../sql.js';
import { SHORT_COMMIT_MEGABYTES, type Store } from '../../store/store.js';
import { type Range, within } from './import_range.js';
import type { Loaded } from './load.js';

type Stored = Record<'left' | 'undated' | 'cost_usd' | 'unpriced', string> & Pick<Loaded, 'first_at' | 'last_at'>;

const NOTHING_STORED: Stored = { left: '0', undated: '0', first_at: null, last_at: null, cost_usd: '0', unpriced: '0' };

/** The imports become visible. */
export async function finished(store: Store, loaded: readonly Loaded[], range: Range): Promise<Loaded[]> {
  const rows = await store.rows<Stored & { import_id: number }>(sql`
    select
      import_id,
      count(*) as left,
      count(*) - count(occurred_at) as undated,
      min(occurred_at) as first_at,
      max(occurred_at) as last_at,
      coalesce(sum(cost_usd), 0) as cost_usd,
      count(*) - count(cost_usd) as unpriced
    from usage_fact
    where ${within(range)}
    group by import_id`);
  const stored = new Map(rows.map(({ import_id, ...row }) => [import_id, row]));
  const done = loaded.map((one) => withStored(one, stored.get(one.import_id) ?? NOTHING_STORED));
  await close(store, done, sql`'done'`);
  return done;
}

function withStored(loaded: Loaded, { left, ...stored }: Stored): Loaded {
  const imported = Number(left) - loaded.updated;
  const { lines, duplicates, updated, skipped, rejected } = loaded;
  if (lines !== imported + duplicates + updated + skipped + rejected) {
    throw new Error(
      `the lines of import ${loaded.import_id} do not add up: ${JSON.stringify({ lines, imported, duplicates, updated, skipped, rejected })}`,
    );
  }
  const { undated, unpriced, cost_usd, first_at, last_at } = stored;
  return { ...loaded, imported, undated: Number(undated), unpriced: Number(unpriced), cost_usd, first_at, last_at };
}

const REFUSED = 'good lines of a file that was refused';

/** Too many lines were bad: nothing of the file is kept but the record of the attempt. */
export async function failed(store: Store, loaded: Loaded): Promise<Loaded> {
  const { lines, skipped, rejected, skip_reasons } = loaded;
  const good = lines - skipped - rejected;
  const refused: Loaded = {
    ...loaded,
    skipped: skipped + good,
    skip_reasons: good === 0 ? skip_reasons : { ...skip_reasons, [REFUSED]: good },
  };
  await store.run(sql`delete from usage_fact where import_id = ${integer(loaded.import_id)}`);
  await close(store, [refused], sql`'failed'`);
  return refused;
}

const COUNTED = ['lines', 'imported', 'duplicates', 'updated', 'skipped', 'rejected'] as const;

/** Writes down what became of the lines of imports. */
export async function close(store: Store, loaded: readonly Loaded[], status: Sql): Promise<void> {
  const ended = loaded.map(({ import_id, skip_reasons, first_at, last_at, ...counts }) => {
    const counted = COUNTED.map((name): [string, number] => [name, counts[name]]);
    return { import_id, skip_reasons, first_at, last_at, ...Object.fromEntries(counted) };
  });
  const columns = [...COUNTED, 'skip_reasons', 'first_at', 'last_at'].map(identifier);
  await store.run(
    sql`
    update imports set
      status = ${status},
      finished_at = cast(now() as timestamp),
      ${join(columns.map((name) => sql`${name} = ended.${name}`))}
    from (
      select unnest(from_json($ended, '[{
        "import_id":"INTEGER", "lines":"BIGINT", "imported":"BIGINT", "duplicates":"BIGINT", "updated":"BIGINT", "skipped":"BIGINT",
        "rejected":"BIGINT", "skip_reasons":"MAP(VARCHAR, BIGINT)", "first_at":"TIMESTAMP", "last_at":"TIMESTAMP"
      }]'), recursive := true)
    ) as ended
    where imports.import_id = ended.import_id`,
    { ended: JSON.stringify(ended) },
  );
}

/** Takes out what the first step stored, before calls of the next file are taken for copies of it; also where the disk is full. */
export async function withdraw(store: Store, range: Range): Promise<void> {
  await store.run(sql`delete from usage_fact where ${within(range)}`);
  await store.transaction(() => store.run(sql`delete from imports where ${within(range)}`), SHORT_COMMIT_MEGABYTES);
}
