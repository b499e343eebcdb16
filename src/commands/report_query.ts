import { UsageError } from '../errors.js';
import type { MetricName } from '../query/metrics/metrics.js';
import type { ReportQuery } from '../query/report.js';
import type { Every } from '../query/spans.js';
import { chosenScope, type ScopeOptions } from './options.js';
import { rowsOf } from './rows.js';

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
}

/** The checked question. Throws UsageError. */
export async function queryOf(options: AskedOptions, now: Date): Promise<ReportQuery> {
  const [{ dimensionList }, { sortOf }] = await Promise.all([
    import('../query/dimensions.js'),
    import('../query/report_sort.js'),
  ]);
  refuseContradictions(options);
  const { every, sort, top, minCost } = options;
  const by = byOf(options);
  return {
    by: by === undefined ? [] : dimensionList(by),
    every,
    ...(await chosenScope(options, now)),
    metrics: await metricsOf(options),
    sort: sort === undefined ? undefined : sortOf(sort),
    top: top === undefined ? undefined : rowsOf(top),
    minCost: minCost === undefined ? undefined : costOf(minCost),
    now,
  };
}

/** Undefined: nothing but the spans of --every. */
function byOf({ by, every, heatmap }: AskedOptions): string | undefined {
  if (heatmap === true) return 'weekday,hour_of_day';
  return by ?? (every === undefined ? 'model' : undefined);
}

async function metricsOf({ metrics, heatmap }: AskedOptions): Promise<MetricName[] | undefined> {
  const { checkedMetrics, metricNamed } = await import('../query/metrics/metrics.js');
  if (heatmap !== true) return metrics === undefined ? undefined : checkedMetrics(metrics.split(','));
  const one = metricNamed(metrics ?? 'cost');
  if (one !== undefined) return [one];
  throw new UsageError(
    `--heatmap draws one metric, and '${metrics}' is none.\nName one, for example --heatmap --metrics requests.`,
  );
}

function refuseContradictions(options: AskedOptions): void {
  const { by, every, heatmap } = options;
  const limits = ['--top', '--min-cost', '--sort'].filter(
    (_, index) => [options.top, options.minCost, options.sort][index] !== undefined,
  );
  if (heatmap === true) {
    const [other] = [...(by === undefined ? [] : ['--by']), ...(every === undefined ? [] : ['--every']), ...limits];
    if (other === undefined) return;
    throw new UsageError(`--heatmap cannot be combined with ${other}.\nIt is always by weekday and hour.`);
  }
  if (by !== undefined || every === undefined || limits[0] === undefined) return;
  throw new UsageError(
    `${limits[0]} is about rows, and --every without --by has every ${every} in its order.\nGroup by something (--by model), or ask for the dearest: --by ${every} ${limits[0]} …`,
  );
}

function costOf(text: string): string {
  if (/^\d{1,15}(\.\d{1,18})?$/.test(text)) return text;
  throw new UsageError(`--min-cost '${text}' is not an amount of USD.\nWrite digits, for example --min-cost 0.50.`);
}
