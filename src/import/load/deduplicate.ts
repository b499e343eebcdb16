import { identifier, join, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { changeUsage } from '../../store/usage.js';
import { type Format, TRAIT_NAMES } from '../declare/format.js';
import { ordinalKey } from '../rows/event_key.js';
import { FACT_NAMES } from '../rows/statement.js';
import { type Range, within } from './import_range.js';

/*
 * One call may be met several times: in lines of one file, in files of one run, in earlier imports. Which of these states
 * is kept depends on what they say and never on when they came, so that a store is the same in whatever order and by
 * however many commands its files were imported.
 */

/** Rated calls of new imports before they are stored, laid out as usage_fact. */
export const FRESH = sql`fresh_usage`;

/** What became of calls that were there already. */
export interface Repeated {
  /** Copies of a line of this file or of a call in the store. */
  duplicates: number;
  /** States of a call of which this file has a better one. */
  partial: number;
  /** Calls in the store of which this file has a better state; it took their place. */
  updated: number;
  /** Copies that carry other token counts than what they are a copy of. */
  differing: number;
}

export const NOT_REPEATED: Repeated = { duplicates: 0, partial: 0, updated: 0, differing: 0 };

/** All tokens and other units that a row counts: the answer to a request for a picture has no tokens but those among the units. */
const TOTAL = sql`(coalesce(state.uncached_input_tokens, 0) + coalesce(state.cache_read_tokens, 0) + coalesce(state.cache_write_tokens, 0)
      + coalesce(state.cache_write_1h_tokens, 0) + coalesce(state.text_output_tokens, 0) + coalesce(state.reasoning_tokens, 0)
      + if(state.units is null, 0, coalesce(list_sum(map_values(state.units)), 0)))`;

/** A bucket that grows may count requests before tokens are known. */
function totalOf(format: Format | undefined): Sql {
  return format?.repeats === 'bucket' ? sql`(${TOTAL} + coalesce(state.requests, 0))` : TOTAL;
}

const ATTRIBUTES = [
  ...['user_id', 'session_id', 'trace_id', 'latency_ms', 'ttft_ms', 'billed_cost'].map(
    (name) => sql`state.${identifier(name)}`,
  ),
  ...['feature', 'environment'].map((name) => sql`profile.${identifier(name)}`),
];
const TOLD = join(
  ATTRIBUTES.map((column) => sql`if(${column} is null, 0, 1)`),
  ' + ',
);
/** What a source says of a call, and nothing that a store adds to it. */
const SAID = [
  ...[...FACT_NAMES, 'units'].map((name) => sql`state.${identifier(name)}`),
  ...TRAIT_NAMES.filter((name) => name !== 'region').map(
    (name) => sql`profile.${identifier(name === 'provider' ? 'source_provider' : name)}`,
  ),
];
const DIGEST = sql`md5_number(concat_ws(chr(31), ${join(SAID.map((column) => sql`coalesce(cast(${column} as varchar), '')`))}))`;

/**
 * The states of a call (`state`, of profile `profile`), the best one first: the one that counts most, then the one that
 * says most of whom it was for, then the fastest, the earliest, and of those that are left the one with the least digest.
 */
const BEST_FIRST = sql`${TOTAL} desc, coalesce(state.requests, 0) desc, state.customer is null, ${TOLD} desc,
      state.latency_ms nulls last, state.occurred_at nulls last, ${DIGEST}`;

/**
 * Equal states of several machines are of the one whose name is the least, so that each store says the same of whose they are; then
 * of the push with the least id (imports aliased origin).
 */
const BY_ORIGIN = sql`origin.machine nulls first, origin.push_id nulls last`;

/** Keeps, of the lines of one file that are states of one call, the best one in FRESH. Resolves to what became of the others, by import. */
export async function dropRepeats(store: Store, format: Format): Promise<Map<number, Repeated>> {
  await store.run(sql`
    create or replace temp table repeated_key as
    select import_id, event_key from ${FRESH} group by all having count(*) > 1`);
  if (await isEmpty(store, sql`repeated_key`)) return new Map();
  // Equal lines without an id are calls of their own.
  const distinct = format.key === undefined ? sql`request_id is null` : sql`false`;
  const preferred = format.repeats === 'last' ? sql`state.rowid desc` : sql`${BEST_FIRST}, state.rowid`;
  await store.run(sql`
    create or replace temp table repeated as
    select
      state.*,
      row_number() over same_call as place,
      ${totalOf(format)} as total,
      first_value(${totalOf(format)}) over same_call as kept_total
    from (select *, rowid from ${FRESH} where (import_id, event_key) in (from repeated_key)) as state
    left join usage_profile as profile on profile.profile_id = state.profile_id
    window same_call as (partition by state.import_id, state.event_key order by ${preferred})`);
  await store.run(sql`delete from ${FRESH} where (import_id, event_key) in (from repeated_key)`);
  await store.run(sql`
    insert into ${FRESH}
    select repeated.* exclude (rowid, place, total, kept_total) replace (
      case when place > 1 then ${ordinalKey(sql`event_key`, sql`place`)} else event_key end as event_key
    )
    from repeated
    where place = 1 or (${distinct})`);
  const rows = await store.rows<{ import_id: number } & Record<'same' | 'other', string>>(sql`
    select
      import_id,
      count(*) filter (where total = kept_total) as same,
      count(*) filter (where total <> kept_total) as other
    from repeated
    where place > 1 and not (${distinct})
    group by import_id`);
  return new Map(rows.map((row) => [row.import_id, repeatedOf(format, Number(row.same), Number(row.other))]));
}

function repeatedOf(format: Format, same: number, other: number): Repeated {
  if (format.repeats === 'same') return { ...NOT_REPEATED, duplicates: same + other, differing: other };
  return { ...NOT_REPEATED, duplicates: same, partial: other };
}

/**
 * The calls of FRESH that other imports have as well: writes their keys to the table `shared_key`. Looks everywhere in
 * the store, since a copy of a call may carry another time: 0.3 s at 50 million calls.
 */
export async function findShared(store: Store, range: Range): Promise<void> {
  await store.run(sql`
    create or replace temp table shared_key as
    select old.event_key
    from usage_fact as old
    where old.event_key in (select event_key from ${FRESH}) and not (${within(range, sql`old.import_id`)})
    union
    select event_key from ${FRESH} group by event_key having count(*) > 1`);
}

/**
 * Decides about the calls that several imports have (`shared_key`) and takes copies out of FRESH. Of a better state that
 * takes the place of another one both stay until `dropSuperseded`. Resolves to what became of the calls, by import.
 */
export async function judgeShared(store: Store, range: Range, format?: Format): Promise<Map<number, Repeated>> {
  if (await isEmpty(store, sql`shared_key`)) {
    await store.run(
      sql`create or replace temp table judged (import_id integer, event_key uhugeint, verdict varchar, is_last boolean)`,
    );
    return new Map();
  }
  // Rules of attribution may have changed what a stored call says; it is compared as its source told it.
  await store.run(sql`
    create or replace temp table judged as
    with state as (
      select * from ${FRESH} where event_key in (from shared_key)
      union all by name
      select old.* replace (
        if(origin.import_id is null, old.profile_id, origin.profile_id) as profile_id,
        if(origin.import_id is null, old.customer, origin.customer) as customer,
        if(origin.import_id is null, old.user_id, origin.user_id) as user_id,
        if(origin.import_id is null, old.session_id, origin.session_id) as session_id,
        if(origin.import_id is null, old.tags, origin.tags) as tags
      )
      from usage_fact as old
      left join usage_attribution as origin on origin.import_id = old.import_id and origin.event_key = old.event_key
      where old.event_key in (from shared_key) and not (${within(range, sql`old.import_id`)})
    ),
    ranked as (
      select
        state.import_id,
        state.event_key,
        ${totalOf(format)} as total,
        rank() over (partition by state.event_key order by ${BEST_FIRST}, ${BY_ORIGIN}) as place
      from state
      left join usage_profile as profile on profile.profile_id = state.profile_id
      left join imports as origin on origin.import_id = state.import_id
    ),
    ordered as (
      select *, min_by(total, place) over earlier as kept_total, min(place) over earlier as kept_place
      from ranked
      window earlier as (partition by event_key order by import_id rows between unbounded preceding and 1 preceding)
    ),
    verdicts as (
      select *, case when kept_place is null then 'first' when place < kept_place then 'better' else 'copy' end as verdict
      from ordered
    )
    select
      * exclude (place, kept_place),
      import_id = max(import_id) filter (where verdict <> 'copy') over (partition by event_key) as is_last
    from verdicts`);
  await store.run(sql`
    delete from ${FRESH} as fact using judged
    where judged.import_id = fact.import_id and judged.event_key = fact.event_key and judged.verdict = 'copy'`);
  const rows = await store.rows<{ import_id: number } & Record<'updated' | 'duplicates' | 'differing', string>>(sql`
    select
      import_id,
      count(*) filter (where verdict = 'better') as updated,
      count(*) filter (where verdict = 'copy') as duplicates,
      count(*) filter (where verdict = 'copy' and total <> kept_total) as differing
    from judged
    where ${within(range)}
    group by import_id`);
  return new Map(
    rows.map(({ import_id, updated, duplicates, differing }): [number, Repeated] => [
      import_id,
      { ...NOT_REPEATED, updated: Number(updated), duplicates: Number(duplicates), differing: Number(differing) },
    ]),
  );
}

/** Deletes states of calls of which a new import has a better one, in FRESH and in the store, and writes down which import gave way to which. */
export async function dropSuperseded(store: Store, range: Range): Promise<void> {
  if (await isEmpty(store, sql`judged`)) return;
  await noteOverlap(
    store,
    sql`
    select distinct state.import_id, kept.import_id
    from judged as state
    join judged as kept on kept.event_key = state.event_key and kept.is_last
    where not state.is_last`,
  );
  const superseded = sql`select import_id, event_key from judged where verdict <> 'copy' and not is_last`;
  if (await isEmpty(store, sql`(${superseded}) as superseded`)) return;
  await store.run(sql`delete from ${FRESH} where (import_id, event_key) in (${superseded})`);
  await deleteStored(store, sql`select * from (${superseded}) as state where not (${within(range)})`);
}

/** Writes down which import gave way to which: a query of pairs (import_id, kept_by). */
export async function noteOverlap(store: Store, pairs: Sql): Promise<void> {
  await store.run(sql`insert into import_overlap (import_id, kept_by) ${pairs} except from import_overlap`);
}

/** Deletes calls of finished imports: a query of (import_id, event_key). */
export async function deleteStored(store: Store, calls: Sql): Promise<void> {
  if (await isEmpty(store, sql`(${calls}) as calls`)) return;
  await store.run(sql`delete from usage_attribution where (import_id, event_key) in (${calls})`);
  await changeUsage(store, {
    imports: calls,
    statement: sql`delete from usage_fact where (import_id, event_key) in (${calls})`,
  });
}

async function isEmpty(store: Store, table: Sql): Promise<boolean> {
  const { some } = await store.row<{ some: boolean }>(sql`select exists (from ${table}) as some`);
  return !some;
}
