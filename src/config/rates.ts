import { day, either, named, parsed, type Read } from './schema.js';

/*
 * The section `rates` of llmcost.yaml: what one unit of a currency is in USD, from which day on.
 *
 *     rates:
 *       EUR: 1.08
 *       GBP: {2026-01-01: 1.27, 2026-07-01: 1.31}
 */

const RATE_WORDS = 'USD for one unit as a plain decimal number with up to 10 places, such as 1.08';

function rateOf(text: string): string | undefined {
  return /^\d{1,6}(?:\.\d{1,10})?$/.test(text) && /[1-9]/.test(text) ? text : undefined;
}

const rate = () => parsed(rateOf, RATE_WORDS);

/** What the section is declared as: a rate for all time, or one from each day on. */
export const RATES = named(
  either(rate(), named(rate(), 'a rate, or days (YYYY-MM-DD) with the rate from each of them on')),
  'an object: the code of a currency, such as EUR, and its rate',
);

/** One rate: USD for one unit of the currency from a day on, until the next rate of the currency. */
export interface DatedRate {
  currency: string;
  /** YYYY-MM-DD; the first of all days for a rate without date. */
  from: string;
  usd: string;
}

/** What is wrong with a key of the section; the caller knows its position. */
export interface WrongRate {
  path: string[];
  sentence: string;
}

/** The section as rows, or the first key that is no currency or no day. */
export function datedRates(section: Read<typeof RATES> = {}): DatedRate[] | WrongRate {
  const rows: DatedRate[] = [];
  for (const [currency, given] of Object.entries(section)) {
    if (!/^[A-Za-z]{3}$/.test(currency) || currency.toUpperCase() === 'USD') {
      const sentence = 'is not a currency other than USD: write its code of three letters, such as EUR.';
      return { path: ['rates', currency], sentence };
    }
    const dated = typeof given === 'string' ? { '1970-01-01': given } : given;
    for (const [from, usd] of Object.entries(dated)) {
      if (!day().safeParse(from).success)
        return { path: ['rates', currency, from], sentence: 'is not a day: write YYYY-MM-DD.' };
      rows.push({ currency: currency.toUpperCase(), from, usd });
    }
  }
  return rows;
}
