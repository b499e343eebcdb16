import { authorOf } from './authors.js';
import { oneSpelling } from './model_names.js';

/** A model some price list names; `priced` says whether it has at least one rate. */
export interface KnownModel {
  provider: string;
  model: string;
  priced: boolean;
}

export interface ModelIndex {
  providers: ReadonlySet<string>;
  /** The published spelling of a priced model, compared without case. */
  find: (provider: string, name: string) => string | undefined;
  /** The same for a name in `oneSpelling`; of several, the first by alphabet. */
  findSpelling: (provider: string, spelling: string) => string | undefined;
  /** Listed, but without a price. */
  isUnpriced: (provider: string, name: string) => boolean;
  /** Whether the price lists name models of this maker under the provider, with or without a price. */
  sells: (provider: string, author: string) => boolean;
}

/** Looks models up by provider and name. */
export function modelIndex(known: readonly KnownModel[]): ModelIndex {
  const exact = new Map<string, string>();
  const spellings = new Map<string, string>();
  const listed = new Set<string>();
  const makers = new Set<string>();
  const sorted = [...known].sort((a, b) => (a.model < b.model ? -1 : a.model > b.model ? 1 : 0));
  for (const { provider, model, priced } of sorted) {
    const id = key(provider, model);
    listed.add(id);
    const maker = authorOf(model);
    if (maker !== undefined) makers.add(`${provider}\n${maker}`);
    if (!priced) continue;
    if (!exact.has(id)) exact.set(id, model);
    const spelling = `${provider}\n${oneSpelling(model)}`;
    if (!spellings.has(spelling)) spellings.set(spelling, model);
  }
  return {
    providers: new Set(known.map(({ provider }) => provider)),
    find: (provider, name) => exact.get(key(provider, name)),
    findSpelling: (provider, spelling) => spellings.get(`${provider}\n${spelling}`),
    isUnpriced: (provider, name) => listed.has(key(provider, name)) && !exact.has(key(provider, name)),
    sells: (provider, author) => makers.has(`${provider}\n${author}`),
  };
}

function key(provider: string, name: string): string {
  return `${provider}\n${name.toLowerCase()}`;
}
