import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { forecastMetric } from '../forecast/series.js';
import { atto, quotient } from '../metrics/division.js';
import { metricRows } from '../metrics/metric_rows.js';
import { dimensionOf } from '../scope/dimensions.js';
import type { Driver } from './answer.js';
import type { Rule } from './rule.js';
import { keyText } from './usage.js';

/** What a driver may be, the most telling first. */
const CANDIDATES = ['customer', 'feature', 'model'] as const;

/**
 * The driver of each group: of the dimensions that neither the groups nor the filters are about, the one of which a single value takes
 * the largest part, as long as it has more than one value. Only for what adds up.
 */
export async function driversOf(store: Store, rule: Rule): Promise<Map<string, Driver>> {
  const best = new Map<string, Driver>();
  if (forecastMetric(rule.metric) === undefined) return best;
  const fixed = new Set(
    [...rule.dimensions, ...rule.conditions.map(({ dimension: name }) => ({ name }))].map(({ name }) => name),
  );
  for (const dimension of CANDIDATES.filter((name) => !fixed.has(name))) {
    for (const { name, driver } of await largestParts(store, rule, dimension)) {
      const known = best.get(name);
      const better = known === undefined || Number(driver.share_percent) > Number(known.share_percent);
      if (better && driver.value !== null) best.set(name, driver);
    }
  }
  return best;
}

async function largestParts(
  store: Store,
  { dimensions, scope, metric }: Rule,
  candidate: string,
): Promise<{ name: string; driver: Driver }[]> {
  const rows = await metricRows(store, {
    dimensions: [...dimensions, dimensionOf(candidate, [])],
    scope,
    metrics: [metric],
  });
  const parts = rows.flatMap(({ kind, keys, values }) => {
    const value = values[metric];
    if (kind !== 'group' || value === null || value === undefined) return [];
    return [{ name: keyText(keys.slice(0, -1)), part: keys.at(-1) ?? null, value: String(value) }];
  });
  const found = await store.rows<{ name: string; part: string | null; share_percent: string }>(
    sql`
    with parts as (
      select unnest(from_json(cast($parts as json), '[{"name": "varchar", "part": "varchar", "value": "decimal(38,18)"}]'), recursive := true)
    )
    select
      name,
      arg_max(coalesce(part, ''), "value") as part,
      cast(${quotient(sql`100 * ${atto(sql`max("value")`)}`, atto(sql`sum("value")`), 2)} as varchar) as share_percent
    from parts
    group by name
    having sum("value") > 0 and count(*) > 1`,
    { parts: JSON.stringify(parts) },
  );
  return found.map(({ name, part, share_percent }) => ({
    name,
    driver: { dimension: candidate, value: part === '' ? null : part, share_percent },
  }));
}
