import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type Dimension, dimensionOf, parseDimension } from '../scope/dimensions.js';

/** Values of a dimension in the database that begin with a text, in their order; 200 at most. Throws UsageError for no dimension. */
export async function knownValues(store: Store, name: string, start: string): Promise<string[]> {
  const { home, key }: Dimension = dimensionOf(parseDimension(name), []);
  if (home === 'time') return [];
  const from = home === 'profile' ? sql`usage_profile as profile` : sql`usage_fact as fact`;
  const rows = await store.rows<{ value: string }>(
    sql`
    select distinct cast(${key} as varchar) as "value"
    from ${from}
    where starts_with(cast(${key} as varchar), $start)
    order by "value"
    limit 200`,
    { start },
  );
  return rows.map(({ value }) => value);
}
