import type { Command } from 'commander';
import type { Io } from '../io.js';
import type { Refreshed } from '../rate/refresh.js';
import { type CommonOptions, storeOptions, withCommonOptions } from './options.js';
import { absolute, day, withBook } from './pricing_book.js';

interface RefreshOptions extends CommonOptions {
  from: string[];
  date?: string;
  output?: string;
  verbose?: boolean;
}

/** Declares `llmcost pricing refresh`. */
export function registerRefresh(pricing: Command, io: Io): void {
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

function sentence(result: Refreshed): string {
  const { source, dataDate, models, added, changed, corrected, withdrawn, unchanged, rejected } = result;
  return `${source} ${dataDate}: ${models} models; rates: ${added} new, ${changed} changed, ${corrected} corrected, ${withdrawn} withdrawn, ${unchanged} as before; ${rejected.length} cells left out\n`;
}
