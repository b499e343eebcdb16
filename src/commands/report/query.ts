import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError, UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { MetricName } from '../../query/metrics/metrics.js';
import type { CompareWith, ReportQuery } from '../../query/report/report.js';
import type { Every } from '../../query/scope/time_buckets.js';
import { chosenScope, type ScopeOptions } from '../options.js';
import { rowsOf } from '../rows.js';

export const EVERY = ['hour', 'day', 'week', 'month'] as const satisfies readonly Every[];

/** What a report is asked for, as it stands on the command line. */
export interface AskedOptions extends ScopeOptions {
  by?: string;
  every?: Every;
  metrics?: string;
  minCost?: string;
  sort?: string;
  top?: string;
  heatmap?: boolean;
  compare?: string;
  effects?: boolean;
  reproducible?: boolean;
}

/** The checked question. Throws UsageError. */
export async function queryOf(options: AskedOptions, now: Date, io: Io): Promise<ReportQuery> {
  const [{ dimensionList }, { sortOf }] = await Promise.all([
    import('../../query/scope/dimensions.js'),
    import('../../query/report/sort.js'),
  ]);
  refuseContradictions(options);
  const { every, sort, top, minCost } = options;
  const by = byOf(options);
  const scope = await chosenScope(options, now);
  return {
    by: by === undefined ? [] : dimensionList(by),
    every,
    ...scope,
    metrics: await metricsOf(options),
    sort: sort === undefined ? undefined : sortOf(sort),
    top: top === undefined ? undefined : rowsOf(top),
    minCost: minCost === undefined ? undefined : costOf(minCost),
    compare: await comparison(options, { tz: scope.tz, now, io }),
    reproducible: options.reproducible,
    now,
  };
}

async function comparison(
  { compare, effects }: AskedOptions,
  asked: { tz: string; now: Date; io: Io },
): Promise<CompareWith | undefined> {
  if (compare === undefined) return undefined;
  const found = await compareWith(compare, asked);
  if (effects !== true || found.kind !== 'report') return found;
  throw new UsageError(
    '--effects needs the usage of before, and a file has only its rows.\nName the period: --compare previous, or --compare 2026-09.',
  );
}

/** 'previous', the words of a period, or the file of an earlier report. Throws UsageError, and InputError of the file. */
async function compareWith(text: string, { tz, now, io }: { tz: string; now: Date; io: Io }): Promise<CompareWith> {
  if (text === 'previous') return { kind: 'previous' };
  const [{ formerReport }, { periodOf }] = await Promise.all([
    import('../../query/compare/saved_report.js'),
    import('../../query/scope/period.js'),
  ]);
  const path = resolve(io.cwd, text);
  if (!text.endsWith('.json') && !existsSync(path)) return { kind: 'period', period: periodOf(text, tz, now) };
  return { kind: 'report', report: formerReport(await readInput(path, text), text), file: text };
}

async function readInput(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(
      `--compare cannot read ${name}: ${reason}\nWrite one: llmcost report --format json -o ${name}`,
      {
        cause,
      },
    );
  }
}

/** Undefined: nothing but the spans of --every. */
function byOf({ by, every, heatmap }: AskedOptions): string | undefined {
  if (heatmap === true) return 'weekday,hour_of_day';
  return by ?? (every === undefined ? 'model' : undefined);
}

async function metricsOf({ metrics, heatmap, effects }: AskedOptions): Promise<MetricName[] | undefined> {
  const { checkedMetrics, metricNamed } = await import('../../query/metrics/metrics.js');
  // The effects are those of the cost; with more metrics there would be no room for them.
  const usual = effects === true ? (['cost'] as const) : undefined;
  if (heatmap !== true) return metrics === undefined ? usual && [...usual] : checkedMetrics(metrics.split(','));
  const one = metricNamed(metrics ?? 'cost');
  if (one !== undefined) return [one];
  throw new UsageError(
    `--heatmap draws one metric, and '${metrics}' is none.\nName one, for example --heatmap --metrics requests.`,
  );
}

function refuseContradictions(options: AskedOptions): void {
  const { by, every, heatmap, compare } = options;
  const limits = ['--top', '--min-cost', '--sort'].filter(
    (_, index) => [options.top, options.minCost, options.sort][index] !== undefined,
  );
  refuseEffects(options);
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

/** Throws UsageError where there are no effects of rows. */
function refuseEffects({ effects, compare, every, by }: AskedOptions): void {
  if (effects !== true) return;
  if (compare === undefined) {
    throw new UsageError('--effects says why the cost changed, and nothing is compared.\nAdd --compare previous.');
  }
  if (by !== undefined || every === undefined) return;
  throw new UsageError(
    `--effects are those of rows, and --every without --by has none but every ${every}.\nGroup by something, for example --by model.`,
  );
}

function costOf(text: string): string {
  if (/^\d{1,15}(\.\d{1,18})?$/.test(text)) return text;
  throw new UsageError(`--min-cost '${text}' is not an amount of USD.\nWrite digits, for example --min-cost 0.50.`);
}
