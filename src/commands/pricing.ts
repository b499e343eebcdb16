import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import type { Refreshed } from '../rate/refresh.js';
import type { Store } from '../store/store.js';
import { type CommonOptions, databasePath, storeOptions, withCommonOptions } from './options.js';
import { priceTable } from './pricing_table.js';

interface RefreshOptions extends CommonOptions {
  from: string[];
  date?: string;
  output?: string;
  verbose?: boolean;
}

interface ListOptions extends CommonOptions {
  provider?: string;
  model?: string;
  format: 'table' | 'json' | 'csv';
}

/** The prices that come with the program, beside src and dist. */
export const BUNDLE_DIRECTORY = fileURLToPath(new URL('../../pricing', import.meta.url));

/** Declares `llmcost pricing refresh | list | show`. */
export function registerPricing(program: Command, io: Io): void {
  const pricing = program.command('pricing').description('the price book: where it comes from and what it holds');
  withCommonOptions(
    pricing
      .command('refresh')
      .description('compare price lists with the book and write down what changed')
      .requiredOption(
        '--from <file...>',
        "LiteLLM's model_prices_and_context_window.json or genai-prices' v2 data.json",
      )
      .option(
        '--date <day>',
        'the day the prices are of; default: the date in the file name, else its last change',
        day,
      )
      .option('-v, --verbose', 'name every cell that was left out, and why')
      .option('--output <dir>', 'build a price bundle from these files alone instead of changing the database'),
  ).action((options: RefreshOptions) => refresh(options, io));
  withCommonOptions(
    pricing
      .command('list')
      .description('models and their prices now, in USD per million tokens')
      .option('--provider <name>', 'only this provider')
      .option('--model <glob>', "only models that match, e.g. 'gpt-5*'")
      .addOption(formatOption()),
  ).action((options: ListOptions) => list(options, io));
  withCommonOptions(
    pricing
      .command('show')
      .description('every known rate of a model: conditions, validity, source')
      .argument('<model>', 'the name as the provider writes it')
      .option('--provider <name>', 'only this provider')
      .addOption(formatOption()),
  ).action((model: string, options: ListOptions) => show(model, options, io));
}

function formatOption(): Option {
  return new Option('--format <name>', 'how to print').choices(['table', 'json', 'csv']).default('table');
}

function day(text: string): string {
  const valid = /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text);
  if (!valid) throw new InvalidArgumentError('It must be a day, written YYYY-MM-DD.');
  return text;
}

async function refresh(options: RefreshOptions, io: Io): Promise<void> {
  const { datedFiles, refreshFromFiles } = await import('../rate/refresh.js');
  const files = datedFiles(
    options.from.map((path) => absolute(path, io)),
    options.date,
  );
  if (options.output !== undefined) return bundle(files, absolute(options.output, io), options, io);
  const results = await withBook('write', options, io, (store) => refreshFromFiles(store, files));
  report(results, options, io);
}

function report(results: readonly Refreshed[], options: RefreshOptions, io: Io): void {
  io.stdout.write(results.map(sentence).join(''));
  if (!options.verbose) return;
  for (const { dataDate, rejected } of results) {
    for (const { model, field, reason } of rejected) io.stderr.write(`${dataDate} ${model} ${field}: ${reason}\n`);
  }
}

async function bundle(
  files: { path: string; dataDate: string }[],
  directory: string,
  options: RefreshOptions,
  io: Io,
): Promise<void> {
  const { refreshFromFiles } = await import('../rate/refresh.js');
  const { writeBundle } = await import('../rate/bundle_write.js');
  const { withStore } = await import('../store/store.js');
  await withStore(':memory:', storeOptions('write', options, io), async (store) => {
    const results = await refreshFromFiles(store, files, 'rebuilding');
    const { counts } = await writeBundle(store, directory);
    report(results, options, io);
    io.stdout.write(
      `${directory}: ${counts.rates} rates, ${counts.multipliers} multipliers, ${counts.priced_models} models with input and output prices\n`,
    );
  });
}

async function list(options: ListOptions, io: Io): Promise<void> {
  const { listModels } = await import('../rate/listing.js');
  const filter = { provider: await provider(options), model: options.model ?? null, now: io.now().toISOString() };
  const rows = await withBook('read', options, io, (store) => listModels(store, filter));
  io.stdout.write(priceTable(rows, { schema: 'llmcost.pricing-list/1', format: options.format }));
}

async function show(model: string, options: ListOptions, io: Io): Promise<void> {
  const { showModel } = await import('../rate/listing.js');
  const wanted = { model, provider: await provider(options) };
  const rows = await withBook('read', options, io, (store) => showModel(store, wanted));
  if (rows.length === 0) {
    throw new UsageError(
      `The price book has no model ${model}.\nLook for its name: llmcost pricing list --model '*${model}*'`,
    );
  }
  io.stdout.write(priceTable(rows, { schema: 'llmcost.pricing-show/1', format: options.format }));
}

/** The database with its price book filled; without a database, a look at the bundled prices in memory. */
async function withBook<T>(
  access: 'read' | 'write',
  options: CommonOptions,
  io: Io,
  fn: (store: Store) => Promise<T>,
): Promise<T> {
  const { withStore } = await import('../store/store.js');
  const { loadBundledBook } = await import('../rate/bundle.js');
  const path = databasePath(options, io);
  const own = access === 'write' || (await hasPrices(path, options, io));
  return withStore(own ? path : ':memory:', storeOptions(access, options, io), async (store) => {
    if (!own || access === 'write') await loadBundledBook(store, BUNDLE_DIRECTORY);
    return fn(store);
  });
}

async function hasPrices(path: string, options: CommonOptions, io: Io): Promise<boolean> {
  const { existsSync } = await import('node:fs');
  if (path === ':memory:' || !existsSync(path)) return false;
  const { withStore } = await import('../store/store.js');
  const { priceBookId } = await import('../rate/book.js');
  return withStore(path, storeOptions('read', options, io), async (store) => (await priceBookId(store)) !== '');
}

async function provider(options: ListOptions): Promise<string | null> {
  const { canonicalProvider } = await import('../rate/providers.js');
  return options.provider === undefined ? null : canonicalProvider(options.provider);
}

function sentence(result: Refreshed): string {
  const { source, dataDate, models, added, changed, corrected, withdrawn, unchanged, rejected } = result;
  return `${source} ${dataDate}: ${models} models; rates: ${added} new, ${changed} changed, ${corrected} corrected, ${withdrawn} withdrawn, ${unchanged} as before; ${rejected.length} cells left out\n`;
}

function absolute(path: string, io: Io): string {
  return isAbsolute(path) ? path : resolve(io.cwd, path);
}
