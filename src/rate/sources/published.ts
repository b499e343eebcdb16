import { DIMENSIONS, type Dimension, TOKEN_CLASSES } from '../../names/dimensions.js';
import { canonicalProvider } from '../models/providers.js';
import { publishedPrice, type RawUnit } from './price_text.js';
import {
  emptySource,
  isObject,
  type JsonObject,
  type Rejected,
  type ServiceTier,
  type StagedMultiplier,
  type StagedRate,
  type StagedSource,
  standardRate,
} from './source.js';

/** Whether a parsed JSON file is this repository's list of what sellers publish beside prices: pricing/published.json. */
export function isPublished(json: unknown): json is JsonObject {
  return isObject(json) && Array.isArray(json.factors) && Array.isArray(json.prices) && Array.isArray(json.fees);
}

/**
 * Reads what sellers publish in words and price lists leave out: factors of a tier or region for many models, the dates at
 * which a name changed its price, fees that hold for all models of a seller. Each entry names the seller's page
 * (`page`) and the day of the list or page it was taken from (`read`). Names of models are exact in `prices`, globs elsewhere.
 * Prices of tokens are USD per million, all others USD each; times are UTC.
 */
export function stagePublished(json: JsonObject, dataDate: string): StagedSource {
  const staged = emptySource('published', dataDate);
  staged.multipliers.push(...objects(json.factors).flatMap((entry) => factors(entry, staged.rejected)));
  staged.rates.push(...objects(json.prices).flatMap((entry) => periods(entry, staged.rejected)));
  staged.rates.push(...objects(json.fees).flatMap((entry) => fees(entry, staged.rejected)));
  const named = new Map(staged.rates.map(({ provider, model }) => [`${provider}\n${model}`, { provider, model }]));
  staged.models.push(...[...named.values()].filter(({ model }) => !model.includes('*')).map(namedModel));
  return staged;
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

const KINDS = ['batch', 'region', 'speed'] as const;

function factors(entry: JsonObject, rejected: Rejected[]): StagedMultiplier[] {
  const provider = canonicalProvider(String(entry.provider));
  const kind = KINDS.find((one) => one === entry.kind);
  const factor = publishedPrice(entry.factor, 'per_unit');
  if (kind === undefined || 'reason' in factor) {
    rejected.push({ model: String(entry.models), provider, field: 'factors', reason: 'no kind or no factor' });
    return [];
  }
  const tier = TIERS.find((one) => one === entry.tier) ?? null;
  const regions = entry.regions === undefined ? [null] : texts(entry.regions);
  return texts(entry.models).flatMap((model) =>
    regions.map((region) => ({
      provider,
      model,
      kind,
      service_tier: tier,
      speed: null,
      region,
      value: factor.value,
      raw_value: `${factor.value} (${String(entry.page)}, ${String(entry.read)})`,
    })),
  );
}

const TIERS: readonly ServiceTier[] = ['batch', 'flex', 'priority', 'ultrafast'];

function periods(entry: JsonObject, rejected: Rejected[]): StagedRate[] {
  const provider = canonicalProvider(String(entry.provider));
  return objects(entry.periods).flatMap((period) =>
    texts(entry.models).flatMap((model) =>
      rates({ provider, model }, period.prices, rejected).map((rate) => ({
        ...rate,
        min_prompt_tokens: Number(period.min_prompt_tokens ?? 0),
        utc_start: time(period.utc_start),
        utc_end: time(period.utc_end),
        effective_from: time(period.from),
        effective_to: time(period.to),
      })),
    ),
  );
}

function fees(entry: JsonObject, rejected: Rejected[]): StagedRate[] {
  const provider = canonicalProvider(String(entry.provider));
  return texts(entry.models).flatMap((model) => rates({ provider, model }, entry.prices, rejected));
}

function time(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function rates(named: { provider: string; model: string }, prices: unknown, rejected: Rejected[]): StagedRate[] {
  return Object.entries(isObject(prices) ? prices : {}).flatMap(([field, value]) => {
    const dimension = DIMENSIONS.find((one) => one === field);
    const unit = unitOf(field);
    const price = publishedPrice(value, unit);
    if (dimension !== undefined && 'value' in price) return [standardRate({ ...named, dimension, unit, price })];
    rejected.push({ ...named, field, reason: 'reason' in price ? price.reason : 'no dimension for it' });
    return [];
  });
}

function unitOf(dimension: Dimension | string): RawUnit {
  const inTokens = dimension.endsWith('_tokens') || TOKEN_CLASSES.some((one) => one.dimension === dimension);
  return inTokens ? 'per_mtok' : 'per_unit';
}

function namedModel(named: { provider: string; model: string }): StagedSource['models'][number] {
  return {
    ...named,
    operation: null,
    context_window: null,
    max_output_tokens: null,
    supports_tools: null,
    supports_images: null,
    supports_json_schema: null,
    deprecation_date: null,
    free: false,
  };
}
