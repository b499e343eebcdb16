import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Exchange } from '../config/exchange.js';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import type { Store } from '../store/store.js';

/** In which currency an answer is. */
export interface CurrencyOptions {
  config?: string;
  currency?: string;
  exchangeRates?: string;
}

/** Declares --currency and --exchange-rates on a command that shows money. */
export function withCurrencyOptions(command: Command): Command {
  return command
    .option('--currency <code>', 'show money in this currency, such as EUR, each day at its rate; default: USD')
    .option(
      '--exchange-rates <file>',
      "the rates: the ECB's eurofxref-hist.csv or .zip; default: those of llmcost.yaml",
    );
}

/** What USD are converted into: the currency of --currency, else of `currency.show` of llmcost.yaml; undefined: they stay USD. Throws UsageError. */
export async function chosenExchange(options: CurrencyOptions, io: Io): Promise<Exchange | undefined> {
  const [{ readConfig }, { currencyCode }] = await Promise.all([
    import('../config/config.js'),
    import('../config/currency_code.js'),
  ]);
  const config = await readConfig(options.config, io);
  const { currency: asked = config.currency?.show } = options;
  const code = asked === undefined ? 'USD' : currencyCode(asked);
  if (code === undefined) {
    throw new UsageError(
      `--currency '${asked}' is not the code of a currency.\nUse three letters, such as --currency EUR.`,
    );
  }
  if (code === 'USD') return undefined;
  return exchangeOf(code, options, io);
}

/** The rates of a currency. Throws UsageError where there are none. */
export async function exchangeOf(currency: string, options: CurrencyOptions, io: Io): Promise<Exchange> {
  const [{ readConfig }, { exchangeTo }] = await Promise.all([
    import('../config/config.js'),
    import('../config/exchange.js'),
  ]);
  const { exchangeRates: name } = options;
  const file = name === undefined ? undefined : { path: resolve(io.cwd, name), name };
  return exchangeTo(currency, await readConfig(options.config, io), file);
}

/** Asks a store in another currency, or in USD if there is none. Throws UsageError for a day without a rate. */
export async function askIn<T>(
  store: Store,
  exchange: Exchange | undefined,
  io: Io,
  ask: (store: Store) => Promise<T>,
): Promise<T> {
  if (exchange === undefined) return ask(store);
  const { rateMissing, showIn } = await import('../query/scope/currency.js');
  await showIn(store, exchange, io.now());
  try {
    return await ask(store);
  } catch (error) {
    const missing = rateMissing(error);
    if (missing === undefined) throw error;
    const { max_age_days: days, source } = exchange;
    const rule = days === null ? '' : `, or at most ${days} days before`;
    throw new UsageError(
      `There is no rate of ${missing.currency} of ${missing.day}${rule} (${source}).\nGive it newer or older rates, or ask for a period that has them: --since, --until.`,
      { cause: error },
    );
  }
}
