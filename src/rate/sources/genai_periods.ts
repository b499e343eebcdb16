import { beijingMidnight, besidePeak, peakValidity, type Validity } from './deepseek.js';
import { type Hours, stretches, weeklyHours } from './hours.js';
import { isObject, type JsonObject } from './source.js';

/** Prices, the time they hold, `[from, to)` in UTC, and the hours of the day. */
export interface Period extends Validity, Hours {
  prices: JsonObject;
}

export interface Periods {
  periods: Period[];
  /** Constraints we do not know. */
  unknown: string[];
}

/** One entry of a price list: since when it holds, and at which hours (null is all day). */
interface Entry {
  since: string | null;
  hours: Hours[] | null;
  prices: JsonObject;
}

/**
 * The periods of a model's `prices`: one map, or a list of {constraint?, prices} of which the last that matches wins.
 * A constraint is a date or hours of the day, never both, so hours belong to the dated entry they follow: DeepSeek's
 * peak hours of 2026-08-17 say nothing about July.
 * https://github.com/pydantic/genai-prices/blob/main/prices/new_data/v2/data.schema.json
 */
export function pricePeriods(prices: unknown, provider: string): Periods {
  if (isObject(prices)) return { periods: [{ from: null, to: null, ...ALL_DAY, prices }], unknown: [] };
  const { entries, unknown } = entriesOf(prices, provider);
  const starts = [...new Set(entries.filter(({ hours }) => hours === null).map(({ since }) => since ?? ''))].sort();
  const ends = (since: string | null) => starts.find((start) => start > (since ?? '')) ?? null;
  const timed = new Set(entries.filter(({ hours }) => hours !== null).map(({ since }) => since));
  const lasting = new Map(entries.filter(({ hours }) => hours === null).map((entry) => [entry.since ?? '', entry]));
  const held = [
    ...starts.flatMap((start) => lasting.get(start) ?? []),
    ...entries.filter(({ hours }) => hours !== null),
  ];
  const periods = held.flatMap((entry) => {
    const validity = { from: entry.since, to: ends(entry.since) };
    if (entry.hours !== null) return timedPeriods(entry.hours, validity, { provider, prices: entry.prices });
    const own = provider === 'deepseek' && timed.has(entry.since) ? besidePeak(validity) : validity;
    return [{ ...own, ...ALL_DAY, prices: entry.prices }];
  });
  return { periods, unknown };
}

const ALL_DAY: Hours = { utc_start: null, utc_end: null, iso_weekdays: null };

function entriesOf(prices: unknown, provider: string): { entries: Entry[]; unknown: string[] } {
  const [entries, unknown]: [Entry[], string[]] = [[], []];
  let since: string | null = null;
  for (const { constraint, prices: priced } of Array.isArray(prices) ? prices.filter(isObject) : []) {
    if (!isObject(priced)) continue;
    const read = constraintOf(constraint);
    if (read === undefined) {
      unknown.push(JSON.stringify(constraint));
      continue;
    }
    if ('date' in read) since = read.date !== null && provider === 'deepseek' ? beijingMidnight(read.date) : read.date;
    entries.push({ since, hours: 'hours' in read ? read.hours : null, prices: priced });
  }
  return { entries, unknown };
}

/** A date (null for none), or hours of every day; undefined for anything else. */
function constraintOf(constraint: unknown): { date: string | null } | { hours: Hours[] } | undefined {
  if (constraint === undefined || constraint === null) return { date: null };
  if (!isObject(constraint)) return undefined;
  const { start_date: date, start_time: start, end_time: end } = constraint;
  if (typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date) && start === undefined) return { date };
  if (date !== undefined || typeof start !== 'string' || typeof end !== 'string') return undefined;
  const times = stretches(start, end);
  return times === undefined ? undefined : { hours: weeklyHours(times, [1, 2, 3, 4, 5, 6, 7], 0) };
}

function timedPeriods(
  hours: readonly Hours[],
  validity: Validity,
  { provider, prices }: { provider: string; prices: JsonObject },
): Period[] {
  const valid = provider === 'deepseek' ? peakValidity(validity) : [{ ...validity, iso_weekdays: null }];
  return valid.flatMap((one) => hours.map((at) => ({ ...at, ...one, prices })));
}
