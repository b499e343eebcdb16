import type { CostReport, ReportMetric, ReportMetrics, ReportSpan } from '../../../query/report/answer.js';
import { NONE, OTHER, type Records, type Value } from '../../document.js';

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
  const line = (kind: string, group: (string | null)[], row: CostReport['totals'], span?: ReportSpan | null) => ({
    kind,
    group,
    values: fields.map(({ value }) => value(row, span)),
  });
  const shown = fields.map(({ name, unit }) => ({ name, unit }));
  const names = query.by.map((name) => name);
  const parts = [
    ...rows.map((row) => ({ row, kind: row.kind, group: names.map((name) => row.group[name] ?? null) })),
    { row: totals, kind: 'total', group: names.map(() => null) },
  ];
  if (spans !== undefined && query.every !== null) {
    const lines = parts.flatMap(({ row, kind, group }) =>
      (row.series ?? []).map((metrics, index) => {
        const { label, before } = spans[index] ?? { label: null };
        return line(kind, [...group, label], metrics, before);
      }),
    );
    return { names: [...names, query.every], fields: shown, lines };
  }
  const flat = flat_costs.map(({ name, cost }) => ({
    kind: 'flat',
    group: names.map((_, index) => (index === 0 ? name : null)),
    values: fields.map((field) => (field.name === 'cost' ? cost : null)),
  }));
  const plain = parts.map(({ row, kind, group }) => line(kind, group, row, row.before_span));
  return { names, fields: shown, lines: [...plain, ...flat] };
}

interface Field {
  name: string;
  unit: ReportMetric['unit'] | 'text';
  /** Of a row, and of the span it is set beside. */
  value: (row: CostReport['totals'], span?: ReportSpan | null) => Value;
}

/** The metrics asked for; where cost is among them, also what has no price; what changed, and why the cost of the rows did. */
function fieldsOf(report: CostReport): Field[] {
  const { metrics } = report;
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
    ...comparedFields(report),
  ];
}

function comparedFields({ metrics, comparison, query, rows, spans }: CostReport): Field[] {
  if (comparison === undefined) return [];
  const explained = spans === undefined && rows.some(({ effects }) => effects !== undefined);
  const beside = spans !== undefined || rows.some(({ before_span }) => before_span !== undefined);
  return [
    ...(beside
      ? [
          {
            name: `${query.every}_before`,
            unit: 'text' as const,
            value: (_: unknown, span?: ReportSpan | null) => span?.label ?? null,
          },
        ]
      : []),
    ...metrics.flatMap(changesOf),
    ...(explained ? EFFECTS.map(effectField) : []),
    { name: 'presence', unit: 'text' as const, value: ({ presence }) => presence ?? null },
  ];
}

const EFFECTS = ['volume', 'mix', 'tokens', 'price'] as const;

function effectField(name: (typeof EFFECTS)[number]): Field {
  return { name: `cost_change_${name}`, unit: 'money', value: ({ effects }) => effects?.[name] ?? null };
}

function changesOf({ name, unit }: ReportMetric): Field[] {
  return [
    { name: `${name}_before`, unit, value: ({ before }) => before?.[name] ?? null },
    { name: `${name}_change`, unit, value: ({ change }) => change?.[name] ?? null },
    { name: `${name}_change_percent`, unit: 'percent', value: ({ change_percent }) => change_percent?.[name] ?? null },
  ];
}

/** The lines with the names that people see: (none), (other). */
export function reportRecords({ names, fields, lines }: ReportLines, report: CostReport): Records {
  const placeholder = (kind: string, index: number) => {
    if (kind === 'other' && index === 0) return OTHER;
    const span = index === names.length - 1 && report.spans !== undefined;
    return kind === 'group' || span ? NONE : '';
  };
  return {
    columns: ['kind', ...names, ...fields.map(({ name }) => name)],
    rows: lines.map(({ kind, group, values }) => [
      kind,
      ...group.map((name, index) => name ?? placeholder(kind, index)),
      ...values,
    ]),
  };
}

/** The lines as objects, the dimensions together in `group`; unknown is null. */
export function reportObjects({ names, fields, lines }: ReportLines): object[] {
  return lines.map(({ kind, group, values }) => {
    const named = Object.fromEntries(names.map((name, index) => [name, group[index] ?? null]));
    const found = Object.fromEntries(fields.map(({ name }, index) => [name, values[index] ?? null]));
    return { kind, group: named, ...found };
  });
}
