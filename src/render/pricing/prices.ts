import type { Corrected } from '../../rate/rerate/correct.js';
import { formatCount, formatMoney } from '../text/number.js';
import { renderTable, type Table, type Terminal } from '../text/table.js';
import { csvLines } from '../text/text.js';

export type PriceFormat = 'table' | 'json' | 'csv';

/** How an answer about prices is printed. */
export interface As {
  format: PriceFormat;
  terminal: Terminal;
}

/** Sets the columns of a table: a name, and `right` for numbers. */
export function columnsOf(...titles: (string | [title: string, align: 'right'])[]): Table['columns'] {
  return titles.map((title) =>
    typeof title === 'string' ? { title, align: 'left' } : { title: title[0], align: title[1] },
  );
}

/** The JSON envelope of an answer. */
export function envelope(schema: string, content: Record<string, unknown>): string {
  return `${JSON.stringify({ schema, currency: 'USD', ...content }, null, 2)}\n`;
}

/** What a correction does, model by model. In JSON and CSV exact amounts, in the table cents. */
export function correctionAs(corrected: Corrected, { format, terminal }: As): string {
  const { models, totals, rows } = corrected;
  if (format === 'json') return envelope('llmcost.pricing-correct/1', { ...corrected });
  const fields = ['provider', 'model', 'requests', 'cost_before', 'cost_after', 'change'] as const;
  if (format === 'csv') {
    return csvLines([[...fields], ...models.map((one) => fields.map((name) => one[name] ?? ''))]);
  }
  if (rows === 0) return 'Every call in scope already has the price of the book: nothing to correct.\n';
  return renderTable(
    {
      columns: columnsOf(
        'provider',
        'model',
        ['requests', 'right'],
        ['before', 'right'],
        ['after', 'right'],
        ['change', 'right'],
      ),
      rows: models.map((one) => [one.provider ?? '(unknown)', one.model ?? '(none)', ...amounts(one)]),
      footer: [['total', '', ...amounts(totals)]],
    },
    terminal,
  );
}

function amounts(one: Corrected['totals']): string[] {
  return [formatCount(one.requests), formatMoney(one.cost_before), formatMoney(one.cost_after), signed(one.change)];
}

/** A change with its sign: +$1.20, -$0.30, $0.00. */
export function signed(amount: string): string {
  return /^-|^[0.]*$/.test(amount) ? formatMoney(amount) : `+${formatMoney(amount)}`;
}
