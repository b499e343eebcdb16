import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { ListFilter } from '../../rate/listing/listing.js';
import { timestampOf } from '../../sql.js';
import { writeDocument } from '../question.js';
import { chosenProvider, type TableOptions, withBook, withTableOptions } from './book.js';

interface ListOptions extends TableOptions {
  model?: string;
  operation?: string;
  sort: ListFilter['sort'];
}

/** Declares `llmcost pricing list`. */
export function registerList(pricing: Command, io: Io): void {
  withTableOptions(
    pricing
      .command('list')
      .description('models and their prices now, in USD per million tokens')
      .option('--provider <name>', 'only this provider')
      .option('--model <glob>', "only models that match, e.g. 'gpt-5*'")
      .option('--operation <name>', 'only models for this: chat, embedding, image, audio, rerank, …')
      .addOption(
        new Option('--sort <key>', 'by name, cheapest first by a price, or largest context first')
          .choices(['name', 'input', 'output', 'cache_read', 'context'])
          .default('name'),
      ),
  ).action((options: ListOptions) => list(options, io));
}

/** Declares `llmcost pricing show`. */
export function registerShow(pricing: Command, io: Io): void {
  withTableOptions(
    pricing
      .command('show')
      .description('all prices of a model with conditions, sources, what others say, and history')
      .argument('<model>', 'the name as the provider, or a log, writes it')
      .option('--provider <name>', 'only this provider'),
  ).action((model: string, options: TableOptions) => show(model, options, io));
}

async function list(options: ListOptions, io: Io): Promise<void> {
  const { listModels } = await import('../../rate/listing/listing.js');
  const filter: ListFilter = {
    provider: await chosenProvider(options),
    model: options.model ?? null,
    operation: options.operation ?? null,
    sort: options.sort,
    now: timestampOf(io.now()),
  };
  const models = await withBook('read', options, io, (store) => listModels(store, filter));
  const { modelListDocument } = await import('../../render/answers/pricing/model_prices.js');
  await writeDocument(modelListDocument(models), options, io);
}

async function show(model: string, options: TableOptions, io: Io): Promise<void> {
  const { modelPrices } = await import('../../rate/listing/model_prices.js');
  const wanted = {
    model,
    provider: await chosenProvider(options),
    now: io.now().toISOString().slice(0, 19).concat('Z'),
  };
  const sellers = await withBook('read', options, io, async (store) => {
    const named = await modelPrices(store, wanted);
    return named.length > 0 ? named : modelPrices(store, { ...wanted, ...(await rowOf(model, options, store)) });
  });
  const { modelDocument } = await import('../../render/answers/pricing/model_prices.js');
  await writeDocument(modelDocument(sellers), options, io);
}

/** The row that prices a name as logs write it. Throws UsageError if there is none. */
async function rowOf(model: string, options: TableOptions, store: Parameters<Parameters<typeof withBook>[3]>[0]) {
  const { resolverOf } = await import('../../rate/cards/cards.js');
  const resolve = await resolverOf(store);
  const found = resolve({ provider: await chosenProvider(options), model, region: null });
  if (found.kind === 'priced') return { provider: found.price_provider, model: found.price_model };
  const why = found.kind === 'free' ? 'it is free' : found.reason;
  throw new UsageError(
    `The price book has no price for ${model}: ${why}.\nLook for its name: llmcost pricing list --model '*${model}*'`,
  );
}
