import { integer, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { changeUsage } from '../../store/usage.js';
import type { Format } from '../declare/format.js';
import { ordinalKey } from '../rows/event_key.js';
import { type Range, within } from './import_range.js';

/** What became of lines that were there already. */
export interface Repeated {
  /** Copies of a line of this file or of a call in the store. */
  duplicates: number;
  /** States of a call of which this file has a later one. */
  partial: number;
  /** Calls in the store that this file knows more of; the new state took their place. */
  updated: number;
  /** Copies that carry other token counts than what they are a copy of. */
  differing: number;
}

/** All that a row counts: the answer to a request for a picture has no tokens but those among the units. */
const TOTAL = (
  row: Sql,
) => sql`(coalesce(${row}.uncached_input_tokens, 0) + coalesce(${row}.cache_read_tokens, 0) + coalesce(${row}.cache_write_tokens, 0)
      + coalesce(${row}.cache_write_1h_tokens, 0) + coalesce(${row}.text_output_tokens, 0) + coalesce(${row}.reasoning_tokens, 0)
      + if(${row}.units is null, 0, coalesce(list_sum(map_values(${row}.units)), 0)))`;

/** A bucket that grows may count requests before tokens are known. */
function countOf(format: Format, row: Sql): Sql {
  return format.repeats === 'bucket' ? sql`(${TOTAL(row)} + coalesce(${row}.requests, 0))` : TOTAL(row);
}

export const NOT_REPEATED: Repeated = { duplicates: 0, partial: 0, updated: 0, differing: 0 };

/**
 * Repairs lines with one key inside of each new import. Rare, so they are looked for when everything is in
 * (0.25 s for 2 million rows) instead of at every row. Resolves to what became of them, by import.
 */
export async function repairRepeats(store: Store, range: Range, format: Format): Promise<Map<number, Repeated>> {
  const call = range.count === 1 ? sql`event_key` : sql`import_id, event_key`;
  await store.run(sql`
    create or replace temp table again as
    select ${call} from usage_fact where ${within(range)} group by ${call} having count(*) > 1`);
  const { found } = await store.row<{ found: string }>(sql`select count(*) as found from again`);
  if (found === '0') return new Map();
  // Equal lines without an id are calls of their own.
  const distinct = format.key === undefined ? sql`request_id is null` : sql`false`;
  const preferred =
    format.repeats === 'last'
      ? sql`fact.rowid desc`
      : sql`${countOf(format, sql`fact`)} desc, fact.customer is null, fact.latency_ms, fact.occurred_at, fact.rowid`;
  await store.run(sql`
    create or replace temp table repeated as
    select
      fact.*,
      row_number() over same_call as place,
      ${countOf(format, sql`fact`)} as total,
      first_value(${countOf(format, sql`fact`)}) over same_call as kept_total
    from usage_fact as fact
    where ${within(range, sql`fact.import_id`)} and (${call}) in (select ${call} from again)
    window same_call as (partition by fact.import_id, fact.event_key order by ${preferred})`);
  await store.run(sql`delete from usage_fact where ${within(range)} and (${call}) in (select ${call} from again)`);
  await store.run(sql`
    insert into usage_fact
    select repeated.* exclude (place, total, kept_total) replace (
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

/** The times of new imports, between which the same calls may be in the store. */
export interface Span {
  from: string | null;
  to: string | null;
  /** The file says when its calls happened. */
  dated: boolean;
}

/**
 * Takes calls out of new imports that an earlier one has, of the store or among themselves. Where a later one knows
 * more of a call it is the earlier that gives way: see `dropSuperseded`. Looks only at a day around the times of the
 * imports, so that it does not slow down as the store grows; calls whose time was set by hand may be anywhere.
 * Resolves to what became of them, by import.
 */
export async function dropKnown(
  store: Store,
  range: Range,
  { format, span }: { format: Format; span: Span },
): Promise<Map<number, Repeated>> {
  const { others } = await store.row<{ others: string }>(sql`
    select count(*) as others from imports where not (${within(range)}) and status = 'done' and imported > 0`);
  if (others === '0' && range.count === 1) return new Map();
  const near = await window(store, span);
  await store.run(sql`
    create or replace temp table shared_key as
    select old.event_key
    from usage_fact as old
    join usage_fact as fresh on fresh.event_key = old.event_key
    where ${within(range, sql`fresh.import_id`)} and not (${within(range, sql`old.import_id`)}) and (${near})
    union
    select event_key from usage_fact where ${range.count === 1 ? sql`false` : within(range)} group by event_key having count(*) > 1`);
  const { found } = await store.row<{ found: string }>(sql`select count(*) as found from shared_key`);
  if (found === '0') return new Map();
  await settleKnown(store, range, { format, near });
  await store.run(sql`
    delete from usage_fact as fact using known
    where ${within(range, sql`fact.import_id`)}
      and known.import_id = fact.import_id and known.event_key = fact.event_key and known.verdict = 'duplicate'`);
  const rows = await store.rows<{ import_id: number } & Record<'updated' | 'duplicates' | 'differing', string>>(sql`
    select
      import_id,
      count(*) filter (where verdict = 'updated') as updated,
      count(*) filter (where verdict = 'duplicate') as duplicates,
      count(*) filter (where verdict = 'duplicate' and total <> before) as differing
    from known
    where ${within(range)}
    group by import_id`);
  const counts = rows.map(({ import_id, updated, duplicates, differing }): [number, Repeated] => [
    import_id,
    { ...NOT_REPEATED, updated: Number(updated), duplicates: Number(duplicates), differing: Number(differing) },
  ]);
  return new Map(counts);
}

/** Decides about every state of the calls that several imports have, in the order of the imports. */
async function settleKnown(store: Store, range: Range, { format, near }: { format: Format; near: Sql }): Promise<void> {
  // What is kept of a call before a state of it: the first one, or the one that counts most.
  const kept = format.repeats === 'same' ? sql`first_value(total) over earlier` : sql`max(total) over earlier`;
  const grows = format.repeats === 'same' ? sql`false` : sql`total > before`;
  await store.run(sql`
    create or replace temp table known as
    with state as (
      select old.import_id, old.event_key, ${countOf(format, sql`old`)} as total
      from usage_fact as old
      where old.event_key in (select event_key from shared_key)
        and (${within(range, sql`old.import_id`)} or ${near})
    ),
    ordered as (
      select *, ${kept} as before
      from state
      window earlier as (partition by event_key order by import_id rows between unbounded preceding and 1 preceding)
    )
    select *, case when before is null then 'first' when ${grows} then 'updated' else 'duplicate' end as verdict
    from ordered`);
}

/** Deletes states of calls of which a new import knows more: once it was counted what that import brought. */
export async function dropSuperseded(store: Store, known: ReadonlyMap<number, Repeated>): Promise<void> {
  if (![...known.values()].some(({ updated }) => updated > 0)) return;
  const superseded = sql`
    select *
    from (
      select import_id, event_key, max(import_id) over (partition by event_key) as last_id
      from known
      where verdict <> 'duplicate'
    ) as state
    where import_id < last_id`;
  await changeUsage(store, {
    imports: superseded,
    statement: sql`
    delete from usage_fact as fact using (${superseded}) as state
    where fact.import_id = state.import_id and fact.event_key = state.event_key`,
  });
}

async function window(store: Store, { from, to, dated }: Span): Promise<Sql> {
  if (!dated) return sql`true`;
  const undated = sql`old.occurred_at is null`;
  if (from === null || to === null) return undated;
  const near = sql`old.occurred_at between timestamp ${literal(from)} - interval 1 day and timestamp ${literal(to)} + interval 1 day`;
  const elsewhere = await store.rows<{ import_id: number }>(
    sql`select import_id from imports where status = 'done' and options like '%"timestamp"%' order by import_id`,
  );
  const set = elsewhere.map(({ import_id }) => sql` or old.import_id = ${integer(import_id)}`);
  return sql`${near} or ${undated}${set.reduce((before, next) => sql`${before}${next}`, sql``)}`;
}
