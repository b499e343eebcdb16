import { INPUT_UNITS, OUTPUT_UNITS, TOKEN_CLASSES } from '../../names/dimensions.js';
import type { Rejected, StagedRate } from './source.js';

const TOKEN_DIMENSIONS: ReadonlySet<string> = new Set([
  ...TOKEN_CLASSES.map((tokenClass) => tokenClass.dimension),
  ...INPUT_UNITS,
  ...OUTPUT_UNITS,
  'input_video_tokens',
  'output_video_tokens',
  'cache_read_image_tokens',
  'cache_write_audio_tokens',
  'citation_tokens',
]);

/** What a price list may say before it is not believed. */
export const THRESHOLDS = {
  /** USD per token; the dearest real price is o1-pro's $600 per million answer tokens. */
  dearestToken: 0.001,
  /** batch, flex and priority have always been between a half and 2.5 times the standard price. */
  dearestTier: 10,
  /** A one-hour cache write of Claude in input prices. */
  claudeHour: 2,
} as const;

/**
 * Sets aside prices that cannot be true: a unit error (one such token price discredits all of the model's), a tier
 * ten times the standard price, a one-hour cache write of Claude that is not twice the input price or a shorter one that
 * is cheaper than it (https://docs.claude.com/en/docs/build-with-claude/prompt-caching), a cache write at 0 where the prompt
 * is paid: DeepSeek, Z.ai and Tencent ask nothing on top of the input price
 * (https://api-docs.deepseek.com/guides/kv_cache). Only compares; the numbers stay text.
 */
export function plausibleRates(key: string, rates: StagedRate[], rejected: Rejected[]): StagedRate[] {
  const reject = ({ provider, dimension, raw_value }: StagedRate, reason: string) =>
    rejected.push({ model: key, provider, field: dimension, reason, raw_value });
  const dear = rates.filter((rate) => isToken(rate) && usd(rate) > THRESHOLDS.dearestToken);
  if (dear.length > 0) {
    for (const rate of rates.filter(isToken)) reject(rate, reasonForUnits(rate));
    return rates.filter((rate) => !isToken(rate));
  }
  return rates.filter((rate) => {
    const reason = oddTier(rate, rates) ?? oddHour(rate, rates) ?? oddWrite(rate, rates);
    if (reason !== undefined) reject(rate, reason);
    return reason === undefined;
  });
}

/**
 * Leaves out a price of reasoning that is the price of the answer: it says nothing more, and beside another source's
 * newer price of the answer it would be wrong.
 */
export function withoutPlainReasoning(rates: StagedRate[]): StagedRate[] {
  return rates.filter(
    (rate) => rate.dimension !== 'reasoning' || sibling(rate, rates, 'output', rate.service_tier)?.value !== rate.value,
  );
}

function reasonForUnits(rate: StagedRate): string {
  return usd(rate) > THRESHOLDS.dearestToken
    ? `implausible: ${rate.raw_value} ${rate.raw_unit} is above $1000 per million tokens`
    : 'another token price of this model is implausible';
}

function oddTier(rate: StagedRate, rates: StagedRate[]): string | undefined {
  if (rate.service_tier === 'standard') return undefined;
  const standard = sibling(rate, rates, rate.dimension, 'standard');
  if (standard === undefined || usd(standard) === 0) return undefined;
  return usd(rate) > THRESHOLDS.dearestTier * usd(standard)
    ? `implausible: ${rate.service_tier} is more than ${THRESHOLDS.dearestTier} times the standard price`
    : undefined;
}

function oddHour(rate: StagedRate, rates: StagedRate[]): string | undefined {
  if (rate.dimension !== 'cache_write_1h' || !rate.model.includes('claude')) return undefined;
  const input = sibling(rate, rates, 'input', rate.service_tier);
  if (input === undefined || Math.abs(usd(rate) / usd(input) - THRESHOLDS.claudeHour) < 1e-6) return undefined;
  return 'implausible: a one-hour cache write of Claude costs twice the input price';
}

function oddWrite(rate: StagedRate, rates: StagedRate[]): string | undefined {
  const input = rate.dimension.startsWith('cache_write') && sibling(rate, rates, 'input', rate.service_tier);
  if (!input || usd(rate) >= usd(input)) return undefined;
  if (usd(rate) === 0)
    return 'implausible: nothing for tokens of a paid prompt; writing them to the cache costs no more';
  return rate.dimension === 'cache_write' && rate.model.includes('claude')
    ? 'implausible: a cache write of Claude costs more than the input price'
    : undefined;
}

function sibling(rate: StagedRate, rates: StagedRate[], dimension: string, tier: string): StagedRate | undefined {
  return rates.find(
    (other) =>
      other.dimension === dimension &&
      other.service_tier === tier &&
      other.min_prompt_tokens === rate.min_prompt_tokens &&
      other.region === rate.region &&
      other.speed === rate.speed &&
      other.utc_start === rate.utc_start &&
      String(other.iso_weekdays) === String(rate.iso_weekdays) &&
      other.effective_from === rate.effective_from,
  );
}

function isToken(rate: StagedRate): boolean {
  return TOKEN_DIMENSIONS.has(rate.dimension);
}

function usd(rate: StagedRate): number {
  return Number(rate.value) * Number(rate.scale);
}
