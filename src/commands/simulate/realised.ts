import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { RealisedAnswer, RealisedList, RealisedQuery } from '../../query/realised/answer.js';
import { databasePath, storeOptions, withCommonOptions, withConfigOption } from '../options.js';
import { type ConfigOptions, withOwnStore } from '../pricing/custom_prices.js';
import { type AnswerOptions, answerQuestion, type Question, withAnswerOptions, withWideOption } from '../question.js';

interface RealisedOptions extends AnswerOptions, ConfigOptions {
  tz: string;
  remove?: boolean;
}

/** Declares `llmcost realised`. */
export function registerRealised(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('realised')))
    .argument('[simulation]', 'the name it was saved by; without one, all are listed')
    .description('Compare what a saved simulation projected with what came of it, once traffic has moved.')
    .option('--tz <zone>', 'time zone of the days shown; system is that of this machine', 'UTC')
    .option('--remove', 'forget the saved simulation');
  withWideOption(withAnswerOptions(command))
    .addHelpText('after', EXAMPLES)
    .action((name: string | undefined, options: RealisedOptions) => run(name, options, io));
}

const EXAMPLES = `
Examples:
  llmcost simulate --swap gpt-4o=gpt-4o-mini --where feature=chat --save october-swap
  llmcost realised
  llmcost realised october-swap --tz Europe/Berlin`;

async function run(name: string | undefined, options: RealisedOptions, io: Io): Promise<void> {
  if (options.remove === true) return remove(name, options, io);
  if (name === undefined) return answerQuestion(LIST, options, io);
  return answerQuestion(realisedQuestion(name), options, io);
}

const LIST: Question<RealisedOptions, undefined, RealisedList> = {
  parse: () => undefined,
  ask: async (_, { options, io }) => {
    const { savedList } = await import('../../query/realised/saved.js');
    return withOwnStore(options, io, (store) => savedList(store));
  },
  document: async (answer) => (await import('../../render/answers/realised.js')).realisedListDocument(answer),
  conclude: ({ simulations }, { io }) => {
    if (simulations.length === 0) io.setExitCode(4);
  },
};

function realisedQuestion(name: string): Question<RealisedOptions, RealisedQuery, RealisedAnswer> {
  return {
    parse: async ({ tz }, io) => {
      const { parseZone } = await import('../../query/scope/time_zone.js');
      return { name: name.trim(), tz: parseZone(tz), now: io.now() };
    },
    ask: async (query, { options, io }) => {
      const { realised } = await import('../../query/realised/realised.js');
      return withOwnStore(options, io, (store) => realised(store, query));
    },
    document: async (answer) => (await import('../../render/answers/realised.js')).realisedDocument(answer),
    // Nothing moved, too little of it, or nothing whose cost is known: there is no comparison.
    conclude: ({ totals }, { io }) => {
      if (totals === null) io.setExitCode(4);
    },
  };
}

async function remove(name: string | undefined, options: RealisedOptions, io: Io): Promise<void> {
  if (name === undefined)
    throw new UsageError('--remove needs the name of a simulation.\nSee which are saved: llmcost realised');
  const [{ withStore }, { removeSaved }] = await Promise.all([
    import('../../store/store.js'),
    import('../../query/realised/saved.js'),
  ]);
  const path = databasePath(options, io);
  // Read first: a database that is not there is not made to forget something in it.
  await withStore(path, storeOptions('read', options, io), async () => {});
  await withStore(path, storeOptions('write', options, io), (store) => removeSaved(store, name.trim()));
  if (options.quiet !== true) io.stderr.write(`${name.trim()} is forgotten.\n`);
}
