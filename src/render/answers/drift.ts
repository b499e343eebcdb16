import type { DriftReport, DriftRow } from '../../query/drift/answer.js';
import type { Unit } from '../../query/drift/metrics.js';
import type { ModelFinding } from '../../query/drift/models.js';
import {
  type Chart,
  columnsOf,
  type Document,
  NONE,
  type Records,
  type Section,
  type Table,
  type TableSection,
  valuesOf,
} from '../document.js';
import { UNKNOWN } from '../text/metric.js';
import { counted, formatCount, formatMoney, formatUnitMoney } from '../text/number.js';

/** What was compared, what drifted, which models changed. With `all` also what did not change. */
export function driftDocument(report: DriftReport, { all }: { all: boolean }): Document {
  const head = headOf(report);
  const tables = driftTables(report, all);
  const nothing: Section = {
    type: 'text',
    in: ['page'],
    title: 'Changes',
    paragraphs: ['Nothing drifted beyond the usual scatter.'],
  };
  return {
    json: report,
    head,
    body: [...changesChart(report), ...tables, ...(tables.length === 0 ? [nothing] : [])],
    notes: report.warnings.map(({ message }) => message),
    records: recordsOfDrift(report),
    page: {
      title: 'What changed',
      subtitle: head.join(' · '),
      footer: [`Price book ${report.price_book}; amounts in ${report.currency}. Intervals are of 95 percent.`],
    },
  };
}

/** What was compared with what, and the result in a sentence. */
function headOf({ query, totals, models, warnings }: DriftReport): string[] {
  const { window, baseline, tz, where, threshold_percent } = query;
  const filters = where.length === 0 ? '' : ` · ${where.join(' · ')}`;
  const like = query.same_weekdays ? ', same weekdays' : '';
  const modelsOnly = query.models_only && warnings.every(({ code }) => code !== 'no_usage');
  const noise = totals.noise === 0 ? '' : ` (${formatCount(totals.noise)} more within the usual scatter)`;
  const judged =
    totals.compared === 0
      ? []
      : [
          `${counted(totals.drift, 'change')} of ${threshold_percent}% or more in ${counted(totals.compared, 'comparison')}${noise}`,
        ];
  const switched = models.length === 0 && !modelsOnly ? [] : [`${counted(models.length, 'finding')} about models`];
  return [
    `${window.label} against ${baseline.label} (${tz}${like})${filters}`,
    [...judged, ...switched].join(' · '),
  ].filter((text) => text !== '');
}

/** The changes, then what was found about models; what is empty is left out. */
function driftTables(report: DriftReport, all: boolean): TableSection[] {
  const rows = report.rows.filter(({ verdict }) => all || verdict === 'drift');
  const sections: TableSection[] = [
    { type: 'table', title: 'Changes', table: changeTable(report, rows, all) },
    { type: 'table', title: 'Models', table: modelTable(report.models) },
  ];
  return sections.filter(({ table }) => table.rows.length > 0);
}

/** Comparisons, with their verdict if wanted. */
function changeTable({ query: { by } }: DriftReport, rows: readonly DriftRow[], all: boolean): Table {
  return {
    columns: columnsOf(
      ...by,
      'what',
      ['before', 'right'],
      ['after', 'right'],
      ['change', 'right'],
      ['95% interval', 'right'],
      ['by chance', 'right'],
      ['requests', 'right'],
      ...(all ? ['verdict'] : []),
    ),
    rows: rows.map((row) => [
      ...by.map((name) => row.group[name] ?? NONE),
      row.metric,
      unitText(row.before, row.unit),
      unitText(row.after, row.unit),
      row.change_percent === null ? 'new' : percentText(row.change_percent),
      intervalText(row),
      chanceText(row.p_adjusted),
      `${formatCount(row.requests_before)} → ${formatCount(row.requests_after)}`,
      ...(all ? [row.verdict] : []),
    ]),
    footer: [],
  };
}

function unitText(value: string, unit: Unit): string {
  if (unit === 'usd') return formatUnitMoney(value);
  if (unit === 'ms') return `${formatCount(value)} ms`;
  return unit === 'share' ? `${shortened(100 * Number(value))}%` : shortened(Number(value));
}

const PLAIN = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

function shortened(value: number): string {
  return value >= 1000 ? formatCount(Math.round(value)) : PLAIN.format(value);
}

const CHANGE = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'always',
});

function percentText(text: string): string {
  return `${CHANGE.format(Number(text))}%`;
}

/** Percent, or percentage points of a rate. */
function intervalText({ interval: { of, low, high } }: DriftRow): string {
  const bound = (value: number | null) => (value === null ? '?' : CHANGE.format(value));
  return `${bound(low)} … ${bound(high)}${of === 'points' ? ' pt' : '%'}`;
}

function chanceText(p: number): string {
  return p < 0.0001 ? '<0.01%' : `${PLAIN.format(Number((100 * p).toPrecision(2)))}%`;
}

function modelTable(models: readonly ModelFinding[]): Table {
  return {
    columns: columnsOf('models', 'provider', 'model', 'day', ['requests', 'right'], ['cost', 'right']),
    rows: models.map((found) => [
      found.kind,
      found.provider ?? NONE,
      found.kind === 'switched'
        ? `${found.request_model}: ${found.model_before} → ${found.model}`
        : (found.model ?? NONE),
      found.day,
      `${formatCount(found.requests_before)} → ${formatCount(found.requests_after)}`,
      found.cost_after === null ? UNKNOWN : formatMoney(found.cost_after),
    ]),
    footer: [],
  };
}

const BARS = 20;

/** What drifted, by how many percent; nothing where nothing did. What was 0 before has no percents. */
function changesChart({ query: { by }, rows }: DriftReport): Chart[] {
  const drifted = rows.filter(({ verdict, change_percent }) => verdict === 'drift' && change_percent !== null);
  const shown = drifted.slice(0, BARS);
  if (shown.length === 0) return [];
  return [
    {
      type: 'chart',
      kind: 'bars',
      title: 'Changes in percent',
      text: drifted.length > BARS ? `The first ${BARS} of ${drifted.length}; the table has all.` : undefined,
      labelTitle: 'what',
      labels: shown.map(({ group, metric }) => [metric, ...by.map((name) => group[name] ?? NONE)].join(' · ')),
      value: { title: 'change', unit: 'percent' },
      series: [
        {
          name: 'change',
          cells: shown.map(({ change_percent }) => ({
            text: percentText(change_percent ?? ''),
            value: change_percent,
          })),
        },
      ],
    },
  ];
}

const FIELDS = [
  'metric',
  'unit',
  'before',
  'after',
  'change_percent',
  'interval_of',
  'interval_low',
  'interval_high',
  'p_adjusted',
  'requests_before',
  'requests_after',
  'days_before',
  'days_after',
  'reason',
  'provider',
  'request_model',
  'model_before',
  'model_after',
  'day',
] as const;

/** One line for each comparison, judged or not, and each finding about a model, told apart by the column `kind`. */
function recordsOfDrift({ query: { by }, rows, not_judged, models }: DriftReport): Records {
  const names = (group: Record<string, string | null>) => by.map((name) => group[name] ?? NONE);
  const blank = by.map(() => null);
  return {
    columns: ['kind', ...by, ...FIELDS],
    rows: [
      ...rows.map((row) => [row.verdict, ...names(row.group), ...fieldsOf(row)]),
      ...not_judged.map(({ group, metric, reason, requests_before, requests_after }) => [
        'not_judged',
        ...names(group),
        ...fieldsOf({ ...(metric === null ? {} : { metric }), requests_before, requests_after, reason }),
      ]),
      ...models.map((model) => [model.kind, ...blank, ...fieldsOf(model)]),
    ],
  };
}

function fieldsOf(row: Partial<DriftRow & ModelFinding & { reason: string }>) {
  const { interval, model, ...rest } = row;
  return valuesOf(FIELDS, {
    ...rest,
    interval_of: interval?.of,
    interval_low: interval?.low,
    interval_high: interval?.high,
    model_after: model,
  });
}
