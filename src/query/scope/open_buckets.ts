import { sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { Scope } from './scope.js';

/**
 * The end of the last bucket in scope that its source had not closed when it was imported, as ISO text: what came in later is not in it.
 * null where every bucket was over. Of single calls each is what it is. With `now` only buckets that are over by then: the rest of others is
 * still to come.
 */
export async function openUntil(store: Store, { test, params }: Scope, now?: Date): Promise<string | null> {
  const { buckets } = await store.row<{ buckets: boolean }>(
    sql`select count(*) > 0 as buckets from usage_profile where bucket_seconds is not null`,
  );
  if (!buckets) return null;
  const { open_until } = await store.row<{ open_until: string | null }>(
    sql`
    select strftime(max(bucket.ends), '%Y-%m-%dT%H:%M:%S.%gZ') as open_until
    from (
      select fact.import_id, fact.occurred_at + to_seconds(profile.bucket_seconds) as ends
      from usage_fact as fact
      join usage_profile as profile on profile.profile_id = fact.profile_id
      where profile.bucket_seconds is not null and ${test}
    ) as bucket
    join imports as done on done.import_id = bucket.import_id
    where bucket.ends > done.started_at
      and coalesce(bucket.ends <= cast($over_by as timestamp) + interval 1 millisecond, true)`,
    // The end of a day that is asked for is its last millisecond.
    { ...params, over_by: now === undefined ? null : timestampOf(now) },
  );
  return open_until;
}
