import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { OwnFlat } from '../../rate/custom/custom_prices.js';
import type { ConfigOptions } from './custom_prices.js';
import { day } from './book.js';
import {
  addOwn,
  checkedDays,
  checkedModel,
  registerOwnList,
  registerOwnRemove,
  withOwnOptions,
} from './custom.js';

interface FlatOptions extends ConfigOptions {
  usd: string;
  per: OwnFlat['per'];
  from: string;
  to?: string;
  provider?: string;
  model?: string;
  note?: string;
}

/** Declares `llmcost pricing flat add | list | remove`. */
export function registerFlat(pricing: Command, io: Io): void {
  const flat = pricing
    .command('flat')
    .description('what is paid by time and not by use: rented GPUs, committed capacity');
  withOwnOptions(flat.command('add'))
    .description('add a flat price')
    .argument('<name>', 'what it is, for example gpu-a100')
    .requiredOption('--usd <amount>', 'USD for each hour, day or month')
    .addOption(
      new Option('--per <time>', 'what the amount is for').choices(['hour', 'day', 'month']).makeOptionMandatory(),
    )
    .requiredOption('--from <day>', 'from this day on (UTC)', day)
    .option('--to <day>', 'up to, and without, this day', day)
    .option('--model <model>', 'PROVIDER/MODEL it is paid for')
    .option('--provider <name>', 'whom it is paid to')
    .option('--note <text>', 'why')
    .addHelpText('after', EXAMPLES)
    .action((name: string, options: FlatOptions) => add(name, options, io));
  registerOwnList(flat, 'flat', io);
  registerOwnRemove(flat, 'flat', io);
}

const EXAMPLES = `
Examples:
  llmcost pricing flat add gpu-a100 --usd 2.50 --per hour --from 2026-01-01 --model self_hosted/llama-3-70b
  llmcost pricing flat add ptu --usd 5000 --per month --from 2026-01-01 --to 2026-07-01 --provider azure`;

async function add(name: string, options: FlatOptions, io: Io): Promise<void> {
  const { USD_WORDS, usdOf } = await import('../../config/amount.js');
  const usd = usdOf(options.usd);
  if (usd === undefined) throw new UsageError(`--usd '${options.usd}' is no amount.\nIt must be ${USD_WORDS}.`);
  const { model, provider, per, from, note } = options;
  const scope = model === undefined ? { provider: provider ?? null, model: null } : await checkedModel(model, provider);
  const flat = {
    ...scope,
    ...checkedDays(options),
    name,
    usd,
    per,
    effective_from: from,
    note: note ?? null,
    where: name,
  };
  await addOwn({ kind: 'flat', flats: [flat] }, options, io);
}
