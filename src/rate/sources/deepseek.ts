import type { Hours } from './hours.js';

/**
 * When DeepSeek's own prices hold, as its pages say it and genai-prices cannot: a date there is a day in Beijing, and
 * hours have neither a weekday nor a first and last day.
 * https://api-docs.deepseek.com/quick_start/pricing, https://api-docs.deepseek.com/news/news250821
 */

/** Midnight in Beijing as UTC: 2026-08-17 → 2026-08-16T16:00:00. */
export function beijingMidnight(day: string): string {
  const at = new Date(`${day}T00:00:00+08:00`);
  return at.toISOString().slice(0, 19);
}

/** "Off-peak discounts end": all prices of before, by the hour or not, were replaced. */
const OLD_HOURS_END = '2025-09-05T16:00:00';
/** Of these two the first prices by the hour began. */
const OLD_HOURS_START = '2025-02-26T16:30:00';
/** Peak hours of V4 held every day at first; since then "off-peak rates apply throughout the day on weekends". */
const WEEKENDS_OFF_PEAK = '2026-08-22T16:00:00';

export interface Validity {
  from: string | null;
  to: string | null;
}

/** A stretch of validity of prices that hold at some hours, with the weekdays (UTC) it holds on. */
export interface TimedValidity extends Validity {
  iso_weekdays: Hours['iso_weekdays'];
}

/** The validity of hourly prices: Monday to Friday once DeepSeek freed its weekends, and not beyond the old scheme. */
export function peakValidity({ from, to }: Validity): TimedValidity[] {
  if (from === null) return [{ from: OLD_HOURS_START, to: earlier(to, OLD_HOURS_END), iso_weekdays: null }];
  if (to !== null && to <= WEEKENDS_OFF_PEAK) return [{ from, to, iso_weekdays: null }];
  const workdays = { to, iso_weekdays: [1, 2, 3, 4, 5] };
  if (from >= WEEKENDS_OFF_PEAK) return [{ from, ...workdays }];
  return [
    { from, to: WEEKENDS_OFF_PEAK, iso_weekdays: null },
    { from: WEEKENDS_OFF_PEAK, ...workdays },
  ];
}

/** The validity of the prices beside them: a model that had only the old scheme has no price after its end. */
export function besidePeak({ from, to }: Validity): Validity {
  return from === null ? { from: OLD_HOURS_START, to: earlier(to, OLD_HOURS_END) } : { from, to };
}

function earlier(one: string | null, other: string): string {
  return one !== null && one < other ? one : other;
}
