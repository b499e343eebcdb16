import { UsageError } from '../../errors.js';
import { parsePeriod } from '../scope/period.js';
import { parseQuery, type Query, type QueryOptions } from '../scope/query.js';
import type { Bounded, ExplainQuery } from './answer.js';
import { bounded, dayWithWeekBefore, withPrevious } from './periods.js';

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
  return { ...parseSpans(options, query), tz: query.tz, where: query.where };
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
