import type { BudgetCheck, BudgetRow } from '../../query/budget/answer.js';
import { type Document, type Records, type Section, valuesOf } from '../document.js';
import { documentAsMarkdown, markdownText } from '../markdown.js';
import { comparisonSections } from './baseline.js';
import { budgetTable, budgetTitle, restLine, type Shown, shownRows, verdictLine, whoOf } from './budget_columns.js';

export { verdictLine } from './budget_columns.js';

/** The check: when and by which prices, a table, the reasons, and the comparison with a baseline. Without what is ok unless all is shown. */
export function budgetDocument(check: BudgetCheck, shown: Shown): Document {
  const rows = shownRows(check, shown).slice(0, shown.top);
  const rest = restLine(check, shown);
  const reasons = rows.filter(({ reason }) => reason !== null).map(({ message }) => message);
  const lines = rest === undefined ? [] : [rest];
  const table = budgetTable(rows);
  const body: Section[] =
    rows.length === 0
      ? [{ type: 'text', paragraphs: lines, markdown: 'paragraphs' }]
      : [
          { type: 'table', title: 'Budgets', in: ['terminal'], table, below: [...lines, ...reasons] },
          { type: 'table', title: 'Budgets', in: ['markdown'], table },
          { type: 'text', in: ['markdown'], paragraphs: lines, markdown: 'paragraphs' },
          { type: 'text', in: ['markdown'], paragraphs: reasons },
        ];
  return {
    json: { ...check, rows: shownRows(check, shown) },
    head: [budgetTitle(check, rows)],
    body: [...body, ...(check.baseline === null ? [] : comparisonSections(check.baseline))],
    notes: check.warnings.map(({ message }) => message),
    records: recordsOfBudget(check, shown),
  };
}

/** By this line a script finds the comment it wrote before and writes it anew. */
const MARKER = '<!-- llmcost:budget-check -->';

/** The verdict, the table and the reasons, for a comment or a summary. */
export function budgetAsMarkdown(check: BudgetCheck, shown: Shown): string {
  return `${MARKER}\n**${markdownText(verdictLine(check))}**\n\n${documentAsMarkdown(budgetDocument(check, shown))}`;
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

/** One line for each group of each budget. */
function recordsOfBudget(check: BudgetCheck, shown: Shown): Records {
  return {
    columns: ['who', ...FIELDS],
    rows: shownRows(check, shown).map((row) => [whoOf(row), ...valuesOf(FIELDS, row)]),
  };
}
