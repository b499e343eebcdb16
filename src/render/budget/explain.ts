import { formatCount, formatMoney } from '../text/number.js';
import { renderTable, type Table, type Terminal } from '../text/table.js';
import { csvLines, markdownText, plain } from '../text/text.js';
import { amountCell } from './cells.js';
import type { BudgetExplanation } from "../../query/budget/answer.js";

const NONE = '(none)';

/** What used a budget up, for people: tables of days, models, … and of the dearest calls. */
export function explanationAsTable(found: BudgetExplanation, terminal: Terminal): string {
  const tables = tablesOf(found).map(({ table }) => `\n${renderTable(table, terminal)}`);
  return `${plain(titleOf(found))}\n${tables.join('')}`;
}

/** The explanation as it is, for programs. */
export function explanationAsJson(found: BudgetExplanation): string {
  return `${JSON.stringify(found, null, 2)}\n`;
}

/** One line for each part; the calls are parts by `call`. */
export function explanationAsCsv({ parts, calls }: BudgetExplanation): string {
  const rows = parts.flatMap(({ by, rows: group }) =>
    group.map((one) => [by, one.value ?? NONE, one.amount ?? '', one.cost ?? '', one.requests ?? '']),
  );
  const dearest = calls.map(({ id, cost }) => ['call', id ?? NONE, '', cost ?? '', '1']);
  return csvLines([['by', 'value', 'amount', 'cost', 'requests'], ...rows, ...dearest]);
}

/** The tables in Markdown. */
export function explanationAsMarkdown(found: BudgetExplanation): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(' | ')} |`;
  const tables = tablesOf(found).flatMap(({ table: { columns, rows } }) => [
    '',
    line(columns.map(({ title }) => title)),
    `| ${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join(' | ')} |`,
    ...rows.map(line),
  ]);
  return `${[markdownText(titleOf(found)), ...tables].join('\n')}\n`;
}

function titleOf({ query, used }: BudgetExplanation): string {
  const who = Object.values(query.group).map((value) => value ?? NONE);
  return `${[query.rule, ...who].join(', ')}: ${query.metric} ${amountCell(used, query.unit)} (${query.period}, ${query.tz})`;
}

function tablesOf({ query, parts, calls }: BudgetExplanation): { table: Table }[] {
  const ofCost = query.metric === 'cost';
  const tables = parts.map(({ by, rows }) => ({
    table: {
      columns: [
        { title: by, align: 'left' as const },
        ...(ofCost ? [] : [{ title: query.metric, align: 'right' as const }]),
        { title: 'cost', align: 'right' as const },
        { title: 'requests', align: 'right' as const },
      ],
      rows: rows.map(({ value, amount, cost, requests }) => [
        value ?? NONE,
        ...(ofCost ? [] : [amountCell(amount, query.unit)]),
        cost === null ? 'unpriced' : formatMoney(cost),
        requests === null ? '?' : formatCount(requests),
      ]),
      footer: [],
    },
  }));
  const dearest: Table = {
    columns: [
      { title: 'dearest calls', align: 'left' },
      { title: 'id', align: 'left' },
      { title: 'model', align: 'left' },
      { title: 'feature', align: 'left' },
      { title: 'input', align: 'right' },
      { title: 'output', align: 'right' },
      { title: 'cost', align: 'right' },
    ],
    rows: calls.map((call) => [
      call.at ?? '?',
      call.id ?? NONE,
      call.model ?? NONE,
      call.feature ?? NONE,
      formatCount(call.input_tokens),
      formatCount(call.output_tokens),
      call.cost === null ? '?' : formatMoney(call.cost),
    ]),
    footer: [],
  };
  return calls.length === 0 ? tables : [...tables, { table: dearest }];
}
