import { coverageLine } from '../text/coverage.js';
import { formatMoney } from '../text/number.js';
import { renderTable, type Terminal } from '../text/table.js';
import { markdownText, plain, wrapped } from '../text/text.js';
import { reportTable, reportTitle, type Shown } from './cells.js';
import { effectsLines } from './changes.js';
import type { CostReport } from "../../query/report/answer.js";

/** The report for people: a line with the period, then the table. */
export function reportAsTable(report: CostReport, terminal: Terminal, shown: Shown = {}): string {
  const { columns } = terminal;
  const lines = (texts: string[]) =>
    texts
      .map(plain)
      .flatMap((line) => (columns === undefined ? [line] : wrapped(line, columns - 1)))
      .map((line) => `${line}\n`)
      .join('');
  const table = renderTable(reportTable(report, shown), terminal);
  return `${lines([reportTitle(report)])}\n${table}${lines(linesBelow(report, columns !== undefined))}`;
}

/** What stands below the table: what was paid by time, why the cost changed, what the figures rest on. */
export function linesBelow(report: CostReport, seen: boolean): string[] {
  return [...flatLines(report), ...effectsLines(report), coverageLine(report, seen)];
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

/** The table in Markdown, followed by the warnings as a list. */
export function reportAsMarkdown(report: CostReport, shown: Shown = {}): string {
  const { columns, rows, footer } = reportTable(report, shown);
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
