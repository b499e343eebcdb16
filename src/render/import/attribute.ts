import { formatCount, formatMoney } from '../text/number.js';
import { renderTable, type Table, type Terminal } from '../text/table.js';
import { csvLines, markdownText, plain } from '../text/text.js';
import type { AttributeAnswer, AttributedValue, Unattributed } from "../../query/attribute/answer.js";

const NONE = '(none)';
const OTHER = '(other)';

/** The answer for people: what changes, then what is left, each as a table. */
export function attributeAsTable(answer: AttributeAnswer, terminal: Terminal): string {
  const parts = partsOf(answer).map(({ title, table }) =>
    table === undefined ? `${plain(title)}\n` : `${plain(title)}\n\n${renderTable(table, terminal)}`,
  );
  return `${parts.join('\n')}`;
}

/** The same in Markdown. */
export function attributeAsMarkdown(answer: AttributeAnswer): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = partsOf(answer).flatMap(({ title, table }) => [
    markdownText(title),
    '',
    ...(table === undefined
      ? []
      : [
          line(table.columns.map(({ title: name }) => markdownText(name))),
          line(table.columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
          ...table.rows.map((cells) => line(cells.map(markdownText))),
          ...table.footer.map((cells) => line(cells.map((text) => (text === '' ? '' : `**${markdownText(text)}**`)))),
          '',
        ]),
  ]);
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The answer as it is, for programs. */
export function attributeAsJson(answer: AttributeAnswer): string {
  return `${JSON.stringify(answer, null, 2)}\n`;
}

/** Changes and what is left as lines of one table, told apart by `kind`; unknown is empty, money is exact. */
export function attributeAsCsv({ rows, unattributed }: AttributeAnswer): string {
  const sums = ({ rows: usage, requests, cost }: AttributedValue | Unattributed) =>
    [usage, requests ?? '', cost ?? ''].map(String);
  return csvLines([
    ['kind', 'column', 'before', 'after', 'api_key', 'model', 'user', 'rows', 'requests', 'cost'],
    ...rows.map((row) => [
      row.kind === 'other' ? 'changed_other' : 'changed',
      row.column,
      row.before ?? '',
      row.after ?? '',
      '',
      '',
      '',
      ...sums(row),
    ]),
    ...unattributed.map((row) => [
      row.kind === 'group' ? 'none' : `none_${row.kind}`,
      row.column,
      '',
      '',
      row.api_key ?? '',
      row.model ?? '',
      row.user ?? '',
      ...sums(row),
    ]),
  ]);
}

interface Part {
  title: string;
  table?: Table;
}

function partsOf({ dry_run: dryRun, changed, rows, unattributed }: AttributeAnswer): Part[] {
  const verb = dryRun ? 'would change' : 'changed';
  const usage = changed === 1 ? '1 row of usage' : `${formatCount(changed)} rows of usage`;
  const first: Part =
    rows.length === 0
      ? { title: dryRun ? 'Nothing would change.' : 'Nothing changed.' }
      : { title: `${usage} ${verb}.`, table: changes(rows) };
  const columns = [...new Set(unattributed.map(({ column }) => column))];
  return [
    first,
    ...columns.map((column) => ({
      title: `Without ${column}:`,
      table: leftTable(unattributed.filter((row) => row.column === column)),
    })),
  ];
}

const left = (title: string) => ({ title, align: 'left' as const });
const right = (title: string) => ({ title, align: 'right' as const });

function changes(rows: readonly AttributedValue[]): Table {
  return {
    columns: [left('column'), left('before'), left('after'), right('requests'), right('cost')],
    rows: rows.map((row) => [
      row.column,
      row.kind === 'other' ? OTHER : (row.before ?? NONE),
      row.kind === 'other' ? '' : (row.after ?? NONE),
      ...sumCells(row),
    ]),
    footer: [],
  };
}

function leftTable(rows: readonly Unattributed[]): Table {
  const names = (row: Unattributed) =>
    row.kind === 'group'
      ? [row.api_key ?? NONE, row.model ?? NONE, row.user ?? NONE]
      : [row.kind === 'other' ? OTHER : 'total', '', ''];
  const lines = (total: boolean) =>
    rows.filter(({ kind }) => (kind === 'total') === total).map((row) => [...names(row), ...sumCells(row)]);
  return {
    columns: [left('api_key'), left('model'), left('user'), right('requests'), right('cost')],
    rows: lines(false),
    footer: lines(true),
  };
}

function sumCells({ requests, cost }: AttributedValue | Unattributed): string[] {
  return [requests === null ? 'unknown' : formatCount(requests), cost === null ? 'unpriced' : formatMoney(cost)];
}
