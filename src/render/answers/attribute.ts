import type { AttributeAnswer, AttributedValue, Unattributed } from '../../query/attribute/answer.js';
import {
  type Cell,
  columnsOf,
  type Document,
  NONE,
  OTHER,
  type Records,
  type Section,
  type Table,
} from '../document.js';
import { counted, formatCount, formatMoney } from '../text/number.js';

/** What changes, then what is left, each as a table. */
export function attributeDocument(answer: AttributeAnswer): Document {
  const { dry_run: dryRun, changed, rows, unattributed } = answer;
  const title =
    rows.length === 0
      ? `Nothing ${dryRun ? 'would change' : 'changed'}.`
      : `${counted(changed, 'row', 'rows')} of usage ${dryRun ? 'would change' : 'changed'}.`;
  const columns = [...new Set(unattributed.map(({ column }) => column))];
  return {
    json: answer,
    head: [title],
    body: [
      ...(rows.length === 0 ? [] : [{ type: 'table' as const, title: 'Changes', table: changeTable(rows) }]),
      ...columns.flatMap((column): Section[] => [
        { type: 'text', paragraphs: [`Without ${column}:`], markdown: 'paragraphs' },
        {
          type: 'table',
          title: `Without ${column}`,
          table: leftTable(unattributed.filter((row) => row.column === column)),
        },
      ]),
    ],
    notes: answer.warnings.map(({ message }) => message),
    records: recordsOfAttribute(answer),
  };
}

function changeTable(rows: readonly AttributedValue[]): Table {
  return {
    columns: columnsOf('column', 'before', 'after', ['requests', 'right'], ['cost', 'right']),
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
    columns: columnsOf('api_key', 'model', 'user', ['requests', 'right'], ['cost', 'right']),
    rows: lines(false),
    footer: lines(true),
  };
}

function sumCells({ requests, cost }: AttributedValue | Unattributed): Cell[] {
  return [requests === null ? 'unknown' : formatCount(requests), cost === null ? 'unpriced' : formatMoney(cost)];
}

/** Changes and what is left as lines of one table, told apart by `kind`. */
function recordsOfAttribute({ rows, unattributed }: AttributeAnswer): Records {
  const none = (kind: string, name: string | null) => (kind === 'group' || kind === 'value' ? (name ?? NONE) : name);
  return {
    columns: ['kind', 'column', 'before', 'after', 'api_key', 'model', 'user', 'rows', 'requests', 'cost'],
    rows: [
      ...rows.map((row) => [
        row.kind === 'other' ? 'changed_other' : 'changed',
        row.column,
        none(row.kind, row.before),
        none(row.kind, row.after),
        null,
        null,
        null,
        row.rows,
        row.requests,
        row.cost,
      ]),
      ...unattributed.map((row) => [
        row.kind === 'group' ? 'none' : `none_${row.kind}`,
        row.column,
        null,
        null,
        none(row.kind, row.api_key),
        none(row.kind, row.model),
        none(row.kind, row.user),
        row.rows,
        row.requests,
        row.cost,
      ]),
    ],
  };
}
