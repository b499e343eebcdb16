import { integer, join, type Sql, sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { dimensionOf } from '../scope/dimensions.js';
import { type Count, countOf, textOf } from '../scope/values.js';
import type { Agreement, ImportedSum } from './answer.js';

/**
 * How far the costs of some imports agree with what their sources billed, by the dimension `agreement`; undefined where no source says
 * what it billed. A source's own cost is a witness: where it differs, a count, a price or a condition was read wrongly by one of the two.
 */
async function agreementOf(store: Store, imports: Sql): Promise<Agreement | undefined> {
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
      where fact.import_id in (${imports}) and fact.billed_cost is not null
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

/** What the calls of some imports came to; undefined where there is none. */
export async function sumUpImports(store: Store, imports: readonly number[]): Promise<ImportedSum | undefined> {
  if (imports.length === 0) return undefined;
  const numbers = join(imports.map(integer));
  const { calls, cost, unpriced, contradicted } = await store.row<Record<string, string>>(sql`
    select
      count(*) as calls,
      cast(coalesce(sum(cost_usd), 0) as varchar) as cost,
      count(*) filter (cost_usd is null) as unpriced,
      count(*) filter (profile_id in (select profile_id from usage_profile where token_convention = 'contradicted')) as contradicted
    from usage_fact
    where import_id in (${numbers})`);
  if (Number(calls) === 0) return undefined;
  return {
    cost: cost ?? '0',
    unpriced: countOf(unpriced),
    contradicted: countOf(contradicted),
    agreement: await agreementOf(store, numbers),
  };
}
