import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import { type CommonOptions, databasePath, storeOptions, withCommonOptions } from './options.js';
import type { Why } from "../query/why/answer.js";

export interface WhyOptions extends CommonOptions {
  format: 'table' | 'json';
}

/** Declares `llmcost why`. */
export function registerWhy(program: Command, io: Io): void {
  withCommonOptions(program.command('why'))
    .description('Take the cost of one call apart: tokens × rate, the rate card, and where each rate comes from.')
    .argument(
      '<request_id>',
      "the id of the call as the provider gave it, or the trace id of the application's request",
    )
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .addHelpText('after', EXAMPLES)
    .action((id: string, options: WhyOptions) => explain(id, options, io));
}

const EXAMPLES = `
Examples:
  llmcost why chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT
  llmcost why 4bf92f3577b34da6a3ce929d0e0e4736 --format json`;

async function explain(id: string, options: WhyOptions, io: Io): Promise<void> {
  const answer = await ask(id, options, io);
  io.stdout.write(await render(answer, options, io));
}

async function ask(id: string, options: WhyOptions, io: Io): Promise<Why> {
  const [{ withStore }, { why }] = await Promise.all([import('../store/store.js'), import('../query/why/why.js')]);
  return withStore(databasePath(options, io), storeOptions('read', options, io), (store) => why(store, id));
}

async function render(answer: Why, options: WhyOptions, io: Io): Promise<string> {
  const { whyAsJson, whyAsTable } = await import('../render/why.js');
  if (options.format === 'json') return whyAsJson(answer);
  const { terminalOf } = await import('../render/text/table.js');
  return whyAsTable(answer, terminalOf(io, { color: options.color }));
}
