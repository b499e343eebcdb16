import type { Budget } from '../../config/budgets.js';
import type { BudgetPeriod, Limit, LimitUnit } from '../../config/limit.js';
import { UsageError } from '../../errors.js';
import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { forecastMetric } from '../forecast/series.js';
import type { Unit } from '../metrics/metric.js';
import { isMetric, type MetricName, metricOf, parseMetrics } from '../metrics/metrics.js';
import { earlierPeriods, type RunningPeriod, runningPeriod } from '../scope/budget_period.js';
import { type Dimension, dimensionOf, parseDimension } from '../scope/dimensions.js';
import { type Condition, parseCondition } from '../scope/filter.js';
import type { Period } from '../scope/period.js';
import { type Scope, scopeOf, visibleNow, withPeriod, zoneOffsets } from '../scope/scope.js';
import type { Offset } from '../scope/time_zone.js';

/** What a check is asked with, besides its rules. */
export interface Circumstances {
  tz: string;
  now: Date;
  /** Of rules that name none. */
  usualPeriod: BudgetPeriod;
}

/** A rule whose words are checked: every name in it is known and its limit is in the unit of its metric. */
export interface Rule {
  budget: Budget;
  metric: MetricName;
  unit: Unit;
  /** Of the limit; undefined where it names none. */
  currency: string | undefined;
  conditions: Condition[];
  dimensions: Dimension[];
  period: RunningPeriod;
  /** The periods a relative limit looks at, the latest first. */
  earlier: Period[];
  /** The usage in scope at any time. */
  anyTime: Scope;
  /** The usage of the period so far. */
  scope: Scope;
}

/** Metrics of which more is better: a limit above which they may not go would be no limit. */
const BETTER_HIGH: readonly MetricName[] = ['cache_hit_rate', 'cache_savings', 'tokens_per_second'];

/** Checks the words of a rule against what there is. Throws UsageError, which says where the rule is written. */
export async function checkedRule(store: Store, budget: Budget, asked: Circumstances): Promise<Rule> {
  const metric = at(budget, 'metric', () => metricFor(budget));
  const by = at(budget, 'group_by', () => budget.group_by.map(parseDimension));
  const conditions = at(budget, 'where', () => budget.where.map(parseCondition));
  checkUnits(budget, metric);
  const offsets = await zoneOffsets(store, [...by, ...conditions.map(({ dimension }) => dimension)], asked.tz);
  const dimensions = by.map((name) => dimensionOf(name, offsets));
  await checkPresence(store, budget, { dimensions, conditions, offsets });
  const spec = budget.period ?? asked.usualPeriod;
  const period = runningPeriod(spec, asked.tz, asked.now);
  const anyTime = scopeOf(conditions, offsets, await visibleNow(store));
  return {
    budget,
    metric,
    unit: metricOf(metric).unit,
    currency: limitCurrency(budget),
    conditions,
    dimensions,
    period,
    earlier: earlierPeriods(spec, asked.tz, { whole: period.whole, count: earlierCount(budget.limit, budget) }),
    anyTime,
    scope: withPeriod(anyTime, period.elapsed),
  };
}

/** The currency of a limit; undefined where it names none, such as '60% of revenue' or '2M tokens'. */
export function limitCurrency({ limit }: Budget): string | undefined {
  return limit.kind === 'amount' ? (limit.currency ?? undefined) : undefined;
}

function earlierCount(limit: Limit, { baseline_periods }: Budget): number {
  if (limit.kind === 'baseline') return baseline_periods ?? 1;
  return limit.kind === 'median' && limit.of === 'past' ? (baseline_periods ?? 6) : 0;
}

/** The metric a rule names, or the one that the unit of its limit says. */
function metricFor({ metric, limit }: Budget): MetricName {
  if (metric === undefined) return usualMetric(limit);
  // The word of a limit, though also a preset.
  if (metric === 'tokens') return 'total_tokens';
  // Some words are a metric and a preset.
  if (isMetric(metric)) return metric;
  const [found, ...more] = parseMetrics([metric]);
  if (found === undefined || more.length > 0) {
    // A word that is a preset and no metric, such as latency.
    throw new UsageError(`'${metric}' stands for several metrics: ${[found, ...more].join(', ')}.\nName one of them.`);
  }
  return found;
}

function usualMetric(limit: Limit): MetricName {
  if (limit.kind !== 'amount') return 'cost';
  if (limit.unit === 'money') return limit.per_request ? 'cost_per_request' : 'cost';
  if (limit.unit === 'tokens') return 'total_tokens';
  if (limit.unit === 'requests') return 'requests';
  throw new UsageError(
    limit.unit === 'number'
      ? `is missing: '${limit.text}' does not say of what: write '${limit.text} USD', '${limit.text} tokens' or '${limit.text} requests', or name a metric such as error_rate or latency_p95.`
      : `is missing: '${limit.text}' does not say of what, such as error_rate or latency_p95.`,
  );
}

const UNIT_OF: Record<LimitUnit, readonly Unit[]> = {
  money: ['money'],
  tokens: ['tokens'],
  requests: ['count'],
  percent: ['percent'],
  ms: ['ms'],
  number: ['count', 'tokens', 'ratio', 'per_second', 'per_minute'],
};

const EXAMPLE: Record<Unit, string> = {
  money: "'50 USD'",
  tokens: "'2M tokens'",
  count: "'10k requests'",
  percent: "'5%'",
  ms: "'800 ms'",
  ratio: "'2.5'",
  per_second: "'at least 20'",
  per_minute: "'50000'",
};

function checkUnits(budget: Budget, metric: MetricName): void {
  const { unit, timed } = metricOf(metric);
  const limits = [budget.limit, ...budget.exceptions.flatMap((one) => one.limit ?? [])];
  if (budget.on.includes('forecast') && forecastMetric(metric) === undefined) {
    throw wrong(budget, 'on', `${metric} does not add up from day to day, so it cannot be forecast.`);
  }
  if (timed === true) throw wrong(budget, 'metric', `${metric} is only known by the hour or day, not for a budget.`);
  for (const limit of limits) {
    const fits = limit.kind !== 'amount' || UNIT_OF[limit.unit].includes(unit);
    if (!fits)
      throw wrong(budget, 'limit', `'${limit.text}' is no limit of ${metric}; write for example ${EXAMPLE[unit]}.`);
    if (limit.kind === 'amount' && limit.per_request && metric !== 'cost_per_request') {
      throw wrong(budget, 'limit', `'${limit.text}' is a limit of cost_per_request, not of ${metric}.`);
    }
    if (limit.kind === 'amount' && limit.currency !== null && limit.currency !== limitCurrency(budget)) {
      throw wrong(
        budget,
        'exceptions',
        `'${limit.text}' is in another currency than the limit '${budget.limit.text}'.`,
      );
    }
    if (limit.kind === 'revenue' && metric !== 'cost') {
      throw wrong(budget, 'limit', `'${limit.text}' is a limit of cost, not of ${metric}.`);
    }
    if (BETTER_HIGH.includes(metric) && !limit.at_least) {
      throw wrong(budget, 'limit', `${metric} is better the higher it is: write 'at least ${limit.text}'.`);
    }
  }
}

interface Named {
  dimensions: readonly Dimension[];
  conditions: readonly Condition[];
  offsets: readonly Offset[];
}

/**
 * A dimension nobody fills in is a mistake: a budget for each of its values would be none. Only looked at where there is usage; an empty
 * database is for the verdict.
 */
async function checkPresence(store: Store, budget: Budget, { dimensions, conditions, offsets }: Named): Promise<void> {
  const asked = conditions.filter(({ negated, values }) => !negated && !values.includes(null));
  const named = [
    ...dimensions.map((dimension) => ({ dimension, as: 'group_by' })),
    ...asked.map(({ dimension }) => ({ dimension: dimensionOf(dimension, offsets), as: 'where' })),
  ];
  for (const { dimension, as } of named) {
    if (dimension.home !== 'time' && (await isUnknown(store, dimension))) {
      throw wrong(budget, as, `no usage in the database has a ${dimension.name}.`);
    }
  }
}

/** Whether there is usage, and none of it has a value of the dimension. */
async function isUnknown(store: Store, { home, key }: Dimension): Promise<boolean> {
  const from = home === 'profile' ? sql`usage_profile as profile` : sql`usage_fact as fact`;
  const { unknown } = await store.row<{ unknown: boolean }>(sql`
    select
      exists (select 1 from ${from}) and not exists (select 1 from ${from} where ${key} is not null) as "unknown"`);
  return unknown;
}

/** Runs a check of a word of the rule; what it throws says where that word is written. */
function at<T>(budget: Budget, key: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw wrong(budget, key, error.message);
  }
}

function wrong({ place }: Budget, key: string, sentence: string): UsageError {
  const where =
    place.file === undefined ? `--${key.replaceAll('_', '-')}` : (place.keys[key] ?? `${place.text}.${key}`);
  return new UsageError(`${where}: ${sentence}`);
}
