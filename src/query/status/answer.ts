import type { Budget } from '../../config/budgets.js';
import { identifier, join, literal, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { BudgetQuery } from '../budget/answer.js';
import { limitFor } from '../budget/exceptions.js';
import { checkedRule } from '../budget/rule.js';
import { usedBy } from '../budget/usage.js';
import type { Unit } from '../metrics/metric.js';
import { metricRows } from '../metrics/metric_rows.js';
import { parsePeriod } from '../scope/period.js';
import { scopeOf, visibleNow, withPeriod } from '../scope/scope.js';
import { type Count, countOf, textOf } from '../scope/values.js';

/** What is asked for a status line: the zone in which a day begins, and the budgets to watch. */
export type StatusQuery = Omit<BudgetQuery, 'baseline' | 'fail_on_warn'>;

/** Usage since the day or the month began. */
export interface SpentSoFar {
  /** The period in words: 2026-10-15 → 2026-10-16. */
  period: string;
  /** USD; null where nothing has a price. */
  cost: string | null;
  requests: Count;
  rows: Count;
  unpriced_rows: Count;
}

/** What is left of a budget, of the group that has used most of it. Amounts are decimal text in `unit`. */
export type BudgetLeft = {
  rule: string;
  group: Record<string, string | null>;
  unit: Unit;
  /** How many groups the rule has; this is one of them. */
  groups: Count;
  limit: string;
  used: string;
  /** Below 0 where more was used. */
  left: string;
  /** Two places, rounded down. */
  used_percent: string;
  /** Whether some of the usage has no price, so that more was used. */
  lower_bound: boolean;
};

/** The answer of `llmcost status`. */
export interface Status {
  schema: 'llmcost.status/1';
  at: string;
  tz: string;
  /** `current`; `stale` is an earlier answer, because the database cannot be read now; `unavailable` has none; `empty` has no usage. */
  state: 'current' | 'stale' | 'unavailable' | 'empty';
  currency: 'USD';
  today: SpentSoFar | null;
  month: SpentSoFar | null;
  budgets: BudgetLeft[];
}

/** Cost of today and of this month, and what is left of each budget. Throws UsageError where a rule names what there is not. */
export async function statusOf(store: Store, query: StatusQuery): Promise<Status> {
  const { used } = await store.row<{ used: boolean }>(sql`select exists (from usage_fact) as used`);
  return {
    schema: 'llmcost.status/1',
    at: query.now.toISOString(),
    tz: query.tz,
    state: used ? 'current' : 'empty',
    currency: 'USD',
    today: await spentIn(store, 'today', query),
    month: await spentIn(store, 'this month', query),
    budgets: await budgetsLeft(store, query),
  };
}

async function spentIn(store: Store, words: string, { tz, now }: StatusQuery): Promise<SpentSoFar> {
  const period = parsePeriod(words, tz, now);
  const scope = withPeriod(scopeOf([], [], await visibleNow(store)), period);
  const rows = await metricRows(store, { dimensions: [], scope, metrics: ['cost'] });
  const total = rows.at(-1);
  if (total === undefined) throw new Error('metrics without a total');
  return {
    period: period.label,
    cost: total.values.cost ?? null,
    requests: total.base.requests,
    rows: total.base.usage_rows,
    unpriced_rows: total.base.unpriced_rows,
  };
}

/** One group of one rule, before it is compared. */
interface Watched {
  rule: string;
  group: Record<string, string | null>;
  unit: Unit;
  limit: string;
  used: string;
  lower_bound: boolean;
}

async function budgetsLeft(store: Store, query: StatusQuery): Promise<BudgetLeft[]> {
  const watched: Watched[] = [];
  for (const budget of query.budgets) {
    watched.push(...(await (isAmount(budget) ? usedOf(store, budget, query) : judgedOf(store, budget, query))));
  }
  return watched.length === 0 ? [] : leftOf(store, watched);
}

function isAmount({ limit, exceptions }: Budget): boolean {
  return [limit, ...exceptions.map((one) => one.limit)].every((one) => one === null || one.kind === 'amount');
}

/** Only what was used: a status line needs neither forecasts nor causes. */
async function usedOf(store: Store, budget: Budget, query: StatusQuery): Promise<Watched[]> {
  const rule = await checkedRule(store, budget, query);
  const found = await usedBy(store, rule, rule.scope);
  const adds = ['money', 'tokens', 'count'].includes(rule.unit) && rule.dimensions.length === 0;
  const groups = found.length === 0 && adds ? [{ key: [], value: '0', unpriced_rows: 0 }] : found;
  return groups.flatMap(({ key, value, unpriced_rows }) => {
    const { limit } = limitFor(rule, key, query);
    if (value === null || limit === null || limit.kind !== 'amount' || limit.at_least) return [];
    return [
      {
        rule: budget.name,
        group: Object.fromEntries(rule.dimensions.map(({ name }, index) => [name, key[index] ?? null])),
        unit: rule.unit,
        limit: limit.amount,
        used: value,
        lower_bound: rule.unit === 'money' && unpriced_rows > 0,
      },
    ];
  });
}

/** A limit that is relative to something is worked out as `budget-check` does. */
async function judgedOf(store: Store, budget: Budget, query: StatusQuery): Promise<Watched[]> {
  const { budgetCheck } = await import('../budget/check.js');
  const { rows } = await budgetCheck(store, { ...query, budgets: [budget], fail_on_warn: false });
  return rows.flatMap(({ rule, group, unit, limit, used, unpriced_percent }) =>
    limit === null || used === null || budget.limit.at_least
      ? []
      : [{ rule, group, unit, limit, used, lower_bound: unit === 'money' && unpriced_percent !== '0' }],
  );
}

/** What is left, exactly; of each rule the group that has used most of its limit, in the order of the rules. */
async function leftOf(store: Store, watched: readonly Watched[]): Promise<BudgetLeft[]> {
  const given = watched.map(
    ({ rule, limit, used }, index) =>
      sql`(${literal(String(index))}, ${literal(rule)}, ${literal(limit)}, ${literal(used)})`,
  );
  const units = (name: string) =>
    sql`cast(replace(cast(cast(${identifier(name)} as decimal(38, 12)) as varchar), '.', '') as hugeint)`;
  const rows = await store.rows(sql`
    with given as (
      select
        cast(place as integer) as place,
        rule,
        cast("limit" as decimal(38, 18)) as "limit",
        cast(used as decimal(38, 18)) as used
      from (values ${join(given)}) as listed(place, rule, "limit", used)
    ),
    counted as (
      select
        *,
        count(*) over (partition by rule) as "groups",
        min(place) over (partition by rule) as first_place,
        case when "limit" > 0 then 10000 * ${units('used')} // ${units('limit')} end as hundredths
      from given
    )
    select
      place,
      "groups",
      cast("limit" - used as varchar) as "left",
      cast(coalesce(hundredths, if(used > 0, 10000, 0)) as varchar) as hundredths
    from counted
    qualify row_number() over (partition by rule order by hundredths desc nulls first, place) = 1
    order by first_place`);
  return rows.flatMap((row) => {
    const one = watched[Number(row.place)];
    if (one === undefined) return [];
    const left = textOf(row.left) ?? '';
    return [{ ...one, groups: countOf(row.groups), left, used_percent: shiftedPercent(textOf(row.hundredths) ?? '0') }];
  });
}

/** Hundredths of a percent as percent: 9958 → 99.58 */
function shiftedPercent(hundredths: string): string {
  const digits = hundredths.padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
