import type { Command } from 'commander';
import type { Io } from '../io.js';
import type { ExplainQuery, ExplainReport } from '../query/explain/answer.js';
import type { ExplainOptions as ExplainWords } from '../query/explain/query.js';
import { withCurrencyOptions } from './exchange.js';
import { withCommonOptions, withConfigOption, withScopeOptions } from './options.js';
import { type ConfigOptions, withOwnStore } from './pricing/custom_prices.js';
import { type AnswerOptions, answerQuestion, type Question, withAnswerOptions, withWideOption } from './question.js';

export interface ExplainOptions extends AnswerOptions, ConfigOptions, ExplainWords {}

/** Declares `llmcost explain`. */
export function registerExplain(program: Command, io: Io): void {
  const command = withCurrencyOptions(withConfigOption(withCommonOptions(program.command('explain')))).description(
    'Take a change of cost apart: more requests, other models, longer prompts, prices, caching, retries.',
  );
  withScopeOptions(command)
    .option(
      '--versus <words>',
      'what to compare with: the period before (previous), or one such as 2026-09',
      'previous',
    )
    .option('--day <date>', 'explain this day against the same weekday a week before, hour by hour');
  withWideOption(withAnswerOptions(command))
    .addHelpText('after', EXAMPLES)
    .action((options: ExplainOptions) => answerQuestion(EXPLAIN, options, io));
}

const EXAMPLES = `
Examples:
  llmcost explain                                (the last 7 days against the 7 before)
  llmcost explain --period 'last month' --where customer=acme
  llmcost explain --period 2026-10 --versus 2026-08
  llmcost explain --day 2026-10-14`;

const EXPLAIN: Question<ExplainOptions, ExplainQuery, ExplainReport> = {
  inAnyCurrency: true,
  parse: async (options, io) => (await import('../query/explain/query.js')).parseExplainQuery(options, io.now()),
  ask: async (query, { options, io }) => {
    const { explainReport } = await import('../query/explain/explain.js');
    return withOwnStore(options, io, (store) => explainReport(store, query));
  },
  document: async (answer) => (await import('../render/answers/explain.js')).explainDocument(answer),
};
