import { UsageError } from '../errors.js';
import {
  ageOf,
  type BudgetPeriod,
  budgetPeriodOf,
  LIMIT_WORDS,
  type Limit,
  limitOf,
  PERIOD_WORDS,
  shareOf,
} from './limit.js';
import { checked, day, list, named, object, oneOf, optional, parsed, type Read, ruled, words } from './schema.js';

/** The section `budgets` of llmcost.yaml: what usage may cost, for whom, and what happens if there is no usage. */

const limit = parsed(limitOf, LIMIT_WORDS);

const exception = object({
  for: named(
    words('the value of a dimension of group_by, such as acme'),
    'the value of a dimension, such as {customer: acme}',
  ),
  limit: parsed((text) => (text.toLowerCase() === 'none' ? null : limitOf(text)), `none or ${LIMIT_WORDS}`),
  until: optional(day()),
  note: optional(words('text')),
});

const budgetKeys = object({
  name: words('the name of the rule'),
  where: optional(list(words("a filter, such as feature=chat or 'model~gpt-4*'"))),
  group_by: optional(list(words('a dimension, such as customer'))),
  metric: optional(words('a metric, such as cost or error_rate')),
  period: optional(parsed(budgetPeriodOf, PERIOD_WORDS)),
  limit,
  floor: optional(parsed(limitOf, "an amount, such as '5 USD'")),
  warn_at: optional(parsed((text) => shareOf(text, 100), 'a percentage of the limit, such as 80%')),
  level: optional(oneOf(['error', 'warn'])),
  on: optional(list(oneOf(['actual', 'forecast']))),
  on_empty: optional(oneOf(['undecided', 'pass', 'fail'])),
  max_unpriced: optional(parsed((text) => shareOf(text, 100), 'a percentage from 0% to 100%, such as 1%')),
  max_price_age: optional(parsed(ageOf, 'a number of days, such as 30d, or any')),
  baseline_periods: optional(parsed(periodsOf, 'a number of periods from 1 to 24')),
  exceptions: optional(list(exception)),
  note: optional(words('text')),
});

function periodsOf(text: string): number | undefined {
  const count = Number(text);
  return /^\d{1,2}$/.test(text) && count >= 1 && count <= 24 ? count : undefined;
}

type Entry = Read<typeof budgetKeys>;
type Broken = { key: string; sentence: string } | undefined;

const budget = ruled(
  budgetKeys,
  (entry) => floorRule(entry) ?? warnRule(entry) ?? onRule(entry) ?? exceptionRule(entry),
);

function floorRule({ floor, limit: { kind } }: Entry): Broken {
  if (floor === undefined) return undefined;
  if (floor.kind !== 'amount' || floor.at_least)
    return { key: 'floor', sentence: "must be an amount, such as '5 USD'." };
  const relative = kind === 'baseline' || kind === 'median';
  return relative ? undefined : { key: 'floor', sentence: "goes with a limit '… vs baseline' or '… median' only." };
}

function warnRule({ warn_at, limit: { at_least } }: Entry): Broken {
  return warn_at !== undefined && at_least
    ? { key: 'warn_at', sentence: "cannot be combined with a limit 'at least …'." }
    : undefined;
}

function onRule({ on, period, limit: { at_least } }: Entry): Broken {
  if (on === undefined || !on.includes('forecast')) return on?.length === 0 ? { key: 'on', sentence: ON } : undefined;
  if (at_least) return { key: 'on', sentence: "cannot be forecast with a limit 'at least …'." };
  const endless = period?.kind === 'all' || period?.kind === 'rolling';
  return endless
    ? { key: 'on', sentence: 'can be forecast only where the period has an end, such as month.' }
    : undefined;
}

const ON = 'must be [actual], [forecast] or [actual, forecast].';

function exceptionRule({ exceptions = [], group_by = [], limit: { kind } }: Entry): Broken {
  const named = exceptions.flatMap((one) => Object.keys(one.for));
  const stray = named.find((name) => !group_by.includes(name));
  if (stray !== undefined) {
    return { key: 'exceptions', sentence: `can be for dimensions of group_by only, which '${stray}' is not.` };
  }
  const other = exceptions.find((one) => one.limit !== null && one.limit.kind !== 'amount' && one.limit.kind !== kind);
  if (other !== undefined) {
    return {
      key: 'exceptions',
      sentence: `can be none, an amount or of the kind of the limit, not '${other.limit?.text}'.`,
    };
  }
  const empty = exceptions.some((one) => Object.keys(one.for).length === 0);
  return empty ? { key: 'exceptions', sentence: 'must say for whom: for: {customer: acme}.' } : undefined;
}

/** What the section is declared as. */
export const BUDGETS = list(budget);

/** Where a rule is written. */
export interface Place {
  /** For messages: `llmcost.yaml:12: budgets[0]`, or `--limit`. */
  text: string;
  /** Undefined for a rule of the command line. */
  file: string | undefined;
  line: number | undefined;
  /** Where its keys are: `metric` → `llmcost.yaml:14: budgets[0].metric`. */
  keys: Readonly<Record<string, string>>;
}

/** A budget with its defaults filled in, except those that depend on the question. */
export interface Budget {
  name: string;
  where: string[];
  group_by: string[];
  /** Undefined: follows from the unit of the limit. */
  metric: string | undefined;
  /** Undefined: a month of a database, all of the files of --import. */
  period: BudgetPeriod | undefined;
  limit: Limit;
  /** By how much a relative limit must be exceeded at least; decimal text in the unit of the metric. */
  floor: string | null;
  /** Percent of the limit. */
  warn_at: string | null;
  level: 'error' | 'warn';
  on: ('actual' | 'forecast')[];
  on_empty: 'undecided' | 'pass' | 'fail';
  /** Percent. */
  max_unpriced: string;
  /** Days; null is any. */
  max_price_age: number | null;
  /** How many earlier periods a relative limit looks at. */
  baseline_periods: number | undefined;
  exceptions: { for: Record<string, string>; limit: Limit | null; until: string | null; note: string | null }[];
  place: Place;
}

/** Older prices give no verdict unless a rule allows them. */
const USUAL_AGE = 180;

/** The rules of the file. Throws UsageError if two have one name. */
export function budgetsOf(config: {
  budgets?: Entry[] | undefined;
  where: (...path: (string | number)[]) => string;
}): Budget[] {
  const entries = config.budgets ?? [];
  const seen = new Set<string>();
  return entries.map((entry, index) => {
    const text = config.where('budgets', index);
    if (seen.has(entry.name))
      throw new UsageError(`${config.where('budgets', index, 'name')}: there is a budget '${entry.name}' before.`);
    seen.add(entry.name);
    const keys = Object.keys(entry).map((key) => [key, config.where('budgets', index, key)]);
    return filled(entry, { ...placeOf(text), keys: Object.fromEntries(keys) });
  });
}

/** The one rule that options of the command line make; `data` has the keys of the file. Throws UsageError. */
export function budgetOfOptions(data: Record<string, unknown>): Budget {
  const result = checked(budget, { name: 'command line', ...data });
  if ('value' in result) return filled(result.value, { text: '--limit', file: undefined, line: undefined, keys: {} });
  const lines = result.misfits.map(
    ({ path, sentence }) => `--${String(path[0] ?? 'limit').replaceAll('_', '-')} ${sentence}`,
  );
  throw new UsageError([...new Set(lines)].join('\n'));
}

function filled(entry: Entry, place: Place): Budget {
  return {
    name: entry.name,
    where: entry.where ?? [],
    group_by: [...new Set(entry.group_by ?? [])],
    metric: entry.metric,
    period: entry.period,
    limit: entry.limit,
    floor: entry.floor?.kind === 'amount' ? entry.floor.amount : null,
    warn_at: entry.warn_at ?? null,
    level: entry.level ?? 'error',
    on: entry.on ?? ['actual'],
    on_empty: entry.on_empty ?? 'undecided',
    max_unpriced: entry.max_unpriced ?? '0',
    max_price_age: entry.max_price_age === undefined ? USUAL_AGE : entry.max_price_age,
    baseline_periods: entry.baseline_periods,
    exceptions: (entry.exceptions ?? []).map((one) => ({
      for: one.for,
      limit: one.limit,
      until: one.until ?? null,
      note: one.note ?? null,
    })),
    place,
  };
}

/** `llmcost.yaml:12: budgets[0]` taken apart. */
function placeOf(text: string): Omit<Place, 'keys'> {
  const found = /^(.*):(\d+): /.exec(text);
  return { text, file: found?.[1], line: found === null ? undefined : Number(found[2]) };
}
