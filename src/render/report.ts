import type { CostReport, ReportMetrics } from '../query/report.js';
import { coverageLine } from './coverage.js';
import { formatMoney } from './number.js';
import { NONE, namesOf, padTo, reportTable, reportTitle } from './report_cells.js';
import { effectsLine } from './report_changes.js';
import { renderTable, type Terminal } from './table.js';
import { csvLines, markdownText, plain } from './text.js';

/** The report for people: a line with the period, then the table. */
export function reportAsTable(report: CostReport, terminal: Terminal): string {
  const below = linesBelow(report, terminal.columns !== undefined).map((line) => `${plain(line)}\n`);
  return `${plain(reportTitle(report))}\n\n${renderTable(reportTable(report), terminal)}${below.join('')}`;
}

/** What stands below the table: what was paid by time, why the cost changed, what the figures rest on. */
function linesBelow(report: CostReport, seen: boolean): string[] {
  const effects = report.comparison === undefined ? undefined : effectsLine(report.comparison);
  return [...flatLines(report), ...(effects === undefined ? [] : [effects]), coverageLine(report, seen)];
}

/** What was paid by time: it belongs to no call, so it stands below the total. */
function flatLines({ flat_costs }: CostReport): string[] {
  return flat_costs.map(({ name, usd, per, from, to, cost }) => {
    const days = `${from.replace('T00:00:00Z', '')} → ${to.replace('T00:00:00Z', '')}`;
    return `flat: ${name} ${formatMoney(cost)} ($${usd} per ${per}, ${days})`;
  });
}

/** The report as it is, for programs: money as decimal strings, the same bytes for the same data. */
export function reportAsJson(report: CostReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/**
 * One line for each row and one for the total (of a series: for each of its spans), told apart by the column `kind`; unknown is empty,
 * money is exact.
 */
export function reportAsCsv(report: CostReport): string {
  const { by } = report.query;
  const names = fieldsOf(report);
  const compared = report.comparison !== undefined;
  const fields = (row: CostReport['totals']) => [
    ...names.map((name) => String(row[name] ?? '')),
    ...(compared ? changeFields(report, row) : []),
  ];
  const flat = report.flat_costs.map(({ name, cost }) => [
    'flat',
    ...by.map((_, index) => (index === 0 ? name : '')),
    ...names.map((metric) => (metric === 'cost' ? cost : '')),
  ]);
  const { spans, query } = report;
  const total = padTo(['total'], by.length + 1);
  if (spans === undefined || query.every === null) {
    const rows = report.rows.map((row) => [row.kind, ...namesOf(row, by), ...fields(row)]);
    const changes = compared ? report.metrics.flatMap(({ name }) => CHANGES.map((part) => `${name}_${part}`)) : [];
    const head = ['kind', ...by, ...names, ...changes, ...(compared ? ['presence'] : [])];
    return csvLines([
      head,
      ...rows,
      [...total, ...fields(report.totals)],
      ...flat.map((line) => padTo(line, head.length)),
    ]);
  }
  const inSpans = (head: string[], series: readonly ReportMetrics[] = []) =>
    series.map((metrics, index) => [...head, spans[index]?.label ?? NONE, ...fields(metrics)]);
  return csvLines([
    ['kind', ...by, query.every, ...names],
    ...report.rows.flatMap((row) => inSpans([row.kind, ...namesOf(row, by)], row.series)),
    ...inSpans(total, report.totals.series),
  ]);
}

const CHANGES = ['before', 'change', 'change_percent'] as const;

function changeFields(
  { metrics }: CostReport,
  { before, change, change_percent, presence }: CostReport['totals'],
): string[] {
  const parts = metrics.flatMap(({ name }) => [before?.[name], change?.[name], change_percent?.[name]]);
  return [...parts.map((part) => String(part ?? '')), presence ?? ''];
}

/** The metrics asked for; where cost is among them, also what has no price. */
function fieldsOf({ metrics }: CostReport): (keyof ReportMetrics)[] {
  const names = metrics.map(({ name }) => name);
  return names.includes('cost') && !names.includes('unpriced_requests') ? [...names, 'unpriced_requests'] : names;
}

/** The table in Markdown, followed by the warnings as a list. */
export function reportAsMarkdown(report: CostReport): string {
  const { columns, rows, footer } = reportTable(report);
  const below = linesBelow(report, false);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    markdownText(reportTitle(report)),
    '',
    line(columns.map(({ title }) => markdownText(title))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((cells) => line(cells.map(markdownText))),
    ...footer.map((cells) => line(cells.map((text) => (text === '' ? '' : `**${markdownText(text)}**`)))),
    ...(below.length === 0 ? [] : ['', ...below.map((text) => `- ${markdownText(text)}`)]),
    ...(report.warnings.length === 0
      ? []
      : ['', ...report.warnings.map(({ message }) => `- ${markdownText(message)}`)]),
  ];
  return `${lines.join('\n')}\n`;
}
