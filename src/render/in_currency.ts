import type { ExchangeNote } from '../query/scope/values.js';
import type { Document, Records } from './document.js';

/** An answer in a currency other than USD says so in its head, in its JSON, and in every record of CSV and JSON lines. */
export function sayCurrency(document: Document, currency: string, exchange: ExchangeNote): Document {
  const { json, head, records, lines, page } = document;
  const sentence = `amounts in ${currency}, of each day at its rate: ${exchange.source}${ageOf(exchange)}`;
  return {
    ...document,
    json: { ...json, currency, exchange },
    head: [...head, sentence],
    ...(records === undefined ? {} : { records: withCurrency(records, currency) }),
    ...(lines === undefined ? {} : { lines: lines.map((line) => ({ ...line, currency })) }),
    ...(page === undefined ? {} : { page: { ...page, subtitle: `${page.subtitle} · ${sentence}` } }),
  };
}

function ageOf({ max_age_days: days }: ExchangeNote): string {
  return days === null ? '' : `, none older than ${days} days`;
}

function withCurrency({ columns, rows }: Records, currency: string): Records {
  if (columns.includes('currency')) return { columns, rows };
  return { columns: [...columns, 'currency'], rows: rows.map((row) => [...row, currency]) };
}
