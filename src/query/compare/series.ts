import type { Store } from '../../store/store.js';
import type { MetricQuery } from '../metrics/metric_rows.js';
import type { MetricName } from '../metrics/metrics.js';
import { windowOf } from '../metrics/report_series.js';
import { metricsOf } from '../metrics/rows.js';
import { type Cell, metricSeries, type SeriesRow } from '../metrics/series.js';
import type { ComparedSpan } from '../report/answer.js';
import { dimensionOf } from '../scope/dimensions.js';
import type { Bounded } from '../scope/period.js';
import { inPeriod, withPeriod } from '../scope/scope.js';
import type { Every, Span } from '../scope/time_buckets.js';
import { type Both, nothingOf, type Pair, presenceOf } from './comparison.js';
import { bothOf, inBoth, type Periods, ranking, refuseOverlap } from './periods.js';
import { bothTimes, formerSpan, formerTime, IS_PRESENT, type Place, placesOf, spanShown, type Times } from './spans.js';

/** The series of both periods; the present one ends now, unless usage is later. */
export async function timesOf(
  store: Store,
  periods: Periods,
  { every, tz, now }: { every: Every; tz: string; now: Date },
  offsets: Times['offsets'],
): Promise<Times> {
  refuseOverlap(periods.now, periods.before);
  const scope = withPeriod(periods.inAnyTime, periods.now);
  const window = await windowOf(store, scope, { period: periods.now, now });
  const until = window?.until ?? periods.now.until;
  return { now: { ...periods.now, until }, before: periods.before, every, tz, offsets };
}

/** The series of every row of `pairs` (which are those of the same question without a series), and their spans. */
export async function withSeries(
  store: Store,
  { pairs, asked, periods }: { pairs: readonly Pair[]; asked: MetricQuery; periods: Periods },
  times: Times,
): Promise<{ pairs: Pair[]; spans: ComparedSpan[] }> {
  const places = placesOf(times);
  const spans = places.flatMap(({ now, before }) => [now, before]).filter((span) => span !== undefined);
  spans.sort((a, b) => a.since - b.since);
  const lines = await metricSeries(store, inBoth(asked, periods), {
    time: bothTimes(times, inPeriod(periods.now)),
    spans,
    ranked: ranking(periods, IS_PRESENT),
  });
  if (lines.length !== pairs.length) throw new Error('a series with other rows than its table');
  const cellsOf = (line: SeriesRow | undefined) => cellIndex(line, spans);
  const total = cellsOf(lines.find(({ kind }) => kind === 'total'));
  return {
    pairs: pairs.map((pair, index) => {
      const cells = cellsOf(lines[index]);
      return { ...pair, cells: places.map((place) => bothAt(place, cells, cells, asked.metrics)) };
    }),
    spans: places.map((place) => comparedSpan(place, total, total, times)),
  };
}

/** The spans themselves as rows, and the total. */
export async function pairsOfSpans(store: Store, asked: MetricQuery, periods: Periods, times: Times): Promise<Pair[]> {
  const places = placesOf(times);
  const present = await totalIn(store, asked, periods, times.now, {
    time: dimensionOf(times.every, times.offsets),
    spans: places.flatMap(({ now }) => now ?? []),
  });
  const former = await totalIn(store, asked, periods, times.before, {
    time: formerTime(times),
    spans: places.flatMap(({ before }) => before ?? []),
  });
  const rows = places.map((place): Pair => {
    const { before, label } = comparedSpan(place, present.cells, former.cells, times);
    const group = { [times.every]: label };
    return {
      kind: 'group',
      groups: 1,
      group,
      ...bothAt(place, present.cells, former.cells, asked.metrics),
      before_span: before,
    };
  });
  const both: Both = {
    now: metricsOf(present.line),
    before: metricsOf(former.line),
    presence: presenceOf(present.line.base.usage_rows !== 0, former.line.base.usage_rows !== 0),
  };
  return [...rows, { kind: 'total', groups: rows.length, group: {}, ...both }];
}

type Cells = Map<Span, Cell>;

async function totalIn(
  store: Store,
  asked: MetricQuery,
  { inAnyTime }: Periods,
  period: Bounded,
  time: { time: Parameters<typeof metricSeries>[2]['time']; spans: Span[] },
): Promise<{ line: SeriesRow; cells: Cells }> {
  const lines = await metricSeries(
    store,
    { ...asked, dimensions: [], scope: withPeriod(inAnyTime, period), sort: undefined },
    time,
  );
  const line = lines.find(({ kind }) => kind === 'total');
  if (line === undefined) throw new Error('a series without total');
  return { line, cells: cellIndex(line, time.spans) };
}

/** Cells come in the order of time, as the spans do. */
function cellIndex(line: SeriesRow | undefined, spans: readonly Span[]): Cells {
  if (line === undefined || line.cells.length !== spans.length)
    throw new Error('a series with other spans than asked for');
  return new Map(
    spans.flatMap((span, index) => {
      const cell = line.cells[index];
      return cell === undefined ? [] : [[span, cell] as const];
    }),
  );
}

function bothAt({ now, before }: Place, present: Cells, former: Cells, metrics: readonly MetricName[]): Both {
  const [is, was] = [
    now === undefined ? undefined : present.get(now),
    before === undefined ? undefined : former.get(before),
  ];
  if (is !== undefined && was !== undefined) return bothOf(is, was);
  return {
    now: is === undefined ? nothingOf(metrics) : metricsOf(is),
    before: was === undefined ? nothingOf(metrics) : metricsOf(was),
    presence: presenceOf(is !== undefined && is.base.usage_rows !== 0, was !== undefined && was.base.usage_rows !== 0),
  };
}

function comparedSpan({ now, before }: Place, present: Cells, former: Cells, times: Times): ComparedSpan {
  const label = (span: Span, cells: Cells) => cells.get(span)?.label ?? null;
  const own = now === undefined ? { label: null, since: null, until: null } : spanShown(now, label(now, present));
  return { ...own, before: before === undefined ? null : formerSpan(before, label(before, former), times) };
}
