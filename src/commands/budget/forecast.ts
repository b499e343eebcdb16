import type { Command } from 'commander';
import type { Io } from '../../io.js';
import type { Forecast } from '../../query/forecast/answer.js';
import type { ForecastOptions as ForecastWords, parseForecastQuery } from '../../query/forecast/query.js';
import { withCurrencyOptions } from '../exchange.js';
import { collect, withCommonOptions, withConfigOption } from '../options.js';
import { type ConfigOptions, withOwnStore } from '../pricing/custom_prices.js';
import { type AnswerOptions, answerQuestion, type Question, withAnswerOptions, withWideOption } from '../question.js';

interface ForecastOptions extends AnswerOptions, ConfigOptions, ForecastWords {}

/** Declares `llmcost forecast`. */
export function registerForecast(program: Command, io: Io): void {
  const command = withCurrencyOptions(withConfigOption(withCommonOptions(program.command('forecast'))))
    .description('Project what will have been used at the end of the month, with an interval from your own past.')
    .option('--by <names>', 'for each customer, model, feature, …, separated by commas; default: all together')
    .option('--metric <name>', 'cost, requests, total_tokens, input_tokens or output_tokens', 'cost')
    .option('--period <words>', "day, week, month, quarter, year or 'billing day 15'", 'month')
    .option('--where <filter>', 'only this usage, such as feature=chat; repeat for and', collect)
    .option('--at <time>', 'as of this time, or the end of this day; default: now')
    .option('--tz <zone>', 'time zone of periods and days', 'UTC')
    .option('--top <n>', 'show n rows at most', '20');
  withWideOption(withAnswerOptions(command))
    .addHelpText('after', EXAMPLES)
    .action((options: ForecastOptions) => answerQuestion(FORECAST, options, io));
}

const EXAMPLES = `
Examples:
  llmcost forecast
  llmcost forecast --by customer --tz Europe/Berlin
  llmcost forecast --by feature --period quarter --format html -o forecast.html`;

const FORECAST: Question<ForecastOptions, ReturnType<typeof parseForecastQuery>, Forecast> = {
  inAnyCurrency: true,
  parse: async (options, io) => {
    const [{ parseForecastQuery }, { budgetPeriodOf }] = await Promise.all([
      import('../../query/forecast/query.js'),
      import('../../config/limit.js'),
    ]);
    return parseForecastQuery(options, io.now(), budgetPeriodOf(options.period));
  },
  ask: async (query, { options, io }) => {
    const { forecast } = await import('../../query/forecast/forecast.js');
    return withOwnStore(options, io, (store) => forecast(store, query));
  },
  document: async (answer, { query: { top } }) =>
    (await import('../../render/answers/forecast.js')).forecastDocument(answer, { top }),
  conclude: async (answer, { io }) => {
    if (answer.warnings.some(({ code }) => code === 'no_usage')) io.setExitCode(4);
  },
};
