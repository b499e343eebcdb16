import { UsageError } from '../../errors.js';
import { type Bounded, type Period, parsePeriod, periodBetween } from '../scope/period.js';
import { parseQuery, type Query, type QueryOptions } from '../scope/query.js';
import { instantOf, wallTime } from '../scope/time_zone.js';
import type { ExplainQuery } from './answer.js';

/** The words of `llmcost explain`. */
export interface ExplainOptions extends QueryOptions {
  versus: string;
  day?: string | undefined;
}

/** Checks the words of `llmcost explain`; without a period it is about the last 7 days. Throws UsageError. */
export function parseExplainQuery(options: ExplainOptions, clock: Date): ExplainQuery {
  const { period, since, until, day } = options;
  const timed = period !== undefined || since !== undefined || until !== undefined;
  if (day !== undefined && timed) {
    throw new UsageError(
      '--day cannot be combined with --period, --since or --until.\nUse either the one or the others.',
    );
  }
  const query = parseQuery(timed || day !== undefined ? options : { ...options, period: 'last 7 days' }, clock);
  const floating = !timed && day === undefined && options.versus === 'previous' && options.at === undefined;
  return { ...parseSpans(options, query), tz: query.tz, where: query.where, now: query.now, floating };
}

function parseSpans({ day, versus }: ExplainOptions, { period, tz, now }: Query): { before: Bounded; after: Bounded } {
  const spans =
    day === undefined ? withPrevious(period, tz, now) : dayWithWeekBefore(parsePeriod(dayWords(day), tz, now), tz);
  if (versus === 'previous') return spans;
  const before = bounded(parsePeriod(versus, tz, now), '--versus');
  if (before.since < spans.after.until && spans.after.since < before.until) {
    throw new UsageError(
      `--versus ${before.label} and ${spans.after.label} have days in common: they cannot be compared.\nChoose periods that do not overlap.`,
    );
  }
  return { before, after: spans.after };
}

function dayWords(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) || text === 'yesterday' || text === 'today') return text;
  throw new UsageError(`--day '${text}' is not a day.\nWrite for example --day 2026-10-14, or --day yesterday.`);
}

const DAY = 86_400_000;

/**
 * The period and the one before it: as many whole months where it is months, else as long a time. A period that is not over is looked at
 * up to now, and the one before it as far. UsageError if the period has no bounds or is yet to come.
 */
export function withPrevious(period: Period, tz: string, now: Date): { before: Bounded; after: Bounded } {
  const { since, until } = bounded(period, '--period');
  if (since >= now.getTime()) {
    throw new UsageError(`${period.label} has not begun: there is nothing to explain.\nChoose a period of the past.`);
  }
  const start = previousStart(since, until, tz);
  const end = Math.min(until, now.getTime());
  return {
    before: between(start, until > end ? Math.min(start + end - since, since) : since, tz),
    after: between(since, end, tz),
  };
}

/** A day and the same weekday a week before. */
export function dayWithWeekBefore(day: Period, tz: string): { before: Bounded; after: Bounded } {
  const { since, until } = bounded(day, '--day');
  const weekBefore = (instant: number) => instantOf(wallTime(instant, tz) - 7 * DAY, tz);
  return { before: between(weekBefore(since), weekBefore(until), tz), after: between(since, until, tz) };
}

/** A period that must have both bounds. */
export function bounded(period: Period, option: string): Bounded {
  const { since, until } = period;
  if (since !== null && until !== null) return { ...period, since, until };
  throw new UsageError(
    `${option} ${period.label} has no beginning or no end, so nothing comes before it.\nName a period such as 'last week', 2026-10 or 'last 7 days'.`,
  );
}

function previousStart(since: number, until: number, tz: string): number {
  const [from, to] = [new Date(wallTime(since, tz)), new Date(wallTime(until, tz))];
  const isMonthStart = (date: Date) => date.getUTCDate() === 1 && date.getTime() % DAY === 0;
  if (!isMonthStart(from) || !isMonthStart(to)) return instantOf(2 * from.getTime() - to.getTime(), tz);
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  return instantOf(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() - months), tz);
}

function between(since: number, until: number, tz: string): Bounded {
  const { label } = periodBetween(new Date(since).toISOString(), new Date(until).toISOString(), tz);
  return { since, until, label };
}
