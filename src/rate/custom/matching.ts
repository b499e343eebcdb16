import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { globPattern } from '../globs.js';
import type { ModelAlias } from '../models/resolve.js';
import { inRevision } from '../revision.js';

/** The user's word on the price of models: names are globs, a null provider is any. */
export interface OwnPrice {
  override_id: number;
  provider: string | null;
  model: string;
  /** It gives a rate for tokens, so it can price a model no list knows. */
  prices_model: boolean;
}

/** The aliases that hold in a revision, the newest first. */
export async function aliasesIn(store: Store, revision: number): Promise<ModelAlias[]> {
  return store.rows<{ provider: string | null; model: string; price_provider: string; price_model: string }>(
    sql`
    select provider, model, price_provider, price_model
    from price_alias as held
    where ${inRevision(sql`held`)}
    order by alias_id desc`,
    { revision },
  );
}

/** The user's rates and factors that hold in a revision. */
export async function overridesIn(store: Store, revision: number): Promise<OwnPrice[]> {
  return store.rows<{ override_id: number; provider: string | null; model: string; prices_model: boolean }>(
    sql`
    select override_id, provider, model, usd_per_unit is not null as prices_model
    from price_override as held
    where ${inRevision(sql`held`)}
    order by override_id`,
    { revision },
  );
}

/** Whether the user's word is about this model of the price book. */
export function concerns(own: Pick<OwnPrice, 'provider' | 'model'>, provider: string, model: string): boolean {
  return (own.provider === null || globPattern(own.provider).test(provider)) && globPattern(own.model).test(model);
}
