import { identifier, join, type Sql, sql, timestampOf } from '../../sql.js';
import { SHORT_COMMIT_MEGABYTES, type Store } from '../../store/store.js';
import type { AnyFormat } from '../declare/format.js';
import type { Loaded } from './answer.js';
import type { Load } from './file_load.js';
import { type Range, within } from './import_range.js';

/** The number of the next import, which none had before. */
export async function nextImportId(store: Store): Promise<number> {
  const { id } = await store.row<{ id: number }>(
    sql`select greatest(coalesce((select max(import_id) from imports), 0), (select last_removed from import_number)) + 1 as id`,
  );
  return id;
}

/** Inserts the imports of files, under their numbers, with status `loading`. */
export async function insertImports(
  store: Store,
  imports: readonly { import_id: number; load: Load<AnyFormat> }[],
): Promise<void> {
  const files = imports.map(({ import_id, load: { source, format, options, digest, continues, machine, now } }) => ({
    import_id,
    source: source.name,
    source_size: source.size,
    source_mtime_ms: source.mtimeMs,
    source_inode: source.inode,
    source_digest: digest,
    continues,
    machine,
    format: format.name,
    options,
    started_at: timestampOf(now),
  }));
  await store.run(
    sql`
    insert into imports (
      import_id, source, source_size, source_mtime_ms, source_inode, source_digest, continues, machine, format, options,
      started_at, status, price_revision
    )
    select unnest(from_json($files, '[{
      "import_id":"INTEGER", "source":"VARCHAR", "source_size":"BIGINT", "source_mtime_ms":"BIGINT", "source_inode":"VARCHAR",
      "source_digest":"VARCHAR", "continues":"INTEGER", "machine":"VARCHAR", "format":"VARCHAR", "options":"VARCHAR", "started_at":"TIMESTAMP"
    }]'), recursive := true), 'loading', (select coalesce(max(revision), 0) from price_revision)`,
    { files: JSON.stringify(files) },
  );
}

type Stored = Record<'left' | 'undated' | 'cost_usd' | 'unpriced', string> & Pick<Loaded, 'first_at' | 'last_at'>;

const NOTHING_STORED: Stored = { left: '0', undated: '0', first_at: null, last_at: null, cost_usd: '0', unpriced: '0' };

/** Publishes imports: counts what `usage`, laid out as usage_fact, holds of them, and sets their status to `done`. */
export async function finishImports(store: Store, loaded: readonly Loaded[], usage: Sql): Promise<Loaded[]> {
  const rows = await store.rows<Stored & { import_id: number }>(sql`
    select
      import_id,
      count(*) as left,
      count(*) - count(occurred_at) as undated,
      min(occurred_at) as first_at,
      max(occurred_at) as last_at,
      coalesce(sum(cost_usd), 0) as cost_usd,
      count(*) - count(cost_usd) as unpriced
    from ${usage} as usage
    group by import_id`);
  const stored = new Map(rows.map(({ import_id, ...row }) => [import_id, row]));
  const done = loaded.map((one) => withStored(one, stored.get(one.import_id) ?? NOTHING_STORED));
  await closeImports(store, done, 'done');
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

/** Of files in which too many lines were bad nothing is kept but the record of the attempt. */
export async function failImports(store: Store, loaded: readonly Loaded[]): Promise<Loaded[]> {
  const refused = loaded.map((one): Loaded => {
    const good = one.lines - one.skipped - one.rejected;
    const reasons = good === 0 ? one.skip_reasons : { ...one.skip_reasons, [REFUSED]: good };
    return { ...one, skipped: one.skipped + good, skip_reasons: reasons };
  });
  await closeImports(store, refused, 'failed');
  return refused;
}

const COUNTED = ['lines', 'imported', 'duplicates', 'updated', 'skipped', 'rejected'] as const;

/** Writes down what became of the lines of imports. */
export async function closeImports(store: Store, loaded: readonly Loaded[], status: 'done' | 'failed'): Promise<void> {
  if (loaded.length === 0) return;
  const ended = loaded.map(({ import_id, skip_reasons, first_at, last_at, ...counts }) => {
    const counted = COUNTED.map((name): [string, number] => [name, counts[name]]);
    return { import_id, skip_reasons, first_at, last_at, ...Object.fromEntries(counted) };
  });
  const columns = [...COUNTED, 'skip_reasons', 'first_at', 'last_at'].map(identifier);
  await store.run(
    sql`
    update imports set
      status = $status,
      finished_at = cast(now() as timestamp),
      ${join(columns.map((name) => sql`${name} = ended.${name}`))}
    from (
      select unnest(from_json($ended, '[{
        "import_id":"INTEGER", "lines":"BIGINT", "imported":"BIGINT", "duplicates":"BIGINT", "updated":"BIGINT", "skipped":"BIGINT",
        "rejected":"BIGINT", "skip_reasons":"MAP(VARCHAR, BIGINT)", "first_at":"TIMESTAMP", "last_at":"TIMESTAMP"
      }]'), recursive := true)
    ) as ended
    where imports.import_id = ended.import_id`,
    { status, ended: JSON.stringify(ended) },
  );
}

/** Takes out what a load that failed has stored, before calls of the next file are taken for copies of it; also where the disk is full. */
export async function withdrawImports(store: Store, range: Range): Promise<void> {
  await store.run(sql`delete from usage_fact where ${within(range)}`);
  await store.transaction(() => store.run(sql`delete from imports where ${within(range)}`), SHORT_COMMIT_MEGABYTES);
}
