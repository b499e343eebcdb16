import { appendFile } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { NotifyTarget } from '../../config/notify.js';
import { InputError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { BudgetCheck, BudgetQuery } from '../../query/budget/answer.js';
import { withCurrencyOptions } from '../exchange.js';
import { collect, withCommonOptions, withConfigOption } from '../options.js';
import { answerQuestion, type Question, withAnswerOptions, withWideOption } from '../question.js';
import { chosenTargets, notify } from './notify.js';
import { type BudgetOptions, parseBudgetQuery, withUsage } from './query.js';

const FORMS = ['table', 'json', 'csv', 'markdown', 'github', 'junit', 'sarif', 'gitlab'] as const;

/** Declares `llmcost budget-check`. */
export function registerBudgetCheck(program: Command, io: Io): void {
  const command = withCurrencyOptions(withConfigOption(withCommonOptions(program.command('budget-check'))))
    .description(
      'Check what was used against the budgets of llmcost.yaml, or one of the command line; for CI and cron.',
    )
    .option('--rule <name>', 'only this budget of llmcost.yaml; repeat it', collect);
  withRuleOptions(command)
    .option(
      '--explain <rule...>',
      'what used the budget of a rule up: its name, and the value of its group, such as acme',
    )
    .option('--at <time>', 'check as of this time, or the end of this day; default: now')
    .option('--tz <zone>', 'time zone of periods and days', 'UTC')
    .option('--import <file>', 'check these files instead of the database; repeat it', collect)
    .option('--map <name=path>', 'as in llmcost import, for --import; repeat it', collect)
    .option('--set <name=value>', 'as in llmcost import, for --import; repeat it', collect)
    .option('--baseline <file>', 'compare the files of --import with this baseline (llmcost baseline write)')
    .option('--max-increase <percent>', 'how much more than the baseline a run may cost; default: 10%')
    .option('--case <key>', 'what tells the cases of a run apart; default: as in the baseline')
    .option('--notify <name>', 'tell only this target of the section notify of llmcost.yaml; repeat it', collect)
    .option('--no-notify', 'tell nobody')
    .option('--dry-run', 'show what would be sent to whom, and send nothing')
    .option('--all', 'show what is ok as well')
    .option('--top <n>', 'show n rows at most', '20')
    .option('--fail-on-warn', 'exit code 1 for warnings too')
    .option('--exit-zero', 'only report: exit code 0 whatever the verdict');
  withWideOption(withAnswerOptions(command, FORMS))
    .addHelpText('after', EXAMPLES)
    .action((options: BudgetOptions) => budgetCheck(options, io));
}

function withRuleOptions(command: Command): Command {
  return command
    .option(
      '--limit <limit>',
      "'50 USD', '2M tokens', '5%', '800 ms', '60% of revenue', '+10% vs baseline', '2x median'",
    )
    .option('--where <filter>', 'with --limit: only this usage, such as feature=chat; repeat for and', collect)
    .option('--group-by <names>', 'with --limit: a budget for each value of these, such as customer')
    .option('--metric <name>', 'with --limit: what is limited; default: cost, tokens or requests, by the unit')
    .option('--period <words>', "with --limit: day, week, month, quarter, year, 'rolling 30d', 'billing day 15' or all")
    .option('--floor <amount>', 'with --limit: a relative limit counts from this much on')
    .option('--warn-at <percent>', 'with --limit: warn from this part of it on, such as 80%')
    .option('--level <level>', 'with --limit: error, or warn: then it never fails')
    .option('--on <what>', 'with --limit: actual, forecast or both, separated by a comma')
    .option('--on-empty <verdict>', 'with --limit: undecided (exit code 4), pass or fail if there is no usage')
    .option('--max-unpriced <percent>', 'with --limit: how much usage may lack a price; default: 0%')
    .option('--max-price-age <days>', 'with --limit: how old prices may be, such as 30d, or any; default: 180d')
    .option('--baseline-periods <n>', 'with --limit: how many earlier periods a relative limit looks at');
}

const EXAMPLES = `
Examples:
  llmcost budget-check
  llmcost budget-check --limit '50 USD' --where feature=chat --period month --warn-at 80%
  llmcost budget-check --import eval-run.jsonl --format junit -o budgets.xml`;

async function budgetCheck(options: BudgetOptions, io: Io): Promise<void> {
  if (options.explain === undefined) return answerQuestion(CHECK, options, io);
  const { BUDGET_EXPLANATION } = await import('./explain.js');
  return answerQuestion(BUDGET_EXPLANATION, { ...options, explain: options.explain }, io);
}

interface CheckQuery extends BudgetQuery {
  targets: NotifyTarget[];
  shown: { all: boolean; top: number };
}

const CHECK: Question<BudgetOptions, CheckQuery, BudgetCheck> = {
  inAnyCurrency: true,
  parse: async (options, io) => {
    const { parseTop } = await import('../../query/scope/query.js');
    const shown = { all: options.all === true, top: parseTop(options.top) };
    const query = await parseBudgetQuery(options, io);
    return { ...query, targets: await chosenTargets(options, io), shown };
  },
  ask: async (query, { options, io }) => {
    const { budgetCheck: check } = await import('../../query/budget/check.js');
    return withUsage(options, io, (store) => check(store, query));
  },
  document: async (check, { query: { shown } }) =>
    (await import('../../render/answers/budget.js')).budgetDocument(check, shown),
  forms: (check, { query: { shown }, io }) => {
    const ci = () => import('../../render/ci.js');
    return {
      markdown: async () => (await import('../../render/answers/budget.js')).budgetAsMarkdown(check, shown),
      github: async () => (await ci()).budgetAsGithub(inCheckout(check, io), shown),
      junit: async () => (await ci()).budgetAsJunit(inCheckout(check, io)),
      sarif: async () => (await ci()).budgetAsSarif(inCheckout(check, io)),
      gitlab: async () => (await ci()).budgetAsGitlab(inCheckout(check, io)),
    };
  },
  conclude: async (check, { query, options, io }) => {
    await notify(check, query.targets, { options, io });
    const { budgetAsMarkdown, verdictLine } = await import('../../render/answers/budget.js');
    const summary = io.env.GITHUB_STEP_SUMMARY;
    if (summary !== undefined && summary !== '') await appendSummary(budgetAsMarkdown(check, query.shown), summary, io);
    // Quiet and fine is silent, so that cron only writes of what is wrong.
    if (options.quiet !== true || check.exit_code !== 0) io.stderr.write(`${verdictLine(check)}\n`);
    io.setExitCode(options.exitZero === true ? 0 : check.exit_code);
  },
};

/**
 * A check whose rules are in files as CI services name them: from the top of what was checked out, wherever the check ran.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/variables and https://docs.gitlab.com/ci/variables/predefined_variables/
 */
function inCheckout(check: BudgetCheck, { cwd, env }: Io): BudgetCheck {
  const top = env.GITHUB_WORKSPACE || env.CI_PROJECT_DIR;
  if (top === undefined || top === '') return check;
  const placed = (file: string) => {
    const path = relative(top, resolve(cwd, file)).replaceAll('\\', '/');
    return path.startsWith('../') || isAbsolute(path) ? file : path;
  };
  return { ...check, rows: check.rows.map((row) => (row.file === null ? row : { ...row, file: placed(row.file) })) };
}

/** Adds Markdown to the summary of a step of GitHub (GITHUB_STEP_SUMMARY). Throws InputError, which names the file. */
async function appendSummary(text: string, file: string, io: Io): Promise<void> {
  try {
    await appendFile(resolve(io.cwd, file), text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(
      `The step summary could not be written to ${file}: ${reason}\nCheck GITHUB_STEP_SUMMARY, or unset it.`,
      { cause },
    );
  }
}
