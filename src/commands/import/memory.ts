import { InputError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Store } from '../../store/store.js';
import { askIn } from '../exchange.js';
import { BUNDLE_DIRECTORY } from '../pricing/book.js';
import { type ConfigOptions, syncOwnPrices } from '../pricing/custom_prices.js';
import { ownImport } from './custom_formats.js';

/** What usage is read from files for one question only. */
export interface FileOptions extends ConfigOptions {
  import?: string[];
  map?: string[];
  set?: string[];
}

/**
 * Files read into memory, priced by the bundled prices and those of llmcost.yaml; nothing is kept. Throws InputError if one of them
 * cannot be read: a check of a part would be a check of something else.
 */
export async function withImported<T>(options: FileOptions, io: Io, fn: (store: Store) => Promise<T>): Promise<T> {
  const [{ withStore }, { groupFiles, importFiles }, { loadBundledBook }, { filesOf }, { mappingOf }] =
    await Promise.all([
      import('../../store/store.js'),
      import('../../import/load/import.js'),
      import('../../rate/bundle/bundle.js'),
      import('../../import/read/paths.js'),
      import('../../import/declare/mapping.js'),
    ]);
  const files = await filesOf(options.import ?? [], io.cwd);
  return withStore(':memory:', { access: 'write' }, async (store) => {
    await loadBundledBook(store, BUNDLE_DIRECTORY, io.now());
    await syncOwnPrices(store, options, io);
    const settings = {
      ...(await ownImport(options, io)),
      mapping: mappingOf(options.map ?? [], options.set ?? []),
      tolerance: (lines: number) => Math.max(1, Math.floor(lines / 100)),
      dryRun: false,
      now: io.now(),
      stdin: io.stdin,
    };
    for (const group of groupFiles(files)) {
      for (const { problem, status, source } of await importFiles(store, group, settings)) {
        if (status === 'failed' || status === 'unknown')
          throw new InputError(problem ?? `${source} could not be read.`);
      }
    }
    return askIn(store, options.exchange, io, fn);
  });
}
