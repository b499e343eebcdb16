import { integer, join, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { dimensionOf } from '../scope/dimensions.js';
import { type Count, countOf, textOf } from '../scope/values.js';
import type { Agreement } from './answer.js';

/**
 * How far the costs of some imports agree with what their sources billed, by the dimension `agreement`; undefined where no source says
 * what it billed. A source's own cost is a witness: where it differs, a count, a price or a condition was read wrongly by one of the two.
 */
export async function agreementOf(store: Store, imports: readonly number[]): Promise<Agreement | undefined> {
  if (imports.length === 0) return undefined;
  const { key } = dimensionOf('agreement', []);
  const found = await store.row<Record<string, string | null>>(sql`
    select
      count(agreement) as calls,
      count(*) filter (agreement = 'agrees') as agree,
      count(*) filter (agreement = 'differs') as differ,
      count(*) filter (agreement = 'unpriced') as unpriced,
      cast(coalesce(sum(difference) filter (agreement = 'differs'), 0) as varchar) as difference,
      arg_max(request_id, abs(difference)) filter (agreement = 'differs' and request_id is not null) as furthest
    from (
      select ${key} as agreement, fact.cost_usd - fact.billed_cost as difference, fact.request_id
      from usage_fact as fact
      where fact.import_id in (${join(imports.map(integer))}) and fact.billed_cost is not null
    )`);
  const count = (name: string): Count => countOf(found[name]);
  if (Number(found.calls) === 0) return undefined;
  return {
    calls: count('calls'),
    agree: count('agree'),
    differ: count('differ'),
    unpriced: count('unpriced'),
    difference: textOf(found.difference) ?? '0',
    furthest: textOf(found.furthest),
  };
}
