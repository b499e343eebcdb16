import { join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { changeUsage } from '../../store/usage.js';
import type { Format } from '../declare/format.js';
import { FORMATS } from '../formats/index.js';
import { FRESH } from './deduplicate.js';
import { type Range, within } from './import_range.js';

/*
 * Sessions repeat each other. What a run of an agent printed (`claude -p`, `codex exec --json`) sums up the calls that the session of the
 * same run holds one by one: where both are in the store the calls count. A session that was forked begins with a copy of the calls of
 * the one before it: where both are in the store the original counts. Whichever came first.
 */

interface Loading {
  range: Range;
  format: Format;
  /** All calls that the files brought. */
  usage: Sql;
}

/**
 * Takes sums of sessions out whose calls are known: new ones from FRESH, or those in the store that new calls replace. Writes down which
 * import gave way to which, so that removing the calls brings the sums back. Resolves to how many new rows went, by import.
 */
export async function dropSums(store: Store, { range, format, usage }: Loading): Promise<Map<number, number>> {
  if (format.sumsOf !== undefined) return dropFreshSums(store, range, [format.sumsOf]);
  const summaries = FORMATS.filter((one) => 'sumsOf' in one && one.sumsOf === format.name).map(({ name }) => name);
  if (summaries.length > 0) await dropStoredSums(store, range, { summaries, usage });
  return new Map();
}

async function dropFreshSums(store: Store, range: Range, formats: readonly string[]): Promise<Map<number, number>> {
  await store.run(sql`
    create or replace temp table summed as
    select fresh.import_id, fresh.event_key, min(call.import_id) as kept_by
    from ${FRESH} as fresh
    join (
      select distinct fact.session_id, fact.import_id
      from usage_fact as fact
      where fact.import_id in (${importsOf(formats)}) and fact.session_id in (select session_id from ${FRESH})
        and not (${within(range, sql`fact.import_id`)})
    ) as call on call.session_id = fresh.session_id
    group by all`);
  await store.run(sql`delete from ${FRESH} where (import_id, event_key) in (select import_id, event_key from summed)`);
  await noteOverlap(store);
  const rows = await store.rows<{ import_id: number; sums: string }>(
    sql`select import_id, count(*) as sums from summed group by import_id`,
  );
  return new Map(rows.map(({ import_id, sums }) => [import_id, Number(sums)]));
}

async function dropStoredSums(
  store: Store,
  range: Range,
  { summaries, usage }: { summaries: readonly string[]; usage: Sql },
): Promise<void> {
  const { some } = await store.row<{ some: boolean }>(sql`select exists (${importsOf(summaries)}) as some`);
  if (!some) return;
  await store.run(sql`
    create or replace temp table summed as
    select sum.import_id, sum.event_key, min(call.import_id) as kept_by
    from usage_fact as sum
    join (select distinct session_id, import_id from ${usage} as brought) as call on call.session_id = sum.session_id
    where sum.import_id in (${importsOf(summaries)}) and not (${within(range, sql`sum.import_id`)})
    group by all`);
  await noteOverlap(store);
  await dropStored(store, sql`select import_id, event_key from summed`);
}

/** Deletes calls of finished imports. */
async function dropStored(store: Store, calls: Sql): Promise<void> {
  const { some } = await store.row<{ some: boolean }>(sql`select exists (${calls}) as some`);
  if (!some) return;
  await store.run(sql`delete from usage_attribution where (import_id, event_key) in (${calls})`);
  await changeUsage(store, {
    imports: calls,
    statement: sql`delete from usage_fact where (import_id, event_key) in (${calls})`,
  });
}

/**
 * Takes copies of calls out that a forked session begins with, whose originals are known: of the parent, or of the parent of the parent,
 * which a fork does not name. The id of a call ends with the running totals after it: what has the same totals in another session is
 * the same call where one of the sessions is a fork. Resolves to how many new rows went, by import.
 */
export async function dropForked(store: Store, range: Range, format: Format): Promise<Map<number, number>> {
  if (format.forks !== true) return new Map();
  const described = (fresh: boolean) => sql`
      import_id, event_key, request_id, ${fresh ? sql`true` : sql`false`} as fresh,
      coalesce(split_part(request_id, '/', 1) <> session_id, false) as forked,
      regexp_replace(request_id, '^[^/]*/', '') as call`;
  await store.run(sql`
    create or replace temp table summed as
    with brought as (
      select ${described(true)} from ${FRESH} where contains(request_id, '/')
    ),
    every as (
      from brought
      union all
      select ${described(false)}
      from usage_fact
      where import_id in (${importsOf([format.name])}) and not (${within(range)})
        and regexp_replace(request_id, '^[^/]*/', '') in (select call from brought)
    )
    select copy.import_id, copy.event_key, copy.fresh, min(kept.import_id) as kept_by
    from every as copy
    join every as kept on kept.call = copy.call and kept.event_key <> copy.event_key
    where copy.forked and (not kept.forked or kept.request_id < copy.request_id) and (copy.fresh or kept.fresh)
    group by all`);
  await store.run(sql`
    delete from ${FRESH} where (import_id, event_key) in (select import_id, event_key from summed where fresh)`);
  await dropStored(store, sql`select import_id, event_key from summed where not fresh`);
  await noteOverlap(store);
  const rows = await store.rows<{ import_id: number; copies: string }>(
    sql`select import_id, count(*) as copies from summed where fresh group by import_id`,
  );
  return new Map(rows.map(({ import_id, copies }) => [import_id, Number(copies)]));
}

async function noteOverlap(store: Store): Promise<void> {
  await store.run(sql`
    insert into import_overlap (import_id, kept_by)
    select distinct import_id, kept_by from summed
    except
    from import_overlap`);
}

function importsOf(formats: readonly string[]): Sql {
  return sql`select import_id from imports where format in (${join(formats.map(literal))}) and status = 'done'`;
}
