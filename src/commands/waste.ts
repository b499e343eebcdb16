import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import type { WasteReport } from '../query/waste/answer.js';
import { type ScopeOptions, withCommonOptions, withConfigOption, withScopeOptions } from './options.js';
import { writeAnswer } from './output.js';
import { type ConfigOptions, withOwnStore } from './pricing/custom_prices.js';

const FORMATS = ['table', 'json', 'csv', 'markdown', 'html'] as const;

export interface WasteOptions extends ConfigOptions, ScopeOptions {
  top: string;
  format: (typeof FORMATS)[number];
  output?: string;
  wide?: boolean;
}

/** Declares `llmcost waste`. */
export function registerWaste(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('waste'))).description(
    'Show what was paid for nothing: retries, failures, unread caches, missed batch prices, models too large for the answer.',
  );
  withScopeOptions(command)
    .option('--top <n>', 'how many customers, features and models to name behind each', '3')
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('table'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--wide', 'never cut long names')
    .addHelpText('after', EXAMPLES)
    .action((options: WasteOptions) => waste(options, io));
}

const EXAMPLES = `
Examples:
  llmcost waste --period 'last month'
  llmcost waste --where feature=support-chat --top 10
  llmcost waste --period 2026-10 --format csv -o waste.csv`;

async function waste(options: WasteOptions, io: Io): Promise<void> {
  const [{ parseQuery, parseTop }, { wasteReport }] = await Promise.all([
    import('../query/scope/query.js'),
    import('../query/waste/waste.js'),
  ]);
  const query = { ...parseQuery(options, io.now()), top: parseTop(options.top) };
  const answer = await withOwnStore(options, io, (store) => wasteReport(store, query));
  await writeAnswer(await render(answer, options, io), options.output, io);
  if (options.quiet) return;
  const { plain } = await import('../render/text/text.js');
  for (const { message } of answer.warnings) io.stderr.write(`note: ${plain(message)}\n`);
}

async function render(answer: WasteReport, options: WasteOptions, io: Io): Promise<string> {
  const rendered = await import('../render/waste.js');
  if (options.format === 'json') return rendered.wasteAsJson(answer);
  if (options.format === 'csv') return rendered.wasteAsCsv(answer);
  if (options.format === 'markdown') return rendered.wasteAsMarkdown(answer);
  if (options.format === 'html') {
    const [{ wastePage }, { pageAnswer }] = await Promise.all([import('../render/waste_page.js'), import('./page.js')]);
    return pageAnswer(wastePage(answer), options.output, io);
  }
  const { terminalOf } = await import('../render/text/table.js');
  const toFile = options.output !== undefined;
  return rendered.wasteAsTable(answer, terminalOf(io, { color: options.color, wide: options.wide === true, toFile }));
}
