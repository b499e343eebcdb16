import { UsageError } from '../../errors.js';
import { nearestOf } from '../../names/nearest.js';
import { globPattern } from '../../rate/globs.js';
import { knownModels } from '../../rate/models/index.js';
import type { Resolver } from '../../rate/models/resolve.js';
import type { Store } from '../../store/store.js';
import { bareName, undatedName } from '../quality/model_family.js';
import { isCalled, type UsedModel } from './sources.js';

/** A model of the price book by the name a user gave it. */
export interface NamedModel {
  provider: string;
  model: string;
}

/** A model that usage shall move to has no price. */
export class UnknownModel extends UsageError {
  constructor(name: string, reason: string, hint: string) {
    super(`${name} cannot be simulated: ${reason}.\n${hint}`);
  }
}

/** A model that usage shall move from is not in the usage. */
export class NotUsed extends UsageError {
  constructor(name: string, used: readonly string[]) {
    const shown = used.slice(0, 12).join(', ');
    const more = used.length > 12 ? `, … (${used.length} in all)` : '';
    super(
      `No usage in scope is on ${name}.\n${used.length === 0 ? 'There is no usage in scope: widen --period or --where.' : `It is on: ${shown}${more}.`}`,
    );
  }
}

/** The price row that a name (`gpt-4o-mini`, `azure/gpt-4o`) stands for by the rules of the book. Throws UnknownModel. */
export async function namedModel(store: Store, resolve: Resolver, name: string): Promise<NamedModel> {
  const found = resolve({ provider: null, model: name, region: null });
  if (found.kind === 'priced') return { provider: found.price_provider, model: found.price_model };
  const hint = await hintFor(store, name);
  if (found.kind === 'free') {
    throw new UnknownModel(name, 'it is free, and limits apply that no price book knows', hint.text);
  }
  const nobody = !hint.sold && found.provider === null;
  throw new UnknownModel(name, nobody ? 'no price list has a model of this name' : found.reason, hint.text);
}

async function hintFor(store: Store, name: string): Promise<{ text: string; sold: boolean }> {
  const known = (await knownModels(store)).filter(({ priced }) => priced);
  const plain = bareName(name);
  const sellers = known.filter(({ model }) => undatedName(model) === plain || bareName(model) === plain);
  if (sellers.length > 0) {
    const names = sellers.slice(0, 5).map(({ provider, model }) => `${provider}/${model}`);
    return { text: `Say who sells it: ${names.join(', ')}${sellers.length > 5 ? ', …' : ''}.`, sold: true };
  }
  const nearest = nearestOf(name, [
    ...new Set(known.flatMap(({ provider, model }) => [model, `${provider}/${model}`])),
  ]);
  const meant = nearest === undefined ? '' : `Did you mean ${nearest}? `;
  return {
    text: `${meant}See which there are: llmcost pricing list, or give it a price: llmcost pricing override`,
    sold: false,
  };
}

/** The numbers of the used models that a name or glob means (`gpt-4o`, `azure/gpt-4o`, `claude-*`, `*`). Throws NotUsed. */
export function usedNamed(used: readonly UsedModel[], isSeller: (name: string) => boolean, name: string): number[] {
  const found = modelsNamed(used, isSeller, name);
  if (found.length > 0) return found;
  throw new NotUsed(name, [...new Set(used.map((one) => `${one.provider ?? '?'}/${one.model ?? '?'}`))]);
}

/** The same; empty where the usage is on none of them. */
export function modelsNamed(used: readonly UsedModel[], isSeller: (name: string) => boolean, name: string): number[] {
  const [, prefix = '', rest = ''] = /^([^/]+)\/(.+)$/.exec(name) ?? [];
  const sold = prefix !== '' && isSeller(prefix);
  const model = sold ? rest : name;
  const pattern = globPattern(model);
  const plain = /[*?]/.test(model) ? '' : bareName(model);
  return used.filter((one) => isCalled(one, sold ? prefix : null, pattern, plain)).map(({ model_id }) => model_id);
}
