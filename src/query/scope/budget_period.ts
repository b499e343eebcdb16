import type { BudgetPeriod } from '../../config/limit.js';
import { type Period, parsePeriod, periodBetween } from './period.js';
import { wallTime } from './time_zone.js';

/** A budget's period at a moment: the whole of it, and how much of it is over. */
export interface RunningPeriod {
  whole: Period;
  /** The part that lies before the moment: what was used is counted in it. */
  elapsed: Period;
  /** Whether the period has an end that the moment has not reached: then there is something to forecast. */
  open: boolean;
}

/** The period of a budget that holds the moment `now`, in a time zone. */
export function runningPeriod(spec: BudgetPeriod, tz: string, now: Date): RunningPeriod {
  if (spec.kind === 'all') {
    const whole = parsePeriod('all', tz, now);
    return { whole, elapsed: whole, open: false };
  }
  const whole = periodHolding(spec, tz, now);
  const end = whole.until ?? now.getTime();
  const open = spec.kind !== 'rolling' && now.getTime() < end;
  return { whole, elapsed: { ...whole, until: Math.min(end, now.getTime()) }, open };
}

/** The `count` periods before one, the latest first; each ends where the next begins. */
export function earlierPeriods(
  spec: BudgetPeriod,
  tz: string,
  { whole, count }: { whole: Period; count: number },
): Period[] {
  const found: Period[] = [];
  let { since } = whole;
  while (spec.kind !== 'all' && since !== null && found.length < count) {
    const before = periodHolding(spec, tz, new Date(since - 1));
    found.push(before);
    since = before.since;
  }
  return found;
}

function periodHolding(spec: Exclude<BudgetPeriod, { kind: 'all' }>, tz: string, moment: Date): Period {
  if (spec.kind === 'calendar') return parsePeriod(spec.unit === 'day' ? 'today' : `this ${spec.unit}`, tz, moment);
  const today = new Date(wallTime(moment.getTime(), tz));
  const [year, month, day] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  if (spec.kind === 'rolling') {
    return periodBetween(dayText(year, month, day - spec.days + 1), dayText(year, month, day + 1), tz);
  }
  const begun = day >= billingDay(spec.day, year, month);
  const first = begun ? month : month - 1;
  return periodBetween(billingText(spec.day, year, first), billingText(spec.day, year, first + 1), tz);
}

/** The 31st of a month that has none is its last day. */
function billingDay(day: number, year: number, month: number): number {
  return Math.min(day, new Date(Date.UTC(year, month + 1, 0)).getUTCDate());
}

function billingText(day: number, year: number, month: number): string {
  return dayText(year, month, billingDay(day, year, month));
}

function dayText(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}
