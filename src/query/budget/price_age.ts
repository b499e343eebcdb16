import { sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';

/** How many days before `now` the newest list of prices is of; null if the book holds none. */
export async function priceAge(store: Store, now: Date): Promise<number | null> {
  const { age } = await store.row<{ age: number | null }>(
    sql`
    select cast(date_diff('day', max(data_date), cast(cast($now as timestamp) as date)) as integer) as age
    from price_book`,
    { now: timestampOf(now) },
  );
  return age;
}
