import { type Sql, sql } from '../../sql.js';
import type { Row, Store } from '../../store/store.js';
import { trimmed } from '../rating_lines.js';
import { OWN_TABLES, type OwnKind } from './custom_prices_sql.js';

/** What is listed: all in force, those of before as well, or these numbers. */
export interface OwnFilter {
  all?: boolean;
  ids?: readonly number[];
}

const FROM_TO = sql`strftime(effective_from, '%Y-%m-%d') as "from", strftime(effective_to, '%Y-%m-%d') as "to"`;

const LISTED: Record<OwnKind, Sql> = {
  alias: sql`alias_id as id, provider, model, price_provider || '/' || price_model as "is"`,
  override: sql`override_id as id, provider, model, dimension, ${trimmed(sql`usd_per_unit`)} as usd_per_unit,
      ${trimmed(sql`factor`)} as factor, raw_value, raw_unit, service_tier, region, ${FROM_TO}`,
  flat: sql`flat_id as id, name, provider, model, ${trimmed(sql`usd`)} as usd, per, ${FROM_TO}`,
};

/** The user's own prices of a kind, oldest first; all values are text or null. */
export async function listOwnPrices(store: Store, kind: OwnKind, { all = false, ids }: OwnFilter): Promise<Row[]> {
  const { table, id } = OWN_TABLES[kind];
  return store.rows(
    sql`
    select ${LISTED[kind]}, origin, note, strftime(made_at, '%Y-%m-%dT%H:%M:%SZ') as made_at, added_in, removed_in
    from ${table}
    where ($all or removed_in is null) and coalesce(list_contains(from_json($ids, '["INTEGER"]'), ${id}), true)
    order by ${id}`,
    { all, ids: ids === undefined ? null : JSON.stringify(ids) },
  );
}
