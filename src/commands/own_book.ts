import type { Io } from '../io.js';
import type { OwnPrices } from '../rate/own_prices.js';
import type { Store } from '../store/store.js';
import type { CommonOptions } from './options.js';
import { withBook } from './pricing_book.js';

/** Options of a command that needs the prices of llmcost.yaml. */
export interface ConfigOptions extends CommonOptions {
  config?: string;
}

/**
 * The price book as `withBook` gives it out, with the prices of llmcost.yaml in it. A database opened for reading is opened again for
 * writing if what the file says has changed.
 */
export async function withOwnBook<T>(
  access: 'read' | 'write',
  options: ConfigOptions,
  io: Io,
  fn: (store: Store) => Promise<T>,
): Promise<T> {
  const prices = await configuredPrices(options, io);
  const { configuredChanges, syncConfiguredPrices } = await import('../rate/own_prices.js');
  const synced = async (store: Store) => {
    if (prices !== undefined) await syncConfiguredPrices(store, prices, io.now());
    return fn(store);
  };
  if (access === 'write') return withBook(access, options, io, synced);
  const answer = await withBook(access, options, io, async (store) => {
    if (store.path === ':memory:') return { value: await synced(store) };
    if (prices !== undefined && (await configuredChanges(store, prices)) !== undefined) return undefined;
    return { value: await fn(store) };
  });
  return answer === undefined ? withBook('write', options, io, synced) : answer.value;
}

/** The own prices of llmcost.yaml; undefined without such a file: then those of before stay. */
async function configuredPrices({ config: path }: ConfigOptions, io: Io): Promise<OwnPrices | undefined> {
  const { readConfig } = await import('../config/config.js');
  const config = await readConfig(path, io);
  if (config.path === undefined) return undefined;
  const { pricesOf } = await import('../config/prices.js');
  return pricesOf(config);
}
