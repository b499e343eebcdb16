import type { PriceChange } from '../../rate/listing/price_changes.js';
import { formatCount, formatMoney } from '../text/number.js';
import { type As, columnsOf, envelope, signed } from './prices.js';
import { renderTable, type Terminal } from '../text/table.js';
import { csvLines } from '../text/text.js';
import type { BillChange, BillDiff } from "../../query/prices/answer.js";

/** What changed between two states of the prices, and what that does to the bill of a period. */
export interface PriceDiff {
  before: string;
  after: string;
  changes: PriceChange[];
  bill: BillDiff | null;
}

const CHANGES_SHOWN = 40;
const BILL_SHOWN = 15;
const FIELDS = ['provider', 'model', 'dimension', 'conditions', 'before', 'after', 'change_percent'] as const;

/** In JSON all of it; CSV lists the changed prices. */
export function diffAs(diff: PriceDiff, { format, terminal }: As): string {
  if (format === 'json') return envelope('llmcost.pricing-diff/1', { ...diff });
  if (format === 'csv') {
    return csvLines([[...FIELDS], ...diff.changes.map((one) => FIELDS.map((name) => one[name] ?? ''))]);
  }
  const title = `${diff.before} → ${diff.after}: ${formatCount(diff.changes.length)} prices changed\n`;
  const blocks = [title, changesTable(diff.changes, terminal)];
  return [...blocks, ...(diff.bill === null ? [] : billTables(diff.bill, terminal))]
    .filter((one) => one !== '')
    .join('\n');
}

function changesTable(changes: readonly PriceChange[], terminal: Terminal): string {
  if (changes.length === 0) return '';
  const shown = changes.slice(0, CHANGES_SHOWN);
  const table = {
    columns: columnsOf('provider', 'model', 'price', ['before', 'right'], ['after', 'right'], ['change', 'right']),
    rows: shown.map((one) => [
      one.provider,
      one.model,
      [one.dimension.replaceAll('_', ' '), one.conditions].filter((part) => part !== '').join(', '),
      one.before === null ? 'none' : `$${one.before}`,
      one.after === null ? 'none' : `$${one.after}`,
      one.change_percent === null ? '' : `${one.change_percent.startsWith('-') ? '' : '+'}${one.change_percent}%`,
    ]),
    footer: [],
  };
  const more = changes.length - shown.length;
  const rest = more === 0 ? '' : `… and ${formatCount(more)} more; --format json or csv lists all.\n`;
  return `${renderTable(table, terminal)}USD per million tokens, or per one of anything else.\n${rest}`;
}

function billTables({ period, models, customers, totals }: BillDiff, terminal: Terminal): string[] {
  if (totals.requests === 0) return [`The bill of ${period}: there is no usage in that time.\n`];
  return [
    `The bill of ${period}, by either state of the prices:\n`,
    billTable('model', models, { totals, terminal }),
    billTable('customer', customers, { totals, terminal }),
  ];
}

function billTable(
  title: string,
  rows: readonly BillChange[],
  { totals, terminal }: { totals: BillChange; terminal: Terminal },
): string {
  const shown = rows.slice(0, BILL_SHOWN);
  const more = rows.length - shown.length;
  const table = renderTable(
    {
      columns: columnsOf(
        title,
        ['requests', 'right'],
        ['before', 'right'],
        ['after', 'right'],
        ['change', 'right'],
        ['unpriced', 'right'],
      ),
      rows: shown.map((row) => [row.name ?? '(none)', ...cells(row)]),
      footer: [['total', ...cells(totals)]],
    },
    terminal,
  );
  return more === 0 ? table : `${table}… ${formatCount(more)} more rows are in the total; --format json lists all.\n`;
}

function cells(row: BillChange): string[] {
  const unpriced =
    row.unpriced_before === row.unpriced_after
      ? formatCount(row.unpriced_after)
      : `${formatCount(row.unpriced_before)} → ${formatCount(row.unpriced_after)}`;
  return [formatCount(row.requests), formatMoney(row.before), formatMoney(row.after), signed(row.change), unpriced];
}
