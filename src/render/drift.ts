import type { DriftReport, DriftRow } from '../query/drift/answer.js';
import type { Unit } from '../query/drift/metrics.js';
import type { ModelFinding } from '../query/drift/models.js';
import { formatCount, formatMoney, formatUnitMoney } from './text/number.js';
import { renderTable, type Table, type Terminal } from './text/table.js';
import { csvLines, markdownText, plain } from './text/text.js';

/** What has no name, as every answer calls it. */
const NONE = '(none)';

/** Whether what did not change is shown, too. */
export interface Shown {
  all: boolean;
}

/** The answer for people: what was compared, what drifted, which models changed. */
export function driftAsTable(report: DriftReport, terminal: Terminal, shown: Shown): string {
  const parts = [
    ...driftTitle(report).map((line) => `${plain(line)}\n`),
    ...driftTables(report, shown).flatMap((table) => ['\n', renderTable(table, terminal)]),
  ];
  return parts.join('');
}

/** The answer as it is, for programs. */
export function driftAsJson(report: DriftReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** One line for each comparison, judged or not, and each finding about a model, told apart by the column `kind`. */
export function driftAsCsv({ query: { by }, rows, not_judged, models }: DriftReport): string {
  const head = ['kind', ...by, ...CSV_COLUMNS];
  const names = (group: Record<string, string | null>) => by.map((name) => group[name] ?? NONE);
  const blank = by.map(() => '');
  return csvLines([
    head,
    ...rows.map((row) => [row.verdict, ...names(row.group), ...csvFields(row)]),
    ...not_judged.map(({ group, metric, reason, requests_before, requests_after }) => [
      'not_judged',
      ...names(group),
      ...csvFields({ ...(metric === null ? {} : { metric }), requests_before, requests_after, reason }),
    ]),
    ...models.map((model) => [model.kind, ...blank, ...csvFields({ ...model, provider: model.provider ?? '' })]),
  ]);
}

const CSV_COLUMNS = [
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

function csvFields(row: Partial<DriftRow & ModelFinding & { reason: string }>): string[] {
  const { interval, model, ...rest } = row;
  const fields: Record<string, unknown> = {
    ...rest,
    interval_of: interval?.of,
    interval_low: interval?.low,
    interval_high: interval?.high,
    model_after: model,
  };
  return CSV_COLUMNS.map((name) => String(fields[name] ?? ''));
}

/** The tables in Markdown, followed by the notes as a list. */
export function driftAsMarkdown(report: DriftReport, shown: Shown): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(' | ')} |`;
  const lines = [
    ...driftTitle(report).flatMap((text) => [markdownText(text), '']),
    ...driftTables(report, shown).flatMap(({ columns, rows }) => [
      line(columns.map(({ title }) => title)),
      `| ${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join(' | ')} |`,
      ...rows.map(line),
      '',
    ]),
    ...report.warnings.map(({ message }) => `- ${markdownText(message)}`),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function counted(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** What was compared with what, and the result in a sentence. */
export function driftTitle({ query, totals, models, warnings }: DriftReport): string[] {
  const { window, baseline, tz, where, threshold_percent } = query;
  const filters = where.length === 0 ? '' : ` · ${where.join(' · ')}`;
  const like = query.same_weekdays ? ', same weekdays' : '';
  const modelsOnly = query.models_only && warnings.every(({ code }) => code !== 'no_usage');
  const found = counted(totals.drift, 'change');
  const noise = totals.noise === 0 ? '' : ` (${formatCount(totals.noise)} more within the usual scatter)`;
  const judged =
    totals.compared === 0
      ? []
      : [`${found} of ${threshold_percent}% or more in ${counted(totals.compared, 'comparison')}${noise}`];
  const switched = models.length === 0 && !modelsOnly ? [] : [`${counted(models.length, 'finding')} about models`];
  return [
    `${window.label} against ${baseline.label} (${tz}${like})${filters}`,
    [...judged, ...switched].join(' · '),
  ].filter((text) => text !== '');
}

/** The changes, then what was found about models; what is empty is left out. */
export function driftTables(report: DriftReport, { all }: Shown): Table[] {
  const rows = report.rows.filter(({ verdict }) => all || verdict === 'drift');
  const tables: Table[] = rows.length === 0 ? [] : [changeTable(report, rows, all)];
  return report.models.length === 0 ? tables : [...tables, modelTable(report.models)];
}

/** Comparisons, with their verdict if wanted. */
function changeTable({ query: { by } }: DriftReport, rows: readonly DriftRow[], all: boolean): Table {
  return {
    columns: [
      ...by.map((title) => ({ title, align: 'left' as const })),
      { title: 'what', align: 'left' },
      { title: 'before', align: 'right' },
      { title: 'after', align: 'right' },
      { title: 'change', align: 'right' },
      { title: '95% interval', align: 'right' },
      { title: 'by chance', align: 'right' },
      { title: 'requests', align: 'right' },
      ...(all ? [{ title: 'verdict', align: 'left' as const }] : []),
    ],
    rows: rows.map((row) => [
      ...by.map((name) => row.group[name] ?? NONE),
      row.metric,
      sized(row.before, row.unit),
      sized(row.after, row.unit),
      row.change_percent === null ? 'new' : signed(Number(row.change_percent), '%'),
      intervalOf(row),
      chanceOf(row.p_adjusted),
      `${formatCount(row.requests_before)} → ${formatCount(row.requests_after)}`,
      ...(all ? [row.verdict] : []),
    ]),
    footer: [],
  };
}

function sized(value: string, unit: Unit): string {
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

function signed(value: number, unit: string): string {
  return `${CHANGE.format(value)}${unit}`;
}

/** Percent, or percentage points of a rate. */
function intervalOf({ interval: { of, low, high } }: DriftRow): string {
  const bound = (value: number | null) => (value === null ? '?' : CHANGE.format(value));
  return `${bound(low)} … ${bound(high)}${of === 'points' ? ' pt' : '%'}`;
}

function chanceOf(p: number): string {
  return p < 0.0001 ? '<0.01%' : `${PLAIN.format(Number((100 * p).toPrecision(2)))}%`;
}

function modelTable(models: readonly ModelFinding[]): Table {
  return {
    columns: [
      { title: 'models', align: 'left' },
      { title: 'provider', align: 'left' },
      { title: 'model', align: 'left' },
      { title: 'day', align: 'left' },
      { title: 'requests', align: 'right' },
      { title: 'cost', align: 'right' },
    ],
    rows: models.map((found) => [
      found.kind,
      found.provider ?? NONE,
      found.kind === 'switched'
        ? `${found.request_model}: ${found.model_before} → ${found.model}`
        : (found.model ?? NONE),
      found.day,
      `${formatCount(found.requests_before)} → ${formatCount(found.requests_after)}`,
      found.cost_after === null ? '–' : formatMoney(found.cost_after),
    ]),
    footer: [],
  };
}
