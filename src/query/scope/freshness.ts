import { sql, timestampOf } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type Bounded, type Period, periodBetween } from './period.js';
import { instantOf, wallTime } from './time_zone.js';

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
export function endOfDay(moment: number, tz: string): number {
  return instantOf((Math.floor(wallTime(moment, tz) / DAY) + 1) * DAY, tz);
}

/** 'YYYY-MM-DD' of a moment, on the wall in a zone. */
export function dayOf(moment: number, tz: string): string {
  return new Date(wallTime(moment, tz)).toISOString().slice(0, 10);
}

/** A period of these bounds, with its usual label. */
export function spanOf(since: number, until: number, tz: string): Bounded {
  const { label } = periodBetween(new Date(since).toISOString(), new Date(until).toISOString(), tz);
  return { since, until, label };
}

/**
 * Where the last days to look at end, for a question about now: at the end of the last day with usage, if there is none in `asked`. Null:
 * the question stays as it is.
 */
export async function movedEnd(
  store: Store,
  asked: Period & { since: number },
  { now, tz }: { now: Date; tz: string },
): Promise<number | null> {
  const last = await lastUsage(store, now);
  return last === null || last >= asked.since ? null : endOfDay(last, tz);
}

/** That an answer is not about now, because usage ended before. */
export function endedText(last: string, label: string): string {
  return `Usage ends on ${last}: this is about ${label}, the last days that there is usage of. Import what came since, or name a time: --period.`;
}
