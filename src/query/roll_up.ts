import { identifier, integer, join, literal, type Sql, sql } from '../sql.js';
import type { Store } from '../store/store.js';
import { BASE_COLUMNS, COLUMNS } from './metrics/measures.js';
import { emptyColumns } from './metrics/metric_rows.js';
import { type RolledTable, TABLE } from './rolled.js';

/** To read fewer calls than this takes less time than to write their sums. */
const LEAST = 1_000_000;

/** Imports are added up together until they hold so many calls; a change of one of them undoes the sums of no more. */
const SPAN = 2_000_000;

/** Sums that stand for fewer calls than this each save too little. */
const CALLS_PER_SUM = 3;

export interface RollUp {
  /** Nothing is done for fewer calls. */
  least?: number;
  /** How many calls make a span of imports. */
  span?: number;
}

/** Of some kinds of sums, those that do not have so much usage that it would pay to add it up. */
export async function worthRollingUp(
  store: Store,
  tables: readonly RolledTable[],
  { least = LEAST }: RollUp = {},
): Promise<RolledTable[]> {
  const worth: RolledTable[] = [];
  for (const table of tables) {
    const { calls } = await store.row<{ calls: string }>(
      sql`select coalesce(sum(calls), 0) as calls from (${unrolled(table)})`,
    );
    if (Number(calls) >= least) worth.push(table);
  }
  return worth;
}

/**
 * Adds up the usage of imports that is not added up yet, in one transaction, as far as it is worth it (src/store/schema_rolled.ts). For
 * 20 million calls the sums by hour take 2.4 s of computing, those by day and customer 7 s.
 */
export async function rollUp(store: Store, tables: readonly RolledTable[], options: RollUp = {}): Promise<void> {
  const worth = await worthRollingUp(store, tables, options);
  if (worth.length === 0) return;
  const nothing = await emptyColumns(store);
  await store.transaction(async () => {
    for (const table of worth) {
      for (const span of await spansOf(store, table, options.span ?? SPAN))
        await addUp(store, { table, ...span, nothing });
    }
  });
}

/** Finished imports that no span holds; how many calls they brought, and how many spans lie before them. */
function unrolled(table: RolledTable): Sql {
  const span = sql`(select * from usage_rolled where sums = ${literal(table)}) as span`;
  return sql`
  select
    imports.import_id,
    coalesce(imports.imported, 0) + coalesce(imports.updated, 0) as calls,
    (select count(*) from ${span} where span.last_import < imports.import_id) as gap
  from imports
  where imports.import_id <= (select max(done.import_id) from imports as done where done.status <> 'loading')
    and not exists (from ${span} where imports.import_id between span.first_import and span.last_import)`;
}

interface Span {
  first_import: number;
  last_import: number;
}

/** Imports without another span between them, cut where they have enough calls. */
function spansOf(store: Store, table: RolledTable, size: number): Promise<Span[]> {
  return store.rows<Span & Record<string, number>>(sql`
    select
      min(import_id) as first_import,
      max(import_id) as last_import
    from (
      select *, (sum(calls) over (partition by gap order by import_id) - calls) // ${integer(size)} as piece
      from (${unrolled(table)})
    )
    group by gap, piece
    order by first_import`);
}

interface Summed extends Span {
  table: RolledTable;
  /** Names of sums that are 0 in all usage. */
  nothing: ReadonlySet<string>;
}

/** Adds up one span; nothing is kept where it saves too little, or a sum is too large for its column. */
async function addUp(store: Store, summed: Summed): Promise<void> {
  const { table, first_import, last_import } = summed;
  await store.run(addedUpSql(summed));
  const largest = COUNTED.map((name) => sql`max(${identifier(name)})`);
  const { sum_rows, calls, fits } = await store.row<{ sum_rows: string; calls: string; fits: boolean }>(sql`
    select
      count(*) as sum_rows,
      coalesce(sum(usage_rows), 0) as calls,
      coalesce(greatest(${join(largest)}) <= 9223372036854775807, true) as fits
    from added_up`);
  const kept = fits && Number(sum_rows) * CALLS_PER_SUM <= Number(calls);
  // In the order of time, so that a question about a few days reads only these.
  if (kept) await store.run(sql`insert into ${TABLE[table].name} by name from added_up order by occurred_at`);
  await store.run(sql`
    drop table added_up;
    insert into usage_rolled (sums, first_import, last_import, kept)
    values (${literal(table)}, ${integer(first_import)}, ${integer(last_import)}, ${kept ? sql`true` : sql`false`})`);
}

/** What is no money. */
const COUNTED = ['requests', ...Object.keys(COLUMNS).filter((name) => name !== 'customer_cost')];

/** Makes the temporary table `added_up`. */
function addedUpSql({ table, first_import, last_import, nothing }: Summed): Sql {
  const customer = table === 'daily' ? [sql`fact.customer`] : [];
  const keys = [sql`fact.profile_id`, ...customer, sql`fact.cost_status`, sql`fact.rate_card_id`];
  const sums = Object.entries(COLUMNS).map(
    ([name, value]) => sql`${nothing.has(name) ? sql`0` : value} as ${identifier(name)}`,
  );
  return sql`
    create or replace temp table added_up as
    select
      ${integer(last_import)} as import_id,
      date_trunc('${TABLE[table].span}', fact.occurred_at) as occurred_at,
      ${join(keys)},
      ${BASE_COLUMNS},
      ${join(sums, ',\n      ')}
    from usage_fact as fact
    where fact.import_id between ${integer(first_import)} and ${integer(last_import)}
    group by all`;
}
