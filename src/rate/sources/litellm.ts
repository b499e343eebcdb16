import { isSelfHosted, isSubscription } from '../models/providers.js';
import { documentedMultipliers, withoutDocumentedBatches } from './documented.js';
import { LitellmCells } from './litellm_cells.js';
import { isPriceField, type LitellmKey, litellmKey } from './litellm_fields.js';
import { entryMultipliers } from './litellm_multipliers.js';
import { offPeak, offPeakRates } from './litellm_off_peak.js';
import { plausibleRates, withoutPlainReasoning } from './plausible.js';
import { isZero, publishedPrice } from './price_text.js';
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
  const staged = emptySource('litellm', dataDate);
  const models = new Map<string, StagedModel>();
  for (const one of distinctEntries(json, staged.rejected)) {
    const { key, name, entry } = one;
    const listed = plausibleRates(key, entryRates(one, staged.rejected), staged.rejected);
    const rates = withoutPlaceholders(one, listed, staged.rejected);
    staged.rates.push(...rates);
    staged.multipliers.push(...entryMultipliers(one, staged.rejected));
    const id = `${name.provider}\n${name.model.toLowerCase()}`;
    const other = models.get(id);
    if (other === undefined) models.set(id, stagedModel(name, entry, rates));
    else other.free = other.free && rates.every((rate) => isZero(rate.value));
  }
  staged.models.push(...models.values());
  staged.rates = withoutDocumentedBatches(staged.rates);
  staged.multipliers.push(...documentedMultipliers(staged));
  return staged;
}

interface Entry {
  key: string;
  name: LitellmKey;
  entry: JsonObject;
}

/**
 * One entry per provider, model and region: `provider/model` wins over a bare key, else the first. What the other key alone
 * says (a search fee, a tier) is added where both ask the same for prompt and answer; else they are two offers.
 */
function distinctEntries(json: JsonObject, rejected: Rejected[]): Entry[] {
  const seen = new Map<string, Entry>();
  const all = allEntries(json, rejected);
  for (const candidate of [...all.filter((one) => one.name.prefixed), ...all.filter((one) => !one.name.prefixed)]) {
    const { provider, model, region } = candidate.name;
    const id = [provider, model.toLowerCase(), region].join('\n');
    const first = seen.get(id);
    if (first === undefined) seen.set(id, { ...candidate });
    else if (isSameOffer(first.entry, candidate.entry)) first.entry = { ...candidate.entry, ...first.entry };
    else rejected.push({ model: candidate.key, provider, field: '', reason: `the same model as ${first.key}` });
  }
  return [...seen.values()];
}

function isSameOffer(one: JsonObject, other: JsonObject): boolean {
  return ['input_cost_per_token', 'output_cost_per_token', 'mode'].every((field) => one[field] === other[field]);
}

function allEntries(json: JsonObject, rejected: Rejected[]): Entry[] {
  return Object.entries(json).flatMap(([key, written]) => {
    if (SENTINELS.has(key)) return [];
    const entry = withoutAlias(json, written);
    if (!isObject(entry) || typeof entry.litellm_provider !== 'string') {
      rejected.push({ model: key, field: 'litellm_provider', reason: 'names no provider' });
      return [];
    }
    if (key.includes('-month-commitment/')) {
      const { provider } = litellmKey(key, entry.litellm_provider);
      rejected.push({ model: key, provider, field: '', reason: 'committed capacity is paid by the hour, not by use' });
      return [];
    }
    return [{ key, name: litellmKey(key, entry.litellm_provider), entry }];
  });
}

/** An entry that only says `alias_of` another key is that one under a second name. */
function withoutAlias(json: JsonObject, entry: unknown): unknown {
  const target = isObject(entry) && typeof entry.alias_of === 'string' ? json[entry.alias_of] : undefined;
  return isObject(entry) && isObject(target) ? { ...target, ...entry } : entry;
}

function entryRates({ key, name, entry }: Entry, rejected: Rejected[]): StagedRate[] {
  const mode = text(entry.mode) ?? '';
  const cells = new LitellmCells({ key, name, entry, rejected });
  const fields = Object.entries(entry).filter(([field]) => isPriceField(field) && field !== 'off_peak_pricing');
  const rates = fields.flatMap(([field, value]) => {
    if (field === 'search_context_cost_per_query') return cells.searches(value);
    if (field === 'tiered_pricing') return cells.bands(value);
    return cells.rate(field, value);
  });
  const distinct = withoutRepeats(key, transcription(name, entry, mode, rates), rejected);
  const allDay = isConversation(mode) ? withoutFreeAnswers(cells, distinct) : distinct;
  return withoutPlainReasoning([...allDay, ...offPeakOf(entry, cells, allDay)]);
}

/** Models that a seller's own page calls free of charge, where the list names no page. */
const FREE_BY_PAGE: readonly (readonly [string, RegExp])[] = [
  // https://developers.openai.com/api/docs/pricing, "moderation models are free of charge"
  ['openai', /moderation/],
  // https://openrouter.ai/docs/guides/routing/model-variants/free
  ['openrouter', /:free$/],
];

/**
 * Zeros for all of a model are what the list writes where it knows no price (SageMaker, GigaChat). They are prices only where
 * the entry names the seller's page, or the user's own machine runs the model.
 */
function withoutPlaceholders({ key, name, entry }: Entry, rates: StagedRate[], rejected: Rejected[]): StagedRate[] {
  const { provider, model } = name;
  if (rates.length === 0 || !rates.every(({ value }) => isZero(value))) return rates;
  const cited = /^https?:\/\/(?!docs\.litellm\.ai)/.test(text(entry.source) ?? '');
  const known = FREE_BY_PAGE.some(([seller, names]) => seller === provider && names.test(model));
  if (cited || known || isSelfHosted(provider) || isSubscription(provider)) return rates;
  rejected.push({
    model: key,
    provider,
    field: '',
    reason: '0 without a page of the seller that says so',
    raw_value: '0',
  });
  return [];
}

function isConversation(mode: string): boolean {
  return mode === 'chat' || mode === 'completion' || mode === 'responses';
}

/** Answers that cost nothing beside a paid prompt were left out of the list by mistake: their price is not known. */
function withoutFreeAnswers(cells: LitellmCells, rates: StagedRate[]): StagedRate[] {
  const paid = rates.some((rate) => rate.dimension === 'input' && !isZero(rate.value));
  return rates.filter((rate) => {
    const free = paid && rate.dimension === 'output' && isZero(rate.value);
    if (free) cells.reject(rate.dimension, 'an answer for nothing beside a paid prompt', rate.raw_value);
    return !free;
  });
}

function offPeakOf(entry: JsonObject, cells: LitellmCells, allDay: StagedRate[]): StagedRate[] {
  if (entry.off_peak_pricing === undefined || entry.off_peak_pricing === null) return [];
  const found = offPeak(entry.off_peak_pricing);
  if ('reason' in found) {
    cells.reject('off_peak_pricing', found.reason, entry.off_peak_pricing);
    return [];
  }
  const prices = Object.entries(found.prices).flatMap(([field, value]) => cells.rate(field, value));
  return offPeakRates(found.hours, prices, allDay);
}

/** A transcription that is priced by the second of its "output" only. */
function transcription(name: LitellmKey, entry: JsonObject, mode: string, rates: StagedRate[]): StagedRate[] {
  const price = publishedPrice(entry.output_cost_per_second, 'per_unit');
  const priced = rates.some((rate) => rate.dimension === 'input_audio_seconds' && !isZero(rate.value));
  if (mode !== 'audio_transcription' || priced || 'reason' in price || isZero(price.value)) return rates;
  const others = rates.filter((rate) => rate.dimension !== 'input_audio_seconds');
  const seconds = standardRate({ ...name, dimension: 'input_audio_seconds', unit: 'per_unit', price });
  return [...others, { ...seconds, region: name.region }];
}

/** Two fields for one price (cache_hit and cache_read; file_search and vector_store): the first stays. */
function withoutRepeats(key: string, rates: StagedRate[], rejected: Rejected[]): StagedRate[] {
  const seen = new Map<string, StagedRate>();
  for (const rate of rates) {
    const id = [rate.dimension, rate.min_prompt_tokens, rate.service_tier].join(' ');
    const first = seen.get(id);
    if (first === undefined) seen.set(id, rate);
    else if (first.value !== rate.value) {
      const { provider, dimension: field, raw_value } = rate;
      rejected.push({ model: key, provider, field, raw_value, reason: `a second price, ${raw_value}` });
    }
  }
  return [...seen.values()];
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
