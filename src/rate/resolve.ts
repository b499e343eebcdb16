import { authorOf, sellerOfBareName } from './authors.js';
import { globPattern } from './globs.js';
import { type KnownModel, modelIndex } from './model_index.js';
import {
  oneSpelling,
  type PlainName,
  plainName,
  withoutDate,
  withoutEffort,
  withoutPrefix,
  withoutRoute,
} from './model_names.js';
import { canonicalProvider } from './providers.js';

export type { KnownModel } from './model_index.js';

/** The user's own word on what a model string means; `model` may be a glob, a null provider is any. */
export interface ModelAlias {
  provider: string | null;
  model: string;
  price_provider: string;
  price_model: string;
}

/** A model the user has given a price of its own. */
export interface OwnModel {
  provider: string | null;
  model: string;
}

export interface ModelString {
  provider: string | null;
  model: string | null;
  region: string | null;
}

interface Explained {
  /** Who was paid, canonical. */
  provider: string;
  region: string | null;
  /** The rules that led here, joined by '+'. */
  rule: string;
}

/** Whose price holds for a model string; `free` has no row and costs 0; `unpriced` says why. */
export type Resolution =
  | (Explained & { kind: 'priced'; price_provider: string; price_model: string; assumed: boolean })
  | (Explained & { kind: 'free' })
  | (Omit<Explained, 'provider'> & { kind: 'unpriced'; provider: string | null; reason: string });

export type Resolver = (model: ModelString) => Resolution;

/**
 * The function that finds the price of a model string: provider first, by exact and declared rules only, never by
 * similarity. Deterministic: the same book, aliases and string give the same answer and the same rule.
 */
export function buildResolver(
  known: readonly KnownModel[],
  aliases: readonly ModelAlias[],
  _own: readonly OwnModel[] = [],
): Resolver {
  const index = modelIndex(known);
  const alias = aliasLookup(aliases);

  return ({ provider: given, model, region }) => {
    const paid = given === null || given.trim() === '' ? null : canonicalProvider(given);
    const place = region === null || region.trim() === '' ? null : region.trim().toLowerCase();
    if (model === null || model.trim() === '') {
      return unpriced(paid, place, 'no_model', 'the usage names no model');
    }
    const own = alias(paid, model.trim());
    if (own !== undefined) {
      const { price_provider, price_model } = own;
      const provider = paid ?? price_provider;
      return { kind: 'priced', provider, region: place, price_provider, price_model, rule: 'alias', assumed: false };
    }
    const plain = plainName(model);
    if (plain.opaque !== null) {
      const reason = `an ${plain.opaque} does not say which model it is`;
      return unpriced(paid ?? plain.provider, place ?? plain.region, 'opaque_arn', reason);
    }
    return ofSeller(seller(paid, plain), place);
  };

  /** Decides who was paid: the log, else the path or prefix of the name, else the maker. */
  function seller(
    paid: string | null,
    plain: PlainName,
  ): { provider: string | null; names: PlainName[]; rule: string[] } {
    const prefixed = withoutPrefix(plain, index.providers);
    if (paid !== null && (index.providers.has(paid) || prefixed === undefined)) {
      const names = [withoutRoute({ ...plain, provider: paid })];
      if (prefixed !== undefined && prefixed.provider === paid) names.push(prefixed);
      return { provider: paid, names, rule: [] };
    }
    if (prefixed !== undefined) {
      return { provider: prefixed.provider, names: [prefixed], rule: ['provider_from_prefix'] };
    }
    if (plain.provider !== null) {
      return { provider: plain.provider, names: [withoutRoute(plain)], rule: ['provider_from_path'] };
    }
    const maker = sellerOfBareName(plain.name);
    return { provider: maker ?? null, names: [plain], rule: maker === undefined ? [] : ['provider_from_name'] };
  }

  function ofSeller(
    { provider, names, rule }: { provider: string | null; names: PlainName[]; rule: string[] },
    place: string | null,
  ): Resolution {
    if (provider === null) return unpriced(null, place, 'no_provider', 'nothing says who was paid');
    for (const [seller, plain] of tries(provider, names)) {
      const region = place ?? plain.region;
      const found = rowOf(seller, plain.name);
      if (found === undefined) continue;
      const rules = [...rule, ...plain.taken, ...(seller === provider ? [] : [`sold_on_${seller}`]), found.rule];
      if (found.model === undefined) return { kind: 'free', provider, region, rule: rules.join('+') };
      return {
        kind: 'priced',
        provider,
        region,
        price_provider: seller,
        price_model: found.model,
        rule: rules.join('+'),
        assumed: found.assumed,
      };
    }
    return listPrice(provider, names, rule, place) ?? notFound(provider, names, rule, place);
  }

  /** The row of a seller for a name, by the declared rules in their order. */
  function rowOf(provider: string, name: string): { model?: string; rule: string; assumed: boolean } | undefined {
    const exact = index.find(provider, name);
    if (exact !== undefined) return { model: exact, rule: 'exact', assumed: false };
    if (index.isUnpriced(provider, name)) return undefined;
    if (name.toLowerCase().endsWith(':free')) return { rule: 'free_variant', assumed: false };
    for (const [rule, candidate, assumed] of candidates(provider, name)) {
      const row = index.find(provider, candidate) ?? index.findSpelling(provider, oneSpelling(candidate));
      if (row !== undefined) return { model: row, rule, assumed };
    }
    return undefined;
  }

  function listPrice(
    provider: string,
    names: readonly PlainName[],
    rule: readonly string[],
    place: string | null,
  ): Resolution | undefined {
    for (const plain of names) {
      const author = authorOf(plain.name);
      if (author === undefined || author === provider || index.sells(provider, author)) continue;
      const found = rowOf(author, plain.name.slice(plain.name.lastIndexOf('/') + 1));
      if (found?.model === undefined) continue;
      return {
        kind: 'priced',
        provider,
        region: place ?? plain.region,
        price_provider: author,
        price_model: found.model,
        rule: [...rule, ...plain.taken, found.rule, 'assumed_list_price'].join('+'),
        assumed: true,
      };
    }
    return undefined;
  }

  function notFound(
    provider: string,
    names: readonly PlainName[],
    rule: readonly string[],
    place: string | null,
  ): Resolution {
    const name = names.at(-1)?.name ?? '';
    const region = place ?? names.at(-1)?.region ?? null;
    const fired = [...rule, 'not_found'].join('+');
    if (index.isUnpriced(provider, name)) {
      return unpriced(provider, region, [...rule, 'exact'].join('+'), 'the price lists know it, but no price for it');
    }
    if (/^ft:/i.test(name)) {
      return unpriced(provider, region, fired, 'the price of fine-tuned models of this base is not known');
    }
    return unpriced(provider, region, fired, 'no price list has a model of this name from this provider');
  }
}

/** Logs say google for both of its platforms; models of other makers are on Vertex AI only. */
function tries(provider: string, names: readonly PlainName[]): [seller: string, plain: PlainName][] {
  const own = names.map((plain): [string, PlainName] => [provider, plain]);
  if (provider !== 'google') return own;
  const foreign = names.filter((plain) => (authorOf(plain.name) ?? 'google') !== 'google');
  return [...own, ...foreign.map((plain): [string, PlainName] => ['vertex_ai', plain])];
}

/** What else a name may be written as; the rule, the name, and whether its price is an assumption. */
function candidates(provider: string, name: string): [rule: string, name: string, assumed: boolean][] {
  const tuned = /^ft:([^:]+):/i.exec(name);
  // A fine-tuned model never costs what its base costs.
  if (tuned !== null) return fineTuned(tuned[1] ?? '');
  const found: [string, string, boolean][] = [['spelling', name, false]];
  const add = (rule: string, candidate: string | undefined, assumed: boolean) => {
    if (candidate !== undefined && candidate !== name) found.push([rule, candidate, assumed]);
  };
  if (provider === 'azure') {
    add('azure_spelling', name.replace(/^gpt-35-/i, 'gpt-3.5-'), false);
    add('azure_spelling', name.replace(/^gpt-3\.5-/i, 'gpt-35-'), false);
  }
  if (provider === 'fireworks_ai' && !name.includes('/'))
    add('fireworks_path', `accounts/fireworks/models/${name}`, false);
  add('date_stripped', withoutDate(name), false);
  add('effort_stripped', withoutEffort(name), false);
  // Same tokens, same price; what the variant adds (a search, another host) is billed beside it or unknown.
  add('variant_stripped', /^(.+):(?:thinking|beta)$/i.exec(name)?.[1], false);
  add('variant_stripped', /^(.+):(?:online|nitro|floor|exacto)$/i.exec(name)?.[1], true);
  return found;
}

function fineTuned(base: string): [string, string, boolean][] {
  const undated = withoutDate(base);
  const found: [string, string, boolean][] = [['fine_tuned', `ft:${base}`, false]];
  if (undated !== undefined) found.push(['fine_tuned+date_stripped', `ft:${undated}`, false]);
  return found;
}

function unpriced(provider: string | null, region: string | null, rule: string, reason: string): Resolution {
  return { kind: 'unpriced', provider, region, rule, reason };
}

/** Exact names before globs, a named provider before any. */
function aliasLookup(
  aliases: readonly ModelAlias[],
): (provider: string | null, model: string) => ModelAlias | undefined {
  const ordered = [...aliases].sort((a, b) => rank(a) - rank(b));
  return (provider, model) =>
    ordered.find(
      (alias) =>
        (alias.provider === null || canonicalProvider(alias.provider) === provider) &&
        globPattern(alias.model).test(model),
    );
}

function rank(alias: ModelAlias): number {
  return (/[*?]/.test(alias.model) ? 2 : 0) + (alias.provider === null ? 1 : 0);
}
