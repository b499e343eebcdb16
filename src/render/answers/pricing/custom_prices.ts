import type { PriceEffect } from '../../../rate/rerate/rerate.js';
import { columnsOf, type Document, recordsOf } from '../../document.js';
import { formatCount, formatMoney } from '../../text/number.js';

type Cells = Record<string, unknown>;

/** For people without what only programs need. */
const FOR_PROGRAMS: ReadonlySet<string> = new Set(['usd_per_unit', 'factor', 'made_at', 'added_in']);

/** Aliases, overrides or subscriptions; every value is text already. `none` is said where there is no row. */
export function customPricesDocument(rows: readonly Cells[], { schema, none }: { schema: string; none: string }): Document {
  const fields = Object.keys(rows[0] ?? {});
  const shown = fields.filter(
    (name) => !FOR_PROGRAMS.has(name) && rows.some((row) => row[name] !== null),
  );
  const table = {
    columns: columnsOf(...shown),
    rows: rows.map((row) => shown.map((name) => String(row[name] ?? ''))),
    footer: [],
  };
  return {
    json: { schema, currency: 'USD', rows },
    head: rows.length === 0 ? [none] : [],
    body: rows.length === 0 ? [] : [{ type: 'table', title: 'Own prices', table }],
    notes: [],
    records: recordsOf(fields, rows),
  };
}

/** What new prices did to usage, and what they did not touch, in sentences. */
export function effectInWords({ priced, kept }: PriceEffect): string[] {
  const gained =
    priced.rows === 0
      ? []
      : [`${calls(priced.requests, priced.rows)} that had no price cost ${formatMoney(priced.cost_after)} now.`];
  const left =
    kept.rows === 0
      ? []
      : [
          `${calls(kept.requests, kept.rows)} keep the cost they were rated with, ${formatMoney(kept.cost_before)}; by these prices it would be ${formatMoney(kept.cost_after)}. To rate them again: llmcost pricing correct`,
        ];
  return [...gained, ...left];
}

function calls(requests: number, rows: number): string {
  const count = requests === 0 ? rows : requests;
  return `${formatCount(count)} ${count === 1 ? 'call' : 'calls'}`;
}
