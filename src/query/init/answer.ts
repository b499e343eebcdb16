import { join, literal, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { metricRows } from '../metrics/metric_rows.js';
import { dimensionOf } from '../scope/dimensions.js';
import { lastUsage } from '../scope/freshness.js';
import { type Bounded, boundedPeriod, parsePeriod } from '../scope/period.js';
import { type Scope, scopeOf, visibleNow, withPeriod } from '../scope/scope.js';

/** What a database tells a first configuration. */
export interface SeenUsage {
  /** The most expensive ones first, as many as are worth a line; `all` is how many there are. */
  customers: Names;
  features: Names;
  models: Names;
  /** Models whose calls have no price, with the provider where it is known. */
  unpriced: { provider: string | null; model: string }[];
  /** The last whole month with a cost; null where there is none yet. */
  month: SeenMonth | null;
}

export interface Names {
  all: number;
  names: string[];
}

/** Amounts are decimal text in USD; budgets are the cost rounded up to two digits. */
export interface SeenMonth {
  /** YYYY-MM */
  month: string;
  cost: string;
  budget: string;
  /** The customer with the highest cost, and a budget that would hold for it; null without customers. */
  customer: { name: string; budget: string } | null;
}

/** Nothing was imported yet. */
export const NOTHING_SEEN: SeenUsage = {
  customers: { all: 0, names: [] },
  features: { all: 0, names: [] },
  models: { all: 0, names: [] },
  unpriced: [],
  month: null,
};

const SHOWN = 12;

/** Looks at the usage in a database up to now. */
export async function seenUsage(store: Store, now: Date): Promise<SeenUsage> {
  const scope = scopeOf([], [], await visibleNow(store));
  return {
    customers: await namesOf(store, 'customer', scope),
    features: await namesOf(store, 'feature', scope),
    models: await namesOf(store, 'model', scope),
    unpriced: await unpricedModels(store, scope),
    month: await lastMonth(store, scope, now),
  };
}

async function namesOf(store: Store, name: string, scope: Scope): Promise<Names> {
  const rows = await metricRows(store, { dimensions: [dimensionOf(name, [])], scope, metrics: ['cost'] });
  const names = rows.flatMap(({ kind, keys: [key] }) =>
    kind === 'group' && key !== undefined && key !== null ? [key] : [],
  );
  return { all: names.length, names: names.slice(0, SHOWN) };
}

async function unpricedModels(store: Store, scope: Scope): Promise<SeenUsage['unpriced']> {
  const dimensions = ['provider', 'model'].map((name) => dimensionOf(name, []));
  const rows = await metricRows(store, { dimensions, scope, metrics: ['cost'] });
  return rows
    .flatMap(({ kind, keys: [provider = null, model], base }) =>
      kind === 'group' && model !== undefined && model !== null && base.unpriced_rows !== 0
        ? [{ provider, model }]
        : [],
    )
    .slice(0, SHOWN);
}

async function lastMonth(store: Store, scope: Scope, now: Date): Promise<SeenMonth | null> {
  const begun = boundedPeriod(parsePeriod('this month', 'UTC', now), '--period', now);
  const last = await lastUsage(store, new Date(begun.since));
  if (last === null) return null;
  const period = boundedPeriod(parsePeriod('this month', 'UTC', new Date(last)), '--period', now);
  return costOfMonth(store, withPeriod(scope, period), period);
}

async function costOfMonth(store: Store, scope: Scope, { since }: Bounded): Promise<SeenMonth | null> {
  const rows = await metricRows(store, { dimensions: [dimensionOf('customer', [])], scope, metrics: ['cost'] });
  const cost = rows.find(({ kind }) => kind === 'total')?.values.cost ?? null;
  if (cost === null) return null;
  const customers = rows.flatMap(({ kind, keys: [name], values }) =>
    kind === 'group' && name !== undefined && name !== null && values.cost ? [{ name, cost: values.cost }] : [],
  );
  const [first] = customers;
  const [budget, ofCustomer] = await budgetsFor(store, [cost, first?.cost ?? cost]);
  if (budget === undefined || budget === null) return null;
  return {
    month: new Date(since).toISOString().slice(0, 'YYYY-MM'.length),
    cost,
    budget,
    customer:
      first === undefined || ofCustomer === undefined || ofCustomer === null
        ? null
        : { name: first.name, budget: ofCustomer },
  };
}

/** Each cost rounded up to two digits and whole dollars (54.77 → 55, 1,234.50 → 1300); null of what costs nothing. */
async function budgetsFor(store: Store, costs: readonly string[]): Promise<(string | null)[]> {
  const rows = await store.rows<{ budget: string | null }>(sql`
    with given as (
      select unnest([${join(costs.map((cost) => literal(cost)))}]) as cost, generate_subscripts([${join(costs.map(() => sql`0`))}], 1) as place
    ),
    whole as (select place, cast(ceil(cast(cost as decimal(38, 18))) as hugeint) as usd from given),
    stepped as (select *, cast(rpad('1', cast(greatest(length(cast(usd as varchar)) - 1, 1) as integer), '0') as hugeint) as step from whole)
    select case when usd > 0 then cast((usd + step - 1) // step * step as varchar) end as budget
    from stepped
    order by place`);
  return rows.map(({ budget }) => budget);
}
