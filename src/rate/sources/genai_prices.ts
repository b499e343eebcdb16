import type { Dimension } from '../../names/dimensions.js';
import { oneSpelling } from '../models/names.js';
import { canonicalProvider } from '../models/providers.js';
import { documentedMultipliers } from './documented.js';
import { type Period, pricePeriods } from './genai_periods.js';
import { plausibleRates, withoutPlainReasoning } from './plausible.js';
import { isZero, publishedPrice, type RawUnit, rawText } from './price_text.js';
import {
  emptySource,
  isObject,
  type JsonObject,
  type Rejected,
  type StagedModel,
  type StagedRate,
  type StagedSource,
  standardRate,
} from './source.js';

/** What a price key of genai-prices counts: https://github.com/pydantic/genai-prices/blob/main/prices/units.yml */
const MEANINGS: Record<string, readonly [Dimension, RawUnit]> = {
  input_mtok: ['input', 'per_mtok'],
  output_mtok: ['output', 'per_mtok'],
  cache_read_mtok: ['cache_read', 'per_mtok'],
  cache_write_mtok: ['cache_write', 'per_mtok'],
  cache_write_5m_mtok: ['cache_write', 'per_mtok'],
  cache_write_1h_mtok: ['cache_write_1h', 'per_mtok'],
  output_reasoning_mtok: ['reasoning', 'per_mtok'],
  input_audio_mtok: ['input_audio_tokens', 'per_mtok'],
  output_audio_mtok: ['output_audio_tokens', 'per_mtok'],
  cache_audio_read_mtok: ['cache_read_audio_tokens', 'per_mtok'],
  cache_audio_write_mtok: ['cache_write_audio_tokens', 'per_mtok'],
  input_image_mtok: ['input_image_tokens', 'per_mtok'],
  output_image_mtok: ['output_image_tokens', 'per_mtok'],
  cache_image_read_mtok: ['cache_read_image_tokens', 'per_mtok'],
  input_video_mtok: ['input_video_tokens', 'per_mtok'],
  output_video_mtok: ['output_video_tokens', 'per_mtok'],
  output_citation_mtok: ['citation_tokens', 'per_mtok'],
  input_mchars: ['characters', 'per_mchar'],
  audio_hours: ['input_audio_seconds', 'per_hour'],
  input_audio_hours: ['input_audio_seconds', 'per_hour'],
  output_audio_hours: ['output_audio_seconds', 'per_hour'],
  input_document_kpages: ['pages', 'per_kcount'],
  input_annotated_document_kpages: ['annotated_pages', 'per_kcount'],
  web_searches_kcount: ['web_search_requests', 'per_kcount'],
  storage_searches_kcount: ['file_search_calls', 'per_kcount'],
  requests_kcount: ['requests', 'per_kcount'],
  rerank_searches_kcount: ['requests', 'per_kcount'],
};

/** Dimension and unit of a price key, or undefined if usage records nothing it could be multiplied with. */
export function genaiMeaning(key: string): { dimension: Dimension; unit: RawUnit } | undefined {
  const meaning = MEANINGS[key];
  return meaning === undefined ? undefined : { dimension: meaning[0], unit: meaning[1] };
}

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
  const staged = emptySource('genai-prices', dataDate);
  for (const { key, provider, names, model } of namedModels(json)) {
    const [first = ''] = names;
    const rates = modelRates(
      { key, provider, name: first, prices: model.prices, variants: model.price_variants, dataDate },
      staged.rejected,
    );
    const plausible = plausibleRates(key, rates, staged.rejected);
    for (const name of names) {
      staged.models.push(stagedModel({ provider, name, model }, plausible));
      staged.rates.push(...plausible.map((rate) => ({ ...rate, model: name })));
    }
  }
  staged.multipliers.push(...documentedMultipliers(staged));
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

interface Priced {
  key: string;
  provider: string;
  name: string;
  prices: unknown;
  variants: unknown;
  /** YYYY-MM-DD: the day of the list. */
  dataDate: string;
}

function modelRates(model: Priced, rejected: Rejected[]): StagedRate[] {
  const { key, provider, prices } = model;
  const { periods, unknown } = pricePeriods(prices, provider);
  for (const constraint of unknown)
    rejected.push({ model: key, provider, field: 'constraint', reason: `unknown constraint ${constraint}` });
  const standard = coalesced(withoutPlainReasoning(periods.flatMap((period) => periodRates(model, period, rejected))));
  return [...standard, ...variantRates(model, rejected)];
}

const VARIANTS: Record<string, Pick<StagedRate, 'service_tier' | 'speed'>> = {
  'service_tier flex': { service_tier: 'flex', speed: null },
  'service_tier priority': { service_tier: 'priority', speed: null },
  'service_tier ultrafast': { service_tier: 'ultrafast', speed: null },
  'processing batch': { service_tier: 'batch', speed: null },
  'speed fast': { service_tier: 'standard', speed: 'fast' },
};
/** What everybody gets. */
const USUAL: ReadonlySet<string> = new Set(['service_tier default']);
/** OpenAI's new word for priority, which is listed beside it. */
const SECOND_NAMES: ReadonlySet<string> = new Set(['service_tier fast']);

/**
 * `price_variants`: prices of a tier or speed, `{when: {service_tier | processing | speed}, prices, constraint?}`. The first constraint of a
 * tier is the day somebody read the page ("tier history before this verification is not modeled"), no change.
 */
function variantRates(model: Priced, rejected: Rejected[]): StagedRate[] {
  const variants = (Array.isArray(model.variants) ? model.variants : []).filter(isObject);
  const groups = groupBy(variants, ({ when }) => conditionText(when));
  return [...groups].flatMap(([condition, same]) => {
    const conditions = VARIANTS[condition];
    if (USUAL.has(condition) || SECOND_NAMES.has(condition)) return [];
    if (conditions === undefined) {
      const { key, provider } = model;
      rejected.push({ model: key, provider, field: 'price_variants', reason: `unknown condition ${condition}` });
      return [];
    }
    const entries = same
      .map(({ constraint, prices }) => ({ constraint, prices }))
      .toSorted((a, b) => startOf(a.constraint).localeCompare(startOf(b.constraint)));
    const [first, ...later] = entries;
    const dated = startOf(first?.constraint) > model.dataDate ? entries : [{ prices: first?.prices }, ...later];
    const { periods } = pricePeriods(dated, model.provider);
    return coalesced(periods.flatMap((period) => periodRates(model, period, rejected))).map((rate) => ({
      ...rate,
      ...conditions,
    }));
  });
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

function conditionText(when: unknown): string {
  return Object.entries(isObject(when) ? when : {})
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}

function startOf(constraint: unknown): string {
  return isObject(constraint) && typeof constraint.start_date === 'string' ? constraint.start_date : '';
}

function periodRates({ key, provider, name }: Priced, period: Period, rejected: Rejected[]): StagedRate[] {
  const reject = (field: string, reason: string, value: unknown) =>
    rejected.push({ model: key, provider, field, reason, raw_value: rawText(value) });
  const { prices, from, to, ...hours } = period;
  return Object.entries(prices).flatMap(([field, published]) => {
    const meaning = genaiMeaning(field);
    if (meaning === undefined) {
      reject(field, 'no dimension for it', published);
      return [];
    }
    const { dimension, unit } = meaning;
    return bandsOf(published).flatMap(({ bound, price: value }) => {
      const price = publishedPrice(value, unit);
      if ('reason' in price || !Number.isSafeInteger(bound)) {
        reject(field, 'reason' in price ? price.reason : 'a tier without a start', value);
        return [];
      }
      const rate = standardRate({ provider, model: name, dimension, unit, price });
      return [{ ...rate, ...hours, min_prompt_tokens: bound, effective_from: from, effective_to: to }];
    });
  });
}

/** A price, or {base, tiers: [{start, price}]}: a tier begins above `start` ("≥ 200k" is written as 199999). */
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
    const { dimension, min_prompt_tokens, utc_start, utc_end, iso_weekdays } = rate;
    const id = [dimension, min_prompt_tokens, utc_start, utc_end, iso_weekdays].join(' ');
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
