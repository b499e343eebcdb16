import { UsageError } from '../../errors.js';
import { parseSavedReport, type SavedReport } from '../compare/saved_report.js';
import { type MetricName, metricByName } from '../metrics/metrics.js';
import type { ReportSort } from '../metrics/order.js';
import type { Condition } from '../scope/filter.js';
import { type Period, parseMoment, parsePeriod } from '../scope/period.js';
import { parseQuery, type QueryOptions } from '../scope/query.js';
import type { Snapshot } from '../scope/snapshot.js';
import type { Every } from '../scope/time_buckets.js';
import { parseZone } from '../scope/time_zone.js';

/** A question about cost and usage. */
export interface ReportQuery {
  /** Names of dimensions, checked; none is one row of everything. */
  by: readonly string[];
  /** Undefined: the preset `default`. */
  metrics?: readonly MetricName[] | undefined;
  period: Period;
  /** IANA, checked. */
  tz: string;
  where: readonly Condition[];
  /** Undefined: by cost (of a comparison by its change), or chronologically if only time is asked for. */
  sort?: ReportSort | undefined;
  /** How many groups to show; the rest is one row. */
  top?: number | undefined;
  /** USD as decimal text: groups that cost less are in the row of the rest. */
  minCost?: string | undefined;
  /** A series: every row is split by these spans of time as well. */
  every?: Every | undefined;
  /** Every row next to what it was in another period, or in an earlier report. */
  compare?: CompareWith | undefined;
  /** The state of the store to ask; undefined: the present one. */
  snapshot?: Snapshot | undefined;
  /** Nothing in the answer may depend on the clock, unless it was asked for. */
  reproducible?: boolean | undefined;
  /** The clock, or the time of the snapshot. */
  now: Date;
}

/** 'previous' is the period before, as long. */
export type CompareWith =
  | { kind: 'previous' }
  | { kind: 'period'; period: Period }
  | { kind: 'report'; report: SavedReport; file: string };

/** The words of `llmcost report`. */
export interface ReportOptions extends QueryOptions {
  heatmap?: boolean | undefined;
  /** 'previous', a period, or the name of `saved`. */
  compare?: string | undefined;
  effects?: boolean | undefined;
  reproducible?: boolean | undefined;
  asOf?: string | undefined;
  priceBook?: string | undefined;
}

/**
 * Checks the words of `llmcost report`; `saved` is the text of the file that --compare names, undefined where it names none.
 * Throws UsageError, and InputError where the file is not a report.
 */
export function parseReportQuery(options: ReportOptions, clock: Date, saved?: string | undefined): ReportQuery {
  assertConsistent(options);
  const snapshot = parseSnapshot(options);
  const { every, compare } = options;
  const now = snapshot?.kind === 'time' ? snapshot.at : clock;
  const metrics = metricsOf(options);
  const words = {
    ...options,
    by: dimensionWords(options),
    metrics: metrics === undefined ? options.metrics : undefined,
  };
  const query = parseQuery(words, now);
  return {
    ...query,
    metrics: metrics ?? query.metrics,
    every,
    compare:
      compare === undefined ? undefined : parseCompare(compare, query, { saved, effects: options.effects === true }),
    snapshot,
    reproducible: options.reproducible,
  };
}

function parseCompare(
  text: string,
  { tz, now }: { tz: string; now: Date },
  { saved, effects }: { saved: string | undefined; effects: boolean },
): CompareWith {
  if (text === 'previous') return { kind: 'previous' };
  if (saved === undefined) return { kind: 'period', period: parsePeriod(text, tz, now) };
  const report = parseSavedReport(saved, text);
  if (!effects) return { kind: 'report', report, file: text };
  throw new UsageError(
    '--effects needs the usage of before, and a file has only its rows.\nName the period: --compare previous, or --compare 2026-09.',
  );
}

/** Undefined: only the buckets of --every. */
function dimensionWords({ by, every, heatmap }: ReportOptions): string | undefined {
  if (heatmap === true) return 'weekday,hour_of_day';
  return by ?? (every === undefined ? 'model' : undefined);
}

/** The word cost alone would mean the preset of that name; here it is the metric. */
function metricsOf({ metrics, heatmap, effects }: ReportOptions): MetricName[] | undefined {
  if (heatmap !== true) return metrics === undefined && effects === true ? ['cost'] : undefined;
  const metric = metricByName(metrics ?? 'cost');
  if (metric !== undefined) return [metric];
  throw new UsageError(
    `--heatmap draws one metric, and '${metrics}' is none.\nName one, for example --heatmap --metrics requests.`,
  );
}

function assertConsistent(options: ReportOptions): void {
  const { by, every, heatmap, compare } = options;
  const limits = ['--top', '--min-cost', '--sort'].filter(
    (_, index) => [options.top, options.minCost, options.sort][index] !== undefined,
  );
  assertEffects(options);
  if (heatmap === true) {
    const others = { '--by': by, '--every': every, '--compare': compare };
    const [other] = [
      ...Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name])),
      ...limits,
    ];
    if (other === undefined) return;
    throw new UsageError(`--heatmap cannot be combined with ${other}.\nIt is always by weekday and hour.`);
  }
  if (by !== undefined || every === undefined || limits[0] === undefined) return;
  throw new UsageError(
    `${limits[0]} is about rows, and --every without --by has every ${every} in its order.\nGroup by something (--by model), or ask for the dearest: --by ${every} ${limits[0]} …`,
  );
}

/** Throws UsageError where no row can have effects. */
function assertEffects({ effects, compare, every, by }: ReportOptions): void {
  if (effects !== true) return;
  if (compare === undefined) {
    throw new UsageError('--effects says why the cost changed, and nothing is compared.\nAdd --compare previous.');
  }
  if (by !== undefined || every === undefined) return;
  throw new UsageError(
    `--effects are those of rows, and --every without --by has none but every ${every}.\nGroup by something, for example --by model.`,
  );
}

function parseSnapshot({ asOf, priceBook, tz }: ReportOptions): Snapshot | undefined {
  if (asOf !== undefined && priceBook !== undefined) {
    throw new UsageError('--as-of cannot be combined with --price-book.\nUse either the one or the other.');
  }
  if (priceBook !== undefined) return { kind: 'price_book', revision: parseRevision(priceBook) };
  if (asOf === undefined) return undefined;
  return { kind: 'time', at: parseMoment(asOf, '--as-of', parseZone(tz ?? 'UTC')) };
}

function parseRevision(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(
    `--price-book '${text}' is not the number of a price book.\nSee which there are: llmcost pricing history`,
  );
}
