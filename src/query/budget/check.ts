import type { Exchange } from '../../config/exchange.js';
import type { Limit } from '../../config/limit.js';
import { priceBookId } from '../../rate/book/book.js';
import type { Store } from '../../store/store.js';
import { comparison } from '../baseline/compare.js';
import type { Projection } from '../forecast/answer.js';
import { historyNote } from '../forecast/forecast.js';
import { daysOfExhaustion, projections } from '../forecast/projection.js';
import { forecastMetric } from '../forecast/series.js';
import type { MetricName } from '../metrics/metrics.js';
import { currencyOf, exchangeIn, rateMissing, showIn, shownMoney } from '../scope/currency.js';
import { lastUsage, lateSince } from '../scope/freshness.js';
import { openUntil } from '../scope/open_buckets.js';
import { priceAges } from '../scope/price_age.js';
import { isoText } from '../scope/values.js';
import type { BudgetCheck, BudgetQuery, BudgetRow, Driver, Verdict } from './answer.js';
import { baselineRow } from './baseline.js';
import { driversOf } from './drivers.js';
import { expiredExceptions, limitFor } from './exceptions.js';
import { verdictSentence } from './messages.js';
import { revenueOfGroups } from './revenue.js';
import { checkedRule, type Rule } from './rule.js';
import { keyText, type Used, unpricedShares, usedBefore, usedBy } from './usage.js';
import { type Case, exitCodeOf, judged, worstExit } from './verdict.js';

/** From harmless to worst. */
export const VERDICT_ORDER: readonly Verdict[] = ['ok', 'warn', 'no_data', 'undecided', 'forecast', 'breach'];

/** Checks budgets. Throws UsageError where a rule names what there is not. */
export async function budgetCheck(store: Store, query: BudgetQuery): Promise<BudgetCheck> {
  const rules: Rule[] = [];
  for (const budget of query.budgets) rules.push(await checkedRule(store, budget, query));
  const usual = exchangeIn(store);
  const rows: BudgetRow[] = [];
  for (const rule of rules) {
    const exchange = exchangeOf(rule, query, usual);
    await showIn(store, exchange, query.now);
    rows.push(...(await rowsWithRates(store, rule, query)));
  }
  // A recorded run is in USD.
  await showIn(store, undefined, query.now);
  const compared = query.baseline === undefined ? null : await comparison(store, { ...query.baseline, now: query.now });
  if (compared !== null && query.baseline !== undefined) {
    const priced = compared.unpriced_rows === 0 && query.baseline.baseline.totals.unpriced_rows === '0';
    rows.push(baselineRow(compared, { max_increase: query.baseline.max_increase, priced }));
  }
  await showIn(store, usual, query.now);
  rows.sort((a, b) => VERDICT_ORDER.indexOf(b.verdict) - VERDICT_ORDER.indexOf(a.verdict));
  const last = await lastUsage(store, query.now);
  const exit_code = worstExit(rows.map((row) => row.exit_code));
  return {
    schema: 'llmcost.budget-check/1',
    query: {
      at: query.now.toISOString(),
      tz: query.tz,
      rules: query.budgets.map(({ name }) => name),
      fail_on_warn: query.fail_on_warn,
    },
    price_book: await priceBookId(store),
    ...shownMoney(store),
    verdict: VERDICT_ORDER.findLast((one) => rows.some(({ verdict }) => verdict === one)) ?? 'no_data',
    exit_code,
    counts: countsOf(rows),
    rows,
    baseline: compared,
    data_until: isoText(last),
    warnings: [
      ...query.budgets.flatMap((budget) => expiredExceptions(budget, query)),
      ...endedData(rules, last, query),
    ],
  };
}

/** The rates of the currency of a rule: of its limit, else the one that is asked for. */
export function exchangeOf(
  { currency }: Rule,
  { exchanges = [] }: BudgetQuery,
  usual: Exchange | undefined,
): Exchange | undefined {
  if (currency === undefined) return usual;
  if (currency === 'USD') return undefined;
  const found = [usual, ...exchanges].find((one) => one?.currency === currency);
  if (found === undefined) throw new Error(`no rates of ${currency}`);
  return found;
}

/** The rows of a rule; one that decides nothing where a day has no rate of its currency. */
async function rowsWithRates(store: Store, rule: Rule, query: BudgetQuery): Promise<BudgetRow[]> {
  try {
    return await rowsOf(store, rule, query);
  } catch (error) {
    if (rateMissing(error) === undefined) throw error;
    return [withoutRate(rule, currencyOf(store), query)];
  }
}

function withoutRate(rule: Rule, currency: string, query: BudgetQuery): BudgetRow {
  const row: Omit<BudgetRow, 'message'> = {
    ...placeOf(rule),
    currency,
    group: {},
    verdict: 'undecided',
    reason: 'no_rate',
    exit_code: exitCodeOf('undecided', rule.budget, query),
    limit_text: rule.budget.limit.text,
    limit: null,
    used: null,
    used_percent: null,
    unpriced_percent: '0',
    price_age_days: null,
    projected: null,
    projected_low: null,
    projected_high: null,
    projected_percent: null,
    forecast_error_percent: null,
    forecast_trials: 0,
    forecast_note: null,
    used_up_on: null,
    driver: null,
    exception: null,
  };
  return { ...row, message: verdictSentence(row) };
}

/** What every row of a rule says of it. */
function placeOf(rule: Rule) {
  return {
    rule: rule.budget.name,
    file: rule.budget.place.file ?? null,
    line: rule.budget.place.line ?? null,
    level: rule.budget.level,
    metric: rule.metric,
    unit: rule.unit,
    where: rule.budget.where,
    period: rule.period.whole.label,
    since: isoText(rule.period.whole.since),
    until: isoText(rule.period.whole.until),
  };
}

function countsOf(rows: readonly BudgetRow[]): Record<Verdict, number> {
  const counts = { ok: 0, warn: 0, forecast: 0, breach: 0, no_data: 0, undecided: 0 };
  for (const { verdict } of rows) counts[verdict] += 1;
  return counts;
}

/** A check of a running period whose usage ended days ago: what came since is not in it. */
function endedData(rules: readonly Rule[], last: number | null, { now, tz }: BudgetQuery): BudgetCheck['warnings'] {
  const running = rules.some(({ period }) => period.open);
  const late = lateSince(last, { now, tz });
  if (!running || late === null) return [];
  const { day, days } = late;
  return [
    {
      code: 'data_ends',
      message: `There is usage until ${day} only, ${days} days before the time of the check: what was used since is in no figure. Import it.`,
    },
  ];
}

/** Everything known of a group before it is judged. */
interface Found {
  used: Used;
  limit: Limit | null;
  exception: string | null;
  projection: Projection | undefined;
  base: readonly string[];
  notConverted: boolean;
}

async function rowsOf(store: Store, rule: Rule, asked: BudgetQuery): Promise<BudgetRow[]> {
  const values = await usedBy(store, rule, rule.scope);
  const nothing: Used = {
    key: rule.dimensions.map(() => null),
    value: null,
    usage_rows: 0,
    unpriced_rows: 0,
    unknown_rows: 0,
  };
  const groups = values.length === 0 ? [nothing] : values;
  const bases = await basesOf(store, rule, { groups, asked });
  const projected = values.length === 0 ? new Map<string, Projection>() : await projectedOf(store, rule, asked);
  const unpriced = values.some(({ unpriced_rows }) => unpriced_rows > 0)
    ? await unpricedShares(store, rule)
    : new Map<string, string>();
  const found = groups.map((used): Found => {
    const name = keyText(used.key);
    return {
      used,
      ...limitFor(rule, used.key, asked),
      // What has no price has no projected cost.
      projection: used.value === null ? undefined : projected.get(name),
      base: bases.of.get(name) ?? [],
      notConverted: bases.notConverted.has(name),
    };
  });
  const ages = values.length === 0 ? new Map<string, number>() : await priceAges(store, rule, asked.now);
  const open = values.length > 0 && (await openUntil(store, rule.scope, asked.now)) !== null;
  const cases = found.map((one) => {
    const name = keyText(one.used.key);
    return caseOf(rule, one, { unpriced: unpriced.get(name), age: ages.get(name) ?? null, open });
  });
  const judgements = await judged(store, cases);
  const limits = found.flatMap(({ projection }, index) => {
    const limit = judgements[index]?.limit;
    return projection === undefined || limit === null || limit === undefined ? [] : [{ g: projection.g, limit }];
  });
  const days = limits.length === 0 ? new Map<number, string>() : await daysOfExhaustion(store, limits, asked);
  const notable = judgements.some(({ verdict }) => ['warn', 'forecast', 'breach'].includes(verdict));
  const drivers = notable ? await driversOf(store, rule) : new Map<string, Driver>();
  return found.map((one, index) => {
    const judgement = judgements[index];
    const judgedCase = cases[index];
    if (judgement === undefined || judgedCase === undefined) throw new Error('a case without verdict');
    const { projection, used, limit } = one;
    const { verdict } = judgement;
    const row: Omit<BudgetRow, 'message'> = {
      ...placeOf(rule),
      currency: currencyOf(store),
      group: Object.fromEntries(rule.dimensions.map(({ name }, position) => [name, used.key[position] ?? null])),
      ...judgement,
      exit_code: exitCodeOf(verdict, rule.budget, asked),
      limit_text: limit?.text ?? 'none',
      used: used.value,
      unpriced_percent: judgedCase.unpriced_percent,
      price_age_days: ages.get(keyText(used.key)) ?? null,
      projected: projection?.projected ?? null,
      projected_low: projection?.low ?? null,
      projected_high: projection?.high ?? null,
      forecast_error_percent: projection?.error_percent ?? null,
      forecast_trials: projection?.trials ?? 0,
      forecast_note: forecastNote(rule, projection),
      used_up_on: limit?.at_least === true || projection === undefined ? null : (days.get(projection.g) ?? null),
      driver: ['warn', 'forecast', 'breach'].includes(verdict) ? (drivers.get(keyText(used.key)) ?? null) : null,
      exception: one.exception,
    };
    return { ...row, message: verdictSentence(row) };
  });
}

/** What a relative limit of each group is relative to, and the groups of which that is not all. */
interface Bases {
  of: Map<string, readonly string[]>;
  notConverted: ReadonlySet<string>;
}

async function basesOf(
  store: Store,
  rule: Rule,
  { groups, asked }: { groups: readonly Used[]; asked: BudgetQuery },
): Promise<Bases> {
  const kinds = [rule.budget.limit, ...rule.budget.exceptions.map(({ limit }) => limit)].map((limit) => limit?.kind);
  if (kinds.includes('revenue')) {
    const terms = asked.terms ?? { terms: [], aliases: [], rates: [] };
    const { known, notConverted } = await revenueOfGroups(store, rule, { ...asked, terms });
    return { of: new Map([...known].map(([name, amount]) => [name, [amount]])), notConverted };
  }
  const notConverted = new Set<string>();
  if (rule.earlier.length > 0) return { of: await usedBefore(store, rule, rule.earlier), notConverted };
  if (!kinds.includes('median')) return { of: new Map(), notConverted };
  const others = (one: Used) => groups.flatMap((other) => (other === one || other.value === null ? [] : [other.value]));
  return { of: new Map(groups.map((one) => [keyText(one.key), others(one)])), notConverted };
}

async function projectedOf(store: Store, rule: Rule, { tz, now }: BudgetQuery): Promise<Map<string, Projection>> {
  const metric = forecastMetric(rule.metric);
  const { since, until } = rule.period.whole;
  if (metric === undefined || since === null || until === null) return new Map();
  const by = rule.dimensions.map(({ name }) => name);
  const found = await projections(store, { metric, by, where: rule.conditions, tz, since, until, now });
  return new Map(
    found.map((one) => [keyText(one.key), rule.period.open ? one : { ...one, projected: null, low: null, high: null }]),
  );
}

function caseOf(
  rule: Rule,
  found: Found,
  { unpriced, age, open }: { unpriced: string | undefined; age: number | null; open: boolean },
): Case {
  const { budget, metric, unit } = rule;
  const of_money = unit === 'money' || metric === 'share';
  return {
    value: found.used.value,
    usage_rows: found.used.usage_rows,
    limit: found.limit,
    floor: budget.floor,
    base: found.base,
    not_converted: found.notConverted && found.limit?.kind === 'revenue',
    warn_at: budget.warn_at,
    projected: found.projection?.projected ?? null,
    on_forecast: budget.on.includes('forecast'),
    on_actual: budget.on.includes('actual'),
    unpriced_percent: unpriced ?? '0',
    max_unpriced: budget.max_unpriced,
    lower_bound: metric === 'cost' && found.limit?.at_least !== true,
    of_money,
    stale: budget.max_price_age !== null && age !== null && age > budget.max_price_age,
    still_open: !open ? 'no' : forecastMetric(metric) === undefined ? 'any' : 'more',
    requests_known: found.used.unknown_rows === 0 ? 'all' : requestsKnown(metric, unit),
  };
}

function forecastNote({ metric, period }: Rule, projection: Projection | undefined): string | null {
  if (!period.open || forecastMetric(metric) === undefined || projection === undefined) return null;
  return historyNote(projection);
}

/** Numbers that do not grow with the requests that a row stands for. */
const NOT_OF_REQUESTS: readonly MetricName[] = ['customers', 'latency_requests'];

/** What is known of a metric where some rows do not tell how many requests they are. */
function requestsKnown(metric: MetricName, unit: Rule['unit']): Case['requests_known'] {
  if (metric === 'error_rate') return 'unknown';
  return unit === 'count' && !NOT_OF_REQUESTS.includes(metric) ? 'least' : 'all';
}
