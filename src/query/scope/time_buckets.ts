import { UsageError } from '../../errors.js';
import { instantOf, wallTime } from './time_zone.js';

export const EVERY = ['hour', 'day', 'week', 'month'] as const;
export type Every = (typeof EVERY)[number];

/** A part of a series, half open; milliseconds since 1970. */
export interface Span {
  since: number;
  until: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Seven years of hours, if need be; more would be a list nobody reads. */
const MOST_SPANS = 62_000;

/**
 * The hours, days, weeks or months (on the clocks of `tz`) that cover a time, without a gap: a day may have 23 or 25 hours. The first
 * and the last are cut to it. With `ahead` (milliseconds) they begin where a clock that is so much ahead says they do; months never.
 * UsageError if there are too many.
 */
export function spansOf({ since, until }: Span, every: Every, tz: string, ahead = 0): Span[] {
  const spans: Span[] = [];
  for (let start = since; start < until; ) {
    const next = nextAfter(start, every, tz, ahead);
    spans.push({ since: start, until: Math.min(next, until) });
    if (spans.length > MOST_SPANS) throw tooMany(every);
    start = next;
  }
  return spans;
}

function tooMany(every: Every): UsageError {
  return new UsageError(
    `A series of every ${every} over that time has more than ${MOST_SPANS.toLocaleString('en-US')} entries.\nTake longer spans (--every month) or a shorter time (--period).`,
  );
}

function nextAfter(instant: number, every: Every, tz: string, ahead: number): number {
  const wall = wallTime(instant, tz) + (every === 'month' ? 0 : ahead);
  if (every === 'hour') return instant + HOUR - (wall % HOUR);
  const day = Math.floor(wall / DAY) * DAY;
  if (every === 'day') return instantOf(day + DAY - ahead, tz);
  const date = new Date(day);
  if (every === 'week') return instantOf(day + (7 - ((date.getUTCDay() + 6) % 7)) * DAY - ahead, tz);
  return instantOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1), tz);
}
