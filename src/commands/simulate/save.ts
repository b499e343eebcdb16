import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { Projected } from '../../query/realised/projection.js';
import type { MovesQuery } from '../../query/simulate/answer.js';
import { databasePath, storeOptions } from '../options.js';
import type { SimulateOptions } from './simulate_options.js';

/** Checks --save and --replace before anything is asked. Throws UsageError. */
export async function checkSave(query: MovesQuery, { save, replace, exchange }: SimulateOptions): Promise<void> {
  if (save === undefined) {
    if (replace !== true) return;
    throw new UsageError('--replace does nothing without --save.\nSay under which name: --save NAME --replace');
  }
  const [{ parseName }, { checkSavable }] = await Promise.all([
    import('../../query/realised/saved.js'),
    import('../../query/realised/moves.js'),
  ]);
  parseName(save);
  checkSavable(query);
  if (exchange === undefined) return;
  throw new UsageError(
    `What is saved is in USD, and this answer is in ${exchange.currency}.\nSay --currency USD together with --save.`,
  );
}

/** Keeps a simulation and says how to come back to it. */
export async function save(projected: Projected, options: SimulateOptions, io: Io): Promise<void> {
  const [{ withStore }, { parseName, saveSimulation }] = await Promise.all([
    import('../../store/store.js'),
    import('../../query/realised/saved.js'),
  ]);
  const name = parseName(options.save ?? '');
  await withStore(databasePath(options, io), storeOptions('write', options, io), (store) =>
    saveSimulation(store, name, projected, { replace: options.replace === true, now: io.now() }),
  );
  if (options.quiet === true) return;
  const shown = /^[\w.-]+$/.test(name) ? name : `'${name}'`;
  io.stderr.write(`Saved as ${name}. When traffic has moved: llmcost realised ${shown}\n`);
}
