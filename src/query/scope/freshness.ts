import { sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type Bounded, type Period, periodBetween } from './period.js';
import { instantOf, localDay, wallTime } from './time_zone.js';

/** The last moment before `now` from which there is usage, in milliseconds since 1970; null if there is none with a time. */
export async function lastUsage(store: Store, now: Date): Promise<number | null> {
  const { last } = await store.row<{ last: string | null }>(
    sql`
    select epoch_ms(max(occurred_at)) as last
    from usage_fact
    where occurred_at < cast($now as timestamp)
      and import_id in (select import_id from imports where status <> 'loading')`,
    { now: timestampOf(now) },
  );
  return last === null ? null : Number(last);
}

const DAY = 86_400_000;

/** The end of the day, on the wall in a zone, that a moment is in. */
function endOfDay(moment: number, tz: string): number {
  return instantOf((Math.floor(wallTime(moment, tz) / DAY) + 1) * DAY, tz);
}

/** A period of these bounds, with its usual label. */
export function spanOf(since: number, until: number, tz: string): Bounded {
  const { label } = periodBetween(new Date(since).toISOString(), new Date(until).toISOString(), tz);
  return { since, until, label };
}

/** Where a question about now is moved to, because usage ended before. */
export interface Ended {
  /** The end of the last day with usage. */
  until: number;
  /** That day, 'YYYY-MM-DD'. */
  day: string;
}

/** Where the last days to look at end, for a question about now, if there is no usage in `asked`. Null: the question stays as it is. */
export async function movedEnd(
  store: Store,
  asked: Period & { since: number },
  { now, tz }: { now: Date; tz: string },
): Promise<Ended | null> {
  const last = await lastUsage(store, now);
  return last === null || last >= asked.since ? null : { until: endOfDay(last, tz), day: localDay(new Date(last), tz) };
}

/** Over a weekend or a holiday nothing may be used; from so many days on an import is more likely missing. */
const LATE_DAYS = 4;

/** The day that usage ends on and how many days that is before `now`, where it is long ago; null else, and without usage. */
export function lateSince(
  last: number | null,
  { now, tz }: { now: Date; tz: string },
): { day: string; days: number } | null {
  if (last === null) return null;
  const days = Math.floor((now.getTime() - last) / DAY);
  return days < LATE_DAYS ? null : { day: localDay(new Date(last), tz), days };
}

/** That an answer is not about now, because usage ended before. */
export function endedText(last: string, label: string): string {
  return `Usage ends on ${last}: this is about ${label}, the last days that there is usage of. Import what came since, or name a time: --period.`;
}
