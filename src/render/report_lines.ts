import type { CostReport, ReportMetric, ReportMetrics } from '../query/report.js';
import { csvLines } from './text.js';

/** What stands for the value of a dimension that is not known. */
export const NONE = '(none)';

type Value = number | string | null;

/** A report as lines of the same fields: rows, the total and flat costs, told apart by `kind`; of a series one line for each span. */
export interface ReportLines {
  /** The dimensions, and the span of a series. */
  names: string[];
  fields: { name: string; unit: ReportMetric['unit'] | 'text' }[];
  lines: { kind: string; group: (string | null)[]; values: Value[] }[];
}

/** The lines of a report, for CSV, JSON lines and Parquet. */
export function reportLines(report: CostReport): ReportLines {
  const { query, spans, rows, totals, flat_costs } = report;
  const fields = fieldsOf(report);
  const line = (kind: string, group: (string | null)[], row: CostReport['totals']) => ({
    kind,
    group,
    values: fields.map(({ value }) => value(row)),
  });
  const shown = fields.map(({ name, unit }) => ({ name, unit }));
  const names = query.by.map((name) => name);
  const parts = [
    ...rows.map((row) => ({ row, kind: row.kind, group: names.map((name) => row.group[name] ?? null) })),
    { row: totals, kind: 'total', group: names.map(() => null) },
  ];
  if (spans !== undefined && query.every !== null) {
    const lines = parts.flatMap(({ row, kind, group }) =>
      (row.series ?? []).map((metrics, index) => line(kind, [...group, spans[index]?.label ?? null], metrics)),
    );
    return { names: [...names, query.every], fields: shown, lines };
  }
  const flat = flat_costs.map(({ name, cost }) => ({
    kind: 'flat',
    group: names.map((_, index) => (index === 0 ? name : null)),
    values: fields.map((field) => (field.name === 'cost' ? cost : null)),
  }));
  return { names, fields: shown, lines: [...parts.map(({ row, kind, group }) => line(kind, group, row)), ...flat] };
}

interface Field {
  name: string;
  unit: ReportMetric['unit'] | 'text';
  value: (row: CostReport['totals']) => Value;
}

/** The metrics asked for; where cost is among them, also what has no price; and what changed. */
function fieldsOf({ metrics, comparison }: CostReport): Field[] {
  const names = metrics.map(({ name }) => name);
  const plain = (name: keyof ReportMetrics & ReportMetric['name'], unit: Field['unit']): Field => ({
    name,
    unit,
    value: (row) => row[name] ?? null,
  });
  const unpriced = names.includes('cost') && !names.includes('unpriced_requests');
  return [
    ...metrics.map(({ name, unit }) => plain(name, unit)),
    ...(unpriced ? [plain('unpriced_requests', 'count')] : []),
    ...(comparison === undefined ? [] : metrics.flatMap(changesOf)),
    ...(comparison === undefined
      ? []
      : [{ name: 'presence', unit: 'text' as const, value: ({ presence }: CostReport['totals']) => presence ?? null }]),
  ];
}

function changesOf({ name, unit }: ReportMetric): Field[] {
  return [
    { name: `${name}_before`, unit, value: ({ before }) => before?.[name] ?? null },
    { name: `${name}_change`, unit, value: ({ change }) => change?.[name] ?? null },
    { name: `${name}_change_percent`, unit: 'percent', value: ({ change_percent }) => change_percent?.[name] ?? null },
  ];
}

/** RFC 4180: unknown is empty, money is exact. With `bom`, Excel takes it for the UTF-8 it is. */
export function reportAsCsv(report: CostReport, { bom = false }: { bom?: boolean } = {}): string {
  const { names, fields, lines } = reportLines(report);
  const head = ['kind', ...names, ...fields.map(({ name }) => name)];
  const rows = lines.map(({ kind, group, values }) => [
    kind,
    ...group.map((name, index) => name ?? placeholder(kind, index === names.length - 1, index)),
    ...values.map((value) => String(value ?? '')),
  ]);
  return `${bom ? '\ufeff' : ''}${csvLines([head, ...rows])}`;

  function placeholder(kind: string, last: boolean, index: number): string {
    if (kind === 'other' && index === 0) return '(other)';
    const span = last && report.spans !== undefined;
    return kind === 'group' || span ? NONE : '';
  }
}

/** A line of JSON for each line of the CSV; unknown is null, money is decimal text. */
export function reportAsJsonl(report: CostReport): string {
  const { names, fields, lines } = reportLines(report);
  return lines
    .map(({ kind, group, values }) => {
      const named = Object.fromEntries(names.map((name, index) => [name, group[index] ?? null]));
      const found = Object.fromEntries(fields.map(({ name }, index) => [name, values[index] ?? null]));
      return `${JSON.stringify({ kind, group: named, ...found })}\n`;
    })
    .join('');
}
