import { aliasLookup, type ModelAlias, type OwnModel, ownLookup } from '../custom/custom_names.js';
import { authorOf, isAuthor, isWeightsOf, sameCompany, sellerOfBareName, sellerOfForm, soldByMany } from './authors.js';
import { type KnownModel, type ModelIndex, modelIndex } from './index.js';
import { namesNoModel, type PlainName, plainName, type SoldName, withoutPrefix, withoutRoute } from './names.js';
import { isIntermediary, isSelfHosted, isSubscription, namedProvider } from './providers.js';
import { exactRow, rowOf, type SellerRow } from './sellers.js';

export type { ModelAlias, OwnModel } from '../custom/custom_names.js';
export type { KnownModel } from './index.js';

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

/** A seller to ask for the price, under the names it may know the model by. */
interface Attempt {
  /** Who was paid if this is it. */
  provider: string;
  seller: string;
  names: readonly PlainName[];
  rules: readonly string[];
  /** Whether asking this seller is a supposition. */
  assumed: boolean;
}

/** What a string says: who was paid by the log, and the name with and without its prefix. */
interface Reading {
  paid: string | null;
  plain: PlainName;
  prefixed: SoldName | undefined;
}

/**
 * The function that finds the price of a model string: provider first, by exact and declared rules only, never by
 * similarity. Deterministic: the same book, aliases and string give the same answer and the same rule. The user's aliases
 * come before everything; `ownModels` (models the user gave prices) only take what the book has no price for.
 */
export function buildResolver(
  known: readonly KnownModel[],
  aliases: readonly ModelAlias[],
  ownModels: readonly OwnModel[] = [],
): Resolver {
  const index = modelIndex(known);
  const alias = aliasLookup(aliases);
  const own = ownLookup(ownModels);

  return ({ provider: given, model, region }) => {
    const paid = namedProvider(given);
    const place = region === null || region.trim() === '' ? null : region.trim().toLowerCase();
    if (model === null || model.trim() === '') {
      return unpriced(paid, place, 'no_model', 'the usage names no model');
    }
    const named = alias(paid, model.trim());
    if (named !== undefined) {
      const { price_provider, price_model } = named;
      const provider = paid ?? price_provider;
      return { kind: 'priced', provider, region: place, price_provider, price_model, rule: 'alias', assumed: false };
    }
    const found = ofBook(index, paid, plainName(model, place));
    if (found.kind !== 'unpriced') return found;
    const mine = own(found.provider, model.trim());
    if (mine === undefined) return found;
    return {
      kind: 'priced',
      provider: found.provider ?? mine.provider,
      region: found.region,
      price_provider: mine.provider,
      price_model: mine.model,
      rule: 'override',
      assumed: false,
    };
  };
}

function ofBook(index: ModelIndex, paid: string | null, plain: PlainName): Resolution {
  const isSeller = (name: string) => index.providers.has(name) || isPrivate(name);
  const prefixed = withoutPrefix(plain, isSeller);
  const reading = { paid, plain, prefixed };
  const named = paid ?? prefixed?.provider ?? plain.provider;
  const { opaque, region: place } = prefixed ?? (paid === null ? plain : withoutRoute({ ...plain, provider: paid }));
  if (opaque !== null) return unpriced(named, place, opaque.rule, opaque.reason);
  if (plain.name === '' || namesNoModel(plain.name) || (prefixed !== undefined && namesNoModel(prefixed.name))) {
    return unpriced(named, place, 'no_model', `"${plain.name}" names no model: what answered is not in the usage`);
  }
  const attempts = attemptsFor(index, reading);
  for (const attempt of attempts) {
    const priced = ask(index, attempt);
    if (priced !== undefined) return priced;
    // Its own list names it without a price: nobody else's is right.
    if (attempt.names.some(({ name }) => index.isUnpriced(attempt.seller, name))) break;
  }
  const last = attempts[0] ?? listPriceAttempt(index, reading);
  return unpricedAfter(index, reading, last);
}

/** Whom to ask, in this order: the log's provider; who the path, the prefix or the form of the name says; the author. */
function attemptsFor(index: ModelIndex, reading: Reading): Attempt[] {
  const { paid, plain, prefixed } = reading;
  const direct = paid === null || isIntermediary(paid) ? [] : [ofPaid(paid, plain, prefixed)];
  const related = paid !== null && prefixed !== undefined && sameCompany(paid, prefixed.provider);
  const others = paid === null || related || !isReseller(index, paid) ? ofName(reading) : [];
  const own = others.find(({ seller }) => isPrivate(seller));
  if (own !== undefined) return [own];
  const asked = [...direct, ...others];
  const author = asked.length === 0 ? ofAuthor(reading) : undefined;
  const all = author === undefined ? asked : [...asked, author];
  const list = listPriceAttempt(index, reading);
  const withSiblings = all.flatMap((attempt) => [attempt, ...siblings(attempt)]);
  return list === undefined ? withSiblings : [...withSiblings, list];
}

/** Somebody with a list of prices for the models of many, a plan or a machine: what its log says about the seller holds. */
function isReseller(index: ModelIndex, paid: string): boolean {
  return (index.providers.has(paid) && !isAuthor(paid)) || isPrivate(paid);
}

/** A machine of one's own or a plan: nobody's price per token holds there. */
function isPrivate(provider: string): boolean {
  return isSelfHosted(provider) || isSubscription(provider);
}

function ofPaid(paid: string, plain: PlainName, prefixed: Reading['prefixed']): Attempt {
  const names = [withoutRoute({ ...plain, provider: paid })];
  if (prefixed?.provider === paid) names.push(prefixed);
  if (plain.publisher !== null) names.push(published(plain, plain.publisher));
  return { provider: paid, seller: paid, names, rules: [], assumed: false };
}

function published(plain: PlainName, publisher: string): PlainName {
  const name = `${publisher}/${plain.name}`;
  return { ...plain, name, written: name };
}

/** What the name itself says about the seller, where the log names none, a author, or somebody nobody knows. */
function ofName({ paid, plain, prefixed }: Reading): Attempt[] {
  const through = paid === null || isIntermediary(paid);
  const attempts: Attempt[] = [];
  // A author named beside a path or form of another is the author of the model; anybody else was paid, at a price unknown.
  const proven = through || isAuthor(paid) || paid === plain.provider;
  const told = (seller: string, rule: string, names: readonly PlainName[]): Attempt => {
    return { provider: proven ? seller : paid, seller, names, rules: [rule], assumed: !proven };
  };
  if (plain.provider !== null && plain.provider !== paid) {
    attempts.push(told(plain.provider, 'provider_from_path', ofPaid(plain.provider, plain, prefixed).names));
  }
  if (prefixed !== undefined && prefixed.provider !== paid) {
    attempts.push(...ofPrefix({ paid, plain, prefixed }, prefixed.provider));
  }
  const form = sellerOfForm(plain.name);
  if (form !== undefined && form !== paid && form !== plain.provider) {
    attempts.push(told(form, 'provider_from_name', ofPaid(form, plain, undefined).names));
  }
  return attempts;
}

/** `openai` in the log and another's prefix: the wire format, or a gateway. A reseller named in the prefix was paid then. */
function ofPrefix({ paid, plain, prefixed }: Reading, seller: string): Attempt[] {
  if (prefixed === undefined || isWeightsOf(plain.name)) return [];
  const through = paid === null || isIntermediary(paid) || sameCompany(paid, seller);
  const provider = through || !isAuthor(seller) ? seller : paid;
  return [{ provider, seller, names: [prefixed], rules: ['provider_from_prefix'], assumed: !through }];
}

function ofAuthor({ paid, plain }: Reading): Attempt | undefined {
  const author = sellerOfBareName(plain.name);
  if (author === undefined || paid !== null) return undefined;
  const assumed = plain.taken.includes('proxy');
  return { provider: author, seller: author, names: [plain], rules: ['provider_from_name'], assumed };
}

/** Logs mix up the two platforms of Google and those of Azure. Each sells models the other does not. */
function siblings(attempt: Attempt): Attempt[] {
  const at = (seller: string, takes: (author: string | undefined) => boolean, assumed: boolean): Attempt[] => {
    const names = attempt.names.filter(({ name }) => takes(authorOf(name)));
    const rules = [...attempt.rules, `sold_on_${seller}`];
    return names.length === 0 ? [] : [{ ...attempt, seller, names, rules, assumed: attempt.assumed || assumed }];
  };
  switch (attempt.seller) {
    case 'google':
      return [
        ...at('vertex_ai', (author) => author !== undefined && author !== 'google', false),
        ...at('vertex_ai', (author) => author === 'google', true),
      ];
    case 'vertex_ai':
      return at('google', (author) => author === 'google', true);
    case 'azure':
      return at('azure_ai', (author) => author !== 'openai', false);
    case 'azure_ai':
      return at('azure', (author) => author === 'openai', false);
    default:
      return [];
  }
}

/** The author's list price, for a seller whose prices nobody lists. */
function listPriceAttempt(index: ModelIndex, { paid, plain, prefixed }: Reading): Attempt | undefined {
  if (paid === null || isPrivate(paid) || isWeightsOf(plain.name)) return undefined;
  const name = prefixed?.name ?? plain.name;
  const author = authorOf(name);
  if (author === undefined || author === paid || index.sells(paid, author)) return undefined;
  const tail = name.slice(name.lastIndexOf('/') + 1);
  const bare = { ...plain, taken: prefixed?.taken ?? plain.taken, name: tail, written: tail };
  return { provider: paid, seller: author, names: [bare], rules: ['list_price'], assumed: true };
}

function ask(index: ModelIndex, attempt: Attempt): Resolution | undefined {
  const known = ({ name, written }: PlainName) =>
    exactRow(index, attempt.seller, written) ?? exactRow(index, attempt.seller, name);
  const searched = (plain: PlainName) =>
    isSelfHosted(attempt.seller) ? undefined : rowOf(index, attempt.seller, plain);
  for (const look of [known, searched]) {
    for (const plain of attempt.names) {
      const row = look(plain);
      if (row !== undefined) return resolution(attempt, plain, row);
    }
  }
  return undefined;
}

function resolution(attempt: Attempt, plain: PlainName, row: SellerRow): Resolution {
  const { provider, seller, rules } = attempt;
  const list = rules[0] === 'list_price';
  const told = [...(list ? [] : rules), ...plain.taken, row.rule];
  const foreign = list || (attempt.assumed && provider !== seller);
  const rule = (foreign ? [...told, 'assumed_list_price'] : told).join('+');
  if (row.kind === 'free') return { kind: 'free', provider, region: plain.region, rule };
  const assumed = attempt.assumed || row.assumed;
  return {
    kind: 'priced',
    provider,
    region: plain.region,
    price_provider: seller,
    price_model: row.model,
    rule,
    assumed,
  };
}

/** Why there is no price, in words. */
function unpricedAfter(index: ModelIndex, { paid, plain, prefixed }: Reading, asked: Attempt | undefined): Resolution {
  const provider = asked?.provider ?? paid;
  const names = asked?.names ?? [prefixed ?? plain];
  const last = names.at(-1) ?? plain;
  const place = last.region;
  const rules = (rule: string) => [...(asked?.rules ?? []).filter((name) => name !== 'list_price'), rule].join('+');
  if (provider === null) {
    const many = soldByMany(plain.name) || isWeightsOf(plain.name);
    const reason = many
      ? 'many sell models of this name, each at a price of its own, and nothing says who was paid'
      : 'nothing says who was paid';
    return unpriced(null, place, 'no_provider', reason);
  }
  const listed = asked !== undefined && names.some(({ name }) => index.isUnpriced(asked.seller, name));
  if (listed && !isSelfHosted(provider)) {
    return unpriced(provider, place, rules('exact'), 'the price lists know it, but no price for it');
  }
  return unpriced(provider, place, rules(noRule(provider)), noReason(provider, last.name));
}

function noRule(provider: string): string {
  if (isSelfHosted(provider)) return 'self_hosted';
  return isSubscription(provider) ? 'subscription' : 'not_found';
}

function noReason(provider: string, name: string): string {
  if (isSelfHosted(provider)) return 'a model on machines of your own has no list price';
  if (isSubscription(provider)) return 'a flat-rate plan has no price for a call of this model';
  if (/^ft:/i.test(name)) return 'the price of fine-tuned models of this base is not known';
  return 'no price list has a model of this name from this provider';
}

function unpriced(provider: string | null, region: string | null, rule: string, reason: string): Resolution {
  return { kind: 'unpriced', provider, region, rule, reason };
}
