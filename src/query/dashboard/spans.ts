import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { type Period, periodBetween } from '../scope/period.js';
import type { Scope } from '../scope/scope.js';
import type { Every, Span } from '../scope/time_buckets.js';
import { instantOf, wallTime } from '../scope/time_zone.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * The period, with the first and last usage in scope where it has no bounds, and without its future. Undefined if there is no usage
 * with a time and the period does not say either.
 */
export async function windowOf(store: Store, scope: Scope, period: Period, now: Date): Promise<Span | undefined> {
  const found = await store.row<{ first: string | null; last: string | null }>(
    sql`select epoch_ms(min(fact.occurred_at)) as first, epoch_ms(max(fact.occurred_at)) as last from usage_fact as fact where ${scope.test}`,
    scope.params,
  );
  const since = period.since ?? (found.first === null ? null : Number(found.first));
  const afterLast = found.last === null ? null : Number(found.last) + 1;
  const until = period.until === null ? afterLast : Math.min(period.until, Math.max(now.getTime(), afterLast ?? 0));
  return since === null || until === null || since >= until ? undefined : { since, until };
}

/** Spans that give a chart some dozens of columns: hours up to two days, days up to a quarter, weeks up to two years. */
export function everyOf({ since, until }: Span): Every {
  const length = until - since;
  if (length <= 2 * DAY + HOUR) return 'hour';
  if (length <= 93 * DAY) return 'day';
  return length <= 732 * DAY ? 'week' : 'month';
}

/**
 * The period before, to compare with: the months before for whole months of the calendar, else as long a time directly before.
 * Undefined for a period without a beginning or an end.
 */
export function periodBefore(period: Period, tz: string, now: Date): Period | undefined {
  if (period.since === null || period.until === null) return undefined;
  const until = Math.max(period.since + 1, Math.min(period.until, now.getTime()));
  const [start, end] = [wallTime(period.since, tz), wallTime(until, tz)];
  const months = wholeMonths(start, end);
  const before = months === undefined ? start - (end - start) : monthsBefore(start, months);
  return periodBetween(new Date(instantOf(before, tz)).toISOString(), new Date(period.since).toISOString(), tz);
}

/** How many months of the calendar lie between two times of a wall clock, if they are whole. */
function wholeMonths(start: number, end: number): number | undefined {
  const whole = [start, end].every((wall) => new Date(wall).toISOString().endsWith('-01T00:00:00.000Z'));
  return whole ? monthNumber(end) - monthNumber(start) : undefined;
}

function monthNumber(wall: number): number {
  const date = new Date(wall);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function monthsBefore(wall: number, months: number): number {
  return Date.UTC(1970, monthNumber(wall) - months - 1970 * 12);
}
