import { oneSpelling } from '../model_names.js';
import { canonicalProvider } from '../providers.js';
import { anthropicBatch } from './anthropic_batch.js';
import { type Period, pricePeriods } from './genai_periods.js';
import { genaiMeaning } from './genai_units.js';
import { plausibleRates } from './plausible.js';
import {
  isObject,
  isZero,
  type JsonObject,
  priceText,
  type Rejected,
  type StagedModel,
  type StagedRate,
  type StagedSource,
  UNIT_SCALES,
} from './source.js';

/** Whether a parsed JSON file is genai-prices' list of providers: the v2 feed or the form bundled in its packages. */
export function isGenaiPrices(json: unknown): json is JsonObject[] {
  return Array.isArray(json) && json.length > 0 && json.every(isProvider);
}

function isProvider(entry: unknown): entry is JsonObject {
  return isObject(entry) && typeof entry.id === 'string' && Array.isArray(entry.models) && 'api_pattern' in entry;
}

/**
 * Reads genai-prices v2, USD per million, thousand or hour, with dated prices.
 * https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json
 */
export function stageGenaiPrices(json: readonly JsonObject[], dataDate: string): StagedSource {
  const staged: StagedSource = {
    source: 'genai-prices',
    dataDate,
    models: [],
    rates: [],
    multipliers: [],
    rejected: [],
  };
  for (const { key, provider, names, model } of namedModels(json)) {
    const [first = ''] = names;
    const rates = modelRates(key, { provider, name: first, prices: model.prices }, staged.rejected);
    const plausible = plausibleRates(key, rates, staged.rejected);
    for (const name of names) {
      staged.models.push(stagedModel({ provider, name, model }, plausible));
      staged.rates.push(...plausible.map((rate) => ({ ...rate, model: name })));
    }
  }
  staged.multipliers.push(...anthropicBatch(staged.rates));
  return staged;
}

interface NamedModel {
  key: string;
  provider: string;
  /** The id, then every name the model's match tree spells out. */
  names: string[];
  model: JsonObject;
}

/** Every model under all its exact names. An id is its own model's; another name goes to the first that claims it. */
function namedModels(json: readonly JsonObject[]): NamedModel[] {
  const models = json.flatMap((provider) =>
    (Array.isArray(provider.models) ? provider.models : [])
      .filter(isObject)
      .filter((model) => typeof model.id === 'string')
      .map((model) => ({ key: `${provider.id}/${model.id}`, provider: sellerOf(provider, model), model })),
  );
  const taken = new Set(models.map(({ provider, model }) => nameId(provider, String(model.id))));
  const seen = new Set<string>();
  return models.flatMap(({ key, provider, model }) => {
    const id = String(model.id);
    if (seen.has(nameId(provider, id))) return [];
    seen.add(nameId(provider, id));
    // The resolver knows that 4.5 and 4-5 are one: as a model of its own the other spelling would miss the prices
    // (batch, fast, …) that another source publishes under the usual one.
    const others = exactNames(model.match).filter((name) => oneSpelling(name) !== oneSpelling(id));
    const aliases = others.filter((name) => {
      const fresh = !taken.has(nameId(provider, name));
      taken.add(nameId(provider, name));
      return fresh;
    });
    return [{ key, provider, names: [id, ...aliases], model }];
  });
}

function nameId(provider: string, name: string): string {
  return `${provider}\n${name.toLowerCase()}`;
}

/** Claude is listed under google there, but it is sold on Vertex AI only. */
function sellerOf(provider: JsonObject, model: JsonObject): string {
  const canonical = canonicalProvider(String(provider.id));
  return canonical === 'google' && String(model.id).startsWith('claude') ? 'vertex_ai' : canonical;
}

/** The names a match tree spells out (`equals`, also inside `or`); patterns are not expanded. */
function exactNames(match: unknown): string[] {
  if (!isObject(match)) return [];
  if (typeof match.equals === 'string') return [match.equals];
  return Array.isArray(match.or) ? match.or.flatMap(exactNames) : [];
}

function modelRates(
  key: string,
  model: { provider: string; name: string; prices: unknown },
  rejected: Rejected[],
): StagedRate[] {
  const { periods, windows, unknown } = pricePeriods(model.prices);
  if (windows > 0) {
    const rest = periods.length === 0 ? '; it has no other price' : '';
    rejected.push({ model: key, field: 'time_of_date', reason: `prices by the hour are not supported yet${rest}` });
  }
  for (const constraint of unknown)
    rejected.push({ model: key, field: 'constraint', reason: `unknown constraint ${constraint}` });
  return coalesced(periods.flatMap((period) => periodRates(key, model, period, rejected)));
}

function periodRates(
  key: string,
  model: { provider: string; name: string },
  period: Period,
  rejected: Rejected[],
): StagedRate[] {
  return Object.entries(period.prices).flatMap(([field, published]) => {
    const meaning = genaiMeaning(field);
    if (meaning === undefined) {
      rejected.push({ model: key, field, reason: 'no dimension for it' });
      return [];
    }
    return bandsOf(published).flatMap(({ bound, price }) => {
      const text = priceText(price);
      if (text === undefined) {
        rejected.push({ model: key, field, reason: `not a price: ${String(price)}` });
        return [];
      }
      const rate: StagedRate = {
        provider: model.provider,
        model: model.name,
        dimension: meaning.dimension,
        ...text,
        raw_unit: meaning.unit,
        scale: UNIT_SCALES[meaning.unit],
        min_prompt_tokens: bound,
        service_tier: 'standard',
        speed: null,
        region: null,
        utc_start: null,
        utc_end: null,
        iso_weekdays: null,
        effective_from: period.from,
        effective_to: period.to,
      };
      return [rate];
    });
  });
}

/** A price, or {base, tiers: [{start, price}]}: a tier begins above `start` (xAI's are written as 199999). */
function bandsOf(published: unknown): { bound: number; price: unknown }[] {
  if (!isObject(published)) return [{ bound: 0, price: published }];
  const tiers = Array.isArray(published.tiers) ? published.tiers.filter(isObject) : [];
  return [
    { bound: 0, price: published.base },
    ...tiers.map((tier) => ({ bound: Number(tier.start) + 1, price: tier.price })),
  ];
}

/** A price that did not change from one period to the next is one rate. */
function coalesced(rates: StagedRate[]): StagedRate[] {
  const last = new Map<string, StagedRate>();
  const kept: StagedRate[] = [];
  for (const rate of rates) {
    const id = `${rate.dimension} ${rate.min_prompt_tokens}`;
    const before = last.get(id);
    if (before !== undefined && before.value === rate.value && before.effective_to === rate.effective_from) {
      before.effective_to = rate.effective_to;
      continue;
    }
    const own = { ...rate };
    last.set(id, own);
    kept.push(own);
  }
  return kept;
}

function stagedModel(
  named: { provider: string; name: string; model: JsonObject },
  rates: readonly StagedRate[],
): StagedModel {
  const window = named.model.context_window;
  return {
    provider: named.provider,
    model: named.name,
    operation: null,
    context_window: typeof window === 'number' && Number.isSafeInteger(window) ? window : null,
    max_output_tokens: null,
    supports_tools: null,
    supports_images: null,
    supports_json_schema: null,
    deprecation_date: null,
    free: rates.length > 0 && rates.every((rate) => isZero(rate.value)),
  };
}
