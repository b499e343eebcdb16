import { resolverOf } from '../../rate/cards.js';
import type { Store } from '../../store/store.js';
import { namedModel } from './named_model.js';
import { ownFamily } from './policy.js';
import type { OwnRatio } from './scenario.js';
import type { UsedModel } from './sources.js';

/** The user's ratios, from names of models to families of their own. Throws UnknownModel. */
export async function measuredRatios(store: Store, given: readonly OwnRatio[]): Promise<OwnRatio[]> {
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
export function measuredModels(used: readonly UsedModel[], ratios: readonly OwnRatio[]): UsedModel[] {
  return used.map((one) => {
    const family =
      one.price_provider === null || one.price_model === null ? '' : ownFamily(one.price_provider, one.price_model);
    return ratios.some(({ source }) => source === family) ? { ...one, family } : one;
  });
}
