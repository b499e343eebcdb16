import { anthropicBatch } from './anthropic_batch.js';
import { fieldMeaning, inclusiveBound, isPriceField, whyLeftOut } from './litellm_fields.js';
import { type LitellmKey, litellmKey } from './litellm_key.js';
import { entryMultipliers } from './litellm_multipliers.js';
import { plausibleRates } from './plausible.js';
import {
  isObject,
  isZero,
  type JsonObject,
  priceText,
  type RawUnit,
  type Rejected,
  type StagedModel,
  type StagedRate,
  type StagedSource,
  UNIT_SCALES,
} from './source.js';

/** Keys of the file that are no models. */
const SENTINELS: ReadonlySet<string> = new Set(['sample_spec', 'fallback_generalizations', 'last_updated']);

/** Whether a parsed JSON file is LiteLLM's model_prices_and_context_window.json. */
export function isLitellm(json: unknown): json is JsonObject {
  return isObject(json) && Object.values(json).some((entry) => isObject(entry) && 'litellm_provider' in entry);
}

/**
 * Reads LiteLLM's price list, USD per one unit.
 * https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json
 */
export function stageLitellm(json: JsonObject, dataDate: string): StagedSource {
  const staged: StagedSource = { source: 'litellm', dataDate, models: [], rates: [], multipliers: [], rejected: [] };
  const models = new Map<string, StagedModel>();
  for (const { key, name, entry } of distinctEntries(json, staged.rejected)) {
    const rates = plausibleRates(key, entryRates(key, name, entry, staged.rejected), staged.rejected);
    staged.rates.push(...rates);
    staged.multipliers.push(...entryMultipliers(key, name, entry, staged.rejected));
    const id = `${name.provider}\n${name.model.toLowerCase()}`;
    const other = models.get(id);
    if (other === undefined) models.set(id, stagedModel(name, entry, rates));
    else other.free = other.free && rates.every((rate) => isZero(rate.value));
  }
  staged.models.push(...models.values());
  staged.multipliers.push(...anthropicBatch(staged.rates));
  return staged;
}

interface Entry {
  key: string;
  name: LitellmKey;
  entry: JsonObject;
}

/** One entry per provider, model and region: `provider/model` wins over a bare key, else the first. */
function distinctEntries(json: JsonObject, rejected: Rejected[]): Entry[] {
  const seen = new Map<string, string>();
  const entries: Entry[] = [];
  const all = allEntries(json, rejected);
  for (const candidate of [...all.filter((one) => one.name.prefixed), ...all.filter((one) => !one.name.prefixed)]) {
    const { provider, model, region } = candidate.name;
    const id = [provider, model.toLowerCase(), region].join('\n');
    const first = seen.get(id);
    if (first === undefined) entries.push(candidate);
    else rejected.push({ model: candidate.key, field: '', reason: `the same model as ${first}` });
    seen.set(id, first ?? candidate.key);
  }
  return entries;
}

function allEntries(json: JsonObject, rejected: Rejected[]): Entry[] {
  return Object.entries(json).flatMap(([key, entry]) => {
    if (SENTINELS.has(key)) return [];
    if (!isObject(entry) || typeof entry.litellm_provider !== 'string') {
      rejected.push({ model: key, field: 'litellm_provider', reason: 'names no provider' });
      return [];
    }
    if (key.includes('-month-commitment/')) {
      rejected.push({ model: key, field: '', reason: 'committed capacity is paid by the hour, not by use' });
      return [];
    }
    return [{ key, name: litellmKey(key, entry.litellm_provider), entry }];
  });
}

function entryRates(key: string, name: LitellmKey, entry: JsonObject, rejected: Rejected[]): StagedRate[] {
  const mode = 'output_cost_per_image' in entry ? 'chat' : (text(entry.mode) ?? '');
  const rates = Object.entries(entry)
    .filter(([field]) => isPriceField(field))
    .flatMap(([field, value]) => {
      if (field === 'search_context_cost_per_query') return searchRate(key, name, value, rejected);
      if (field === 'tiered_pricing') return bandRates(key, name, value, rejected);
      return fieldRate({ key, field, value }, name, mode, rejected);
    });
  return withoutRepeats(key, transcription(name, entry, mode, rates), rejected);
}

function fieldRate(
  cell: { key: string; field: string; value: unknown },
  name: LitellmKey,
  mode: string,
  rejected: Rejected[],
): StagedRate[] {
  const meaning = fieldMeaning(cell.field, mode, name.provider);
  const price = priceText(cell.value);
  if (meaning !== undefined && price !== undefined) {
    const { dimension, unit, minPromptTokens, tier } = meaning;
    return [{ ...rateOf(name, dimension, unit, price), min_prompt_tokens: minPromptTokens, service_tier: tier }];
  }
  // A second per-second price of a transcription is the same fee again (whisper-1).
  const silent = cell.value === null || (price !== undefined && isZero(price.value)) || mode === 'audio_transcription';
  if (!silent || (meaning !== undefined && cell.value !== null)) {
    const reason = meaning === undefined ? whyLeftOut(cell.field) : `not a price: ${String(cell.value)}`;
    rejected.push({ model: cell.key, field: cell.field, reason });
  }
  return [];
}

/** A transcription that is priced by the second of its "output" only. */
function transcription(name: LitellmKey, entry: JsonObject, mode: string, rates: StagedRate[]): StagedRate[] {
  const price = priceText(entry.output_cost_per_second);
  const priced = rates.some((rate) => rate.dimension === 'input_audio_seconds' && !isZero(rate.value));
  if (mode !== 'audio_transcription' || priced || price === undefined || isZero(price.value)) return rates;
  const others = rates.filter((rate) => rate.dimension !== 'input_audio_seconds');
  return [...others, rateOf(name, 'input_audio_seconds', 'per_unit', price)];
}

/** Perplexity's fee is per request and starts at the low context size; elsewhere medium is the default size. */
function searchRate(key: string, name: LitellmKey, value: unknown, rejected: Rejected[]): StagedRate[] {
  const sizes = isObject(value) ? value : { search_context_size_medium: value };
  const perplexity = name.provider === 'perplexity';
  const chosen = sizes[perplexity ? 'search_context_size_low' : 'search_context_size_medium'];
  const price = priceText(chosen);
  if (new Set(Object.values(sizes)).size > 1) {
    const reason = `the fee depends on the search context size; the default size (${String(chosen)}) is used`;
    rejected.push({ model: key, field: 'search_context_cost_per_query', reason });
  }
  if (price === undefined) return [];
  return [rateOf(name, perplexity ? 'requests' : 'web_search_requests', 'per_unit', price)];
}

/** `tiered_pricing`: prices by prompt size. A range excludes its lower bound (0 < tokens ≤ 32000, 32000 < tokens ≤ …). */
function bandRates(key: string, name: LitellmKey, value: unknown, rejected: Rejected[]): StagedRate[] {
  const bands = Array.isArray(value) ? value.filter(isObject) : [];
  return bands.flatMap((band) => {
    const low = Array.isArray(band.range) ? Number(band.range[0]) : Number.NaN;
    if (!Number.isInteger(low)) {
      rejected.push({ model: key, field: 'tiered_pricing', reason: 'its ranges do not count prompt tokens' });
      return [];
    }
    const bound = low === 0 ? 0 : inclusiveBound(low, name.provider);
    return Object.entries(band)
      .filter(([field]) => isPriceField(field))
      .flatMap(([field, cell]) => fieldRate({ key, field, value: cell }, name, 'chat', rejected))
      .map((rate) => ({ ...rate, min_prompt_tokens: bound }));
  });
}

/** Two fields for one price (cache_hit and cache_read; file_search and vector_store): the first stays. */
function withoutRepeats(key: string, rates: StagedRate[], rejected: Rejected[]): StagedRate[] {
  const seen = new Map<string, StagedRate>();
  for (const rate of rates) {
    const id = [rate.dimension, rate.min_prompt_tokens, rate.service_tier].join(' ');
    const first = seen.get(id);
    if (first === undefined) seen.set(id, rate);
    else if (first.value !== rate.value)
      rejected.push({ model: key, field: rate.dimension, reason: `a second price, ${rate.raw_value}` });
  }
  return [...seen.values()];
}

function rateOf(
  name: LitellmKey,
  dimension: StagedRate['dimension'],
  unit: RawUnit,
  price: { raw_value: string; value: string },
): StagedRate {
  return {
    provider: name.provider,
    model: name.model,
    dimension,
    ...price,
    raw_unit: unit,
    scale: UNIT_SCALES[unit],
    min_prompt_tokens: 0,
    service_tier: 'standard',
    speed: null,
    region: name.region,
    utc_start: null,
    utc_end: null,
    iso_weekdays: null,
    effective_from: null,
    effective_to: null,
  };
}

const OPERATIONS: Record<string, string> = {
  responses: 'chat',
  completion: 'chat',
  image_generation: 'image',
  image_edit: 'image',
  audio_transcription: 'audio',
  audio_speech: 'audio',
  video_generation: 'video',
};

function stagedModel(name: LitellmKey, entry: JsonObject, rates: StagedRate[]): StagedModel {
  const mode = text(entry.mode);
  const deprecation = text(entry.deprecation_date);
  return {
    provider: name.provider,
    model: name.model,
    operation: mode === null ? null : (OPERATIONS[mode] ?? mode),
    context_window: count(entry.max_input_tokens) ?? count(entry.max_tokens),
    max_output_tokens: count(entry.max_output_tokens),
    supports_tools: flag(entry.supports_function_calling),
    supports_images: flag(entry.supports_vision),
    supports_json_schema: flag(entry.supports_response_schema),
    deprecation_date: deprecation !== null && /^\d{4}-\d{2}-\d{2}$/.test(deprecation) ? deprecation : null,
    free: rates.length > 0 && rates.every((rate) => isZero(rate.value)),
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}
