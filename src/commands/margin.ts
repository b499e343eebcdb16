import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import type { MarginBy, MarginQuery, MarginReport } from '../query/margin/answer.js';
import type { MarginOptions as MarginWords } from '../query/margin/query.js';
import { withCurrencyOptions } from './exchange.js';
import { withCommonOptions, withConfigOption, withScopeOptions } from './options.js';
import { type ConfigOptions, configuredRevenue, withOwnStore } from './pricing/custom_prices.js';
import { type AnswerOptions, answerQuestion, type Question, withAnswerOptions, withWideOption } from './question.js';

const BY = ['customer', 'plan', 'feature', 'month'] as const satisfies readonly MarginBy[];

export interface MarginOptions extends AnswerOptions, ConfigOptions, MarginWords {}

/** Declares `llmcost margin`. */
export function registerMargin(program: Command, io: Io): void {
  const command = withCurrencyOptions(withConfigOption(withCommonOptions(program.command('margin'))))
    .description('Set what customers bring in against what their calls cost: who is profitable, and who is underwater.')
    .addOption(new Option('--by <what>', 'a line for each of them').choices(BY).default('customer'));
  withScopeOptions(command)
    .option('--target <percent>', 'the price or the cost that would give this margin, such as 70%')
    .option('--top <n>', 'show the n smallest margins and sum up the rest as (other)');
  withWideOption(withAnswerOptions(command))
    .addHelpText('after', EXAMPLES)
    .action((options: MarginOptions) => answerQuestion(MARGIN, options, io));
}

const EXAMPLES = `
Examples:
  llmcost margin --period 'last month'
  llmcost margin --period 'last month' --target 70%
  llmcost margin --by plan --period 2026-Q3
  llmcost margin --by month --where customer=acme --format csv -o acme.csv`;

const MARGIN: Question<MarginOptions, MarginQuery, MarginReport> = {
  inAnyCurrency: true,
  parse: async (options, io) => {
    const { parseMarginQuery } = await import('../query/margin/query.js');
    return parseMarginQuery(options, io.now(), await configuredRevenue(options, io));
  },
  ask: async (query, { options, io }) => {
    const { marginReport } = await import('../query/margin/margin.js');
    return withOwnStore(options, io, (store) => marginReport(store, query));
  },
  document: async (answer) => (await import('../render/answers/margin.js')).marginDocument(answer),
};
