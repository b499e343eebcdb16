import type { ReportMetrics, ReportRow } from '../report/answer.js';
import type { Every } from '../scope/time_buckets.js';
import type { Base, MetricRow } from './metric_rows.js';
import type { MetricValues } from './metrics.js';
import type { Cell, SeriesRow } from './series.js';

/** The rows of a report, without the total. */
export function groupRows(lines: readonly (MetricRow | SeriesRow)[], by: readonly string[]): ReportRow[] {
  return lines.flatMap((line) => (line.kind === 'total' ? [] : [rowOf(line, by)]));
}

/** The spans of the total as rows: a report by nothing but time, without gaps. */
export function spanRows(lines: readonly SeriesRow[], every: Every): ReportRow[] {
  const cells = lines.find(({ kind }) => kind === 'total')?.cells ?? [];
  return cells.map((cell) => ({ kind: 'group', groups: 1, group: { [every]: cell.label }, ...metricsOf(cell) }));
}

/** Dimension → value; nothing where the row is no group. */
export function groupOf({ kind, keys }: Pick<MetricRow, 'kind' | 'keys'>, by: readonly string[]): ReportRow['group'] {
  const group = kind === 'group' ? by.map((name, index) => [name, keys[index] ?? null] as const) : [];
  return Object.fromEntries(group);
}

function rowOf(line: MetricRow | SeriesRow, by: readonly string[]): ReportRow {
  return {
    kind: line.kind === 'group' ? 'group' : 'other',
    groups: line.groups,
    group: groupOf(line, by),
    ...metricsOf(line),
    ...seriesOf(line, by),
  };
}

/** The series of a row; nothing where there is none, or where the rows are the series. */
export function seriesOf(line: MetricRow | SeriesRow, by: readonly string[]): { series?: ReportMetrics[] } {
  return 'cells' in line && by.length > 0 ? { series: line.cells.map(metricsOf) } : {};
}

/** The metrics of a row or a cell, and how far they can be trusted. */
export function metricsOf({ values, base }: { values: Partial<MetricValues>; base: Base } | Cell): ReportMetrics {
  return {
    ...values,
    requests_complete: base.unknown_rows === 0,
    unpriced_requests: base.unpriced_requests,
    unpriced_rows: base.unpriced_rows,
  };
}
