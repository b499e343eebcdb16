import type { Command } from 'commander';
import type { Io } from '../io.js';
import type { WasteQuery, WasteReport } from '../query/waste/answer.js';
import { withCurrencyOptions } from './exchange.js';
import { type ScopeOptions, withCommonOptions, withConfigOption, withScopeOptions } from './options.js';
import { type ConfigOptions, withOwnStore } from './pricing/custom_prices.js';
import { type AnswerOptions, answerQuestion, type Question, withAnswerOptions, withWideOption } from './question.js';

export interface WasteOptions extends AnswerOptions, ConfigOptions, ScopeOptions {
  top: string;
}

/** Declares `llmcost waste`. */
export function registerWaste(program: Command, io: Io): void {
  const command = withCurrencyOptions(withConfigOption(withCommonOptions(program.command('waste')))).description(
    'Show what was paid for nothing: retries, failures, unread caches, missed batch prices, models too large for the answer.',
  );
  withScopeOptions(command).option('--top <n>', 'how many customers, features and models to name behind each', '3');
  withWideOption(withAnswerOptions(command))
    .addHelpText('after', EXAMPLES)
    .action((options: WasteOptions) => answerQuestion(WASTE, options, io));
}

const EXAMPLES = `
Examples:
  llmcost waste --period 'last month'
  llmcost waste --where feature=support-chat --top 10
  llmcost waste --period 2026-10 --format csv -o waste.csv`;

const WASTE: Question<WasteOptions, WasteQuery, WasteReport> = {
  inAnyCurrency: true,
  parse: async (options, io) => {
    const { parseQuery, parseTop } = await import('../query/scope/query.js');
    return { ...parseQuery(options, io.now()), top: parseTop(options.top) };
  },
  ask: async (query, { options, io }) => {
    const { wasteReport } = await import('../query/waste/waste.js');
    return withOwnStore(options, io, (store) => wasteReport(store, query));
  },
  document: async (answer) => (await import('../render/answers/waste.js')).wasteDocument(answer),
};
