import { UsageError } from '../../errors.js';
import { type MetricName, parseMetrics } from '../metrics/metrics.js';
import { parseSort, type ReportSort } from '../metrics/order.js';
import { parseDimensions } from './dimensions.js';
import { type Condition, parseCondition } from './filter.js';
import { type Period, parseMoment, parsePeriod, periodBetween } from './period.js';
import type { Every } from './time_buckets.js';
import { parseZone } from './time_zone.js';

/** The words of a question as they are written on the command line; each command declares those it takes. */
export interface QueryOptions {
  period?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  /** Default: UTC. */
  tz?: string | undefined;
  /** The moment that counts as now, or the end of a day. */
  at?: string | undefined;
  where?: readonly string[] | undefined;
  by?: string | undefined;
  every?: Every | undefined;
  metrics?: string | undefined;
  sort?: string | undefined;
  top?: string | undefined;
  minCost?: string | undefined;
}

/** A checked question: which usage it is about, what it is grouped by and what is shown of it. */
export interface Query {
  /** Without bounds where none was given. */
  period: Period;
  /** Name of the IANA list. */
  tz: string;
  where: Condition[];
  /** Names of dimensions, each once; empty where nothing was given. */
  by: string[];
  every: Every | undefined;
  metrics: MetricName[] | undefined;
  sort: ReportSort | undefined;
  /** Rows to show, from 1 on. */
  top: number | undefined;
  /** USD as decimal text. */
  minCost: string | undefined;
  now: Date;
}

/**
 * Checks the words that all questions share; the one place where text of the command line becomes periods, zones, filters,
 * dimensions, metrics and numbers of rows. A question with words of its own checks them in its `query.ts`, which begins here.
 * Throws UsageError, which names the option and what it takes.
 */
export function parseQuery(options: QueryOptions, clock: Date): Query {
  const { by, every, metrics, sort, top, minCost } = options;
  const tz = parseZone(options.tz ?? 'UTC');
  const now = options.at === undefined ? clock : parseMoment(options.at, '--at', tz);
  return {
    period: parsePeriodOptions(options, tz, now),
    tz,
    where: (options.where ?? []).map(parseCondition),
    by: by === undefined ? [] : parseDimensions(by),
    every,
    metrics: metrics === undefined ? undefined : parseMetrics(metrics.split(',')),
    sort: sort === undefined ? undefined : parseSort(sort),
    top: top === undefined ? undefined : parseTop(top),
    minCost: minCost === undefined ? undefined : parseCost(minCost),
    now,
  };
}

/** The period of --period, or of --since and --until. Throws UsageError where both are given. */
export function parsePeriodOptions(
  { period, since, until }: Pick<QueryOptions, 'period' | 'since' | 'until'>,
  tz: string,
  now: Date,
): Period {
  if (period === undefined) return periodBetween(since, until, tz, now);
  if (since === undefined && until === undefined) return parsePeriod(period, tz, now);
  throw new UsageError('--period cannot be combined with --since or --until.\nUse either the one or the others.');
}

/** The number of rows of --top. Throws UsageError. */
export function parseTop(text: string): number {
  const rows = Number(text);
  if (/^\d+$/.test(text) && rows >= 1 && Number.isSafeInteger(rows)) return rows;
  throw new UsageError(`--top '${text}' is not a number of rows.\nUse a whole number from 1 on, for example --top 10.`);
}

function parseCost(text: string): string {
  if (/^\d{1,15}(\.\d{1,18})?$/.test(text)) return text;
  throw new UsageError(`--min-cost '${text}' is not an amount of USD.\nWrite digits, for example --min-cost 0.50.`);
}

/** The words of a list, without the blanks around them. */
export function parseList(text: string): string[] {
  return text.split(',').map((word) => word.trim());
}
