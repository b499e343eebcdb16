import { integer, type Sql, sql } from '../../sql.js';
import type { ReportSpan } from '../report/answer.js';
import { commonTables, NO_TABLE } from '../rollups/read.js';
import { type Dimension, dimensionOf } from '../scope/dimensions.js';
import { type Bounded, clockText } from '../scope/period.js';
import { type Every, type Span, spansOf } from '../scope/time_buckets.js';
import { type Offset, offsetSql, wallSql, wallTime } from '../scope/time_zone.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** How long a span is on the clock; months are told apart by the calendar. */
const LENGTH = { hour: HOUR, day: DAY, week: 7 * DAY } as const;

/** Two periods whose spans of time are set beside each other. */
export interface Times {
  now: Bounded;
  before: Bounded;
  every: Every;
  /** IANA. */
  tz: string;
  offsets: readonly Offset[];
}

/** A span of the one period beside that of the other; undefined where one of them has none there. */
export interface Place {
  now: Span | undefined;
  before: Span | undefined;
}

/**
 * The spans of both periods, side by side. Hours, days and weeks of the former period are those that begin as long after its beginning,
 * on the clocks, as those of the present one: the first four days of a month beside the first four of the other, whatever weekdays they
 * are. Months go by the calendar. Of an hour that the clocks show twice the second has nothing beside it.
 */
export function placesOf({ now, before, every, tz }: Omit<Times, 'offsets'>): Place[] {
  const ahead = aheadOf({ now, before, every, tz });
  const places = new Map<string, Place & { index: number; time: number }>();
  const add = (which: keyof Place, period: Bounded, shift: number) => {
    const first = numberOf(wallTime(period.since, tz) + shift, every);
    const seen = new Map<number, number>();
    for (const span of spansOf(period, every, tz, shift)) {
      const index = numberOf(wallTime(span.since, tz) + shift, every) - first;
      const time = seen.get(index) ?? 0;
      seen.set(index, time + 1);
      const key = `${index} ${time}`;
      places.set(key, { ...(places.get(key) ?? { index, time, now: undefined, before: undefined }), [which]: span });
    }
  };
  add('now', now, 0);
  add('before', before, ahead);
  return [...places.values()]
    .sort((a, b) => a.index - b.index || a.time - b.time)
    .map(({ now: present, before: former }) => ({ now: present, before: former }));
}

/** The number of the hour, day, week (from Monday) or month on the clock. */
function numberOf(wall: number, every: Every): number {
  if (every === 'month') {
    const date = new Date(wall);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  }
  // 1970 began on a Thursday.
  return Math.floor((wall + (every === 'week' ? 3 * DAY : 0)) / LENGTH[every]);
}

/** How far the clock of the present period's beginning is ahead of the other's. */
function aheadOf({ now, before, every, tz }: Omit<Times, 'offsets'>): number {
  return every === 'month' ? 0 : wallTime(now.since, tz) - wallTime(before.since, tz);
}

/** Whether the spans of the former period are those of the calendar, too. */
function isCalendar(times: Omit<Times, 'offsets'>): boolean {
  return times.every === 'month' || aheadOf(times) % LENGTH[times.every] === 0;
}

/** How a span of the former period is called: by the calendar, or where it cuts across it by its beginning. */
export function formerSpan(span: Span, label: string | null, times: Omit<Times, 'offsets'>): ReportSpan {
  return spanShown(span, isCalendar(times) ? label : clockText(span.since, times.tz));
}

/** A span for people and programs. */
export function spanShown({ since, until }: Span, label: string | null): ReportSpan {
  return { label, since: new Date(since).toISOString(), until: new Date(until).toISOString() };
}

/** Tells usage of the former period apart by its spans. */
export function formerTime(times: Times): Dimension {
  const { every, offsets } = times;
  const own = dimensionOf(every, offsets);
  if (isCalendar(times)) return own;
  const ahead = sql`to_milliseconds(${integer(aheadOf(times))})`;
  const moment = sql`fact.occurred_at`;
  const start = sql`(date_trunc(${unitSql(every)}, ${wallSql(moment, offsets)} + ${ahead}) - ${ahead})`;
  const { name, home, label } = own;
  const key = every === 'hour' ? sql`(${start} - ${offsetSql(moment, offsets)})` : start;
  return { name, home, label, tables: NO_TABLE, key };
}

function unitSql(every: Every): Sql {
  return { hour: sql`'hour'`, day: sql`'day'`, week: sql`'week'`, month: sql`'month'` }[every];
}

/**
 * Tells usage of both periods apart by their spans: the beginning of the span in milliseconds, doubled, and one more for what is in the
 * present period, so that no two are alike.
 */
export function bothTimes(times: Times, isNow: Sql): Dimension {
  const milliseconds = (key: Sql) => sql`(2 * epoch_ms(cast(${key} as timestamp)))`;
  const present = dimensionOf(times.every, times.offsets);
  const former = formerTime(times);
  return {
    name: 'time',
    home: 'time',
    tables: commonTables(present.tables, former.tables),
    key: sql`case when ${isNow} then ${milliseconds(present.key)} + 1 else ${milliseconds(former.key)} end`,
    label: (key) => present.label(sql`make_timestamp_ms(${key} // 2)`),
  };
}

/** Whether a key of `bothTimes` is of the present period. */
export const IS_PRESENT: Sql = sql`bucket % 2 = 1`;
