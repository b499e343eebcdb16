import type { Command } from 'commander';
import type { Io } from '../../io.js';
import type { AttributeAnswer, AttributeQuery } from '../../query/attribute/answer.js';
import {
  databasePath,
  type ScopeOptions,
  storeOptions,
  withCommonOptions,
  withConfigOption,
  withScopeOptions,
} from '../options.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';
import { type AnswerOptions, answerQuestion, type Question, withAnswerOptions } from '../question.js';
import { configuredAttribution } from './custom_formats.js';

interface AttributeOptions extends AnswerOptions, ConfigOptions, ScopeOptions {
  dryRun?: boolean;
  top: string;
}

/** Declares `llmcost attribute`. */
export function registerAttribute(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('attribute')))
    .description('Apply the attribution rules of llmcost.yaml to usage that is there, and list what stays (none).')
    .option('--dry-run', 'show what would change, and change nothing');
  withScopeOptions(command).option(
    '--top <n>',
    'show n values, and n groups of what stays (none), of each column',
    '20',
  );
  withAnswerOptions(command, ['table', 'json', 'csv', 'markdown'])
    .addHelpText('after', EXAMPLES)
    .action((options: AttributeOptions) => answerQuestion(ATTRIBUTE, options, io));
}

const EXAMPLES = `
Examples:
  llmcost attribute --dry-run
  llmcost attribute --period 2026-10 --where 'customer=(none)'`;

const ATTRIBUTE: Question<AttributeOptions, AttributeQuery, AttributeAnswer> = {
  parse: async (options, io) => {
    const rules = await configuredAttribution(options, io);
    const { parseQuery, parseTop } = await import('../../query/scope/query.js');
    return {
      ...parseQuery(options, io.now()),
      rules,
      dryRun: options.dryRun === true,
      top: parseTop(options.top),
    };
  },
  ask: async (query, { options, io }) => {
    const [{ withStore }, { attributeUsage }, { existsSync }] = await Promise.all([
      import('../../store/store.js'),
      import('../../query/attribute/attribute.js'),
      import('node:fs'),
    ]);
    const path = databasePath(options, io);
    // Where there is no database there is nothing to attribute, and none is made.
    const access = path === ':memory:' || existsSync(path) ? 'write' : 'read';
    return withStore(path, storeOptions(access, options, io), (store) => attributeUsage(store, query));
  },
  document: async (answer) => (await import('../../render/answers/attribute.js')).attributeDocument(answer),
};
