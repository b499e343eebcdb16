import { resolverOf } from '../../rate/cards/cards.js';
import type { Store } from '../../store/store.js';
import type { Scope } from '../scope/scope.js';
import { namedModel } from './named_model.js';
import { type PairedRatios, pairedRatios } from './paired.js';
import { ownFamily } from './routing_rules.js';
import type { Adjustments, OwnRatio } from './scenario.js';
import type { UsedModel } from './sources.js';

/** The user's ratios, from names of models to families of their own. Throws UnknownModel. */
async function measuredRatios(store: Store, given: readonly OwnRatio[]): Promise<OwnRatio[]> {
  if (given.length === 0) return [];
  const resolve = await resolverOf(store);
  const family = async (name: string) => {
    const { provider, model } = await namedModel(store, resolve, name);
    return ownFamily(provider, model);
  };
  const found: OwnRatio[] = [];
  for (const { source, target, ratio } of given) {
    found.push({ source: await family(source), target: await family(target), ratio });
  }
  return found;
}

/** The models of the usage, those with a ratio of the user's as a family of their own. */
function measuredModels(used: readonly UsedModel[], ratios: readonly OwnRatio[]): UsedModel[] {
  return used.map((one) => {
    const family =
      one.price_provider === null || one.price_model === null ? '' : ownFamily(one.price_provider, one.price_model);
    return ratios.some(({ source }) => source === family) ? { ...one, family } : one;
  });
}

/** The ratios of the user, given or measured, and the models of the usage with a family of their own where one has a ratio. */
export async function ownRatios(
  store: Store,
  { scope, used, adjust }: { scope: Scope; used: readonly UsedModel[]; adjust: Adjustments },
): Promise<{ ratios: OwnRatio[]; used: UsedModel[]; notes: PairedRatios['notes'] }> {
  const given = await measuredRatios(store, adjust.ownRatios);
  const paired = adjust.calibrate === true ? await pairedRatios(store, scope, used) : { ratios: [], notes: [] };
  // The user's word comes first.
  const ratios = [...given, ...paired.ratios];
  return { ratios, used: measuredModels(used, ratios), notes: paired.notes };
}
