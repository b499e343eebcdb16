import { integer, type Sql, sql } from '../../sql.js';
import type { Params, Store } from '../../store/store.js';
import type { UnknownName } from './answer.js';

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
