import { StoreFull, StoreLocked, StoreUnreachable } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Store } from '../../store/store.js';
import { databasePath } from '../options.js';
import { type ConfigOptions, withOwnStore } from '../pricing/custom_prices.js';

/** An answer, and what to do once it is written. */
export interface Asked<T> {
  answer: T;
  /** Adds usage up in advance where the question would have been answered faster: for the next one. */
  rollUp: () => Promise<void>;
}

/** Asks a database that is there. Throws StoreMissing. */
export async function askedOf<T>(options: ConfigOptions, io: Io, ask: (store: Store) => Promise<T>): Promise<Asked<T>> {
  const [{ wantedTables }, { rollUp, worthRollingUp }] = await Promise.all([
    import('../../query/rollups/read.js'),
    import('../../query/rollups/build.js'),
  ]);
  const { answer, worth } = await withOwnStore(options, io, async (store) => ({
    answer: await ask(store),
    worth: await worthRollingUp(store, wantedTables(store)),
  }));
  const path = databasePath(options, io);
  if (worth.length === 0 || path === ':memory:') return { answer, rollUp: async () => {} };
  return {
    answer,
    rollUp: () => {
      if (io.stderr.isTTY && !options.quiet) io.stderr.write('Adding up calls for the next question …\n');
      return whereFree(path, (store) => rollUp(store, worth));
    },
  };
}

/** Nobody asked for it: where the database cannot be written now, it is left as it is, and the next question tries again. */
async function whereFree(path: string, fn: (store: Store) => Promise<void>): Promise<void> {
  const { withStore } = await import('../../store/store.js');
  try {
    await withStore(path, { access: 'write', waitMs: 0 }, fn);
  } catch (error) {
    const cannot = [StoreLocked, StoreUnreachable, StoreFull].some((kind) => error instanceof kind);
    if (!cannot) throw error;
  }
}
