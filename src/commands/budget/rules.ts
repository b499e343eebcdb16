import type { Budget } from '../../config/budgets.js';
import { UsageError } from '../../errors.js';
import type { Io } from '../../io.js';
import type { ConfigOptions } from '../pricing/custom_prices.js';

/** The options that make one rule of the command line; their names are the keys of llmcost.yaml. */
export interface RuleOptions extends ConfigOptions {
  limit?: string;
  where?: string[];
  groupBy?: string;
  metric?: string;
  period?: string;
  floor?: string;
  warnAt?: string;
  level?: string;
  on?: string;
  onEmpty?: string;
  maxUnpriced?: string;
  maxPriceAge?: string;
  baselinePeriods?: string;
  /** Names of rules of llmcost.yaml. */
  rule?: string[];
}

const ONLY_WITH_LIMIT = [
  'where',
  'groupBy',
  'metric',
  'period',
  'floor',
  'warnAt',
  'level',
  'on',
  'onEmpty',
  'maxUnpriced',
  'maxPriceAge',
  'baselinePeriods',
] as const;

/** The rules to check: the one of --limit, else those of llmcost.yaml. Throws UsageError where there are none. */
export async function chosenRules(options: RuleOptions, io: Io): Promise<Budget[]> {
  const { budgetOfOptions, budgetsOf } = await import('../../config/budgets.js');
  if (options.limit !== undefined) {
    if (options.rule !== undefined) {
      throw new UsageError('--limit cannot be combined with --rule.\nUse either the one or the other.');
    }
    return [budgetOfOptions(ruleData(options))];
  }
  const stray = ONLY_WITH_LIMIT.find((name) => options[name] !== undefined);
  if (stray !== undefined) {
    const name = `--${stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(
      `${name} goes with --limit.\nRules of llmcost.yaml say it themselves; --rule NAME chooses among them.`,
    );
  }
  const { readConfig } = await import('../../config/config.js');
  const config = await readConfig(options.config, io);
  const budgets = named(budgetsOf(config), options.rule);
  if (budgets.length > 0) return budgets;
  const file = config.path === undefined ? 'There is no llmcost.yaml' : 'llmcost.yaml has no section budgets';
  throw new UsageError(
    `${file}, so there is nothing to check.\nWrite a rule there, or give one: llmcost budget-check --limit '50 USD' --period month`,
  );
}

function named(budgets: readonly Budget[], names: readonly string[] | undefined): Budget[] {
  if (names === undefined) return [...budgets];
  return names.map((name) => {
    const found = budgets.find((budget) => budget.name === name);
    if (found !== undefined) return found;
    const known = budgets.length === 0 ? 'There are none.' : `There are: ${budgets.map((one) => one.name).join(', ')}.`;
    throw new UsageError(`--rule '${name}' is no budget of llmcost.yaml.\n${known}`);
  });
}

/** The options under the names of the file. */
function ruleData(options: RuleOptions): Record<string, unknown> {
  const lists = (text: string | undefined) => text?.split(',').map((word) => word.trim());
  const data = {
    limit: options.limit,
    where: options.where,
    group_by: lists(options.groupBy),
    metric: options.metric,
    period: options.period,
    floor: options.floor,
    warn_at: options.warnAt,
    level: options.level,
    on: lists(options.on),
    on_empty: options.onEmpty,
    max_unpriced: options.maxUnpriced,
    max_price_age: options.maxPriceAge,
    baseline_periods: options.baselinePeriods,
  };
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
