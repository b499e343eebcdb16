import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { withCommonOptions } from './options.js';
import { chosenProvider, formatOption, type TableOptions, withBook } from './pricing_book.js';
import { priceTable } from './pricing_table.js';

interface ListOptions extends TableOptions {
  model?: string;
}

/** Declares `llmcost pricing list`. */
export function registerList(pricing: Command, io: Io): void {
  withCommonOptions(
    pricing
      .command('list')
      .description('models and their prices now, in USD per million tokens')
      .option('--provider <name>', 'only this provider')
      .option('--model <glob>', "only models that match, e.g. 'gpt-5*'")
      .addOption(formatOption()),
  ).action((options: ListOptions) => list(options, io));
}

/** Declares `llmcost pricing show`. */
export function registerShow(pricing: Command, io: Io): void {
  withCommonOptions(
    pricing
      .command('show')
      .description('every known rate of a model: conditions, validity, source')
      .argument('<model>', 'the name as the provider writes it')
      .option('--provider <name>', 'only this provider')
      .addOption(formatOption()),
  ).action((model: string, options: ListOptions) => show(model, options, io));
}

async function list(options: ListOptions, io: Io): Promise<void> {
  const { listModels } = await import('../rate/listing.js');
  const filter = { provider: await chosenProvider(options), model: options.model ?? null, now: io.now().toISOString() };
  const rows = await withBook('read', options, io, (store) => listModels(store, filter));
  io.stdout.write(priceTable(rows, { schema: 'llmcost.pricing-list/1', format: options.format }));
}

async function show(model: string, options: ListOptions, io: Io): Promise<void> {
  const { showModel } = await import('../rate/listing.js');
  const wanted = { model, provider: await chosenProvider(options) };
  const rows = await withBook('read', options, io, (store) => showModel(store, wanted));
  if (rows.length === 0) {
    throw new UsageError(
      `The price book has no model ${model}.\nLook for its name: llmcost pricing list --model '*${model}*'`,
    );
  }
  io.stdout.write(priceTable(rows, { schema: 'llmcost.pricing-show/1', format: options.format }));
}
