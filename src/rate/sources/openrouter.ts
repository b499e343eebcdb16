import { feedRates } from './openrouter_pricing.js';
import { plausibleRates, withoutPlainReasoning } from './plausible.js';
import { isZero, rawText } from './price_text.js';
import {
  emptySource,
  isObject,
  type JsonObject,
  type Rejected,
  type StagedModel,
  type StagedRate,
  type StagedSource,
} from './source.js';

/** Whether a parsed JSON file is an answer of OpenRouter's /api/v1/models. */
export function isOpenrouter(json: unknown): json is { data: JsonObject[] } {
  if (!isObject(json) || !Array.isArray(json.data) || json.data.length === 0) return false;
  return json.data.every((model) => isObject(model) && typeof model.id === 'string' && isObject(model.pricing));
}

/**
 * Reads OpenRouter's feed, USD per one unit as text: what OpenRouter itself charges. (It rounds some of its cache
 * prices to cents per million tokens: $0.01 for gpt-5-nano, whose author charges $0.005.)
 * https://openrouter.ai/docs/api-reference/list-available-models
 */
export function stageOpenrouter({ data }: { data: JsonObject[] }, dataDate: string): StagedSource {
  const staged = emptySource('openrouter', dataDate);
  const ids = new Set(data.map((entry) => String(entry.id).toLowerCase()));
  const taken = new Set<string>();
  for (const entry of data) {
    const id = String(entry.id);
    if (taken.has(id.toLowerCase())) continue;
    const rates = pricedEntry(id, entry, staged.rejected);
    for (const name of [id, ...secondName(entry, ids)]) {
      if (taken.has(name.toLowerCase())) continue;
      taken.add(name.toLowerCase());
      staged.rates.push(...rates.map((rate) => ({ ...rate, model: name })));
      staged.models.push(stagedModel(name, entry, rates));
    }
  }
  return staged;
}

/** `canonical_slug` is the dated name; that of a variant (`:free`) is the plain model's. */
function secondName({ id, canonical_slug: slug }: JsonObject, ids: ReadonlySet<string>): string[] {
  if (typeof slug !== 'string' || String(id).includes(':') || ids.has(slug.toLowerCase())) return [];
  return [slug];
}

function pricedEntry(id: string, entry: JsonObject, rejected: Rejected[]): StagedRate[] {
  const pricing = isObject(entry.pricing) ? entry.pricing : {};
  const reject = (reason: string, value: unknown) =>
    rejected.push({ model: id, provider: 'openrouter', field: 'pricing', reason, raw_value: rawText(value) });
  const numbers = Object.values(pricing).filter((value) => typeof value === 'string');
  if (numbers.some((value) => Number(value) === -1)) {
    reject('-1: the price is that of the model it hands the request to', -1);
    return [];
  }
  if (!isFree(id) && numbers.every((value) => isZero(value))) {
    reject('0 without being called free: what it costs is not told here', 0);
    return [];
  }
  const rates = feedRates({ id, pricing, rejected });
  return plausibleRates(id, withoutPlainReasoning(rates), rejected);
}

/** Free of charge by name: `:free` variants and OpenRouter's own models. */
function isFree(id: string): boolean {
  return id.endsWith(':free') || id.startsWith('openrouter/');
}

function stagedModel(name: string, entry: JsonObject, rates: readonly StagedRate[]): StagedModel {
  const architecture = isObject(entry.architecture) ? entry.architecture : {};
  const top = isObject(entry.top_provider) ? entry.top_provider : {};
  const able = Array.isArray(entry.supported_parameters) ? entry.supported_parameters : null;
  const { input_modalities: reads, output_modalities: writes } = architecture;
  const expires = typeof entry.expiration_date === 'string' ? entry.expiration_date.slice(0, 10) : '';
  return {
    provider: 'openrouter',
    model: name,
    operation: Array.isArray(writes) && writes.includes('text') ? 'chat' : null,
    context_window: count(entry.context_length),
    max_output_tokens: count(top.max_completion_tokens),
    supports_tools: able === null ? null : able.includes('tools'),
    supports_images: Array.isArray(reads) ? reads.includes('image') : null,
    supports_json_schema: able === null ? null : able.includes('structured_outputs'),
    deprecation_date: /^\d{4}-\d{2}-\d{2}$/.test(expires) ? expires : null,
    free: rates.length > 0 && rates.every((rate) => isZero(rate.value)),
  };
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}
