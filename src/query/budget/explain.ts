import type { Budget } from '../../config/budgets.js';
import { UsageError } from '../../errors.js';
import { priceBookId } from '../../rate/book/book.js';
import { join, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { INPUT_SUM, OUTPUT_SUM } from '../metrics/measures.js';
import { metricRows } from '../metrics/metric_rows.js';
import type { MetricName } from '../metrics/metrics.js';
import { exchangeIn, showIn, shownMoney } from '../scope/currency.js';
import { dimensionOf } from '../scope/dimensions.js';
import { type Scope, zoneOffsets } from '../scope/scope.js';
import { textOf } from '../scope/values.js';
import type { BudgetExplanation, BudgetQuery, ExplainedCall } from './answer.js';
import { exchangeOf } from './check.js';
import { checkedRule, type Rule } from './rule.js';
import { usedBy } from './usage.js';

const ASPECTS = ['model', 'feature', 'customer', 'user', 'environment', 'status'] as const;
const MOST = 10;

/**
 * The models, features, days and calls that used up the budget of a group: `values` are those of the dimensions of the rule, in their
 * order; '(none)' is missing. UsageError where they do not fit the rule.
 */
export async function explainedBudget(
  store: Store,
  { budget, values, ...asked }: BudgetQuery & { budget: Budget; values: readonly string[] },
): Promise<BudgetExplanation> {
  const rule = await checkedRule(store, budget, asked);
  await showIn(store, exchangeOf(rule, asked, exchangeIn(store)), asked.now);
  const scope = groupScope(rule, values);
  const [whole] = await usedBy(store, { ...rule, dimensions: [] }, scope);
  if (whole === undefined) {
    const known = (await usedBy(store, rule, rule.scope))
      .slice(0, MOST)
      .map(({ key }) => key.map((one) => one ?? '(none)').join(' '));
    const list = known.length === 0 ? 'There is no usage in its scope.' : `It has usage of: ${known.join(', ')}.`;
    throw new UsageError(
      `${budget.name} has no usage of ${values.join(' ') || 'anything'} (${rule.period.whole.label}).\n${list}`,
    );
  }
  return {
    schema: 'llmcost.budget-explanation/1',
    query: {
      rule: budget.name,
      group: Object.fromEntries(rule.dimensions.map(({ name }, index) => [name, knownValue(values[index])])),
      metric: rule.metric,
      unit: rule.unit,
      period: rule.period.whole.label,
      at: asked.now.toISOString(),
      tz: asked.tz,
    },
    price_book: await priceBookId(store),
    ...shownMoney(store),
    used: whole.value,
    parts: await partsOf(store, { rule, scope, tz: asked.tz }),
    calls: await dearestCalls(store, scope),
  };
}

function knownValue(text: string | undefined): string | null {
  return text === undefined || text === '(none)' ? null : text;
}

/** The usage of one group of a rule. */
function groupScope({ dimensions, scope, budget }: Rule, values: readonly string[]): Scope {
  if (values.length !== dimensions.length) {
    const names = dimensions.map(({ name }) => name).join(' ');
    const needed = names === '' ? 'no value: it has one budget for all' : `a value for ${names}`;
    throw new UsageError(
      `--explain ${budget.name} needs ${needed}.\nWrite: llmcost budget-check --explain '${budget.name}' ${names.toUpperCase()}`.trim(),
    );
  }
  const params = Object.fromEntries(values.map((value, index) => [`explained_${index}`, knownValue(value)]));
  const tests = dimensions.map(({ home, key, label }, index) => {
    const same = sql`${label(key)} is not distinct from ${PARAMETERS[index] ?? sql`null`}`;
    if (home !== 'profile') return same;
    return sql`fact.profile_id in (select profile.profile_id from usage_profile as profile where ${same})`;
  });
  return { test: join([scope.test, ...tests], ' and '), params: { ...scope.params, ...params } };
}

/** More dimensions than this no budget has. */
const PARAMETERS: readonly Sql[] = [
  sql`$explained_0`,
  sql`$explained_1`,
  sql`$explained_2`,
  sql`$explained_3`,
  sql`$explained_4`,
  sql`$explained_5`,
];

async function partsOf(
  store: Store,
  { rule, scope, tz }: { rule: Rule; scope: Scope; tz: string },
): Promise<BudgetExplanation['parts']> {
  const fixed = rule.dimensions.map(({ name }) => name);
  const aspects = ['day', ...ASPECTS.filter((name) => !fixed.includes(name))];
  const offsets = await zoneOffsets(store, ['day'], tz);
  const parts: BudgetExplanation['parts'] = [];
  for (const by of aspects) {
    const rows = await metricRows(store, {
      dimensions: [dimensionOf(by, offsets)],
      scope,
      metrics: [...new Set<MetricName>([rule.metric, 'cost', 'requests'])],
      sort: by === 'day' ? { by: 'name', direction: 'asc' } : undefined,
    });
    const groups = rows.filter(({ kind }) => kind === 'group');
    // Of one value there is nothing to tell.
    if (by !== 'day' && groups.length < 2) continue;
    parts.push({
      by,
      rows: groups.slice(0, by === 'day' ? groups.length : MOST).map(({ keys, values }) => ({
        value: keys[0] ?? null,
        amount: textOf(values[rule.metric]),
        cost: textOf(values.cost),
        requests: textOf(values.requests),
      })),
    });
  }
  return parts;
}

async function dearestCalls(store: Store, { test, params }: Scope): Promise<ExplainedCall[]> {
  return store.rows<ExplainedCall>(
    sql`
    with dearest as (
      select fact.*, row_number() over (order by fact.cost_usd desc, fact.occurred_at, fact.request_id) as place
      from usage_fact as fact
      where fact.cost_usd > 0 and ${test}
      qualify place <= 10
    ),
    told as (
      select
        fact.place,
        strftime(fact.occurred_at, '%Y-%m-%dT%H:%M:%SZ') as "at",
        coalesce(fact.request_id, fact.trace_id) as id,
        coalesce(profile.model, profile.request_model) as model,
        profile.feature,
        cast(${INPUT_SUM} as varchar) as input_tokens,
        cast(${OUTPUT_SUM} as varchar) as output_tokens,
        cast(fact.cost_usd as varchar) as cost
      from dearest as fact
      left join usage_profile as profile on profile.profile_id = fact.profile_id
      group by all
    )
    select * exclude (place)
    from told
    order by place`,
    params,
  );
}
