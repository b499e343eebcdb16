import type { Command } from 'commander';
import type { Io } from '../io.js';
import { databasePath, storeOptions, withCommonOptions } from './options.js';
import { type AnswerOptions, withAnswerOptions, writeDocument } from './question.js';

/** Declares `llmcost why`. */
export function registerWhy(program: Command, io: Io): void {
  withAnswerOptions(withCommonOptions(program.command('why')), ['table', 'json', 'markdown'])
    .description('Take the cost of one call apart: tokens × rate, the rate card, and where each rate comes from.')
    .argument(
      '<request_id>',
      "the id of the call as the provider gave it, or the trace id of the application's request",
    )
    .addHelpText('after', EXAMPLES)
    .action((id: string, options: AnswerOptions) => explain(id, options, io));
}

const EXAMPLES = `
Examples:
  llmcost why chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT
  llmcost why 4bf92f3577b34da6a3ce929d0e0e4736 --format json`;

async function explain(id: string, options: AnswerOptions, io: Io): Promise<void> {
  const [{ withStore }, { why }, { whyDocument }] = await Promise.all([
    import('../store/store.js'),
    import('../query/why/why.js'),
    import('../render/answers/why.js'),
  ]);
  const answer = await withStore(databasePath(options, io), storeOptions('read', options, io), (store) =>
    why(store, id),
  );
  await writeDocument(whyDocument(answer), options, io);
}
