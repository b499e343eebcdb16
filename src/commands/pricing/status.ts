import type { Command } from 'commander';
import type { Io } from '../../io.js';
import type { Store } from '../../store/store.js';
import { writeDocument } from '../question.js';
import { type TableOptions, withBook, withTableOptions } from './book.js';

interface StatusOptions extends TableOptions {
  setAside?: boolean;
  conflicts?: boolean;
}

/** Declares `llmcost pricing status` and `pricing history`. */
export function registerStatus(pricing: Command, io: Io): void {
  withTableOptions(
    pricing
      .command('status')
      .description('how old the prices are, what was not believed, and which usage has no price')
      .option('--set-aside', 'list the published prices that are not used, and why')
      .option('--conflicts', 'list the prices on which sources differ by more than 5 %, what was chosen and why'),
  ).action((options: StatusOptions) => {
    if (options.conflicts === true) return conflicts(options, io);
    return options.setAside === true ? setAside(options, io) : status(options, io);
  });
  withTableOptions(
    pricing
      .command('history')
      .description('every change of the prices, with the number that report --price-book takes'),
  ).action((options: TableOptions) => history(options, io));
}

async function status(options: StatusOptions, io: Io): Promise<void> {
  const { priceStatus } = await import('../../query/prices/status.js');
  const answer = await read(options, io, (store) => priceStatus(store, io.now()));
  const { statusDocument } = await import('../../render/answers/pricing/status.js');
  await writeDocument(statusDocument(answer), options, io);
}

async function setAside(options: StatusOptions, io: Io): Promise<void> {
  const { pricesSetAside } = await import('../../query/prices/status.js');
  const answer = await read(options, io, pricesSetAside);
  const { setAsideDocument } = await import('../../render/answers/pricing/status.js');
  await writeDocument(setAsideDocument(answer), options, io);
}

async function conflicts(options: StatusOptions, io: Io): Promise<void> {
  const [{ priceConflicts }, { timestampOf }] = [
    await import('../../rate/listing/conflicts.js'),
    await import('../../sql.js'),
  ];
  const answer = await read(options, io, (store) => priceConflicts(store, timestampOf(io.now())));
  const { conflictsDocument } = await import('../../render/answers/pricing/status.js');
  await writeDocument(conflictsDocument(answer), options, io);
}

async function history(options: TableOptions, io: Io): Promise<void> {
  const { priceHistory } = await import('../../query/prices/status.js');
  const answer = await read(options, io, priceHistory);
  const { historyDocument } = await import('../../render/answers/pricing/status.js');
  await writeDocument(historyDocument(answer), options, io);
}

function read<T>(options: TableOptions, io: Io, ask: (store: Store) => Promise<T>): Promise<T> {
  return withBook('read', options, io, ask);
}
