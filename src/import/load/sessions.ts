import { join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Format } from '../declare/format.js';
import { FORMATS } from '../formats/index.js';
import { deleteStored, FRESH, noteOverlap } from './deduplicate.js';
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
 * Takes sums of sessions out whose calls are known: new ones from FRESH, or those in the store that new calls replace. Resolves to how
 * many new rows went, by import.
 */
export async function dropSums(store: Store, { range, format, usage }: Loading): Promise<Map<number, number>> {
  if (format.sumsOf !== undefined) {
    const calls = sql`
      select distinct session_id, import_id
      from usage_fact
      where import_id in (${importsOf([format.sumsOf])}) and session_id in (select session_id from ${FRESH}) and not (${within(range)})`;
    return giveWay(store, range, sumsIn(FRESH, calls));
  }
  const summaries = FORMATS.filter((one) => 'sumsOf' in one && one.sumsOf === format.name).map(({ name }) => name);
  if (summaries.length === 0) return new Map();
  const { some } = await store.row<{ some: boolean }>(sql`select exists (${importsOf(summaries)}) as some`);
  if (!some) return new Map();
  const sums = sql`(select * from usage_fact where import_id in (${importsOf(summaries)}) and not (${within(range)}))`;
  return giveWay(store, range, sumsIn(sums, sql`select distinct session_id, import_id from ${usage} as brought`));
}

function sumsIn(sums: Sql, calls: Sql): Sql {
  return sql`
    select sum.import_id, sum.event_key, min(call.import_id) as kept_by
    from ${sums} as sum
    join (${calls}) as call on call.session_id = sum.session_id
    group by all`;
}

/**
 * Takes copies of calls out that a forked session begins with, whose originals are known: of the parent, or of the parent of the parent,
 * which a fork does not name. The id of a call ends with the running totals after it: what has the same totals in another session is
 * the same call where one of the sessions is a fork. Resolves to how many new rows went, by import.
 */
export async function dropForked(store: Store, range: Range, format: Format): Promise<Map<number, number>> {
  if (format.forks !== true) return new Map();
  const forked = sql`coalesce(split_part(request_id, '/', 1) <> session_id, false)`;
  const totals = sql`regexp_replace(request_id, '^[^/]*/', '')`;
  const described = sql`import_id, event_key, request_id, ${forked} as forked, ${totals} as call`;
  const fresh = (row: Sql) => within(range, sql`${row}.import_id`);
  // Of what is stored originals matter to new copies only.
  return giveWay(
    store,
    range,
    sql`
    with brought as (
      select ${described} from ${FRESH} where contains(request_id, '/')
    ),
    every as (
      from brought
      union all
      select ${described}
      from usage_fact
      where import_id in (${importsOf([format.name])}) and not (${within(range)})
        and (${forked} or (select bool_or(forked) from brought))
        and ${totals} in (select call from brought)
    )
    select copy.import_id, copy.event_key, min(kept.import_id) as kept_by
    from every as copy
    join every as kept on kept.call = copy.call and kept.event_key <> copy.event_key
    where copy.forked and (not kept.forked or kept.request_id < copy.request_id) and (${fresh(sql`copy`)} or ${fresh(sql`kept`)})
    group by all`,
  );
}

/**
 * Deletes rows (import_id, event_key, kept_by), in FRESH or in the store, for those of other imports, and writes down which import gave
 * way to which, so that removing the one brings the rows of the other back. Resolves to how many new rows went, by import.
 */
async function giveWay(store: Store, range: Range, rows: Sql): Promise<Map<number, number>> {
  await store.run(sql`create or replace temp table given_way as ${rows}`);
  await noteOverlap(store, sql`select distinct import_id, kept_by from given_way`);
  await store.run(
    sql`delete from ${FRESH} where (import_id, event_key) in (select import_id, event_key from given_way)`,
  );
  await deleteStored(store, sql`select import_id, event_key from given_way where not (${within(range)})`);
  // What was pushed to a team holds these rows still: it is pushed again without them.
  await store.run(
    sql`update team_pushed set changed = true where import_id in (select import_id from given_way where not (${within(range)}))`,
  );
  const counts = await store.rows<{ import_id: number; rows: string }>(
    sql`select import_id, count(*) as rows from given_way where ${within(range)} group by import_id`,
  );
  return new Map(counts.map(({ import_id, rows: count }) => [import_id, Number(count)]));
}

function importsOf(formats: readonly string[]): Sql {
  return sql`select import_id from imports where format in (${join(formats.map(literal))}) and status = 'done'`;
}
