import { renderTable, type Terminal } from '../text/table.js';
import { csvLines, markdownText, plain } from '../text/text.js';
import { comparisonAsMarkdown, comparisonAsText } from './baseline.js';
import { budgetTable, budgetTitle, restLine, type Shown, shownRows, verdictLine, whoOf } from './cells.js';
import type { BudgetCheck, BudgetRow } from "../../query/budget/answer.js";

export { verdictLine } from './cells.js';

/** The check for people: when and by which prices, and a table. */
export function budgetAsTable(check: BudgetCheck, shown: Shown, terminal: Terminal): string {
  const rows = shownRows(check, shown).slice(0, shown.top);
  const table = rows.length === 0 ? '' : renderTable(budgetTable(rows), terminal);
  const notes = rows.filter(({ reason }) => reason !== null).map(({ message }) => `${plain(message)}\n`);
  const rest = restLine(check, shown);
  return `${plain(budgetTitle(check, rows))}\n\n${table}${rest === undefined ? '' : `${rest}\n`}${notes.join('')}${baselineText(check, terminal)}`;
}

function baselineText({ baseline }: BudgetCheck, terminal: Terminal): string {
  return baseline === null ? '' : comparisonAsText(baseline, terminal);
}

/** The check as it is, for programs; without what is ok unless all is shown. */
export function budgetAsJson(check: BudgetCheck, shown: Shown): string {
  return `${JSON.stringify({ ...check, rows: shownRows(check, shown) }, null, 2)}\n`;
}

const FIELDS = [
  'verdict',
  'reason',
  'rule',
  'level',
  'metric',
  'unit',
  'period',
  'since',
  'until',
  'limit_text',
  'limit',
  'used',
  'used_percent',
  'unpriced_percent',
  'projected',
  'projected_low',
  'projected_high',
  'forecast_error_percent',
  'used_up_on',
  'exit_code',
  'message',
] as const satisfies (keyof BudgetRow)[];

/** One line for each group of each budget; unknown is empty, money is exact. */
export function budgetAsCsv(check: BudgetCheck, shown: Shown): string {
  const rows = shownRows(check, shown).map((row) => [whoOf(row), ...FIELDS.map((name) => String(row[name] ?? ''))]);
  return csvLines([['who', ...FIELDS], ...rows]);
}

/** By this line a script finds the comment it wrote before and writes it anew. */
const MARKER = '<!-- llmcost:budget-check -->';

/** The verdict, the table and the reasons, for a comment or a summary. */
export function budgetAsMarkdown(check: BudgetCheck, shown: Shown): string {
  const rows = shownRows(check, shown).slice(0, shown.top);
  const { columns, rows: cells } = budgetTable(rows);
  const line = (texts: readonly string[]) => `| ${texts.join(' | ')} |`;
  const table = [
    line(columns.map(({ title }) => markdownText(title))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...cells.map((texts) => line(texts.map(markdownText))),
  ];
  const rest = restLine(check, shown);
  const notes = [...rows.filter(({ reason }) => reason !== null), ...check.warnings].map(
    ({ message }) => `- ${markdownText(message)}`,
  );
  const lines = [
    MARKER,
    `**${markdownText(verdictLine(check))}**`,
    '',
    markdownText(budgetTitle(check, rows)),
    ...(rows.length === 0 ? [] : ['', ...table]),
    ...(rest === undefined ? [] : ['', rest]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    ...(check.baseline === null ? [] : comparisonAsMarkdown(check.baseline)),
  ];
  return `${lines.join('\n')}\n`;
}
