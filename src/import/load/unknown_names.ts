import { UNKNOWN_TOKENS } from '../../names/dimensions.js';
import { integer, literal, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import { usageOf } from '../rows/statement.js';
import type { UnknownName } from './answer.js';
import type { Load } from './file_load.js';
import { type Range, within } from './import_range.js';

/** Names of a file that are told one by one. */
const NAMES = 100;

interface Row extends Record<string, string | number> {
  file: number;
  name: string;
  calls: string;
  tokens: string;
}

/** The names under which calls count tokens that no rule knows, by the number of the file: `call` is a query as `usageOf` makes it. */
export async function unknownNamesIn(
  store: Store,
  call: Sql,
  params?: Params,
): Promise<ReadonlyMap<number, UnknownName[]>> {
  const rows = await store.rows<Row>(
    sql`
    select file, unknown.name as name, count(*) as calls, cast(sum(unknown.tokens) as bigint) as tokens
    from (select file, unnest(unknown_names) as unknown from (${call}) as call where len(unknown_names) > 0) as named
    group by file, unknown.name
    qualify row_number() over (partition by file order by tokens desc, name) <= ${integer(NAMES)}
    order by file, tokens desc, name`,
    params,
  );
  const files = new Map<number, UnknownName[]>();
  for (const { file, name, calls, tokens } of rows) {
    const names = files.get(Number(file)) ?? [];
    names.push({ name, calls: Number(calls), tokens: Number(tokens) });
    files.set(Number(file), names);
  }
  return files;
}

/** What a large file counts under unknown names: it is read again where it has any. */
export async function namesOfLarge(
  store: Store,
  { format, lines }: Load,
  range: Range,
): Promise<readonly UnknownName[]> {
  const { some } = await store.row<{ some: boolean }>(sql`
    select exists (from usage_fact where ${within(range)} and map_contains(units, ${literal(UNKNOWN_TOKENS)})) as some`);
  if (!some) return [];
  const names = await unknownNamesIn(
    store,
    sql`select * from (${usageOf(format, lines)}) as call where trouble is null`,
  );
  return [...names.values()].flat();
}
