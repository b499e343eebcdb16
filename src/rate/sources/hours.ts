import type { StagedRate } from './source.js';

/** When a price holds, in the columns of a rate: UTC, start inclusive, end exclusive; all null is always. */
export type Hours = Pick<StagedRate, 'utc_start' | 'utc_end' | 'iso_weekdays'>;

/** Hours of the day in UTC, minutes after midnight, `from` < `to` ≤ 1440. */
export interface Stretch {
  from: number;
  to: number;
}

const DAY = 1440;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

/** `22:00` and `06:00` → two stretches; the same time twice is the whole day; undefined if either is no time of day. */
export function stretches(start: string, end: string): Stretch[] | undefined {
  const [from, to] = [minutes(start), minutes(end)];
  if (from === undefined || to === undefined) return undefined;
  if (from === to) return [{ from: 0, to: DAY }];
  if (from < to) return [{ from, to }];
  return [
    { from, to: DAY },
    { from: 0, to },
  ].filter((part) => part.from < part.to);
}

/** `01:00`, `01:00:00`, `01:00:00Z` or 100 → minutes after midnight; 24:00 is the midnight at the end of the day. */
function minutes(time: string): number | undefined {
  const match = /^(\d{1,2}):?(\d{2})(?::00)?(?:Z|\+00:00)?$/.exec(time.trim());
  if (match === null) return undefined;
  const [hour, minute] = [Number(match[1]), Number(match[2])];
  const total = hour * 60 + minute;
  return minute < 60 && total <= DAY ? total % DAY : undefined;
}

/**
 * The hours of stretches that hold on some weekdays (1 Monday … 7 Sunday) of a zone `offset` minutes ahead of UTC.
 * A day of a rate is a UTC day, so a stretch that a midnight of the zone cuts becomes two.
 */
export function weeklyHours(day: readonly Stretch[], weekdays: readonly number[], offset: number): Hours[] {
  const always = EVERY_DAY.every((one) => weekdays.includes(one));
  const midnight = (DAY - offset + DAY) % DAY;
  const parts = always ? day : day.flatMap((stretch) => cut(stretch, midnight));
  return parts.map((part) => ({
    ...clock(part),
    iso_weekdays: always ? null : utcWeekdays(weekdays, dayShift(part, offset)),
  }));
}

function cut({ from, to }: Stretch, at: number): Stretch[] {
  if (at <= from || at >= to) return [{ from, to }];
  return [
    { from, to: at },
    { from: at, to },
  ];
}

/** How many days the zone is ahead at the beginning of a stretch: 1, 0 or -1. */
function dayShift({ from }: Stretch, offset: number): number {
  return Math.floor((from + offset) / DAY);
}

function utcWeekdays(weekdays: readonly number[], shift: number): number[] {
  return EVERY_DAY.filter((utc) => weekdays.includes(((utc - 1 + shift + 7) % 7) + 1));
}

function clock({ from, to }: Stretch): Pick<Hours, 'utc_start' | 'utc_end'> {
  if (from === 0 && to === DAY) return { utc_start: null, utc_end: null };
  return { utc_start: time(from), utc_end: time(to % DAY) };
}

function time(total: number): string {
  return `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`;
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** 1…7 or a name of three letters or more → 1 Monday … 7 Sunday; undefined if it is neither. */
export function isoWeekday(value: unknown): number | undefined {
  if (typeof value === 'number') return EVERY_DAY.includes(value) ? value : undefined;
  if (typeof value !== 'string' || value.length < 3) return undefined;
  const index = WEEKDAYS.findIndex((name) => name.startsWith(value.toLowerCase()));
  return index < 0 ? undefined : index + 1;
}

/** Minutes a zone is ahead of UTC all year round; undefined for a zone that changes its clocks or does not exist. */
export function fixedOffset(zone: string): number | undefined {
  const [winter, summer] = ['2026-01-01T00:00:00Z', '2026-07-01T00:00:00Z'].map((at) => offsetAt(zone, new Date(at)));
  return winter === summer ? winter : undefined;
}

function offsetAt(zone: string, at: Date): number | undefined {
  if (!isZone(zone)) return undefined;
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(at);
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /^GMT(?:([+-])(\d{2}):(\d{2}))?$/.exec(name);
  if (match === null) return undefined;
  const total = Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
  return match[1] === '-' ? -total : total;
}

function isZone(zone: string): boolean {
  return zone === 'UTC' || Intl.supportedValuesOf('timeZone').includes(zone);
}
