import { sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { BudgetRow } from './answer.js';

/** What one target is to be told. */
export interface Notice {
  target: string;
  row: BudgetRow;
}

const SHAPE = sql`'[{
  "n": "integer", "target": "varchar", "rule": "varchar", "who": "varchar", "period": "varchar", "verdict": "varchar"
}]'`;

function keysOf(notices: readonly Notice[]): string {
  return JSON.stringify(
    notices.map(({ target, row }, n) => {
      const { rule, group, period, verdict } = row;
      return { n, target, rule, who: JSON.stringify(Object.values(group)), period, verdict };
    }),
  );
}

/** Those of the notices that the target was not told yet: once for each budget, group, period and verdict. */
export async function newNotices(store: Store, notices: readonly Notice[]): Promise<Notice[]> {
  const rows = await store.rows<{ n: number }>(
    sql`
    with asked as (
      select unnest(from_json(cast($keys as json), ${SHAPE}), recursive := true)
    )
    select asked.n
    from asked
    anti join notified using (target, rule, who, period, verdict)
    order by asked.n`,
    { keys: keysOf(notices) },
  );
  return rows.flatMap(({ n }) => notices[n] ?? []);
}

/** Remembers what was told. */
export async function rememberNotices(store: Store, notices: readonly Notice[], now: Date): Promise<void> {
  await store.run(
    sql`
    insert or ignore into notified
    select target, rule, who, period, verdict, cast($now as timestamp)
    from (select unnest(from_json(cast($keys as json), ${SHAPE}), recursive := true))`,
    { keys: keysOf(notices), now: timestampOf(now) },
  );
}
