import { identifier, integer, join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type Cell, type Earning, type Entry, isEarning, type LedgerFormat } from '../declare/format.js';
import { keepRejects, nameBadLines, REJECTS_OF_FAILED } from '../rejects/rejects.js';
import { ordinalKey } from '../rows/event_key.js';
import { jsonLines } from '../rows/lines.js';
import { troubleOf } from '../rows/row_checks.js';
import { cellSql, type Lines, typedLines } from '../rows/statement.js';
import type { Loaded } from './answer.js';
import { countBadLines } from './count_lines.js';
import type { Load } from './file_load.js';
import { closeImports, failImports, insertImports, nextImportId } from './imports_table.js';
import { readVerified } from './read_verified.js';

const ENTRY_TYPES: Readonly<Record<keyof Entry, Sql>> = {
  provider: sql`varchar`,
  charged_from: sql`timestamp`,
  charged_to: sql`timestamp`,
  amount: sql`decimal(38, 18)`,
  credits: sql`decimal(38, 18)`,
  currency: sql`varchar`,
  line_item: sql`varchar`,
  model: sql`varchar`,
  service: sql`varchar`,
  service_tier: sql`varchar`,
  region: sql`varchar`,
  project: sql`varchar`,
  api_key: sql`varchar`,
  user_id: sql`varchar`,
  quantity: sql`decimal(38, 18)`,
  quantity_unit: sql`varchar`,
  tags: sql`map(varchar, varchar)`,
};
const EARNING_TYPES: Readonly<Record<keyof Earning, Sql>> = {
  source_id: sql`varchar`,
  kind: sql`varchar`,
  status: sql`varchar`,
  customer: sql`varchar`,
  customer_names: sql`varchar[]`,
  plan: sql`varchar`,
  feature: sql`varchar`,
  period_start: sql`timestamp`,
  period_end: sql`timestamp`,
  recurs: sql`varchar`,
  amount: sql`decimal(38, 18)`,
  currency: sql`varchar`,
  paid: sql`decimal(38, 18)`,
  refunded: sql`decimal(38, 18)`,
  refunded_at: sql`timestamp`,
  invoice: sql`varchar`,
  invoice_number: sql`varchar`,
};
const PARTIAL = 'an earlier state of an entry';

/** The table that entries of a format go to. */
interface Book {
  table: Sql;
  key: Sql;
  /** When an entry begins. */
  starts: Sql;
  columns: readonly { name: string; cell: Cell; type: Sql }[];
  /** Columns that tell an entry from others. */
  telling: readonly string[];
  /** What tells it instead, where it is there. */
  id: Sql | null;
  /** What may change from one export of an entry to the next. */
  changing: readonly string[];
}

/** The ledger of what providers billed, or revenue. */
function bookOf({ entry }: LedgerFormat): Book {
  if (!isEarning(entry)) {
    const changing = ['amount', 'credits', 'quantity'];
    return {
      table: sql`ledger_entry`,
      key: sql`entry_key`,
      starts: sql`charged_from`,
      columns: columnsOf(ENTRY_TYPES, { ...entry }),
      telling: Object.keys(ENTRY_TYPES).filter((name) => !changing.includes(name)),
      id: null,
      changing,
    };
  }
  // What has an id is known by that alone: an invoice is paid, a subscription ends.
  const amounts = ['status', 'amount', 'paid', 'refunded', 'refunded_at'];
  const names = Object.keys(EARNING_TYPES);
  return {
    table: sql`revenue_entry`,
    key: sql`event_key`,
    starts: sql`period_start`,
    columns: columnsOf(EARNING_TYPES, { ...entry }),
    telling: names.filter((name) => !amounts.includes(name)),
    id: sql`source_id`,
    changing: names,
  };
}

function columnsOf(types: Readonly<Record<string, Sql>>, cells: Readonly<Record<string, Cell>>): Book['columns'] {
  return Object.entries(types).map(([name, type]) => ({ name, type, cell: cells[name] ?? null }));
}

/**
 * Loads a file of billed amounts into the ledger, in one transaction. An entry that is there already gives way where
 * the amount is another one now: bills of running months grow, and are corrected.
 */
export async function loadLedger(store: Store, load: Load<LedgerFormat>): Promise<Loaded> {
  return load.rehearsal ? fill(store, load) : store.transaction(() => fill(store, load));
}

async function fill(store: Store, load: Load<LedgerFormat>): Promise<Loaded> {
  const { format, lines, source } = load;
  const book = bookOf(format);
  const id = await nextImportId(store);
  await insertImports(store, [{ import_id: id, load }]);
  await store.run(sql`set preserve_insertion_order = true`);
  if (format.reads === 'csv') await store.run(sql`drop table if exists csv_rejects; drop table if exists csv_scans`);
  const read = store.run(sql`create or replace temp table billed as ${entriesOf(format, lines)}`);
  const damage = await readVerified([source], read);
  if (damage.size > 0) throw damage.get(0);
  const counted = await countedLines(store, load, id);
  if (!counted.kept) return (await failImports(store, [counted]))[0] ?? counted;
  const { earlier } = await store.row<{ earlier: string }>(
    sql`select count(*) as earlier from billed where trouble is null and not counts`,
  );
  await store.run(sql`delete from billed where trouble is not null or not counts`);
  const { duplicates, updated } = await dropKnown(store, book);
  await insertBilled(store, book, id);
  const { left, first_at, last_at } = await store.row<Record<'left', string> & Pick<Loaded, 'first_at' | 'last_at'>>(
    sql`select count(*) as left, min(${book.starts}) as first_at, max(${book.starts}) as last_at from billed`,
  );
  const states = Number(earlier);
  const loaded: Loaded = {
    ...counted,
    imported: Number(left) - updated,
    duplicates,
    updated,
    skipped: counted.skipped + states,
    skip_reasons: states === 0 ? counted.skip_reasons : { ...counted.skip_reasons, [PARTIAL]: states },
    ...(await sumsOf(store, book)),
    first_at,
    last_at,
  };
  await closeImports(store, [loaded], 'done');
  return loaded;
}

/** What a file of usage tells of revenue beside it, kept under the same import, in the caller's transaction. */
export async function loadEarned(store: Store, { source, format }: Load, id: number): Promise<Loaded['earned']> {
  if (format.earns === undefined) return null;
  const book = bookOf(format.earns);
  const lines = { query: jsonLines([source], format.earns), style: 'json' as const };
  await store.run(sql`set preserve_insertion_order = true`);
  await store.run(sql`create or replace temp table billed as ${entriesOf(format.earns, lines)}`);
  await store.run(sql`delete from billed where trouble is not null or not counts`);
  await dropKnown(store, book);
  await insertBilled(store, book, id);
  return (await sumsOf(store, book)).earned;
}

function insertBilled(store: Store, { table, key, columns }: Book, id: number): Promise<number> {
  const all = join([key, ...columns.map(({ name }) => identifier(name))]);
  return store.run(
    sql`insert into ${table} (import_id, ${all}) select ${integer(id)}, ${all} from billed order by line_order`,
  );
}

/** The entries of lines, with their key, what is wrong with them, and whether they count beside others that are alike. */
function entriesOf(format: LedgerFormat, lines: Lines): Sql {
  const { columns, telling, key, id } = bookOf(format);
  const cells = columns.map(({ name, cell, type }) => sql`${cellSql(cell, type)} as ${identifier(name)}`);
  // An amount may come by several exports: what an invoice says and what a payment says are two things.
  const home = literal(isEarning(format.entry) ? `revenue of ${format.name}` : 'ledger');
  const said = sql`md5_number(concat_ws(chr(31), ${home}, ${join(telling.map(keyPart))}))`;
  const alike = sql`partition by trouble, ${key} order by line_order`;
  // What has an id of its own is one thing in several states.
  const apart = sql`${format.alike === 'every' ? sql`true` : sql`false`} and ${id === null ? sql`true` : sql`${id} is null`}`;
  return sql`
    with ${typedLines(format, lines)},
    made as (
      select
        ${join(cells, ',\n        ')},
        ${troubleOf(format)} as trouble,
        row_number() over () as line_order
      from typed
    ),
    keyed as (
      select
        *,
        ${id === null ? said : sql`case when ${id} is null then ${said} else md5_number(concat_ws(chr(31), ${home}, ${id})) end`} as ${key}
      from made
    )
    select
      * exclude (${key}),
      case when ${apart} and row_number() over (${alike}) > 1 then ${ordinalKey(key, sql`row_number() over (${alike})`)} else ${key} end as ${key},
      (${apart}) or lead(line_order) over (${alike}) is null as counts
    from keyed`;
}

function keyPart(name: string): Sql {
  return sql`coalesce(cast(${identifier(name)} as varchar), '')`;
}

/** What became of the lines so far, with the bad ones named. */
async function countedLines(store: Store, load: Load<LedgerFormat>, id: number): Promise<Loaded> {
  const troubles = await store.rows<{ trouble: string | null; lines: string }>(
    sql`select trouble, count(*) as lines from billed group by trouble order by trouble`,
  );
  const broken = await countBadLines(store, load);
  const numberOf = (wanted: (trouble: string) => boolean) =>
    troubles.reduce((sum, found) => sum + (wanted(found.trouble ?? '') ? Number(found.lines) : 0), 0);
  const all = numberOf(() => true) + broken;
  const rejected = numberOf((trouble) => trouble === 'bad') + broken;
  const kept = rejected <= load.tolerance(all);
  const limit = kept ? rejected : Math.min(rejected, REJECTS_OF_FAILED);
  const [rejects] = limit === 0 ? [[]] : await nameBadLines(store, load.format, [{ ...load, limit, allUnread: false }]);
  if (!Array.isArray(rejects)) throw rejects;
  await keepRejects(store, [{ import_id: id, rejects }]);
  const skips = troubles.filter(({ trouble }) => trouble?.startsWith('skip:'));
  return {
    import_id: id,
    lines: all,
    imported: 0,
    duplicates: 0,
    updated: 0,
    skipped: numberOf((trouble) => trouble.startsWith('skip:')),
    rejected,
    skip_reasons: Object.fromEntries(
      skips.map(({ trouble, lines: skipped }) => [(trouble ?? '').slice('skip:'.length), Number(skipped)]),
    ),
    rejects,
    differing: 0,
    undated: 0,
    unknown_names: [],
    holds: isEarning(load.format.entry) ? 'revenue' : 'ledger',
    cost_usd: '0',
    unpriced: 0,
    billed: null,
    earned: null,
    first_at: null,
    last_at: null,
    kept,
  };
}

/** Takes entries that are known with the same amounts out of the new ones, and those with others out of the ledger. */
async function dropKnown(
  store: Store,
  { table, key, changing }: Book,
): Promise<{ duplicates: number; updated: number }> {
  const same = changing.map((name) => sql`old.${identifier(name)} is not distinct from fresh.${identifier(name)}`);
  await store.run(sql`
    create or replace temp table billed_before as
    select fresh.${key}, ${join(same, ' and ')} as same
    from billed as fresh
    join ${table} as old on old.${key} = fresh.${key}`);
  const { duplicates, updated } = await store.row<Record<'duplicates' | 'updated', string>>(sql`
    select count(*) filter (where same) as duplicates, count(*) filter (where not same) as updated
    from billed_before`);
  await store.run(sql`delete from ${table} where ${key} in (select ${key} from billed_before where not same)`);
  await store.run(sql`delete from billed where ${key} in (select ${key} from billed_before where same)`);
  return { duplicates: Number(duplicates), updated: Number(updated) };
}

/** What was billed, or earned, by currency; what is paid again and again by the interval. */
async function sumsOf(store: Store, { table }: Book): Promise<Pick<Loaded, 'billed' | 'earned'>> {
  const earning = table.text === 'revenue_entry';
  const net = earning ? sql`amount - coalesce(refunded, 0)` : sql`amount`;
  const per = earning ? sql`recurs` : sql`cast(null as varchar)`;
  const rows = await store.rows<{ currency: string; amount: string; per: string | null }>(
    sql`
    select *
    from (select currency, ${per} as per, sum(${net}) as amount from billed group by all)
    order by currency = ${literal('USD')} desc, currency, per nulls first`,
  );
  if (earning) return { billed: null, earned: rows };
  return { billed: rows.map(({ currency, amount }) => ({ currency, amount })), earned: null };
}
