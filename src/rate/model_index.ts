import { authorOf } from './authors.js';
import { isSubscription } from './providers.js';
import { bedrockVersion, datedName, oneSpelling, withoutDay } from './spelling.js';

/** A model some price list names; `priced` says whether it has at least one rate, `free` whether all of them are 0. */
export interface KnownModel {
  provider: string;
  model: string;
  priced: boolean;
  free?: boolean;
}

/** A dated model: its published name and its date as YYYYMMDD. */
export interface Snapshot {
  model: string;
  date: string;
}

export interface ModelIndex {
  providers: ReadonlySet<string>;
  /** The published spelling of a priced model, compared without case. */
  find: (provider: string, name: string) => string | undefined;
  /** The same, compared in `oneSpelling`; of several, the first by alphabet. */
  findSpelling: (provider: string, name: string) => string | undefined;
  /** The one model of the name when Bedrock's version behind it is left off or written otherwise (`…-v1:0`). */
  findVersion: (provider: string, name: string) => string | undefined;
  /** The one model listed under `author/name`. */
  findUnderAuthor: (provider: string, name: string) => string | undefined;
  /** The priced snapshots of an undated name, in the order of their dates. */
  snapshots: (provider: string, name: string) => readonly Snapshot[];
  /** Whether snapshots of an undated name are priced, with a whole date or with a month and day behind the name. */
  hasSnapshots: (provider: string, name: string) => boolean;
  /** Listed, but without a price. */
  isUnpriced: (provider: string, name: string) => boolean;
  /** Whether the price lists name models of this maker under the provider, with or without a price. */
  sells: (provider: string, author: string) => boolean;
}

/** Settings of a picture before its name, as LiteLLM lists them: `hd/1024-x-1024/dall-e-3`. They are no author. */
const NO_AUTHOR = /^(?:hd|standard|low|medium|high|speech|preset|doc-intelligence|\d+-x-\d+|max-x-max)$/i;

/** Looks models up by provider and name. */
export function modelIndex(known: readonly KnownModel[]): ModelIndex {
  const sorted = [...known].sort((a, b) => (a.model < b.model ? -1 : a.model > b.model ? 1 : 0));
  const priced = sorted.filter((model) => model.priced && !(model.free === true && isSubscription(model.provider)));
  const exact = firstOf(priced, (model) => model.toLowerCase());
  const spellings = firstOf(priced, oneSpelling);
  const listed = new Set(sorted.map(({ provider, model }) => key(provider, oneSpelling(model))));
  const makers = new Set(sorted.map(({ provider, model }) => key(provider, authorOf(model) ?? '')));
  const ofBedrock = priced.filter(({ provider }) => provider === 'bedrock');
  const versions = groupsOf(ofBedrock, (model) => bedrockVersion(oneSpelling(model)).name);
  const tails = groupsOf(priced, tailUnderAuthor);
  const dated = groupsOf(priced, (model, provider) => datedName(versionless(provider, model))?.name);
  const days = groupsOf(priced, (model, provider) => withoutDay(versionless(provider, model)));
  return {
    providers: new Set(known.map(({ provider }) => provider)),
    find: (provider, name) => exact.get(key(provider, name.toLowerCase())),
    findSpelling: (provider, name) => spellings.get(key(provider, oneSpelling(name))),
    findVersion: (provider, name) => {
      const { name: plain, version } = bedrockVersion(oneSpelling(name));
      return onlyVersion(versions.get(key(provider, plain)) ?? [], version);
    },
    findUnderAuthor: (provider, name) => {
      const found = tails.get(key(provider, oneSpelling(name))) ?? [];
      return new Set(found.map(authorPart)).size === 1 ? found[0] : undefined;
    },
    snapshots: (provider, name) =>
      (dated.get(key(provider, versionless(provider, name))) ?? [])
        .map((model) => ({ model, date: datedName(versionless(provider, model))?.date ?? '' }))
        .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0)),
    hasSnapshots: (provider, name) => {
      const id = key(provider, versionless(provider, name));
      return dated.has(id) || days.has(id);
    },
    isUnpriced: (provider, name) =>
      listed.has(key(provider, oneSpelling(name))) && !spellings.has(key(provider, oneSpelling(name))),
    sells: (provider, author) => makers.has(key(provider, author)),
  };
}

/** In one spelling, at Bedrock without its version. */
function versionless(provider: string, model: string): string {
  const spelled = oneSpelling(model);
  return provider === 'bedrock' ? bedrockVersion(spelled).name : spelled;
}

/** Without a version every one is meant, so there must be one; the first version may be left unwritten. */
function onlyVersion(models: readonly string[], version: string): string | undefined {
  const written = (model: string) => bedrockVersion(oneSpelling(model)).version;
  const same = models.filter((model) => written(model) === version);
  if (version !== '') return same[0] ?? (version === '1:0' ? models.find((model) => written(model) === '') : undefined);
  return new Set(models.map((model) => written(model) || '1:0')).size === 1 ? models[0] : undefined;
}

function tailUnderAuthor(model: string): string | undefined {
  const author = authorPart(model);
  if (author === undefined || NO_AUTHOR.test(author)) return undefined;
  return oneSpelling(model.slice(model.lastIndexOf('/') + 1));
}

/** `anthropic` of `anthropic/claude-…` and `meta` of `@cf/meta/llama-…`; undefined for deeper or no paths. */
function authorPart(model: string): string | undefined {
  return /^(?:@cf\/)?([^/@]+)\/[^/]+$/.exec(model.toLowerCase())?.[1];
}

/** The first model by alphabet for each provider and what `part` makes of the name. */
function firstOf(models: readonly KnownModel[], part: (model: string) => string): Map<string, string> {
  const first = new Map<string, string>();
  for (const { provider, model } of models) {
    const id = key(provider, part(model));
    if (!first.has(id)) first.set(id, model);
  }
  return first;
}

/** All models for each provider and what `part` makes of the name, where it makes something. */
function groupsOf(
  models: readonly KnownModel[],
  part: (model: string, provider: string) => string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { provider, model } of models) {
    const name = part(model, provider);
    if (name === undefined) continue;
    const id = key(provider, name);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [model]);
    else group.push(model);
  }
  return groups;
}

function key(provider: string, name: string): string {
  return `${provider}\n${name}`;
}
