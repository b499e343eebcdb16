import { type Command, Option } from 'commander';
import type { Io } from '../../io.js';
import type { ForecastOptions as ForecastWords } from '../../query/forecast/query.js';
import { collect, withCommonOptions, withConfigOption } from '../options.js';
import { writeAnswer } from '../output.js';
import { writePage } from '../page.js';
import { type ConfigOptions, withOwnStore } from '../pricing/custom_prices.js';
import type { Forecast } from "../../query/forecast/answer.js";

const FORMATS = ['table', 'json', 'csv', 'markdown', 'html'] as const;

interface ForecastOptions extends ConfigOptions, ForecastWords {
  format: (typeof FORMATS)[number];
  output?: string;
  wide?: boolean;
}

/** Declares `llmcost forecast`. */
export function registerForecast(program: Command, io: Io): void {
  withConfigOption(withCommonOptions(program.command('forecast')))
    .description('Project what will have been used at the end of the month, with an interval from your own past.')
    .option('--by <names>', 'for each customer, model, feature, …, separated by commas; default: all together')
    .option('--metric <name>', 'cost, requests, total_tokens, input_tokens or output_tokens', 'cost')
    .option('--period <words>', "day, week, month, quarter, year or 'billing day 15'", 'month')
    .option('--where <filter>', 'only this usage, such as feature=chat; repeat for and', collect)
    .option('--at <time>', 'as of this time, or the end of this day; default: now')
    .option('--tz <zone>', 'time zone of periods and days', 'UTC')
    .option('--top <n>', 'show n rows at most', '20')
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('table'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--wide', 'never cut long names')
    .addHelpText('after', EXAMPLES)
    .action((options: ForecastOptions) => forecast(options, io));
}

const EXAMPLES = `
Examples:
  llmcost forecast
  llmcost forecast --by customer --tz Europe/Berlin
  llmcost forecast --by feature --period quarter --format html -o forecast.html`;

async function forecast(options: ForecastOptions, io: Io): Promise<void> {
  const [{ parseForecastQuery }, { forecast: ask }, { budgetPeriodOf }] = await Promise.all([
    import('../../query/forecast/query.js'),
    import('../../query/forecast/forecast.js'),
    import('../../config/limit.js'),
  ]);
  const { top, ...query } = parseForecastQuery(options, io.now(), budgetPeriodOf(options.period));
  const answer = await withOwnStore(options, io, (store) => ask(store, query));
  const rendered = await import('../../render/budget/forecast.js');
  if (options.format === 'html') await writePage(rendered.forecastAsPage(answer), options.output, io);
  else await writeAnswer(await textOf(answer, { ...options, format: options.format }, { top, io }), options.output, io);
  const { plain } = await import('../../render/text/text.js');
  for (const { message } of options.quiet ? [] : answer.warnings) io.stderr.write(`note: ${plain(message)}\n`);
}

async function textOf(
  answer: Forecast,
  options: ForecastOptions & { format: Exclude<ForecastOptions['format'], 'html'> },
  { top, io }: { top: number; io: Io },
): Promise<string> {
  const [rendered, { terminalOf }] = await Promise.all([
    import('../../render/budget/forecast.js'),
    import('../../render/text/table.js'),
  ]);
  switch (options.format) {
    case 'json':
      return rendered.forecastAsJson(answer);
    case 'csv':
      return rendered.forecastAsCsv(answer);
    case 'markdown':
      return rendered.forecastAsMarkdown(answer, top);
    case 'table': {
      const toFile = options.output !== undefined;
      const terminal = terminalOf(io, { color: options.color, wide: options.wide === true, toFile });
      return rendered.forecastAsTable(answer, top, terminal);
    }
    default:
      throw new Error(`no format ${options.format satisfies never}`);
  }
}
