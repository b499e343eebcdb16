import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { ReportSpan } from '../report/answer.js';
import { dimensionOf } from '../scope/dimensions.js';
import type { Period } from '../scope/period.js';
import type { Scope } from '../scope/scope.js';
import { type Every, type Span, spansOf } from '../scope/time_buckets.js';
import type { Offset } from '../scope/time_zone.js';
import type { MetricQuery } from './metric_rows.js';
import { metricSeries, type SeriesRow } from './series.js';

export interface ReportSeries {
  every: Every;
  spans: ReportSpan[];
  lines: SeriesRow[];
}

interface Timing {
  every: Every;
  period: Period;
  tz: string;
  offsets: readonly Offset[];
  now: Date;
}

/** The rows of a report with their series over its period, or over the time there is usage of; never beyond now, unless usage is. */
export async function reportSeries(store: Store, asked: MetricQuery, timing: Timing): Promise<ReportSeries> {
  const { every, tz, offsets } = timing;
  const span = await windowOf(store, asked.scope, timing);
  const spans = span === undefined ? [] : spansOf(span, every, tz);
  const lines = await metricSeries(store, asked, { time: dimensionOf(every, offsets), spans });
  const cells = lines.find(({ kind }) => kind === 'total')?.cells ?? [];
  const shown = cells.map(({ label }, index) => ({
    label,
    since: isoOf(spans[index]?.since),
    until: isoOf(spans[index]?.until),
  }));
  return { every, spans: shown, lines };
}

function isoOf(instant: number | undefined): string | null {
  return instant === undefined ? null : new Date(instant).toISOString();
}

/** The time of a series: the period, or the time there is usage of; never beyond now, unless usage is. Undefined if that is no time. */
export async function windowOf(
  store: Store,
  { test, params }: Scope,
  { period, now }: Pick<Timing, 'period' | 'now'>,
): Promise<Span | undefined> {
  const used = await store.row<{ first: string | null; last: string | null }>(
    sql`select epoch_ms(min(fact.occurred_at)) as first, epoch_ms(max(fact.occurred_at)) as last from usage_fact as fact where ${test}`,
    params,
  );
  const last = used.last === null ? null : Number(used.last) + 1;
  const since = period.since ?? (used.first === null ? null : Number(used.first));
  const end = Math.max(last ?? 0, now.getTime());
  const until = period.until === null ? last : Math.min(period.until, end);
  return since === null || until === null || since >= until ? undefined : { since, until };
}
