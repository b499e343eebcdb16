import { InputError, UsageError } from '../../errors.js';
import { integer, join, type Sql, sql } from '../../sql.js';
import { type Row, SHORT_COMMIT_MEGABYTES, type Store } from '../../store/store.js';
import { changeUsage } from '../../store/usage.js';
import type { Reject } from '../rejects/answer.js';

/** One import as it is remembered: times in ISO 8601, counts as they were when it ended. */
export interface PastImport {
  import_id: number;
  source: string;
  format: string;
  status: 'done' | 'failed';
  finished_at: string;
  lines: number;
  imported: number;
  duplicates: number;
  updated: number;
  skipped: number;
  rejected: number;
  first_at: string | null;
  last_at: string | null;
  /** Rows of usage, of the ledger or of revenue that are in the store now; a later import may have taken some over. */
  rows: number;
}

/** All imports, the oldest first. */
export async function listImports(store: Store): Promise<PastImport[]> {
  const rows = await store.rows<Row & Pick<PastImport, (typeof KEPT)[number]>>(sql`
    with stored as (
      select import_id, count(*) as rows
      from (select import_id from usage_fact union all select import_id from ledger_entry union all select import_id from revenue_entry) as kept
      group by import_id
    )
    select
      imports.import_id, source, format, status, strftime(finished_at, ${ISO}) as finished_at, lines, imported, duplicates, updated, skipped, rejected,
      strftime(first_at, ${ISO}) as first_at, strftime(last_at, ${ISO}) as last_at, coalesce(stored.rows, 0) as rows
    from imports
    left join stored on stored.import_id = imports.import_id
    where status <> 'loading'
    order by imports.import_id`);
  return rows.map((row) => {
    const count = (name: string) => Number(row[name] ?? 0);
    const { import_id, source, format, status, finished_at, first_at, last_at } = row;
    return {
      ...{ import_id, source, format, status, finished_at },
      lines: count('lines'),
      imported: count('imported'),
      duplicates: count('duplicates'),
      updated: count('updated'),
      skipped: count('skipped'),
      rejected: count('rejected'),
      ...{ first_at, last_at },
      rows: count('rows'),
    };
  });
}

const KEPT = ['import_id', 'source', 'format', 'status', 'finished_at', 'first_at', 'last_at'] as const;
const ISO = sql`'%Y-%m-%dT%H:%M:%S.%gZ'`;

/** The bad lines of an import. */
export interface PastRejects {
  import_id: number;
  source: string;
  /** How many there were; of a file that was refused for them the first 1,000 are named. */
  rejected: number;
  /** In the order of the file. */
  rejects: Reject[];
}

/** The bad lines of an import. Throws InputError if there is no such import. */
export async function rejectsOf(store: Store, id: number): Promise<PastRejects> {
  await present(store, [id]);
  const { source, rejected } = await store.row<{ source: string; rejected: string }>(
    sql`select source, coalesce(rejected, 0) as rejected from imports where import_id = ${integer(id)}`,
  );
  const rows = await store.rows<{ line: string; field: string; reason: string }>(
    sql`select line, field, reason from rejects where import_id = ${integer(id)} order by line, field`,
  );
  const rejects = rows.map((row) => ({ ...row, line: Number(row.line) }));
  return { import_id: id, source, rejected: Number(rejected), rejects };
}

/** What went with some imports. */
export interface Removed {
  sources: string[];
  /** Rows of each: usage, what providers billed, revenue. */
  rows: Record<'usage' | 'ledger' | 'revenue', string>;
  /** Other files whose next import is no longer skipped as unchanged. */
  reopened: string[];
  /** Numbers of imports that were removed before. */
  before: number[];
}

/**
 * Takes imports out again, with their usage, their bad lines and the memory of their files, in one transaction.
 * A file that had calls in common with a removed one left them to it: importing it again has to bring them back, so it
 * no longer counts as read; neither do later parts of a removed file.
 * Throws InputError if one of them never was; then nothing is removed.
 */
export async function removeImports(store: Store, ids: readonly number[]): Promise<Removed> {
  const { megabytes } = await store.row<{ megabytes: number }>(
    sql`select cast(count(*) // ${integer(DELETED_BY_MEGABYTE)} as integer) as megabytes from usage_fact where import_id in (${join(ids.map(integer))})`,
  );
  return store.transaction(async () => {
    const { there, before } = await present(store, ids);
    const sources = there.map(({ source }) => source);
    // A list in SQL must not be empty; no import has this number.
    const chosen = there.length === 0 ? sql`0` : join(there.map(({ import_id }) => integer(import_id)));
    await refusePushes(store, chosen);
    const reopened = await store.rows<{ source: string }>(sql`
      update imports as other set source_digest = null
      from (select * from imports where import_id in (${chosen})) as gone
      where other.import_id not in (${chosen})
        and other.source_digest is not null
        and (
          exists (from import_overlap where import_overlap.import_id = other.import_id and kept_by = gone.import_id)
          or other.source = gone.source and other.continues is not null
        )
      returning other.source`);
    const rows = await store.row<Removed['rows']>(sql`
      select
        (select count(*) from usage_fact where import_id in (${chosen})) as usage,
        (select count(*) from ledger_entry where import_id in (${chosen})) as ledger,
        (select count(*) from revenue_entry where import_id in (${chosen})) as revenue`);
    if (there.length > 0) await deleteImports(store, chosen);
    return { sources, rows, reopened: [...new Set(reopened.map(({ source }) => source))].sort(), before };
  }, SHORT_COMMIT_MEGABYTES + megabytes);
}

/** So many rows less write a megabyte to the log: a number of 8 bytes for each. What frees room must not need much of it. */
const DELETED_BY_MEGABYTE = 50_000;

/** Deletes imports and all that is kept of them; `chosen` lists their numbers. In the transaction of the caller. */
export async function deleteImports(store: Store, chosen: Sql): Promise<void> {
  await changeUsage(store, {
    imports: sql`select import_id from imports where import_id in (${chosen})`,
    statement: sql`delete from usage_fact where import_id in (${chosen})`,
  });
  await store.run(sql`delete from ledger_entry where import_id in (${chosen})`);
  await store.run(sql`delete from revenue_entry where import_id in (${chosen})`);
  await store.run(sql`delete from rerated_usage where import_id in (${chosen})`);
  await store.run(sql`delete from usage_attribution where import_id in (${chosen})`);
  await store.run(sql`delete from import_overlap where import_id in (${chosen}) or kept_by in (${chosen})`);
  await store.run(sql`delete from import_project where import_id in (${chosen})`);
  await store.run(sql`delete from rejects where import_id in (${chosen})`);
  await store.run(
    sql`update import_number set last_removed = greatest(last_removed, (select max(import_id) from imports where import_id in (${chosen})))`,
  );
  await store.run(sql`delete from imports where import_id in (${chosen})`);
}

/** A push of a team is taken back in its place, for every store: removed here alone, the next sync would bring it again. */
async function refusePushes(store: Store, chosen: Sql): Promise<void> {
  const [push] = await store.rows<{ import_id: number; push_id: string; machine: string | null }>(
    sql`select import_id, push_id, machine from imports where import_id in (${chosen}) and push_id is not null order by import_id limit 1`,
  );
  if (push === undefined) return;
  throw new UsageError(
    `Import ${push.import_id} is a push of ${push.machine ?? 'another machine'} to the team, not a file of this machine.\nTo take it back for everybody: llmcost team remove ${push.push_id.slice(0, 12)}, then llmcost sync.`,
  );
}

/** Those that are there, and those that were; throws InputError where one never was. */
async function present(
  store: Store,
  ids: readonly number[],
): Promise<{ there: { import_id: number; source: string }[]; before: number[] }> {
  const wanted = [...new Set(ids)];
  const there = await store.rows<{ import_id: number; source: string }>(
    sql`select import_id, source from imports where import_id in (${join(wanted.map(integer))}) order by import_id`,
  );
  const { last } = await store.row<{ last: number }>(
    sql`select greatest((select last_removed from import_number), coalesce((select max(import_id) from imports), 0)) as last`,
  );
  const missing = wanted.filter((id) => !there.some(({ import_id }) => import_id === id));
  const never = missing.find((id) => id > last);
  if (never === undefined) return { there, before: missing };
  throw new InputError(`There is no import ${never} in ${store.path}.\nSee which there are: llmcost imports list`);
}
