import { identifier, integer, join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { BASE_COLUMNS, COLUMNS } from '../metrics/measures.js';
import { emptyColumns } from '../metrics/metric_rows.js';
import { type RolledTable, TABLE } from './read.js';

/** To read fewer calls than this takes less time than to write their sums. */
const LEAST = 1_000_000;

/** Imports are added up together until they hold so many calls; a change of one of them undoes the sums of no more. */
const SPAN = 2_000_000;

/** Sums that stand for fewer calls than this each save too little. */
const CALLS_PER_SUM = 3;

/** What is added up at once has to find room in memory: with all their columns, so many sums take half a gigabyte. */
const MOST_SUMS = 2_000_000;

/** Nobody can ask the database while it is written, and who waits for it gives up after five seconds (src/store/store.ts). */
const PATIENCE_MS = 2000;

export interface RollUp {
  /** Nothing is done for fewer calls. */
  least?: number;
  /** How many calls make a span of imports. */
  span?: number;
  /** No further span is begun after so many milliseconds. */
  patience?: number;
}

/** Of some kinds of sums, those that do not have so much usage that it would pay to add it up. */
export async function worthRollingUp(
  store: Store,
  tables: readonly RolledTable[],
  { least = LEAST }: RollUp = {},
): Promise<RolledTable[]> {
  const { all } = await store.row<{ all: string }>(
    sql`select coalesce(sum(coalesce(imported, 0) + coalesce(updated, 0)), 0) as "all" from imports`,
  );
  if (Number(all) < least) return [];
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
 * Adds up the usage of imports that is not added up yet, as far as it is worth it (src/store/schema_rolled.ts) and there is time; the
 * next time goes on from there. Every span is a transaction. For 20 million calls the sums by hour take 2.4 s of computing, those by
 * day and customer 7 s.
 */
export async function rollUp(store: Store, tables: readonly RolledTable[], options: RollUp = {}): Promise<void> {
  const worth = await worthRollingUp(store, tables, options);
  if (worth.length === 0) return;
  const { span: size = SPAN, patience = PATIENCE_MS } = options;
  const nothing = await emptyColumns(store);
  const until = performance.now() + patience;
  for (const table of worth) {
    for (const span of await spansOf(store, table, size)) {
      if (performance.now() >= until) return;
      await store.transaction(() => addUp(store, { table, ...span, nothing }));
    }
  }
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
  const kept = (await isCompact(store, summed)) && (await insertSums(store, summed));
  await store.run(sql`
    insert into usage_rolled (sums, first_import, last_import, kept)
    values (${literal(table)}, ${integer(first_import)}, ${integer(last_import)}, ${kept ? sql`true` : sql`false`})`);
}

/** An estimate, in a tenth of the time of adding up: whether it is worth it. */
async function isCompact(store: Store, summed: Summed): Promise<boolean> {
  const { calls, sums } = await store.row<{ calls: string; sums: string }>(sql`
    select count(*) as calls, approx_count_distinct(hash(${timeOf(summed)}, ${join(keysOf(summed))})) as sums
    from usage_fact as fact
    where ${callsOf(summed)}`);
  return Number(sums) <= Math.min(MOST_SUMS, Number(calls) / CALLS_PER_SUM);
}

/** Resolves to false where a sum is too large. */
async function insertSums(store: Store, summed: Summed): Promise<boolean> {
  const columns = Object.entries(COLUMNS).map(
    ([name, value]) => sql`${summed.nothing.has(name) ? sql`0` : value} as ${identifier(name)}`,
  );
  await store.run(sql`
    create or replace temp table added_up as
    select
      ${integer(summed.last_import)} as import_id,
      ${timeOf(summed)} as occurred_at,
      ${join(keysOf(summed))},
      ${BASE_COLUMNS},
      ${join(columns, ',\n      ')}
    from usage_fact as fact
    where ${callsOf(summed)}
    group by all`);
  const largest = COUNTED.map((name) => sql`max(${identifier(name)})`);
  const { fits } = await store.row<{ fits: boolean }>(
    sql`select coalesce(greatest(${join(largest)}) <= 9223372036854775807, true) as fits from added_up`,
  );
  // In the order of time, so that a question about a few days reads only these.
  if (fits) await store.run(sql`insert into ${TABLE[summed.table].name} by name from added_up order by occurred_at`);
  await store.run(sql`drop table added_up`);
  return fits;
}

/** What is no money. */
const MONEY = ['customer_cost', 'billed', 'billed_computed'];
const COUNTED = ['requests', ...Object.keys(COLUMNS).filter((name) => !MONEY.includes(name))];

function timeOf({ table }: Summed): Sql {
  return sql`date_trunc('${TABLE[table].span}', fact.occurred_at)`;
}

function keysOf({ table }: Summed): Sql[] {
  const customer = table === 'daily' ? [sql`fact.customer`] : [];
  return [sql`fact.profile_id`, ...customer, sql`fact.cost_status`, sql`fact.rate_card_id`];
}

function callsOf({ first_import, last_import }: Summed): Sql {
  return sql`fact.import_id between ${integer(first_import)} and ${integer(last_import)}`;
}
