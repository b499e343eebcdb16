import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { inRevision, LATEST_REVISION } from '../revision.js';
import { authorOf } from './authors.js';
import { isSelfHosted, isSubscription } from './providers.js';
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
  /** Whether the price lists name models of this author under the provider, with or without a price. */
  sells: (provider: string, author: string) => boolean;
}

/** Settings of a picture before its name, as LiteLLM lists them: `hd/1024-x-1024/dall-e-3`. They are no author. */
const NO_AUTHOR = /^(?:hd|standard|low|medium|high|speech|preset|doc-intelligence|\d+-x-\d+|max-x-max)$/i;

/** Looks models up by provider and name. What is known of a provider is sorted out when it is first asked for. */
export function modelIndex(known: readonly KnownModel[]): ModelIndex {
  const byProvider = new Map<string, KnownModel[]>();
  for (const model of known) {
    const models = byProvider.get(model.provider);
    if (models === undefined) byProvider.set(model.provider, [model]);
    else models.push(model);
  }
  const lists = new Map<string, ProviderList>();
  const of = (provider: string) => {
    const list = lists.get(provider) ?? providerList(provider, byProvider.get(provider) ?? []);
    lists.set(provider, list);
    return list;
  };
  return {
    providers: new Set(byProvider.keys()),
    find: (provider, name) => of(provider).exact.get(name.toLowerCase()),
    findSpelling: (provider, name) => of(provider).spellings.get(oneSpelling(name)),
    findVersion: (provider, name) => {
      const { name: plain, version } = bedrockVersion(oneSpelling(name));
      return onlyVersion(of(provider).versions.get(plain) ?? [], version);
    },
    findUnderAuthor: (provider, name) => {
      const found = of(provider).tails.get(oneSpelling(name)) ?? [];
      return new Set(found.map(authorPart)).size === 1 ? found[0] : undefined;
    },
    snapshots: (provider, name) =>
      (of(provider).dated.get(versionless(provider, name)) ?? [])
        .map((model) => ({ model, date: datedName(versionless(provider, model))?.date ?? '' }))
        .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0)),
    hasSnapshots: (provider, name) => {
      const plain = versionless(provider, name);
      return of(provider).dated.has(plain) || of(provider).days.has(plain);
    },
    isUnpriced: (provider, name) => {
      const spelling = oneSpelling(name);
      return of(provider).listed.has(spelling) && !of(provider).spellings.has(spelling);
    },
    sells: (provider, author) => of(provider).authors.has(author),
  };
}

/** The models of one provider, by what is asked of them. */
interface ProviderList {
  exact: ReadonlyMap<string, string>;
  spellings: ReadonlyMap<string, string>;
  listed: ReadonlySet<string>;
  authors: ReadonlySet<string | undefined>;
  /** By the name without Bedrock's version, the name behind an author, the name without its date, without its day. */
  versions: Groups;
  tails: Groups;
  dated: Groups;
  days: Groups;
}

type Groups = ReadonlyMap<string, readonly string[]>;

function providerList(provider: string, known: readonly KnownModel[]): ProviderList {
  const all = known.map(({ model }) => model);
  const believed = known.filter(
    ({ priced, free }) => priced && !(free === true && (isSubscription(provider) || isSelfHosted(provider))),
  );
  const priced = believed.map(({ model }) => model).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return {
    exact: firstOf(priced, (model) => model.toLowerCase()),
    spellings: firstOf(priced, oneSpelling),
    listed: new Set(all.map(oneSpelling)),
    authors: new Set(all.map(authorOf)),
    versions: groupsOf(provider === 'bedrock' ? priced : [], (model) => bedrockVersion(oneSpelling(model)).name),
    tails: groupsOf(priced, tailUnderAuthor),
    dated: groupsOf(priced, (model) => datedName(versionless(provider, model))?.name),
    days: groupsOf(priced, (model) => withoutDay(versionless(provider, model))),
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

/** The first model for each of what `part` makes of the names. */
function firstOf(models: readonly string[], part: (model: string) => string): Map<string, string> {
  const first = new Map<string, string>();
  for (const model of models) {
    const name = part(model);
    if (!first.has(name)) first.set(name, model);
  }
  return first;
}

/** The models for each of what `part` makes of the names, where it makes something. */
function groupsOf(models: readonly string[], part: (model: string) => string | undefined): Groups {
  const groups = new Map<string, string[]>();
  for (const model of models) {
    const name = part(model);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [model]);
    else group.push(model);
  }
  return groups;
}

/** Every model the price book names, as it was in a revision, with whether it has a rate, and whether all of its rates are 0. */
export async function knownModels(store: Store, revision = LATEST_REVISION): Promise<KnownModel[]> {
  return store.rows<{ provider: string; model: string; priced: boolean; free: boolean }>(
    sql`
    with named as (
      select provider, model, false as priced, cast(null as boolean) as zero
      from price_model
      union all
      select provider, model, true as priced, usd_per_unit = 0 as zero
      from price_rate as rate
      where not contains(model, '*') and ${inRevision(sql`rate`)}
    )
    select provider, model, bool_or(priced) as priced, coalesce(bool_and(zero), false) as free
    from named
    group by provider, model
    order by provider, model`,
    { revision },
  );
}
