import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import type { ExplainReport } from '../query/explain/answer.js';
import type { ExplainOptions as ExplainWords } from '../query/explain/query.js';
import { withCommonOptions, withConfigOption, withScopeOptions } from './options.js';
import { writeAnswer, writeNotes } from './output.js';
import { writePage } from './page.js';
import { type ConfigOptions, withOwnStore } from './pricing/custom_prices.js';

const FORMATS = ['table', 'json', 'csv', 'markdown', 'html'] as const;

export interface ExplainOptions extends ConfigOptions, ExplainWords {
  format: (typeof FORMATS)[number];
  output?: string;
  wide?: boolean;
}

/** Declares `llmcost explain`. */
export function registerExplain(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('explain'))).description(
    'Take a change of cost apart: more requests, other models, longer prompts, prices, caching, retries.',
  );
  withScopeOptions(command)
    .option(
      '--versus <words>',
      'what to compare with: the period before (previous), or one such as 2026-09',
      'previous',
    )
    .option('--day <date>', 'explain this day against the same weekday a week before, hour by hour')
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('table'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--wide', 'never cut long names')
    .addHelpText('after', EXAMPLES)
    .action((options: ExplainOptions) => explain(options, io));
}

const EXAMPLES = `
Examples:
  llmcost explain                                (the last 7 days against the 7 before)
  llmcost explain --period 'last month' --where customer=acme
  llmcost explain --period 2026-10 --versus 2026-08
  llmcost explain --day 2026-10-14`;

async function explain(options: ExplainOptions, io: Io): Promise<void> {
  const [{ parseExplainQuery }, { explainReport }] = await Promise.all([
    import('../query/explain/query.js'),
    import('../query/explain/explain.js'),
  ]);
  const query = parseExplainQuery(options, io.now());
  const answer = await withOwnStore(options, io, (store) => explainReport(store, query));
  if (options.format === 'html') {
    const { explainPage } = await import('../render/explain_page.js');
    await writePage(explainPage(answer), options.output, io);
  } else {
    await writeAnswer(await render(answer, options, io), options.output, io);
  }
  if (!options.quiet) await writeNotes(answer.warnings, io);
}

async function render(answer: ExplainReport, options: ExplainOptions, io: Io): Promise<string> {
  const rendered = await import('../render/explain.js');
  if (options.format === 'json') return rendered.explainAsJson(answer);
  if (options.format === 'csv') return rendered.explainAsCsv(answer);
  if (options.format === 'markdown') return rendered.explainAsMarkdown(answer);
  const { terminalOf } = await import('../render/text/table.js');
  const toFile = options.output !== undefined;
  return rendered.explainAsTable(answer, terminalOf(io, { color: options.color, wide: options.wide === true, toFile }));
}
