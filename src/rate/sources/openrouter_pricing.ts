import type { Dimension } from '../../names/dimensions.js';
import { type Hours, stretches, weeklyHours } from './hours.js';
import { isZero, publishedPrice, rawText } from './price_text.js';
import { isObject, type JsonObject, type Rejected, type StagedRate, standardRate } from './source.js';

/** https://openrouter.ai/docs/client-sdks/typescript/models/publicpricing; USD per token, request or image. */
const DIMENSION_OF: Record<string, Dimension> = {
  prompt: 'input',
  completion: 'output',
  input_cache_read: 'cache_read',
  input_cache_write: 'cache_write',
  input_cache_write_1h: 'cache_write_1h',
  internal_reasoning: 'reasoning',
  audio: 'input_audio_tokens',
  audio_output: 'output_audio_tokens',
  input_audio_cache: 'cache_read_audio_tokens',
  image: 'input_images',
  image_token: 'input_image_tokens',
  image_output: 'output_image_tokens',
  web_search: 'web_search_requests',
  request: 'requests',
};

interface Feed {
  id: string;
  pricing: JsonObject;
  rejected: Rejected[];
}

/** Under which conditions a price of the feed holds. */
interface When {
  band: number;
  hours: Hours[];
}

const ALWAYS: Hours = { utc_start: null, utc_end: null, iso_weekdays: null };
const CONDITIONS = ['min_prompt_tokens', 'utc_start', 'utc_end'];

/** The rates of a model, those of long prompts and of certain hours included. */
export function feedRates(of: Feed): StagedRate[] {
  const { discount, overrides, ...pricing } = of.pricing;
  const plain = rates(of, pricing, { band: 0, hours: [ALWAYS] });
  const all = [...plain];
  for (const override of Array.isArray(overrides) ? overrides : []) {
    const when = whenOf(override);
    if (when === undefined || !isObject(override)) {
      reject(of, 'overrides', 'a condition we do not know', override);
      continue;
    }
    const prices = Object.fromEntries(Object.entries(override).filter(([key]) => !CONDITIONS.includes(key)));
    all.push(...overriding(rates(of, prices, when), all));
  }
  return discounted(of, lastOfEach(all), discount);
}

function rates(of: Feed, prices: JsonObject, { band, hours }: When): StagedRate[] {
  return Object.entries(prices).flatMap(([field, value]) => {
    const dimension = field === 'image' ? imageDimension(of, value) : DIMENSION_OF[field];
    const price = publishedPrice(value, 'per_unit');
    if ('value' in price && isNothing(of, field, price.value)) return [];
    const reason = dimension === undefined ? 'no dimension for it' : whyLeftOut(of.id, field);
    if (dimension === undefined || 'reason' in price || reason !== undefined) {
      reject(of, field, 'reason' in price ? price.reason : (reason ?? ''), value);
      return [];
    }
    const rate = standardRate({ provider: 'openrouter', model: of.id, dimension, unit: 'per_unit', price });
    return hours.map((one) => ({ ...rate, ...one, min_prompt_tokens: band }));
  });
}

/** `request: "0"`, `internal_reasoning: "0"` beside a paid prompt: nothing is charged for it apart from the tokens. */
function isNothing({ pricing }: Feed, field: string, value: string): boolean {
  return isZero(value) && field !== 'prompt' && field !== 'completion' && !isZero(String(pricing.prompt));
}

/** An image costs what its tokens cost if the two prices are the same number. */
function imageDimension({ pricing }: Feed, value: unknown): Dimension {
  return value === pricing.prompt ? 'input_image_tokens' : 'input_images';
}

/** Gemini bills the storage of a cache by the hour; OpenRouter writes five minutes of it as the price of a write. */
function whyLeftOut(id: string, field: string): string | undefined {
  const estimate = field.startsWith('input_cache_write') && /^~?google\//.test(id);
  return estimate ? 'an estimate of five minutes of storage, no price of written tokens' : undefined;
}

/** All conditions of an override must hold; `utc_start: 1630` is half past four in the afternoon. */
function whenOf(override: unknown): When | undefined {
  if (!isObject(override)) return undefined;
  const { min_prompt_tokens: band = 0, utc_start: start, utc_end: end, ...prices } = override;
  const known = Object.keys(prices).every((key) => key in DIMENSION_OF);
  if (!known || typeof band !== 'number' || !Number.isSafeInteger(band)) return undefined;
  if (start === undefined && end === undefined) return { band, hours: [ALWAYS] };
  const day = stretches(timeText(start), timeText(end));
  return day === undefined ? undefined : { band, hours: weeklyHours(day, [1, 2, 3, 4, 5, 6, 7], 0) };
}

function timeText(value: unknown): string {
  return typeof value === 'number' ? String(value).padStart(4, '0') : String(value);
}

/**
 * Later overrides win: one for certain hours also holds for the long prompts of earlier ones. Hours at which the price
 * is the usual one say nothing.
 */
function overriding(own: StagedRate[], earlier: readonly StagedRate[]): StagedRate[] {
  return own.flatMap((rate) => {
    const same = earlier.filter((one) => one.dimension === rate.dimension && one.utc_start === null);
    if (rate.utc_start === null && rate.utc_end === null) return [rate];
    const bands = same.map((one) => one.min_prompt_tokens).filter((band) => band > rate.min_prompt_tokens);
    return [rate.min_prompt_tokens, ...new Set(bands)]
      .map((band) => ({ ...rate, min_prompt_tokens: band }))
      .filter((one) => usual(one, same)?.value !== one.value);
  });
}

/** Of two prices under the same conditions the later one. */
function lastOfEach(all: readonly StagedRate[]): StagedRate[] {
  return [...new Map(all.map((rate) => [conditionId(rate), rate])).values()];
}

function conditionId({ dimension, min_prompt_tokens, utc_start, utc_end }: StagedRate): string {
  return [dimension, min_prompt_tokens, utc_start, utc_end].join(' ');
}

function usual(rate: StagedRate, allDay: readonly StagedRate[]): StagedRate | undefined {
  const under = allDay.filter((one) => one.min_prompt_tokens <= rate.min_prompt_tokens);
  return under.sort((a, b) => a.min_prompt_tokens - b.min_prompt_tokens).at(-1);
}

/** A discount takes a share off every price: the factor is in `scale`, so that the database multiplies. */
function discounted(of: Feed, all: StagedRate[], discount: unknown): StagedRate[] {
  if (discount === undefined || Number(discount) === 0) return all;
  const scale = remainder(String(discount));
  // Ten places are what the book keeps of a number that is multiplied.
  const fits = all.every((rate) => 'value' in publishedPrice(rate.value, 'per_mtok'));
  if (scale !== undefined && fits) return all.map((rate) => ({ ...rate, scale }));
  reject(of, 'discount', 'it cannot be taken off the prices exactly', discount);
  return [];
}

/** 1 − share, digit by digit: 0.25 → 0.75. */
function remainder(share: string): string | undefined {
  const digits = /^0?\.(\d{1,18})$/.exec(share)?.[1];
  if (digits === undefined) return undefined;
  const left = 10n ** BigInt(digits.length) - BigInt(digits);
  return `0.${String(left).padStart(digits.length, '0')}`;
}

function reject({ id, rejected }: Feed, field: string, reason: string, value: unknown): void {
  rejected.push({ model: id, provider: 'openrouter', field, reason, raw_value: rawText(value) });
}
