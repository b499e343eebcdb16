import { integer, literal, type Sql, sql } from '../sql.js';
import type { Store } from '../store/store.js';
import type { Format } from './format.js';
import { ordinalKey } from './key.js';

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

/**
 * Repairs lines with one key inside of a new import. Rare, so they are looked for when everything is in
 * (0.25 s for 2 million rows) instead of at every row.
 */
export async function repairRepeats(store: Store, importId: number, format: Format): Promise<Repeated> {
  const id = integer(importId);
  await store.run(sql`
    create or replace temp table again as
    select event_key from usage_fact where import_id = ${id} group by event_key having count(*) > 1`);
  const { found } = await store.row<{ found: string }>(sql`select count(*) as found from again`);
  if (found === '0') return { duplicates: 0, partial: 0, updated: 0, differing: 0 };
  // Equal lines without an id are calls of their own.
  const distinct = format.repeats === 'bucket' ? sql`false` : sql`request_id is null`;
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
    where fact.import_id = ${id} and fact.event_key in (select event_key from again)
    window same_call as (partition by fact.event_key order by ${preferred})`);
  await store.run(sql`delete from usage_fact where import_id = ${id} and event_key in (select event_key from again)`);
  await store.run(sql`
    insert into usage_fact
    select repeated.* exclude (place, total, kept_total) replace (
      case when place > 1 then ${ordinalKey(sql`event_key`, sql`place`)} else event_key end as event_key
    )
    from repeated
    where place = 1 or (${distinct})`);
  const counts = await store.row<Record<'same' | 'other', string>>(sql`
    select
      count(*) filter (where total = kept_total) as same,
      count(*) filter (where total <> kept_total) as other
    from repeated
    where place > 1 and not (${distinct})`);
  const other = Number(counts.other);
  if (format.repeats === 'same')
    return { duplicates: Number(counts.same) + other, partial: 0, updated: 0, differing: other };
  return { duplicates: Number(counts.same), partial: other, updated: 0, differing: 0 };
}

/** The times of a new import, between which the same calls may be in the store. */
export interface Span {
  from: string | null;
  to: string | null;
  /** The file says when its calls happened. */
  dated: boolean;
}

/**
 * Takes calls out of a new import that an earlier one has, or the other way round where the new one knows more of
 * them. Looks only at a day around the times of the import, so that it does not slow down as the store grows; calls
 * whose time was set by hand may be anywhere.
 */
export async function dropKnown(store: Store, importId: number, format: Format, span: Span): Promise<Repeated> {
  const id = integer(importId);
  const none = { duplicates: 0, partial: 0, updated: 0, differing: 0 };
  const { others } = await store.row<{ others: string }>(sql`
    select count(*) as others from imports where import_id <> ${id} and status = 'done' and imported > 0`);
  if (others === '0') return none;
  await store.run(sql`
    create or replace temp table known as
    select fresh.event_key, old.import_id, ${countOf(format, sql`fresh`)} as total, ${countOf(format, sql`old`)} as old_total
    from usage_fact as old
    join usage_fact as fresh on fresh.event_key = old.event_key
    where fresh.import_id = ${id} and old.import_id <> ${id} and (${await window(store, span)})`);
  const grows = format.repeats === 'same' ? sql`false` : sql`total > old_total`;
  const counts = await store.row<Record<'updated' | 'duplicates' | 'differing', string>>(sql`
    select
      count(*) filter (where ${grows}) as updated,
      count(*) filter (where not (${grows})) as duplicates,
      count(*) filter (where not (${grows}) and total <> old_total) as differing
    from known`);
  if (counts.updated !== '0') {
    await store.run(sql`
      delete from usage_fact
      where import_id <> ${id} and event_key in (select event_key from known where ${grows})`);
  }
  if (counts.duplicates !== '0') {
    await store.run(sql`
      delete from usage_fact
      where import_id = ${id} and event_key in (select event_key from known where not (${grows}))`);
  }
  return {
    ...none,
    updated: Number(counts.updated),
    duplicates: Number(counts.duplicates),
    differing: Number(counts.differing),
  };
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
