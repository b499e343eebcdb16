import type { BillChange, BillDiff } from '../../../query/prices/answer.js';
import type { PriceChange } from '../../../rate/listing/price_changes.js';
import { columnsOf, type Document, NONE, recordsOf, type Section, type TableSection } from '../../document.js';
import { formatCount, formatMoney, signedMoney } from '../../text/number.js';

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
export function diffDocument(diff: PriceDiff): Document {
  return {
    json: { schema: 'llmcost.pricing-diff/1', currency: 'USD', ...diff },
    head: [`${diff.before} → ${diff.after}: ${formatCount(diff.changes.length)} prices changed`],
    body: [
      ...(diff.changes.length === 0 ? [] : [changesTable(diff.changes)]),
      ...(diff.bill === null ? [] : billSections(diff.bill)),
    ],
    notes: [],
    records: recordsOf(FIELDS, diff.changes),
  };
}

function changesTable(changes: readonly PriceChange[]): TableSection {
  const shown = changes.slice(0, CHANGES_SHOWN);
  const more = changes.length - shown.length;
  return {
    type: 'table',
    title: 'Changed prices',
    table: {
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
    },
    below: [
      'USD per million tokens, or per one of anything else.',
      ...(more === 0 ? [] : [`… and ${formatCount(more)} more; --format json or csv lists all.`]),
    ],
  };
}

function billSections({ period, models, customers, totals }: BillDiff): Section[] {
  const text = (line: string): Section => ({ type: 'text', paragraphs: [line], markdown: 'paragraphs' });
  if (totals.requests === 0) return [text(`The bill of ${period}: there is no usage in that time.`)];
  return [
    text(`The bill of ${period}, by either state of the prices:`),
    billTable('model', models, totals),
    billTable('customer', customers, totals),
  ];
}

function billTable(title: string, rows: readonly BillChange[], totals: BillChange): TableSection {
  const shown = rows.slice(0, BILL_SHOWN);
  const more = rows.length - shown.length;
  return {
    type: 'table',
    title: `The bill by ${title}`,
    table: {
      columns: columnsOf(
        title,
        ['requests', 'right'],
        ['before', 'right'],
        ['after', 'right'],
        ['change', 'right'],
        ['unpriced', 'right'],
      ),
      rows: shown.map((row) => [row.name ?? NONE, ...cells(row)]),
      footer: [['total', ...cells(totals)]],
    },
    below: more === 0 ? [] : [`… ${formatCount(more)} more rows are in the total; --format json lists all.`],
  };
}

function cells(row: BillChange): string[] {
  const unpriced =
    row.unpriced_before === row.unpriced_after
      ? formatCount(row.unpriced_after)
      : `${formatCount(row.unpriced_before)} → ${formatCount(row.unpriced_after)}`;
  return [formatCount(row.requests), formatMoney(row.before), formatMoney(row.after), signedMoney(row.change), unpriced];
}
