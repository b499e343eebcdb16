import { fixedOffset, type Hours, isoWeekday, type Stretch, stretches, weeklyHours } from './hours.js';
import { isPriceField } from './litellm_fields.js';
import { isObject, type JsonObject, type StagedRate } from './source.js';

/** What `off_peak_pricing` says: the hours it holds for and the price fields it replaces. */
export interface OffPeak {
  hours: Hours[];
  prices: JsonObject;
}

/**
 * Reads `off_peak_pricing`: `hours_utc` ("16:30-00:30" or several, every day) together with `windows` of
 * {hours_utc, weekdays} whose days are those of `weekday_timezone` (UTC if it names none).
 * https://docs.litellm.ai/docs/proxy/off_peak_pricing
 */
export function offPeak(block: unknown): OffPeak | { reason: string } {
  if (!isObject(block)) return { reason: 'is no object' };
  const zone = typeof block.weekday_timezone === 'string' ? block.weekday_timezone : 'UTC';
  const offset = fixedOffset(zone);
  if (offset === undefined) return { reason: `its weekdays are those of ${zone}, which has no fixed distance to UTC` };
  const daily = timesOf(block.hours_utc ?? []);
  const windows = windowsOf(block.windows ?? [], offset);
  if (daily === undefined || windows === undefined) return { reason: 'its hours cannot be read' };
  const hours = [...weeklyHours(daily, [1, 2, 3, 4, 5, 6, 7], 0), ...windows];
  if (hours.length === 0) return { reason: 'it names no hours' };
  return { hours, prices: Object.fromEntries(Object.entries(block).filter(([field]) => isPriceField(field))) };
}

function windowsOf(windows: unknown, offset: number): Hours[] | undefined {
  if (!Array.isArray(windows)) return undefined;
  const read = windows.map((window) => windowOf(window, offset));
  return read.some((hours) => hours === undefined) ? undefined : read.flatMap((hours) => hours ?? []);
}

function windowOf(window: unknown, offset: number): Hours[] | undefined {
  if (!isObject(window)) return undefined;
  const times = timesOf(window.hours_utc ?? '00:00-00:00');
  const named = window.weekdays ?? [1, 2, 3, 4, 5, 6, 7];
  const weekdays = Array.isArray(named) ? named.map(isoWeekday) : [undefined];
  if (times === undefined || weekdays.includes(undefined)) return undefined;
  return weeklyHours(
    times,
    weekdays.filter((day) => day !== undefined),
    offset,
  );
}

function timesOf(value: unknown): Stretch[] | undefined {
  const texts = Array.isArray(value) ? value : [value];
  const read = texts.map((text) => {
    const [start, end] = String(text).split('-');
    return start === undefined || end === undefined ? undefined : stretches(start, end);
  });
  return read.some((times) => times === undefined) ? undefined : read.flatMap((times) => times ?? []);
}

/** The prices of the hours, and the same in every band of long prompts: they replace those as well. */
export function offPeakRates(hours: readonly Hours[], prices: StagedRate[], allDay: StagedRate[]): StagedRate[] {
  return prices.flatMap((price) => {
    const bands = allDay
      .filter((rate) => rate.dimension === price.dimension && rate.service_tier === price.service_tier)
      .map((rate) => rate.min_prompt_tokens);
    return [...new Set([price.min_prompt_tokens, ...bands])].flatMap((band) =>
      hours.map((one) => ({ ...price, ...one, min_prompt_tokens: band })),
    );
  });
}
