import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import type { MarginOptions as MarginWords } from '../query/margin/query.js';
import { withCommonOptions, withConfigOption, withScopeOptions } from './options.js';
import { writeAnswer } from './output.js';
import { writePage } from './page.js';
import { type ConfigOptions, configuredRevenue, withOwnStore } from './pricing/custom_prices.js';
import type { MarginReport, MarginBy } from "../query/margin/answer.js";

const FORMATS = ['table', 'json', 'csv', 'markdown', 'html'] as const;
const BY = ['customer', 'plan', 'feature', 'month'] as const satisfies readonly MarginBy[];

export interface MarginOptions extends ConfigOptions, MarginWords {
  format: (typeof FORMATS)[number];
  output?: string;
  wide?: boolean;
}

/** Declares `llmcost margin`. */
export function registerMargin(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('margin')))
    .description('Set what customers bring in against what their calls cost: who is profitable, and who is underwater.')
    .addOption(new Option('--by <what>', 'a line for each of them').choices(BY).default('customer'));
  withScopeOptions(command)
    .option('--target <percent>', 'the price or the cost that would give this margin, such as 70%')
    .option('--top <n>', 'show the n smallest margins and sum up the rest as (other)')
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('table'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--wide', 'never cut long names')
    .addHelpText('after', EXAMPLES)
    .action((options: MarginOptions) => margin(options, io));
}

const EXAMPLES = `
Examples:
  llmcost margin --period 'last month'
  llmcost margin --period 'last month' --target 70%
  llmcost margin --by plan --period 2026-Q3
  llmcost margin --by month --where customer=acme --format csv -o acme.csv`;

async function margin(options: MarginOptions, io: Io): Promise<void> {
  const [{ parseMarginQuery }, { marginReport }] = await Promise.all([
    import('../query/margin/query.js'),
    import('../query/margin/margin.js'),
  ]);
  const query = parseMarginQuery(options, io.now(), await configuredRevenue(options, io));
  const answer = await withOwnStore(options, io, (store) => marginReport(store, query));
  if (options.format === 'html') {
    const { marginPage } = await import('../render/margin_page.js');
    await writePage(marginPage(answer), options.output, io);
  } else {
    await writeAnswer(await render(answer, options, io), options.output, io);
  }
  if (!options.quiet) await note(answer, options, io);
}

async function render(answer: MarginReport, options: MarginOptions, io: Io): Promise<string> {
  const rendered = await import('../render/margin.js');
  if (options.format === 'json') return rendered.marginAsJson(answer);
  if (options.format === 'csv') return rendered.marginAsCsv(answer);
  if (options.format === 'markdown') return rendered.marginAsMarkdown(answer);
  const { terminalOf } = await import('../render/text/table.js');
  const toFile = options.output !== undefined;
  return rendered.marginAsTable(answer, terminalOf(io, { color: options.color, wide: options.wide === true, toFile }));
}

async function note(answer: MarginReport, { format }: MarginOptions, io: Io): Promise<void> {
  const [{ plain }, { apartLines }] = await Promise.all([
    import('../render/text/text.js'),
    import('../render/margin.js'),
  ]);
  // CSV has no place for amounts in another currency.
  const apart = format === 'csv' ? apartLines(answer) : [];
  for (const message of [...apart, ...answer.warnings.map((warning) => warning.message)])
    io.stderr.write(`note: ${plain(message)}\n`);
}
