import { identifier, join, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { INPUT_SUM, OUTPUT_SUM } from '../metrics/measures.js';
import { metricRows } from '../metrics/metric_rows.js';
import type { Period } from '../scope/period.js';
import { type Scope, withPeriod } from '../scope/scope.js';
import type { Rule } from './rule.js';

/** What a group used: the values of its dimensions, and the metric as decimal text; null is not known. */
export interface Used {
  key: (string | null)[];
  value: string | null;
  usage_rows: number;
  unpriced_rows: number;
  /** Rows that do not tell how many requests they stand for. */
  unknown_rows: number;
}

/** The name of a group in lookups. */
export function keyText(key: readonly (string | null)[]): string {
  return JSON.stringify(key);
}

/** What each group of a rule used in a part of its scope; one row if the rule has no groups, none if there is no usage. */
export async function usedBy(store: Store, { dimensions, metric }: Rule, scope: Scope): Promise<Used[]> {
  const rows = await metricRows(store, { dimensions, scope, metrics: [metric] });
  const groups = rows.filter(({ kind }) => kind === (dimensions.length === 0 ? 'total' : 'group'));
  return groups
    .map(({ keys, base, values }) => {
      const value = values[metric];
      return {
        key: keys,
        value: value === null || value === undefined ? null : String(value),
        usage_rows: Number(base.usage_rows),
        unpriced_rows: Number(base.unpriced_rows),
        unknown_rows: Number(base.unknown_rows),
      };
    })
    .filter(({ usage_rows }) => usage_rows > 0);
}

/** What each group used in earlier periods, the latest first; periods without usage of it are left out. */
export async function usedBefore(store: Store, rule: Rule, periods: readonly Period[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const period of periods) {
    for (const { key, value } of await usedBy(store, rule, withPeriod(rule.anyTime, period))) {
      if (value !== null) found.set(keyText(key), [...(found.get(keyText(key)) ?? []), value]);
    }
  }
  return found;
}

/**
 * The part of each group's usage that has no price, in percent with two places, rounded up so that a little is not nothing: of its rows
 * or of its tokens, whichever is more. Groups that are wholly priced are left out.
 */
export async function unpricedShares(store: Store, { dimensions, scope }: Rule): Promise<Map<string, string>> {
  const keys = dimensions.map((_, index) => identifier(`k${index}`));
  const labels = dimensions.map(({ label }, index) => label(identifier(`k${index}`)));
  const named = dimensions.map(({ key }, index) => sql`${key} as ${identifier(`k${index}`)},`);
  const profile = sql`left join usage_profile as profile on profile.profile_id = fact.profile_id`;
  const rows = await store.rows<{ key: string; percent: string }>(
    sql`
    with counted as (
      select
        ${join(named, '\n        ')}
        fact.cost_status = 1 as unpriced,
        count(*) as usage_rows,
        ${INPUT_SUM} + ${OUTPUT_SUM} as tokens
      from usage_fact as fact
      ${dimensions.some(({ home }) => home === 'profile') ? profile : sql``}
      where ${scope.test}
      group by all
    ),
    shares as (
      select
        ${join([...keys, sql`sum(usage_rows) as usage_rows`, sql`sum(usage_rows) filter (where unpriced) as unpriced_rows`])},
        sum(tokens) as tokens,
        coalesce(sum(tokens) filter (where unpriced), 0) as unpriced_tokens
      from counted
      group by ${keys.length === 0 ? sql`()` : join(keys)}
    )
    select
      cast(to_json([${join(labels.map((label) => sql`cast(${label} as varchar)`))}]) as varchar) as key,
      cast(cast(greatest(
        (10000 * unpriced_rows + usage_rows - 1) // usage_rows,
        if(tokens > 0, (10000 * unpriced_tokens + tokens - 1) // tokens, 0)
      ) as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as varchar) as percent
    from shares
    where unpriced_rows > 0`,
    scope.params,
  );
  return new Map(rows.map(({ key, percent }) => [keyText(JSON.parse(key)), percent]));
}
