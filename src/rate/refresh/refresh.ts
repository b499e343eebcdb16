import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { InputError, NoPrices, UsageError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { priceBookId } from '../book/book.js';
import { type Rerated, rateUnpriced } from '../rerate/rerate.js';
import type { PriceAddress } from './addresses.js';
import type { Network } from './fetch_list.js';
import {
  type FailedList,
  type MergedList,
  mergeFetched,
  mergeList,
  type PriceAnswer,
  type Purpose,
  type UnmodifiedList,
} from './merge_list.js';

export interface PriceFile {
  path: string;
  /** YYYY-MM-DD: the day its prices are of. */
  dataDate: string;
}

export type RefreshedList = MergedList | UnmodifiedList | FailedList;

/** What a refresh reads, in this order. */
export interface RefreshPlan {
  files: readonly PriceFile[];
  addresses: readonly PriceAddress[];
}

/** What a refresh did, list by list. */
export interface Refresh {
  lists: RefreshedList[];
  /** The state of the book afterwards. */
  priceBook: string;
  /** The usage that had no price before and has one now. */
  rerated: Rerated;
  /** The bundle that was written of it, where one was asked for. */
  bundle?: { directory: string; rates: number; multipliers: number; priced_models: number };
}

/**
 * Opens the book; it is not kept open while the network is waited for. `look` resolves to undefined where there is
 * no database yet. What `change` does is thrown away in a dry run.
 */
export interface BookAccess {
  look: <T>(fn: (store: Store) => Promise<T>) => Promise<T | undefined>;
  change: <T>(fn: (store: Store) => Promise<T>) => Promise<T>;
}

const DATE_IN_NAME = /(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)/;

/**
 * Reads price lists and writes down what changed, each list in a transaction of its own; then prices the usage that
 * had no price. An address that fails leaves the book as it is and is part of the answer. Throws InputError and
 * PriceSourceError for a file that cannot be used, UsageError for a wrong proxy, NoPrices if the book is empty in the end.
 */
export async function refreshPrices(
  { files, addresses }: RefreshPlan,
  book: BookAccess,
  { network, purpose = 'refresh' }: { network: Network; purpose?: Purpose },
): Promise<Refresh> {
  const answers = await answersOf(addresses, book, network);
  return book.change(async (store) => {
    const lists: RefreshedList[] = await refreshFromFiles(store, files, purpose);
    for (const answer of answers) lists.push(await mergeFetched(store, answer, network.now()));
    // Even if no list changed: a refresh that was cut off may have left this undone.
    const rerated = await store.transaction(() => rateUnpriced(store, network.now()));
    const priceBook = await priceBookId(store);
    if (priceBook === '') throw new NoPrices(lists.flatMap((list) => (list.outcome === 'failed' ? [list.reason] : [])));
    return { lists, priceBook, rerated };
  });
}

/** Fetches the lists of a plan, asking only for what changed since the book was last refreshed. */
async function answersOf(
  addresses: readonly PriceAddress[],
  book: Pick<BookAccess, 'look'>,
  network: Network,
): Promise<PriceAnswer[]> {
  if (addresses.length === 0) return [];
  const [{ knownAnswers }, { fetchLists }, { shownAddress }] = await Promise.all([
    import('./fetch_record.js'),
    import('./fetch_list.js'),
    import('../../net/address.js'),
  ]);
  const known = await book.look(knownAnswers);
  return fetchLists(
    addresses.map((address) => ({ ...address, known: known?.get(shownAddress(address.url)) })),
    network,
  );
}

/**
 * The files in the order of their dates. The lists say nothing reliable about their own date: it is the one given,
 * else the one in the file's name, else the day the file was last written. Throws InputError, UsageError.
 */
export function datedFiles(paths: readonly string[], date: string | undefined): PriceFile[] {
  if (date !== undefined && paths.length === 0) {
    throw new UsageError('--date is for a file; what is fetched is of now.\nName the file with --from FILE.');
  }
  if (date !== undefined && paths.length > 1 && paths.some((path) => !DATE_IN_NAME.test(basename(path)))) {
    throw new UsageError('--date dates one file; give several files a date in their names (prices-2026-08-01.json).');
  }
  return paths
    .map((path) => ({ path, dataDate: dateOf(path, paths.length > 1 ? undefined : date) }))
    .sort((a, b) => (a.dataDate < b.dataDate ? -1 : a.dataDate > b.dataDate ? 1 : 0));
}

/**
 * Reads price files and merges each in a transaction of its own. `rebuilding` a history from old files, a source that
 * dates its changes is taken at its word: what it overwrites without a date was an error (genai-prices' policy).
 * Throws PriceSourceError, InputError.
 */
export async function refreshFromFiles(
  store: Store,
  files: readonly PriceFile[],
  purpose: Purpose = 'refresh',
): Promise<MergedList[]> {
  const results: MergedList[] = [];
  for (const { path, dataDate } of files) {
    const list = { bytes: readBytes(path), from: path, dataDate, observedAt: dataDate };
    results.push(await mergeList(store, list, purpose));
  }
  return results;
}

function dateOf(path: string, date: string | undefined): string {
  const named = date ?? DATE_IN_NAME.exec(basename(path))?.[1];
  return named ?? lastWritten(path).toISOString().slice(0, 10);
}

function lastWritten(path: string): Date {
  try {
    return statSync(path).mtime;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): InputError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new InputError(`The price file ${path} cannot be read: ${detail}\nCheck the path given to --from.`, { cause });
}
