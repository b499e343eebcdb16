import { UsageError } from '../../errors.js';
import { integer, join, literal, type Sql, sql } from '../../sql.js';

/** From `from` (milliseconds since 1970; the first entry counts for all time before it too) the zone is `seconds` ahead of UTC. */
export interface Offset {
  from: number;
  seconds: number;
}

const DAY = 86_400_000;
const clocks = new Map<string, Intl.DateTimeFormat>();

/**
 * The time zone's name, in the letters of the IANA; of two names for one zone (Asia/Kolkata, Asia/Calcutta) the one that was
 * given, because which of them Intl prefers depends on the version of Node. 'system' is the zone of the machine. A UsageError with examples if there is none of that name.
 */
export function parseZone(name: string): string {
  // The usual one: the first formatter takes 10 ms.
  if (name === 'UTC') return name;
  if (name.toLowerCase() === 'system') return parseZone(new Intl.DateTimeFormat().resolvedOptions().timeZone);
  try {
    const { timeZone } = clock(name).resolvedOptions();
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  } catch (cause) {
    throw new UsageError(
      `There is no time zone '${name}'.\nUse a name of the IANA list, for example --tz Europe/Berlin or --tz America/New_York.`,
      { cause },
    );
  }
}

/** What a clock on the wall in `tz` shows at an instant, as if it were UTC; both in milliseconds since 1970. */
export function wallTime(instant: number, tz: string): number {
  return instant + offsetSeconds(instant, tz) * 1000;
}

/**
 * The instant at which a clock on the wall in `tz` shows `wall`. A time that occurs twice is the first one; a time that is
 * skipped is moved on by what the clock skips, so the start of a day without midnight is its first moment.
 */
export function instantOf(wall: number, tz: string): number {
  const before = wall - offsetSeconds(wall - DAY, tz) * 1000;
  const after = wall - offsetSeconds(wall + DAY, tz) * 1000;
  return wallTime(before, tz) === wall || wallTime(after, tz) !== wall ? before : after;
}

/** All offsets of `tz` between two instants, oldest first; at least one. */
export function offsetsBetween(first: number, last: number, tz: string): Offset[] {
  const offsets = [{ from: first, seconds: offsetSeconds(first, tz) }];
  for (let day = first; day < last; day += DAY) {
    const next = Math.min(day + DAY, last);
    const seconds = offsetSeconds(next, tz);
    if (seconds === offsets.at(-1)?.seconds) continue;
    offsets.push({ from: changeBetween(day, next, tz), seconds });
  }
  return offsets;
}

/** `moment` (UTC) as the wall clock shows it. A chain of comparisons: five times as fast as DuckDB's timezone(). */
export function wallSql(moment: Sql, offsets: readonly Offset[]): Sql {
  return offsets.every((offset) => offset.seconds === 0) ? moment : sql`(${moment} + ${offsetSql(moment, offsets)})`;
}

/** The interval by which the zone is ahead of UTC at `moment` (UTC). */
export function offsetSql(moment: Sql, offsets: readonly Offset[]): Sql {
  return chosenSql(moment, offsets, (offset) => sql`to_seconds(${integer(offset.seconds)})`);
}

/** The offset at `moment` (UTC) as text: '+02:00', nothing where the zone is UTC itself. */
export function offsetTextSql(moment: Sql, offsets: readonly Offset[]): Sql {
  if (offsets.every((offset) => offset.seconds === 0)) return sql`''`;
  return chosenSql(moment, offsets, (offset) => literal(offsetText(offset.seconds)));
}

function chosenSql(moment: Sql, offsets: readonly Offset[], value: (offset: Offset) => Sql): Sql {
  const [first, ...later] = [...offsets].reverse();
  if (first === undefined) throw new Error('a time zone without offset');
  if (later.length === 0) return value(first);
  const newestFirst = [first, ...later.slice(0, -1)].map(
    (offset) => sql`when ${moment} >= timestamp ${literal(timestampText(offset.from))} then ${value(offset)}`,
  );
  return sql`case ${join(newestFirst, ' ')} else ${value(later.at(-1) ?? first)} end`;
}

/** An instant as DuckDB writes a timestamp in UTC: '2026-09-01 00:00:00.000'. */
export function timestampText(instant: number): string {
  return new Date(instant).toISOString().replace('T', ' ').replace('Z', '');
}

function offsetText(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${hours}:${String(minutes % 60).padStart(2, '0')}`;
}

function offsetSeconds(instant: number, tz: string): number {
  if (tz === 'UTC') return 0;
  const shown: Record<string, number> = {};
  for (const part of clock(tz).formatToParts(instant)) shown[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return wall / 1000 - Math.floor(instant / 1000);
}

/** The second in (`low`, `high`] at which the offset changes. */
function changeBetween(low: number, high: number, tz: string): number {
  const before = offsetSeconds(low, tz);
  let [from, to] = [Math.floor(low / 1000), Math.floor(high / 1000)];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (offsetSeconds(middle * 1000, tz) === before) from = middle;
    else to = middle;
  }
  return to * 1000;
}

function clock(tz: string): Intl.DateTimeFormat {
  const known = clocks.get(tz);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: tz,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(tz, made);
  return made;
}

/** 'YYYY-MM-DD' of a moment, on the wall in a zone. */
export function localDay(moment: Date, tz: string): string {
  return new Date(wallTime(moment.getTime(), tz)).toISOString().slice(0, 10);
}
