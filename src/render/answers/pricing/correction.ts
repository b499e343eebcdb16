import type { Corrected } from '../../../rate/rerate/correct.js';
import { type Cell, columnsOf, type Document, NONE, recordsOf } from '../../document.js';
import { formatCount, formatMoney, signedMoney } from '../../text/number.js';

const FIELDS = ['provider', 'model', 'requests', 'cost_before', 'cost_after', 'change'] as const;

/** What a correction does, model by model. In JSON and CSV exact amounts, in the table cents. */
export function correctionDocument(corrected: Corrected): Document {
  const { models, totals, rows } = corrected;
  return {
    json: { schema: 'llmcost.pricing-correct/1', currency: 'USD', ...corrected },
    head: rows === 0 ? ['Every call in scope already has the price of the book: nothing to correct.'] : [],
    body:
      rows === 0
        ? []
        : [
            {
              type: 'table',
              title: 'Correction',
              table: {
                columns: columnsOf(
                  'provider',
                  'model',
                  ['requests', 'right'],
                  ['before', 'right'],
                  ['after', 'right'],
                  ['change', 'right'],
                ),
                rows: models.map((one) => [one.provider ?? '(unknown)', one.model ?? NONE, ...amounts(one)]),
                footer: [['total', '', ...amounts(totals)]],
              },
            },
          ],
    notes: [],
    records: recordsOf(FIELDS, models),
  };
}

function amounts(one: Corrected['totals']): Cell[] {
  return [
    formatCount(one.requests),
    formatMoney(one.cost_before),
    formatMoney(one.cost_after),
    signedMoney(one.change),
  ];
}
