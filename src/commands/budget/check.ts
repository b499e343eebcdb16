import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { BudgetCheck, BudgetQuery } from '../../query/budget/check.js';
import type { Store } from '../../store/store.js';
import { withImported } from '../import/memory.js';
import { collect, withCommonOptions, withConfigOption } from '../options.js';
import { writeAnswer } from '../output.js';
import { withOwnStore } from '../pricing/custom_prices.js';
import { rowsOf } from '../rows.js';
import { chosenTargets, type NotifyOptions, notify } from './notify.js';
import { inCheckout } from './place.js';
import { chosenRules, type RuleOptions } from './rules.js';

const FORMATS = ['table', 'json', 'csv', 'markdown', 'github', 'junit', 'sarif', 'gitlab'] as const;

interface BudgetOptions extends RuleOptions, NotifyOptions {
  explain?: string[];
  baseline?: string;
  maxIncrease?: string;
  case?: string;
  tz: string;
  at?: string;
  all?: boolean;
  top: string;
  failOnWarn?: boolean;
  exitZero?: boolean;
  format: (typeof FORMATS)[number];
  output?: string;
  wide?: boolean;
}

/** Declares `llmcost budget-check`. */
export function registerBudgetCheck(program: Command, io: Io): void {
  const command = withConfigOption(withCommonOptions(program.command('budget-check')))
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
    .option('--exit-zero', 'only report: exit code 0 whatever the verdict')
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('table'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--wide', 'never cut long names')
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
  const top = rowsOf(options.top);
  checkBaselineOptions(options);
  const alone = options.baseline !== undefined && options.limit === undefined && options.rule === undefined;
  const budgets = alone ? [] : await chosenRules(options, io);
  const targets = await chosenTargets(options, io);
  const query = await queryOf(options, budgets, io);
  if (options.explain !== undefined) {
    const { explainBudget } = await import('./explain.js');
    return explainBudget(query, { ...options, explain: options.explain }, io);
  }
  const answer = await ask(query, options, io);
  await writeAnswer(await render(answer, { ...options, top: String(top) }, io), options.output, io, options.import);
  await notify(answer, targets, { options, io });
  await conclude(answer, options, io);
}

async function queryOf(options: BudgetOptions, budgets: BudgetQuery['budgets'], io: Io): Promise<BudgetQuery> {
  const [{ momentOf }, { checkedZone }] = await Promise.all([
    import('../../query/scope/period.js'),
    import('../../query/scope/time_zone.js'),
  ]);
  const tz = checkedZone(options.tz);
  return {
    budgets,
    tz,
    now: options.at === undefined ? io.now() : momentOf(options.at, '--at', tz),
    // What is in the files is the period, unless a rule names one.
    usualPeriod: options.import === undefined ? { kind: 'calendar', unit: 'month' } : { kind: 'all' },
    fail_on_warn: options.failOnWarn === true,
    terms: await configuredTerms(options, budgets, io),
    baseline: options.baseline === undefined ? undefined : await baselineOf(options.baseline, options, io),
  };
}

function checkBaselineOptions({ baseline, case: key, maxIncrease, map, set, import: files }: BudgetOptions): void {
  const stray = map !== undefined ? '--map' : set !== undefined ? '--set' : undefined;
  if (files === undefined && stray !== undefined)
    throw new UsageError(`${stray} goes with --import.\nName the files it is about: --import run.jsonl`);

  if (baseline !== undefined && files === undefined) {
    throw new UsageError(
      '--baseline goes with --import.\nName the recorded run to compare: --import run.jsonl --baseline FILE',
    );
  }
  if (key !== undefined && baseline === undefined)
    throw new UsageError('--case goes with --baseline.\nName it as well.');
  if (maxIncrease !== undefined && baseline === undefined)
    throw new UsageError('--max-increase goes with --baseline.\nName it as well.');
}

async function baselineOf(file: string, options: BudgetOptions, io: Io): Promise<BudgetQuery['baseline']> {
  const [{ readBaseline }, { caseKey }, { shareOf }] = await Promise.all([
    import('./baseline.js'),
    import('../../query/baseline/run.js'),
    import('../../config/limit.js'),
  ]);
  const max_increase = shareOf(options.maxIncrease ?? '10%', 1000);
  if (max_increase === undefined) {
    throw new UsageError(
      `--max-increase '${options.maxIncrease}' is not a percentage.\nUse for example --max-increase 10%.`,
    );
  }
  const baseline = await readBaseline(file, io);
  return { baseline, file, key: caseKey(options.case ?? baseline.case_by), max_increase };
}

/** What is known of revenue, where a limit is a part of it. */
async function configuredTerms(
  options: BudgetOptions,
  budgets: BudgetQuery['budgets'],
  io: Io,
): Promise<BudgetQuery['terms']> {
  const limits = budgets.flatMap(({ limit, exceptions }) => [limit, ...exceptions.map((one) => one.limit)]);
  if (!limits.some((limit) => limit?.kind === 'revenue')) return undefined;
  const [{ readConfig }, { revenueTerms }] = await Promise.all([
    import('../../config/config.js'),
    import('../../config/revenue.js'),
  ]);
  return revenueTerms(await readConfig(options.config, io));
}

async function ask(query: BudgetQuery, options: BudgetOptions, io: Io): Promise<BudgetCheck> {
  const { budgetCheck: answer } = await import('../../query/budget/check.js');
  const check = (store: Store) => answer(store, query);
  return options.import === undefined ? withOwnStore(options, io, check) : withImported(options, io, check);
}

async function render(answer: BudgetCheck, options: BudgetOptions, io: Io): Promise<string> {
  const shown = { all: options.all === true, top: Number(options.top) };
  const [plain, ci] = await Promise.all([import('../../render/budget/budget.js'), import('../../render/budget/ci.js')]);
  switch (options.format) {
    case 'json':
      return plain.budgetAsJson(answer, shown);
    case 'csv':
      return plain.budgetAsCsv(answer, shown);
    case 'markdown':
      return plain.budgetAsMarkdown(answer, shown);
    case 'github':
      return ci.budgetAsGithub(inCheckout(answer, io), shown);
    case 'junit':
      return ci.budgetAsJunit(inCheckout(answer, io));
    case 'sarif':
      return ci.budgetAsSarif(inCheckout(answer, io));
    case 'gitlab':
      return ci.budgetAsGitlab(inCheckout(answer, io));
    case 'table': {
      const { terminalOf } = await import('../../render/text/table.js');
      const toFile = options.output !== undefined;
      const terminal = terminalOf(io, { color: options.color, wide: options.wide === true, toFile });
      return plain.budgetAsTable(answer, shown, terminal);
    }
    default:
      throw new Error(`no format ${options.format satisfies never}`);
  }
}

/** The step summary of GitHub, the notes, the verdict last, and the exit code. */
async function conclude(answer: BudgetCheck, options: BudgetOptions, io: Io): Promise<void> {
  const { budgetAsMarkdown, verdictLine } = await import('../../render/budget/budget.js');
  const { plain } = await import('../../render/text/text.js');
  const summary = io.env.GITHUB_STEP_SUMMARY;
  if (summary !== undefined && summary !== '') {
    const { appendSummary } = await import('../output.js');
    await appendSummary(budgetAsMarkdown(answer, { all: options.all === true, top: Number(options.top) }), summary, io);
  }
  for (const { message } of options.quiet ? [] : answer.warnings) io.stderr.write(`note: ${plain(message)}\n`);
  // Quiet and fine is silent, so that cron only writes of what is wrong.
  if (options.quiet !== true || answer.exit_code !== 0) io.stderr.write(`${verdictLine(answer)}\n`);
  io.setExitCode(options.exitZero === true ? 0 : answer.exit_code);
}
