import { UsageError } from '../../errors.js';
import { instantOf, wallTime } from './time_zone.js';

/** A span of time, half open; milliseconds since 1970, null where it has no bound. */
export interface Period {
  since: number | null;
  until: number | null;
  /** For people: '2026-09-01 → 2026-10-01', in the zone it was asked in. */
  label: string;
}

/** A period with two ends. */
export interface Bounded extends Period {
  since: number;
  until: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Calendar arithmetic happens on wall-clock milliseconds; only the result is turned into instants. */
type Wall = [start: number, end: number];

/**
 * What a period word means in a time zone at the moment `now`: 'last month', 'this week', yesterday, 'last 7 days' (whole days,
 * without today; so weeks, months, quarters, years), 'last 24 hours', mtd (and wtd, qtd, ytd), 2026, 2026-09, september, 2026-Q3, Q3,
 * 2026-W40, 2026-09-14, all; and from one of them up to, and without, another: 'since 2026-09', 'until Q3', 2026-01..2026-03.
 * UsageError if it means nothing.
 */
export function parsePeriod(text: string, tz: string, now: Date): Period {
  const word = text.trim().toLowerCase().replace(/\s+/g, ' ');
  if (word === 'all') return { since: null, until: null, label: 'all time' };
  const hours = /^(?:last )?(\d{1,5}) ?(?:h|hours?)$/.exec(word);
  if (hours !== null) return labelled(now.getTime() - Number(hours[1]) * HOUR, now.getTime(), tz);
  const today = wallTime(now.getTime(), tz);
  const wall = wallOfWord(word, today);
  if (wall !== undefined) return labelled(instantOf(wall[0], tz), instantOf(wall[1], tz), tz);
  const [from, to] = open(word, today, text);
  const since = from === null ? null : instantOf(from, tz);
  const until = to === null ? null : instantOf(to, tz);
  if (since === null || until === null || since < until) return labelled(since, until, tz);
  throw new UsageError(
    `'${text}' ends before it begins.\nThe second part is where it ends, and not in it: 2026-01..2026-03 is January and February.`,
  );
}

function wallOfWord(word: string, today: number): Wall | undefined {
  return relative(word, today) ?? absolute(word) ?? ofThisYear(word, floorDay(today));
}

/** 'since 2026-09', 'from 2026-01 to 2026-03', 'until Q3', '2026-01..2026-03', '..2026'; each word stands for its beginning. */
function open(word: string, today: number, text: string): [number | null, number | null] {
  const found =
    /^(?:since|from) (?<since>.+?)(?: (?:to|until) (?<until>.+))?$/.exec(word) ??
    /^(?:to|until|before) (?<until>.+)$/.exec(word) ??
    /^(?<since>[^.]*)\.\.(?<until>[^.]*)$/.exec(word);
  const { since = '', until = '' } = found?.groups ?? {};
  if (since === '' && until === '') throw unknownPeriod(text);
  const begin = (part: string): number | null => {
    if (part === '') return null;
    const wall = wallOfWord(part, today);
    if (wall === undefined) throw unknownPeriod(text);
    return wall[0];
  };
  return [begin(since), begin(until)];
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** q3, september, sep: of this year, or of the last one if it has not begun yet. */
function ofThisYear(word: string, today: number): Wall | undefined {
  const { year, month } = fields(today);
  const quarter = /^q([1-4])$/.exec(word);
  const named = MONTHS.findIndex((name) => name === word || name.slice(0, 3) === word);
  const first = quarter === null ? named : (Number(quarter[1]) - 1) * 3;
  if (first < 0) return undefined;
  return months(first > month ? year - 1 : year, first, quarter === null ? 1 : 3);
}

/**
 * The period between two dates or ISO timestamps; without an offset they are meant in `tz`. With `now` also between words of periods,
 * which stand for their beginning: 2026-02, yesterday, 7d. UsageError if one cannot be read or they are the wrong way round.
 */
export function periodBetween(
  since: string | undefined,
  until: string | undefined,
  tz: string,
  now?: Date | undefined,
): Period {
  const from = since === undefined ? null : parseEdge(since, '--since', { tz, now });
  const to = until === undefined ? null : parseEdge(until, '--until', { tz, now });
  if (from !== null && to !== null && from >= to) {
    throw new UsageError(
      `--since ${since} is not before --until ${until}: no time lies between them.\nThe period is half open: for the whole of September use --since 2026-09-01 --until 2026-10-01.`,
    );
  }
  return labelled(from, to, tz);
}

function parseEdge(text: string, option: string, { tz, now }: { tz: string; now: Date | undefined }): number {
  const word = text.trim().toLowerCase().replace(/\s+/g, ' ');
  const wall =
    now === undefined || /^\d{4}-\d{2}-\d{2}/.test(word) ? undefined : wallOfWord(word, wallTime(now.getTime(), tz));
  return wall === undefined ? parseInstant(text, option, tz) : instantOf(wall[0], tz);
}

/**
 * The period before one, as long: the month before a month, the week before a week; of a period that is not over yet, only the part
 * that corresponds to what is over; one that has not begun is taken whole. A period without end ends now. UsageError if it has no
 * beginning.
 */
export function previousOf({ since, until }: Period, tz: string, now: Date): { now: Bounded; before: Bounded } {
  if (since === null) {
    throw new UsageError(
      "--compare previous needs a period that begins somewhere.\nAdd one, for example --period 'this month'.",
    );
  }
  const begun = since < now.getTime();
  const end = begun || until === null ? Math.min(until ?? now.getTime(), Math.max(now.getTime(), since + 1)) : until;
  const [start, whole, part] = [wallTime(since, tz), wallTime(until ?? end, tz), wallTime(end, tz)];
  const before = startBefore(start, whole);
  const stop = Math.min(before + (part - start), start);
  const bounded = (from: number, to: number): Bounded => ({ ...labelled(from, to, tz), since: from, until: to });
  return {
    now: bounded(since, end),
    before: bounded(instantOf(before, tz), instantOf(part === whole ? start : stop, tz)),
  };
}

/** Whole months go back by as many months, everything else by its length on the clock. */
function startBefore(start: number, end: number): number {
  const months = monthsBetween(start, end);
  if (months === undefined) return start - (end - start);
  const { year, month } = fields(start);
  return Date.UTC(year, month - months);
}

function monthsBetween(start: number, end: number): number | undefined {
  const [from, to] = [fields(start), fields(end)];
  const count = (to.year - from.year) * 12 + to.month - from.month;
  const whole = Date.UTC(from.year, from.month) === start && Date.UTC(to.year, to.month) === end;
  return whole && count > 0 ? count : undefined;
}

/** A period that both begins and ends, for a comparison with `option`. UsageError if it does not. */
export function boundedPeriod(period: Period, option: string, now: Date): Bounded {
  const { since } = period;
  const until = period.until ?? now.getTime();
  if (since !== null && since < until) return { ...period, since, until };
  throw new UsageError(
    `${option} compares two periods, and ${period.label} has no beginning.\nAdd one, for example --period 'this month'.`,
  );
}

/**
 * The moment an option names: an ISO timestamp, or the end of a day (its last millisecond). UsageError if it cannot be read.
 */
export function parseMoment(text: string, option: string, tz: string): Date {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text.trim());
  const instant = parseInstant(text, option, tz);
  return new Date(day ? instantOf(wallTime(instant, tz) + DAY, tz) - 1 : instant);
}

function relative(word: string, now: number): Wall | undefined {
  const today = floorDay(now);
  if (word === 'today') return [today, today + DAY];
  if (word === 'yesterday') return [today - DAY, today];
  const days = /^(?:last )?(\d{1,4}) ?(?:d|days?)$/.exec(word);
  if (days !== null && Number(days[1]) > 0) return [today - Number(days[1]) * DAY, today];
  const named = /^(this|last) (week|month|quarter|year)$/.exec(word);
  if (named === null) return toDate(word, today) ?? several(word, today);
  const shift = named[1] === 'this' ? 0 : -1;
  if (named[2] === 'week') return week(monday(today) + shift * 7 * DAY);
  const { year, month } = fields(today);
  if (named[2] === 'month') return months(year, month + shift, 1);
  if (named[2] === 'quarter') return months(year, month - (month % 3) + shift * 3, 3);
  return months(year + shift, 0, 12);
}

/** mtd: from the beginning of the month to the end of today. */
function toDate(word: string, today: number): Wall | undefined {
  const { year, month } = fields(today);
  const starts: Record<string, number> = {
    wtd: monday(today),
    mtd: Date.UTC(year, month),
    qtd: Date.UTC(year, month - (month % 3)),
    ytd: Date.UTC(year, 0),
  };
  const start = Object.hasOwn(starts, word) ? starts[word] : undefined;
  return start === undefined ? undefined : [start, today + DAY];
}

/** 'last 3 months': whole ones, without the present. */
function several(word: string, today: number): Wall | undefined {
  const found = /^(?:last )?(\d{1,3}) ?(w|weeks?|months?|quarters?|y|years?)$/.exec(word);
  const count = Number(found?.[1] ?? 0);
  if (found === null || count === 0) return undefined;
  const unit = found[2]?.charAt(0);
  if (unit === 'w') return [monday(today) - count * 7 * DAY, monday(today)];
  const { year, month } = fields(today);
  if (unit === 'm') return months(year, month - count, count);
  if (unit === 'q') return months(year, month - (month % 3) - count * 3, count * 3);
  return months(year - count, 0, count * 12);
}

function absolute(word: string): Wall | undefined {
  const quarter = /^(\d{4})-q([1-4])$/.exec(word);
  if (quarter !== null) return months(Number(quarter[1]), (Number(quarter[2]) - 1) * 3, 3);
  const isoWeek = /^(\d{4})-w(\d{2})$/.exec(word);
  if (isoWeek !== null) return weekOfYear(Number(isoWeek[1]), Number(isoWeek[2]));
  const date = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(word);
  if (date === null) return undefined;
  const [year, month] = [Number(date[1]), Number(date[2] ?? 1) - 1];
  if (date[2] === undefined) return months(year, 0, 12);
  if (month < 0 || month > 11) return undefined;
  if (date[3] === undefined) return months(year, month, 1);
  const day = wallOf(word);
  return day === undefined ? undefined : [day, day + DAY];
}

/** The instant of a date or ISO timestamp; without an offset it is meant in `tz`. UsageError that names `option` if it is none. */
export function parseInstant(text: string, option: string, tz: string): number {
  const found = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i.exec(
    text.trim(),
  );
  const wall = found === null ? undefined : wallOf(`${found[1]}`, found[2]);
  if (found === null || wall === undefined) {
    throw new UsageError(
      `${option} '${text}' is not a time.\nWrite a date or an ISO timestamp: ${option} 2026-09-01, ${option} 2026-09-01T12:00:00Z.`,
    );
  }
  if (found[3] === undefined) return instantOf(wall, tz);
  return wall - offsetOf(found[3]);
}

/** 'Z' or '+02:00' in milliseconds. */
function offsetOf(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const size = Number(text.slice(1, 3)) * HOUR + Number(text.slice(4, 6)) * 60_000;
  return text.startsWith('-') ? -size : size;
}

/** A date that exists (no 31st of September) and a time of day. */
function wallOf(date: string, time = '00:00'): number | undefined {
  const wall = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(wall)) return undefined;
  return new Date(wall).toISOString().startsWith(date) ? wall : undefined;
}

function months(year: number, month: number, count: number): Wall {
  return [Date.UTC(year, month), Date.UTC(year, month + count)];
}

function week(start: number): Wall {
  return [start, start + 7 * DAY];
}

/** ISO 8601: week 1 is the one with 4 January; undefined if the year has no such week. */
function weekOfYear(year: number, number: number): Wall | undefined {
  const start = monday(Date.UTC(year, 0, 4)) + (number - 1) * 7 * DAY;
  const thursday = fields(start + 3 * DAY);
  return number >= 1 && thursday.year === year ? week(start) : undefined;
}

function monday(day: number): number {
  return day - ((new Date(day).getUTCDay() + 6) % 7) * DAY;
}

function floorDay(wall: number): number {
  return Math.floor(wall / DAY) * DAY;
}

function fields(wall: number): { year: number; month: number } {
  const date = new Date(wall);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() };
}

function labelled(since: number | null, until: number | null, tz: string): Period {
  if (since === null && until === null) return { since, until, label: 'all time' };
  if (until === null) return { since, until, label: `since ${clockText(since ?? 0, tz)}` };
  if (since === null) return { since, until, label: `until ${clockText(until, tz)}` };
  return { since, until, label: `${clockText(since, tz)} → ${clockText(until, tz)}` };
}

/** The wall clock without the parts that are zero: '2026-09-01', '2026-09-01 12:30'. */
export function clockText(instant: number, tz: string): string {
  const text = new Date(wallTime(instant, tz)).toISOString();
  if (text.endsWith('T00:00:00.000Z')) return text.slice(0, 10);
  return text.slice(0, text.endsWith(':00.000Z') ? 16 : 19).replace('T', ' ');
}

function unknownPeriod(text: string): UsageError {
  return new UsageError(
    `'${text}' is not a period.\nTry one of: today, yesterday, 'this week', 'last week', 'this month', 'last month', 'last 7 days', 'last 3 months', 'last 24 hours', mtd, ytd, 2026, 2026-09, september, 2026-Q3, Q3, 2026-W40, 2026-09-14, 'since 2026-09', 2026-01..2026-03, all.`,
  );
}
