import { type Command, Option } from 'commander';
import type { Io } from '../../io.js';
import {
  databasePath,
  type ScopeOptions,
  storeOptions,
  withCommonOptions,
  withConfigOption,
  withScopeOptions,
} from '../options.js';
import { writeAnswer, writeNotes } from '../output.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';
import { configuredAttribution } from './custom_formats.js';
import type { AttributeAnswer } from "../../query/attribute/attribute.js";

const FORMATS = ['table', 'json', 'csv', 'markdown'] as const;

interface AttributeOptions extends ConfigOptions, ScopeOptions {
  dryRun?: boolean;
  top: string;
  format: (typeof FORMATS)[number];
  output?: string;
}

/** Declares `llmcost attribute`. */
export function registerAttribute(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('attribute')))
    .description('Apply the attribution rules of llmcost.yaml to usage that is there, and list what stays (none).')
    .option('--dry-run', 'show what would change, and change nothing');
  withScopeOptions(command)
    .option('--top <n>', 'show n values, and n groups of what stays (none), of each column', '20')
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('table'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .addHelpText('after', EXAMPLES)
    .action((options: AttributeOptions) => attribute(options, io));
}

const EXAMPLES = `
Examples:
  llmcost attribute --dry-run
  llmcost attribute --period 2026-10 --where 'customer=(none)'`;

async function attribute(options: AttributeOptions, io: Io): Promise<void> {
  const rules = await configuredAttribution(options, io);
  const { parseQuery, parseTop } = await import('../../query/scope/query.js');
  const query = {
    ...parseQuery(options, io.now()),
    rules,
    dryRun: options.dryRun === true,
    top: parseTop(options.top),
  };
  const [{ withStore }, { attributeUsage }, { existsSync }] = await Promise.all([
    import('../../store/store.js'),
    import('../../query/attribute/attribute.js'),
    import('node:fs'),
  ]);
  const path = databasePath(options, io);
  // Where there is no database there is nothing to attribute, and none is made.
  const access = path === ':memory:' || existsSync(path) ? 'write' : 'read';
  const answer = await withStore(path, storeOptions(access, options, io), (store) => attributeUsage(store, query));
  await writeAnswer(await render(answer, options, io), options.output, io);
  if (!options.quiet) await writeNotes(answer.warnings, io);
}

async function render(answer: AttributeAnswer, options: AttributeOptions, io: Io): Promise<string> {
  const rendered = await import('../../render/import/attribute.js');
  if (options.format === 'json') return rendered.attributeAsJson(answer);
  if (options.format === 'csv') return rendered.attributeAsCsv(answer);
  if (options.format === 'markdown') return rendered.attributeAsMarkdown(answer);
  const { terminalOf } = await import('../../render/text/table.js');
  return rendered.attributeAsTable(
    answer,
    terminalOf(io, { color: options.color, toFile: options.output !== undefined }),
  );
}
