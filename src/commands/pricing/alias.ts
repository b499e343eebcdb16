import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { ConfigOptions } from './custom_prices.js';
import { addOwn, checkedModel, registerOwnList, registerOwnRemove, withOwnOptions } from './custom.js';

interface AliasOptions extends ConfigOptions {
  provider?: string;
  note?: string;
}

/** Declares `llmcost pricing alias add | list | remove`; `add` may be left out. */
export function registerAlias(pricing: Command, io: Io): void {
  const alias = pricing.command('alias').description('which models the names in your logs stand for');
  withOwnOptions(alias.command('add', { isDefault: true }))
    .description('say which model a name stands for')
    .argument('<name>', 'the model as your logs write it; * and ? stand for any letters')
    .argument('<provider/model>', 'the model whose prices hold, as the price book writes it')
    .option('--provider <name>', 'only where the log names this provider')
    .option('--note <text>', 'why')
    .addHelpText('after', EXAMPLES)
    .action((name: string, target: string, options: AliasOptions) => add(name, target, { options, io }));
  registerOwnList(alias, 'alias', io);
  registerOwnRemove(alias, 'alias', io);
}

const EXAMPLES = `
Examples:
  llmcost pricing alias my-deployment azure/gpt-4o --provider azure
  llmcost pricing alias 'prod-*' openai/gpt-4.1-mini`;

async function add(name: string, target: string, { options, io }: { options: AliasOptions; io: Io }): Promise<void> {
  const { provider, note } = options;
  if (name.trim() === '' || provider?.trim() === '') {
    throw new UsageError('The name or the provider is empty.\nWrite them as your logs do.');
  }
  const { provider: owner, model } = await checkedModel(target, undefined);
  if (owner === null || /[*?]/.test(target)) {
    throw new UsageError(
      `'${target}' is not one model of one provider.\nWrite PROVIDER/MODEL as the price book does, for example azure/gpt-4o; see: llmcost pricing list --model '*${model}*'`,
    );
  }
  const alias = {
    provider: provider ?? null,
    model: name.trim(),
    price_provider: owner,
    price_model: model,
    note: note ?? null,
    where: name.trim(),
  };
  await addOwn({ kind: 'alias', aliases: [alias] }, options, io);
}
