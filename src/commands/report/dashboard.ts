import { type Command, Option } from 'commander';
import type { Io } from '../../io.js';
import { type ScopeOptions, withCommonOptions, withConfigOption, withScopeOptions } from '../options.js';
import { writeAnswer, writeNotes } from '../output.js';
import { writePage } from '../page.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';
import { type Asked, askedOf } from './build_rollups.js';
import type { Dashboard } from "../../query/dashboard/answer.js";

const FORMATS = ['html', 'json'] as const;

interface DashboardOptions extends ConfigOptions, ScopeOptions {
  format: (typeof FORMATS)[number];
  output?: string;
}

/** Declares `llmcost dashboard`. */
export function registerDashboard(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('dashboard'))).description(
    'Write one page (HTML, no network) of cost, usage, latency and errors, compared with the period before.',
  );
  withScopeOptions(command)
    .addOption(new Option('--format <format>', 'a page, or its numbers').choices(FORMATS).default('html'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .addHelpText('after', EXAMPLES)
    .action((options: DashboardOptions) => writeDashboard(options, io));
}

const EXAMPLES = `
Examples:
  llmcost dashboard -o september.html --period 2026-09
  llmcost dashboard -o acme.html --period 'last 30 days' --where customer=acme`;

async function writeDashboard(options: DashboardOptions, io: Io): Promise<void> {
  const { answer, rollUp } = await ask(options, io);
  await write(answer, options, io);
  await rollUp();
}

async function write(answer: Dashboard, options: DashboardOptions, io: Io): Promise<void> {
  const rendered = await import('../../render/report/dashboard.js');
  if (options.format === 'json') await writeAnswer(rendered.dashboardAsJson(answer), options.output, io);
  else await writePage(rendered.dashboardPage(answer), options.output, io);
  if (options.quiet === true) return;
  await writeNotes(answer.warnings, io);
  if (options.output !== undefined && options.format === 'html') {
    io.stderr.write(`${options.output} is written; open it in a browser.\n`);
  }
}

async function ask(options: DashboardOptions, io: Io): Promise<Asked<Dashboard>> {
  const { dashboard } = await import('../../query/dashboard/dashboard.js');
  const { parseQuery } = await import('../../query/scope/query.js');
  const query = parseQuery(options, io.now());
  return askedOf(options, io, (store) => dashboard(store, query));
}
