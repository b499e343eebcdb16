import type { Exchange } from '../../config/exchange.js';
import type { RevenueTerms } from '../../config/revenue.js';
import type { Io } from '../../io.js';
import type { OwnPrices } from '../../rate/custom/custom_prices.js';
import type { Store } from '../../store/store.js';
import { askIn } from '../exchange.js';
import { type CommonOptions, databasePath, storeOptions } from '../options.js';
import { withBook } from './book.js';

/** Options of a command that needs the prices of llmcost.yaml. */
export interface ConfigOptions extends CommonOptions {
  config?: string;
  /** What amounts are converted into. */
  exchange?: Exchange | undefined;
}

type Opening = <T>(access: 'read' | 'write', fn: (store: Store) => Promise<T>) => Promise<T>;

/**
 * The price book as `withBook` gives it out, with the prices of llmcost.yaml in it. A database opened for reading is opened again for
 * writing if what the file says has changed.
 */
export function withOwnBook<T>(
  access: 'read' | 'write',
  options: ConfigOptions,
  io: Io,
  fn: (store: Store) => Promise<T>,
): Promise<T> {
  return withOwn((how, use) => withBook(how, options, io, use), access, { options, io, fn });
}

/** The same for a database that is there: the usage, with the prices of llmcost.yaml. Throws StoreMissing. */
export async function withOwnStore<T>(options: ConfigOptions, io: Io, fn: (store: Store) => Promise<T>): Promise<T> {
  const { withStore } = await import('../../store/store.js');
  const path = databasePath(options, io);
  const ask = (store: Store) => askIn(store, options.exchange, io, fn);
  return withOwn((how, use) => withStore(path, storeOptions(how, options, io), use), 'read', { options, io, fn: ask });
}

/** Brings the prices of llmcost.yaml into a store that is open for writing. */
export async function syncOwnPrices(store: Store, options: ConfigOptions, io: Io): Promise<void> {
  const prices = await configuredPrices(options, io);
  if (prices === undefined) return;
  const { syncConfiguredPrices } = await import('../../rate/custom/custom_prices.js');
  await syncConfiguredPrices(store, prices, io.now());
}

async function withOwn<T>(
  open: Opening,
  access: 'read' | 'write',
  { options, io, fn }: { options: ConfigOptions; io: Io; fn: (store: Store) => Promise<T> },
): Promise<T> {
  const prices = await configuredPrices(options, io);
  if (prices === undefined) return open(access, fn);
  const { configuredChanges, syncConfiguredPrices } = await import('../../rate/custom/custom_prices.js');
  const synced = async (store: Store) => {
    await syncConfiguredPrices(store, prices, io.now());
    return fn(store);
  };
  if (access === 'write') return open(access, synced);
  const answer = await open(access, async (store) => {
    if (store.path === ':memory:') return { value: await synced(store) };
    if ((await configuredChanges(store, prices)) !== undefined) return undefined;
    return { value: await fn(store) };
  });
  return answer === undefined ? open('write', synced) : answer.value;
}

/** The own prices of llmcost.yaml; undefined without such a file: then those of before stay. */
async function configuredPrices({ config: path }: ConfigOptions, io: Io): Promise<OwnPrices | undefined> {
  const { readConfig } = await import('../../config/config.js');
  const config = await readConfig(path, io);
  if (config.path === undefined) return undefined;
  const { pricesOf } = await import('../../config/prices.js');
  return pricesOf(config);
}

/** What llmcost.yaml says about revenue: plans of customers, their other names, rates of currencies. */
export async function configuredRevenue({ config: path }: ConfigOptions, io: Io): Promise<RevenueTerms> {
  const [{ readConfig }, { revenueTerms }] = await Promise.all([
    import('../../config/config.js'),
    import('../../config/revenue.js'),
  ]);
  return revenueTerms(await readConfig(path, io));
}
