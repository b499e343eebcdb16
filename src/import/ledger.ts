import { identifier, integer, join, literal, type Sql, sql } from '../sql.js';
import type { Store } from '../store/store.js';
import { brokenLineCount } from './csv_rejects.js';
import { close, failed } from './ending.js';
import type { Entry, LedgerFormat } from './format.js';
import { ordinalKey } from './key.js';
import { type Billed, begun, keepRejects, type Load, type Loaded, REJECTS_OF_FAILED, readSoundly } from './load.js';
import { nameBadLines } from './rejects.js';
import { cellSql, type Lines, troubleOf, typedLines } from './statement.js';

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
const ENTRY_NAMES = Object.keys(ENTRY_TYPES) as (keyof Entry)[];
/** What may change from one export of an entry to the next. */
const AMOUNTS = ['amount', 'credits', 'quantity'] as const satisfies readonly (keyof Entry)[];
const PURPOSE = ENTRY_NAMES.filter((name) => !AMOUNTS.some((amount) => amount === name));
const PARTIAL = 'an earlier state of an entry';

/**
 * Loads a file of billed amounts into the ledger, in one transaction. An entry that is there already gives way where
 * the amount is another one now: bills of running months grow, and are corrected.
 */
export async function loadLedger(store: Store, load: Load<LedgerFormat>): Promise<Loaded> {
  return load.rehearsal ? fill(store, load) : store.transaction(() => fill(store, load));
}

async function fill(store: Store, load: Load<LedgerFormat>): Promise<Loaded> {
  const { format, lines, source } = load;
  const id = await begun(store, load);
  await store.run(sql`set preserve_insertion_order = true`);
  await readSoundly(source, store.run(sql`create or replace temp table billed as ${entriesOf(format, lines)}`));
  const counted = await countedLines(store, load, id);
  if (!counted.kept) return failed(store, counted);
  const { earlier } = await store.row<{ earlier: string }>(
    sql`select count(*) as earlier from billed where trouble is null and not counts`,
  );
  await store.run(sql`delete from billed where trouble is not null or not counts`);
  const { duplicates, updated } = await dropKnown(store);
  const columns = join(['entry_key', ...ENTRY_NAMES].map(identifier));
  await store.run(
    sql`insert into ledger_entry (import_id, ${columns}) select ${integer(id)}, ${columns} from billed order by line_order`,
  );
  const { left, first_at, last_at } = await store.row<Record<'left', string> & Pick<Loaded, 'first_at' | 'last_at'>>(
    sql`select count(*) as left, min(charged_from) as first_at, max(charged_from) as last_at from billed`,
  );
  const states = Number(earlier);
  const loaded: Loaded = {
    ...counted,
    imported: Number(left) - updated,
    duplicates,
    updated,
    skipped: counted.skipped + states,
    skip_reasons: states === 0 ? counted.skip_reasons : { ...counted.skip_reasons, [PARTIAL]: states },
    billed: await billedSums(store),
    first_at,
    last_at,
  };
  await close(store, loaded, sql`'done'`);
  return loaded;
}

/** The entries of lines, with their key, what is wrong with them, and whether they count beside others that are alike. */
function entriesOf(format: LedgerFormat, lines: Lines): Sql {
  const cells = ENTRY_NAMES.map(
    (name) => sql`${cellSql(format.entry[name], ENTRY_TYPES[name])} as ${identifier(name)}`,
  );
  const alike = sql`partition by trouble, entry_key order by line_order`;
  const every = format.alike === 'every';
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
        md5_number(concat_ws(chr(31), 'ledger', ${join(PURPOSE.map(keyPart))})) as entry_key
      from made
    )
    select
      * exclude (entry_key),
      ${
        every
          ? sql`case when row_number() over (${alike}) > 1 then ${ordinalKey(sql`entry_key`, sql`row_number() over (${alike})`)} else entry_key end`
          : sql`entry_key`
      } as entry_key,
      ${every ? sql`true` : sql`lead(line_order) over (${alike}) is null`} as counts
    from keyed`;
}

function keyPart(name: keyof Entry): Sql {
  return sql`coalesce(cast(${identifier(name)} as varchar), '')`;
}

/** What became of the lines so far, with the bad ones named. */
async function countedLines(store: Store, load: Load<LedgerFormat>, id: number): Promise<Loaded> {
  const { source, lines } = load;
  const troubles = await store.rows<{ trouble: string | null; lines: string }>(
    sql`select trouble, count(*) as lines from billed group by trouble order by trouble`,
  );
  const broken = lines.csv === undefined ? 0 : await brokenLineCount(store, { source, layout: lines.csv });
  const numberOf = (wanted: (trouble: string) => boolean) =>
    troubles.reduce((sum, found) => sum + (wanted(found.trouble ?? '') ? Number(found.lines) : 0), 0);
  const all = numberOf(() => true) + broken;
  const rejected = numberOf((trouble) => trouble === 'bad') + broken;
  const kept = rejected <= load.tolerance(all);
  const limit = kept ? rejected : Math.min(rejected, REJECTS_OF_FAILED);
  const rejects = limit === 0 ? [] : await nameBadLines(store, { ...load, limit });
  await keepRejects(store, id, rejects);
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
    cost_usd: '0',
    unpriced: 0,
    billed: [],
    first_at: null,
    last_at: null,
    kept,
  };
}

/** Takes entries that are known with the same amounts out of the new ones, and those with others out of the ledger. */
async function dropKnown(store: Store): Promise<{ duplicates: number; updated: number }> {
  const same = AMOUNTS.map((name) => sql`old.${identifier(name)} is not distinct from fresh.${identifier(name)}`);
  await store.run(sql`
    create or replace temp table billed_before as
    select fresh.entry_key, ${join(same, ' and ')} as same
    from billed as fresh
    join ledger_entry as old on old.entry_key = fresh.entry_key`);
  const { duplicates, updated } = await store.row<Record<'duplicates' | 'updated', string>>(sql`
    select count(*) filter (where same) as duplicates, count(*) filter (where not same) as updated
    from billed_before`);
  await store.run(
    sql`delete from ledger_entry where entry_key in (select entry_key from billed_before where not same)`,
  );
  await store.run(sql`delete from billed where entry_key in (select entry_key from billed_before where same)`);
  return { duplicates: Number(duplicates), updated: Number(updated) };
}

async function billedSums(store: Store): Promise<Billed[]> {
  const rows = await store.rows<{ currency: string; amount: string }>(
    sql`select currency, sum(amount) as amount from billed group by currency order by currency = ${literal('USD')} desc, currency`,
  );
  return rows.map(({ currency, amount }) => ({ currency, amount }));
}
