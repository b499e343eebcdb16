import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import type { Io } from '../../io.js';
import type { Store } from '../../store/store.js';
import { type CommonOptions, databasePath, storeOptions, withCommonOptions } from '../options.js';
import { type AnswerOptions, withAnswerOptions } from '../question.js';

/** The prices that come with the program, beside src and dist. */
export const BUNDLE_DIRECTORY = fileURLToPath(new URL('../../../pricing', import.meta.url));

/** How a table of prices is printed. */
export interface TableOptions extends AnswerOptions {
  provider?: string;
}

/** Declares the forms of a table of prices. */
export function withTableOptions(command: Command): Command {
  return withAnswerOptions(withCommonOptions(command), ['table', 'json', 'csv', 'markdown']);
}

/** Whether a text is a day that exists, written YYYY-MM-DD. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;
}

/** The parser of an option that takes a day. */
export function day(text: string): string {
  if (!isDay(text)) throw new InvalidArgumentError('It must be a day, written YYYY-MM-DD.');
  return text;
}

/** The database with its price book filled; without a database, a look at the bundled prices in memory. */
export async function withBook<T>(
  access: 'read' | 'write',
  options: CommonOptions,
  io: Io,
  fn: (store: Store) => Promise<T>,
): Promise<T> {
  const { withStore } = await import('../../store/store.js');
  const { loadBundledBook } = await import('../../rate/bundle/bundle.js');
  const path = databasePath(options, io);
  const own = access === 'write' || (await hasPrices(path, options, io));
  return withStore(own ? path : ':memory:', storeOptions(access, options, io), async (store) => {
    if (!own || access === 'write') await loadBundledBook(store, BUNDLE_DIRECTORY, io.now());
    return fn(store);
  });
}

async function hasPrices(path: string, options: CommonOptions, io: Io): Promise<boolean> {
  const { existsSync } = await import('node:fs');
  if (path === ':memory:' || !existsSync(path)) return false;
  const { withStore } = await import('../../store/store.js');
  const { priceBookId } = await import('../../rate/book/book.js');
  return withStore(path, storeOptions('read', options, io), async (store) => (await priceBookId(store)) !== '');
}

/** The canonical name of --provider; null where it is not given. */
export async function chosenProvider(options: { provider?: string }): Promise<string | null> {
  const { canonicalProvider } = await import('../../rate/models/providers.js');
  return options.provider === undefined ? null : canonicalProvider(options.provider);
}

/** A path of the command line, from the current folder. */
export function absolute(path: string, io: Io): string {
  return isAbsolute(path) ? path : resolve(io.cwd, path);
}
