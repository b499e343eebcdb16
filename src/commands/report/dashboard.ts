import type { Command } from 'commander';
import type { Io } from '../../io.js';
import type { Dashboard, DashboardQuery } from '../../query/dashboard/answer.js';
import { type ScopeOptions, withCommonOptions, withConfigOption, withScopeOptions } from '../options.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';
import { type AnswerOptions, answerQuestion, type Question, withAnswerOptions } from '../question.js';
import { askedOf } from './build_rollups.js';

interface DashboardOptions extends AnswerOptions, ConfigOptions, ScopeOptions {}

/** Declares `llmcost dashboard`. */
export function registerDashboard(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('dashboard'))).description(
    'Write one page (HTML, no network) of cost, usage, latency and errors, compared with the period before.',
  );
  withAnswerOptions(withScopeOptions(command), ['html', 'json'])
    .addHelpText('after', EXAMPLES)
    .action((options: DashboardOptions) => answerQuestion(DASHBOARD, options, io));
}

const EXAMPLES = `
Examples:
  llmcost dashboard -o september.html --period 2026-09
  llmcost dashboard -o acme.html --period 'last 30 days' --where customer=acme`;

type Asked = Awaited<ReturnType<typeof askedOf<Dashboard>>>;

const DASHBOARD: Question<DashboardOptions, DashboardQuery, Asked> = {
  parse: async (options, io) => (await import('../../query/scope/query.js')).parseQuery(options, io.now()),
  ask: async (query, { options, io }) => {
    const { dashboard } = await import('../../query/dashboard/dashboard.js');
    return askedOf(options, io, (store) => dashboard(store, query));
  },
  document: async ({ answer }) => (await import('../../render/answers/dashboard.js')).dashboardDocument(answer),
  conclude: ({ rollUp }) => rollUp(),
};
