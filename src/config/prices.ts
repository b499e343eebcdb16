import {
  type Amount,
  amountOf,
  amountWords,
  CLASS_NAMES,
  DISCOUNT_WORDS,
  discountOf,
  FACTOR_WORDS,
  factorOf,
  isPricedName,
  type PricedName,
  type Share,
  UNIT_NAMES,
  USD_WORDS,
  usdOf,
} from './amount.js';
import { modelGlob } from './model_glob.js';
import { day, list, object, oneOf, optional, parsed, type Read, ruled, words } from './schema.js';

/** The section `prices` of llmcost.yaml: aliases of models, agreed prices, and subscriptions. */

const NAMES: readonly PricedName[] = [...CLASS_NAMES, ...UNIT_NAMES];

const modelWords = "a model, such as openai/gpt-4o or 'azure/gpt-4*'";

const validity = { from: optional(day()), to: optional(day()) };
const remark = { note: optional(words('text')) };

const alias = object({
  model: words('the name of a model as your logs write it'),
  provider: optional(words('the name of a provider')),
  is: parsed(targetOf, 'a model of the price book, such as azure/gpt-4o'),
  ...remark,
});

function targetOf(text: string): { provider: string; model: string } | undefined {
  const { provider, model } = modelGlob(text) ?? { provider: null, model: '' };
  return provider === null || /[*?]/.test(text) ? undefined : { provider, model };
}

const rates = Object.fromEntries(NAMES.map((name) => [name, rateOf(name)])) as Record<
  PricedName,
  ReturnType<typeof rateOf>
>;

function rateOf(name: PricedName) {
  return optional(parsed((text) => amountOf(text, name), amountWords(name)));
}

const overrideKeys = object({
  model: words(modelWords),
  provider: optional(words('the name of a provider')),
  ...rates,
  factor: optional(parsed(factorOf, FACTOR_WORDS)),
  discount: optional(parsed(discountOf, DISCOUNT_WORDS)),
  only: optional(list(parsed((text) => (isPricedName(text) ? text : undefined), 'input, output or another price'))),
  tier: optional(words('a service tier, such as batch')),
  region: optional(words('a region, such as eu')),
  ...validity,
  ...remark,
});

const override = ruled(overrideKeys, (entry) => modelRule(entry) ?? kindRule(entry) ?? dayRule(entry));

const flat = ruled(
  object({
    name: words('the name of what is paid for'),
    model: optional(words(modelWords)),
    provider: optional(words('the name of a provider')),
    usd: parsed(usdOf, USD_WORDS),
    per: oneOf(['hour', 'day', 'month']),
    from: day(),
    to: optional(day()),
    ...remark,
  }),
  (entry) => modelRule(entry) ?? dayRule(entry),
);

type Broken = { key: string; sentence: string } | undefined;

function modelRule({ model, provider }: { model?: string; provider?: string }): Broken {
  const fits = model === undefined || modelGlob(model, provider) !== undefined;
  return fits ? undefined : { key: 'model', sentence: `must be ${modelWords}.` };
}

function dayRule({ from, to }: { from?: string; to?: string }): Broken {
  return from !== undefined && to !== undefined && from >= to
    ? { key: 'to', sentence: `must be after from, ${from}: it is the first day that is out.` }
    : undefined;
}

function kindRule(entry: Read<typeof overrideKeys>): Broken {
  const named = NAMES.filter((name) => entry[name] !== undefined);
  const kinds = [named.length > 0, entry.factor !== undefined, entry.discount !== undefined].filter((given) => given);
  if (kinds.length === 0) return { key: '', sentence: 'must have a price (input, output, …), a factor or a discount.' };
  if (kinds.length > 1) return { key: '', sentence: 'must have either prices, a factor or a discount, not several.' };
  if (entry.only !== undefined && named.length > 0) {
    return { key: 'only', sentence: 'goes with factor or discount: a price is for what it names.' };
  }
  return undefined;
}

/** What the section is declared as. */
export const PRICES = object({
  aliases: optional(list(alias)),
  overrides: optional(list(override)),
  flat: optional(list(flat)),
});

/** The position of a key, for messages: `llmcost.yaml:12: prices.aliases[0].is`. */
type Where = (...path: (string | number)[]) => string;

/** The section as rows of the tables of custom prices; an override of two prices is two rows. */
export function pricesOf({ prices = {}, where }: { prices?: Read<typeof PRICES>; where: Where }) {
  const { aliases = [], overrides = [], flat: flats = [] } = prices;
  return {
    aliases: aliases.map((entry, index) => ({
      provider: entry.provider ?? null,
      model: entry.model,
      price_provider: entry.is.provider,
      price_model: entry.is.model,
      note: entry.note ?? null,
      where: where('prices', 'aliases', index, 'is'),
    })),
    overrides: overrides.flatMap((entry, index) => overrideRows(entry, where('prices', 'overrides', index))),
    flats: flats.map((entry, index) => ({
      ...scopeOf(entry),
      name: entry.name,
      usd: entry.usd,
      per: entry.per,
      effective_from: entry.from,
      effective_to: entry.to ?? null,
      note: entry.note ?? null,
      where: where('prices', 'flat', index),
    })),
  };
}

/** What an override has besides its amounts, in the words of a command line or of the file. */
export interface OverrideEntry extends Partial<Record<PricedName, Amount>> {
  model: string;
  provider?: string;
  factor?: Share;
  discount?: Share;
  only?: PricedName[];
  tier?: string;
  region?: string;
  from?: string;
  to?: string;
  note?: string;
}

/** An override as rows: one for each price, or one for each name a factor is for. */
export function overrideRows(entry: OverrideEntry, where: string) {
  const { provider, model } = modelGlob(entry.model, entry.provider) ?? { provider: null, model: entry.model };
  const share = entry.factor ?? entry.discount;
  const amounts: { dimension: PricedName | null; amount: Amount | Share }[] = NAMES.flatMap((dimension) => {
    const amount = entry[dimension];
    return amount === undefined ? [] : [{ dimension, amount }];
  });
  if (share !== undefined) {
    amounts.push(...(entry.only ?? [null]).map((dimension) => ({ dimension, amount: share })));
  }
  return amounts.map(({ dimension, amount }) => ({
    provider,
    model,
    dimension,
    ...amount,
    service_tier: entry.tier ?? null,
    region: entry.region ?? null,
    effective_from: entry.from ?? null,
    effective_to: entry.to ?? null,
    note: entry.note ?? null,
    where,
  }));
}

function scopeOf({ model, provider }: { model?: string; provider?: string }) {
  if (model !== undefined) return modelGlob(model, provider) ?? { provider: null, model };
  return { provider: provider ?? null, model: null };
}
