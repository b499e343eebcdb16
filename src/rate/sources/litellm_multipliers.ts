import type { LitellmKey } from './litellm_fields.js';
import { isZero, publishedPrice, rawText } from './price_text.js';
import { isObject, type JsonObject, type Rejected, type StagedMultiplier } from './source.js';
import { VERTEX_LOCATIONS } from './vertex_locations.js';

type Condition = Pick<StagedMultiplier, 'kind' | 'service_tier' | 'speed' | 'region'>;

const inRegion = (region: string): Condition => ({ kind: 'region', service_tier: null, speed: null, region });

/**
 * Fast mode and data residency multiply every token price, cache included
 * (https://docs.claude.com/en/docs/about-claude/pricing, https://platform.openai.com/docs/pricing). Google's uplift is
 * for every location but `global` (https://cloud.google.com/vertex-ai/generative-ai/pricing).
 */
export function entryMultipliers(
  { key, name, entry }: { key: string; name: LitellmKey; entry: JsonObject },
  rejected: Rejected[],
): StagedMultiplier[] {
  const special = isObject(entry.provider_specific_entry) ? entry.provider_specific_entry : {};
  const fast: Condition = { kind: 'speed', service_tier: null, speed: 'fast', region: name.region };
  const found: [field: string, value: unknown, conditions: Condition[]][] = [
    ['provider_specific_entry.us', special.us, [inRegion('us')]],
    ['provider_specific_entry.eu', special.eu, [inRegion('eu')]],
    ['provider_specific_entry.fast', special.fast, [fast]],
    uplift(entry, 'regional_processing_uplift_multiplier_us', ['us']),
    uplift(entry, 'regional_processing_uplift_multiplier_eu', ['eu']),
    uplift(entry, 'regional_endpoint_uplift_multiplier', VERTEX_LOCATIONS),
    uplift(entry, 'fedramp_uplift_multiplier', ['fedramp']),
  ];
  return found.flatMap(([field, value, conditions]) => {
    if (value === undefined || value === null) return [];
    const factor = publishedPrice(value, 'per_unit');
    if ('reason' in factor || isZero(factor.value) || !isFactor(factor.value)) {
      const raw_value = rawText(value);
      rejected.push({ model: key, provider: name.provider, field, reason: `not a factor: ${raw_value}`, raw_value });
      return [];
    }
    return conditions.map((condition) => ({ provider: name.provider, model: name.model, ...condition, ...factor }));
  });
}

function uplift(entry: JsonObject, field: string, regions: readonly string[]): [string, unknown, Condition[]] {
  return [field, entry[field], regions.map(inRegion)];
}

/** The price book keeps factors with three whole digits and six places. */
function isFactor(value: string): boolean {
  return /^\d{1,3}(\.\d{1,6})?$/.test(value);
}
