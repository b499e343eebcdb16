import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import type { Config } from './config.js';
import { type Quote, readEcbRates } from './ecb.js';
import { datedRates } from './rates.js';

/** How USD become another currency. */
export interface Exchange {
  currency: string;
  /** Where the rates are from, for people. */
  source: string;
  quotes: readonly Quote[];
  /** A rate holds until the next one, but no longer than so many days; null: without end. */
  max_age_days: number | null;
}

type Said = Pick<Config, 'currency' | 'rates' | 'path' | 'where'>;

/** The ECB quotes every working day; the longest gap, over Easter or Christmas, is five days. */
const ECB_AGE = 7;

/**
 * The rates of a currency: those of the ECB's file (`file`, else `currency.rates`), or of the section `rates`. Throws UsageError where
 * there are none, InputError for a file that cannot be read.
 */
export function exchangeTo(currency: string, config: Said, file?: { path: string; name: string }): Exchange {
  const { currency: said, where } = config;
  const named = file ?? fileOf(config);
  const age = said?.max_age;
  if (named !== undefined) {
    const quotes = readEcbRates(named.path, named.name);
    const own = quotes.filter((quote) => quote.currency === currency);
    if (own.length > 0) {
      const max_age_days = age === undefined ? ECB_AGE : age;
      return { currency, source: `reference rates of the ECB (${named.name})`, quotes: own, max_age_days };
    }
    const known = [...new Set(quotes.map((quote) => quote.currency))].sort();
    throw new UsageError(`There is no rate of ${currency} in ${named.name}.\nIt has: ${known.join(', ')}.`);
  }
  const rates = datedRates(config.rates);
  if ('sentence' in rates) throw new UsageError(`${where(...rates.path)}: ${rates.sentence}`);
  const quotes = rates
    .filter((rate) => rate.currency === currency)
    .map(({ from, usd }) => ({ currency, from, units: '1', usd }));
  if (quotes.length === 0) {
    throw new UsageError(
      `There is no rate of ${currency}.\nGive one in llmcost.yaml, in USD for 1 ${currency}: rates: {${currency}: 1.08}, or name the ECB's file: --exchange-rates eurofxref-hist.csv`,
    );
  }
  return { currency, source: 'rates of llmcost.yaml', quotes, max_age_days: age ?? null };
}

/** The file of the section; its path begins at the folder of llmcost.yaml. */
function fileOf({ currency, path }: Said): { path: string; name: string } | undefined {
  if (currency?.rates === undefined || path === undefined) return undefined;
  return { path: resolve(dirname(path), currency.rates), name: currency.rates };
}
