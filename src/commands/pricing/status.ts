import type { Command } from 'commander';
import type { Io } from '../../io.js';
import type { Store } from '../../store/store.js';
import { withCommonOptions } from '../options.js';
import { formatOption, shownAs, type TableOptions, withBook } from './book.js';

interface StatusOptions extends TableOptions {
  setAside?: boolean;
  conflicts?: boolean;
}

/** Declares `llmcost pricing status` and `pricing history`. */
export function registerStatus(pricing: Command, io: Io): void {
  withCommonOptions(
    pricing
      .command('status')
      .description('how old the prices are, what was not believed, and which usage has no price')
      .option('--set-aside', 'list the published prices that are not used, and why')
      .option('--conflicts', 'list the prices on which sources differ by more than 5 %, what was chosen and why')
      .addOption(formatOption()),
  ).action((options: StatusOptions) => {
    if (options.conflicts === true) return conflicts(options, io);
    return options.setAside === true ? setAside(options, io) : status(options, io);
  });
  withCommonOptions(
    pricing
      .command('history')
      .description('every change of the prices, with the number that report --price-book takes')
      .addOption(formatOption()),
  ).action((options: TableOptions) => history(options, io));
}

async function status(options: StatusOptions, io: Io): Promise<void> {
  const { priceStatus } = await import('../../query/prices/status.js');
  const answer = await read(options, io, (store) => priceStatus(store, io.now()));
  const { statusAs } = await import('../../render/pricing/price_status.js');
  io.stdout.write(statusAs(answer, await shownAs(options, io)));
}

async function setAside(options: StatusOptions, io: Io): Promise<void> {
  const { pricesSetAside } = await import('../../query/prices/status.js');
  const answer = await read(options, io, pricesSetAside);
  const { setAsideAs } = await import('../../render/pricing/price_status.js');
  io.stdout.write(setAsideAs(answer, await shownAs(options, io)));
}

async function conflicts(options: StatusOptions, io: Io): Promise<void> {
  const [{ priceConflicts }, { timestampOf }] = [
    await import('../../rate/listing/conflicts.js'),
    await import('../../sql.js'),
  ];
  const answer = await read(options, io, (store) => priceConflicts(store, timestampOf(io.now())));
  const { conflictsAs } = await import('../../render/pricing/price_status.js');
  io.stdout.write(conflictsAs(answer, await shownAs(options, io)));
}

async function history(options: TableOptions, io: Io): Promise<void> {
  const { priceHistory } = await import('../../query/prices/status.js');
  const answer = await read(options, io, priceHistory);
  const { historyAs } = await import('../../render/pricing/price_status.js');
  io.stdout.write(historyAs(answer, await shownAs(options, io)));
}

function read<T>(options: TableOptions, io: Io, ask: (store: Store) => Promise<T>): Promise<T> {
  return withBook('read', options, io, ask);
}
