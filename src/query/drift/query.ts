import { UsageError } from '../../errors.js';
import { isTime } from '../scope/dimensions.js';
import { spanOf } from '../scope/freshness.js';
import type { Period } from '../scope/period.js';
import { parseList, parseQuery, type QueryOptions } from '../scope/query.js';
import { instantOf, wallTime } from '../scope/time_zone.js';
import type { DriftQuery, Lengths, Span } from './answer.js';
import { parseDriftMetrics } from './metrics.js';

/** The words of `llmcost drift`. */
export interface DriftOptions extends QueryOptions {
  by: string;
  window?: string | undefined;
  baseline: string;
  threshold: string;
  metric?: string | undefined;
  minSample: string;
  models?: boolean | undefined;
}

/** Checks the words of `llmcost drift`. Throws UsageError. */
export function parseDriftQuery(options: DriftOptions, clock: Date): DriftQuery {
  const { by, tz, where, period, now } = parseQuery(options, clock);
  if (options.window !== undefined && period.since !== null) {
    throw new UsageError('--window cannot be combined with --since or --period.\nUse either the one or the other.');
  }
  if (options.models === true && options.metric !== undefined) {
    throw new UsageError('--models cannot be combined with --metric.\nUse either the one or the other.');
  }
  assertNoTime(by);
  const lengths: Lengths = {
    window: parseDays('--window', options.window ?? '7d'),
    baseline: parseDays('--baseline', options.baseline),
    tz,
    now,
  };
  return {
    by,
    ...spansBefore(period, lengths),
    floating: period.since === null && period.until === null && options.at === undefined ? lengths : undefined,
    tz,
    where,
    threshold: parseThreshold(options.threshold),
    metrics: options.metric === undefined ? undefined : parseDriftMetrics(parseList(options.metric)),
    minSample: parseSample(options.minSample),
    modelsOnly: options.models === true,
    now,
  };
}

function assertNoTime(by: readonly string[]): void {
  const time = by.find(isTime);
  if (time === undefined) return;
  throw new UsageError(
    `--by ${time} cannot be compared: each ${time} is in one of the two periods only.\nGroup by feature, model, customer or another dimension that is not time.`,
  );
}

function parseDays(option: string, text: string): number {
  const days = Number(/^(\d{1,4})d?$/.exec(text)?.[1] ?? 0);
  if (days > 0) return days;
  throw new UsageError(`${option} '${text}' is not a number of days.\nWrite for example ${option} 7d.`);
}

function parseThreshold(text: string): string {
  const percent = /^(\d{1,6}(?:\.\d{1,6})?)%?$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) > 0) return percent;
  throw new UsageError(`--threshold '${text}' is not a percentage above 0.\nWrite for example --threshold 30%.`);
}

function parseSample(text: string): number {
  const n = Number(text);
  if (/^\d{1,9}$/.test(text) && n >= 1) return n;
  throw new UsageError(
    `--min-sample '${text}' is not a number of requests.\nUse a whole number from 1 on, for example --min-sample 100.`,
  );
}

const DAY = 86_400_000;

/**
 * The window and the baseline right before it. The window is the period asked for; if that has no beginning, the days up to its end, or up
 * to today, which is not over yet.
 */
export function spansBefore(period: Period, { window, baseline, tz, now }: Lengths): { window: Span; baseline: Span } {
  const today = Math.floor(wallTime(now.getTime(), tz) / DAY) * DAY;
  const until = period.until ?? (period.since === null ? instantOf(today, tz) : now.getTime());
  const since = period.since ?? daysBefore(until, window, tz);
  return { window: spanOf(since, until, tz), baseline: spanOf(daysBefore(since, baseline, tz), since, tz) };
}

function daysBefore(instant: number, days: number, tz: string): number {
  return instantOf(wallTime(instant, tz) - days * DAY, tz);
}
