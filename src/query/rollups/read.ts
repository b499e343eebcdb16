import { integer, join, literal, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { currencyOf } from '../scope/currency.js';
import { timestampText } from '../scope/time_zone.js';

/** Usage that was added up in advance (src/store/schema_rolled.ts): by hour without customers, by day with them. */
export type RolledTable = 'hourly' | 'daily';

export const ANY_TABLE: readonly RolledTable[] = ['hourly', 'daily'];
export const NO_TABLE: readonly RolledTable[] = [];

/** What all of them can be told from. */
export function commonTables(...choices: readonly (readonly RolledTable[])[]): readonly RolledTable[] {
  return ANY_TABLE.filter((table) => choices.every((tables) => tables.includes(table)));
}

/** Half open, in milliseconds; null is no bound. */
export interface Bounds {
  since: number | null;
  until: number | null;
}

/** A scope in a form that fits sums of whole hours or days. */
export interface RolledScope {
  /** The test of the scope this belongs to: a scope that was narrowed by other means cannot use it. */
  of: Sql;
  /** The same without its times, over rows of usage_fact or of sums. */
  test: Sql;
  /** Which sums the test can be told from. */
  tables: readonly RolledTable[];
  /** The times, which have nothing in common. */
  times: readonly Bounds[];
}

/** Times that lie in a scope, as the periods given one after the other leave them. */
export function boundsWithin({ since, until }: Bounds, other: Bounds): Bounds {
  return { since: later(since, other.since), until: earlier(until, other.until) };
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** A part of the usage in scope: rows of usage_fact, or sums of many of them; a table, to be aliased fact, and a test over it. */
export interface UsagePart {
  table: Sql;
  added: boolean;
  test: Sql;
}

/** What questions to a store could be told from. */
const wanted = new WeakMap<Store, Set<RolledTable>>();

/** The sums that questions to this store have made use of so far, or would have, had they been there. */
export function wantedTables(store: Store): readonly RolledTable[] {
  return [...(wanted.get(store) ?? [])];
}

export const TABLE = {
  hourly: { name: sql`usage_hourly`, span: sql`hour`, length: 3_600_000 },
  daily: { name: sql`usage_daily`, span: sql`day`, length: 86_400_000 },
} as const;

interface Scoped {
  test: Sql;
  rolled?: RolledScope | undefined;
}

/**
 * The parts that usage in scope is to be added up from: sums of whole hours or days where one of `tables` has them, and the calls of
 * all other imports and of what is left at the ends of the times. No call is in two of them. Everything is read call by call where no
 * table fits, or nothing was added up.
 */
export async function usageParts(
  store: Store,
  { test, rolled }: Scoped,
  tables: readonly RolledTable[],
): Promise<readonly [UsagePart, ...UsagePart[]]> {
  const calls = { table: sql`usage_fact`, added: false, test };
  // What was added up is in USD, of days with different rates.
  if (rolled === undefined || rolled.of !== test || currencyOf(store) !== 'USD') return [calls];
  const [table] = commonTables(rolled.tables, tables);
  if (table === undefined) return [calls];
  wanted.set(store, (wanted.get(store) ?? new Set()).add(table));
  const { name, length } = TABLE[table];
  const spans = await store.rows<ImportSpan & Record<string, number>>(
    sql`select first_import, last_import from usage_rolled where sums = ${literal(table)} and kept order by first_import`,
  );
  const cuts = rolled.times.map((times) => cutInto(times, length));
  const whole = cuts.flatMap((cut) => cut.whole);
  if (spans.length === 0 || whole.length === 0) return [calls];
  const imports = joined(spans).map((span) => [integer(span.first_import), integer(span.last_import)] as const);
  const added = sql`(${join(
    imports.map(([first, last]) => sql`fact.import_id between ${first} and ${last}`),
    ' or ',
  )})`;
  // Written as `not between`, the statistics of the column would not tell that no call lies there (20 million: 0.03 s).
  const others = imports.map(([first, last]) => sql`(fact.import_id < ${first} or fact.import_id > ${last})`);
  return [
    { ...calls, test: join([...others, test], ' and ') },
    ...cuts.flatMap(({ ends }) =>
      ends.map((end) => ({ ...calls, test: sql`${within(end)} and ${added} and ${test}` })),
    ),
    { table: name, added: true, test: sql`(${join(whole.map(within), ' or ')}) and ${rolled.test}` },
  ];
}

interface ImportSpan {
  first_import: number;
  last_import: number;
}

/** Spans that follow one another as one: of a single one the statistics of the column tell that no call lies outside. */
function joined(spans: readonly ImportSpan[]): ImportSpan[] {
  const found: ImportSpan[] = [];
  for (const { first_import, last_import } of spans) {
    const before = found.at(-1);
    if (before?.last_import === first_import - 1) before.last_import = last_import;
    else found.push({ first_import, last_import });
  }
  return found;
}

/** The whole hours or days in a time, and what is left of it before and after them. */
function cutInto(times: Bounds, length: number): { whole: Bounds[]; ends: Bounds[] } {
  const since = times.since === null ? null : Math.ceil(times.since / length) * length;
  const until = times.until === null ? null : Math.floor(times.until / length) * length;
  if (since !== null && until !== null && since >= until) return { whole: [], ends: [times] };
  const ends = [
    { since: times.since, until: since },
    { since: until, until: times.until },
  ];
  return { whole: [{ since, until }], ends: ends.filter((end) => end.since !== end.until) };
}

function within({ since, until }: Bounds): Sql {
  const from = since === null ? [] : [sql`fact.occurred_at >= timestamp ${literal(timestampText(since))}`];
  const to = until === null ? [] : [sql`fact.occurred_at < timestamp ${literal(timestampText(until))}`];
  return join([sql`true`, ...from, ...to], ' and ');
}
