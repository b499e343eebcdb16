import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { BudgetQuery } from '../../query/budget/answer.js';
import type { Store } from '../../store/store.js';
import { exchangeOf } from '../exchange.js';
import { withImported } from '../import/memory.js';
import { withOwnStore } from '../pricing/custom_prices.js';
import type { AnswerOptions } from '../question.js';
import { readBaseline } from './baseline.js';
import type { NotifyOptions } from './notify.js';
import { chosenRules, type RuleOptions } from './rules.js';

/** The words of `llmcost budget-check`. */
export interface BudgetOptions extends AnswerOptions, RuleOptions, NotifyOptions {
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
}

/** The checked question: the budgets of llmcost.yaml or of the command line, as of when, compared with what. Throws UsageError. */
export async function parseBudgetQuery(options: BudgetOptions, io: Io): Promise<BudgetQuery> {
  checkBaselineOptions(options);
  const alone = options.baseline !== undefined && options.limit === undefined && options.rule === undefined;
  const budgets = alone ? [] : await chosenRules(options, io);
  const { parseQuery } = await import('../../query/scope/query.js');
  const { tz, now } = parseQuery({ tz: options.tz, at: options.at }, io.now());
  return {
    budgets,
    tz,
    now,
    // What is in the files is the period, unless a rule names one.
    usualPeriod: options.import === undefined ? { kind: 'calendar', unit: 'month' } : { kind: 'all' },
    fail_on_warn: options.failOnWarn === true,
    exchanges: await limitExchanges(options, budgets, io),
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
  const [{ caseKey }, { shareOf }] = await Promise.all([
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

/** The rates of every other currency that a limit is in. */
async function limitExchanges(
  options: BudgetOptions,
  budgets: BudgetQuery['budgets'],
  io: Io,
): Promise<BudgetQuery['exchanges']> {
  const codes = budgets.flatMap(({ limit }) => (limit.kind === 'amount' ? (limit.currency ?? []) : []));
  const needed = [...new Set(codes)].filter((code) => code !== 'USD' && code !== options.exchange?.currency);
  return Promise.all(needed.map((code) => exchangeOf(code, options, io)));
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

/** Asks the database, or the files of --import. */
export async function withUsage<T>(options: BudgetOptions, io: Io, fn: (store: Store) => Promise<T>): Promise<T> {
  return options.import === undefined ? withOwnStore(options, io, fn) : withImported(options, io, fn);
}
