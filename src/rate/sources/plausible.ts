import { INPUT_UNITS, OUTPUT_UNITS, TOKEN_CLASSES } from '../dimensions.js';
import type { Rejected, StagedRate } from './source.js';

const TOKEN_DIMENSIONS: ReadonlySet<string> = new Set([
  ...TOKEN_CLASSES.map((tokenClass) => tokenClass.dimension),
  ...INPUT_UNITS,
  ...OUTPUT_UNITS,
  'input_video_tokens',
  'output_video_tokens',
  'cache_read_image_tokens',
  'citation_tokens',
]);

/** USD per token; the dearest real price is o1-pro's $600 per million answer tokens. */
const DEAREST_TOKEN = 0.001;
/** batch, flex and priority have always been between a half and 2.5 times the standard price. */
const DEAREST_TIER = 10;

/**
 * Sets aside prices that cannot be true: a unit error (one such token price discredits all of the model's), a tier
 * ten times the standard price, a one-hour cache write of Claude that is not twice the input price
 * (https://docs.claude.com/en/docs/build-with-claude/prompt-caching). Only compares; the numbers stay text.
 */
export function plausibleRates(key: string, rates: StagedRate[], rejected: Rejected[]): StagedRate[] {
  const dear = rates.filter((rate) => isToken(rate) && usd(rate) > DEAREST_TOKEN);
  if (dear.length > 0) {
    for (const rate of rates.filter(isToken))
      rejected.push({ model: key, field: rate.dimension, reason: reasonForUnits(rate) });
    return rates.filter((rate) => !isToken(rate));
  }
  return rates.filter((rate) => {
    const reason = oddTier(rate, rates) ?? oddHour(rate, rates);
    if (reason !== undefined) rejected.push({ model: key, field: rate.dimension, reason });
    return reason === undefined;
  });
}

function reasonForUnits(rate: StagedRate): string {
  return usd(rate) > DEAREST_TOKEN
    ? `implausible: ${rate.raw_value} ${rate.raw_unit} is above $1000 per million tokens`
    : 'another token price of this model is implausible';
}

function oddTier(rate: StagedRate, rates: StagedRate[]): string | undefined {
  if (rate.service_tier === 'standard') return undefined;
  const standard = sibling(rate, rates, rate.dimension, 'standard');
  if (standard === undefined || usd(standard) === 0) return undefined;
  return usd(rate) > DEAREST_TIER * usd(standard)
    ? `implausible: ${rate.service_tier} is more than ${DEAREST_TIER} times the standard price`
    : undefined;
}

function oddHour(rate: StagedRate, rates: StagedRate[]): string | undefined {
  if (rate.dimension !== 'cache_write_1h' || !rate.model.includes('claude')) return undefined;
  const input = sibling(rate, rates, 'input', rate.service_tier);
  if (input === undefined || Math.abs(usd(rate) / usd(input) - 2) < 1e-6) return undefined;
  return 'implausible: a one-hour cache write of Claude costs twice the input price';
}

function sibling(rate: StagedRate, rates: StagedRate[], dimension: string, tier: string): StagedRate | undefined {
  return rates.find(
    (other) =>
      other.dimension === dimension &&
      other.service_tier === tier &&
      other.min_prompt_tokens === rate.min_prompt_tokens &&
      other.region === rate.region &&
      other.effective_from === rate.effective_from,
  );
}

function isToken(rate: StagedRate): boolean {
  return TOKEN_DIMENSIONS.has(rate.dimension);
}

function usd(rate: StagedRate): number {
  return Number(rate.value) * Number(rate.scale);
}
