import { type Period, periodBetween } from '../scope/period.js';
import { instantOf, wallTime } from '../scope/time_zone.js';
import type { Span } from './answer.js';

const DAY = 86_400_000;

export interface Lengths {
  /** Whole days, of the clock on the wall in `tz`. */
  window: number;
  baseline: number;
  tz: string;
  now: Date;
}

/**
 * The window and the baseline right before it. The window is the period asked for; if that has no beginning, the days up to its end, or up
 * to today, which is not over yet.
 */
export function spansBefore(period: Period, { window, baseline, tz, now }: Lengths): { window: Span; baseline: Span } {
  const today = Math.floor(wallTime(now.getTime(), tz) / DAY) * DAY;
  const until = period.until ?? (period.since === null ? instantOf(today, tz) : now.getTime());
  const since = period.since ?? daysBefore(until, window, tz);
  return { window: spanOf(since, until, tz), baseline: spanOf(daysBefore(since, baseline, tz), since, tz) };
}

function daysBefore(instant: number, days: number, tz: string): number {
  return instantOf(wallTime(instant, tz) - days * DAY, tz);
}

function spanOf(since: number, until: number, tz: string): Span {
  const { label } = periodBetween(new Date(since).toISOString(), new Date(until).toISOString(), tz);
  return { since, until, label };
}
