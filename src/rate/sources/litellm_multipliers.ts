import type { LitellmKey } from './litellm_key.js';
import { isObject, isZero, type JsonObject, priceText, type Rejected, type StagedMultiplier } from './source.js';

/** Fast mode and data residency multiply every token price, cache included (https://docs.claude.com/en/docs/about-claude/pricing). */
export function entryMultipliers(
  key: string,
  name: LitellmKey,
  entry: JsonObject,
  rejected: Rejected[],
): StagedMultiplier[] {
  const special = isObject(entry.provider_specific_entry) ? entry.provider_specific_entry : {};
  const found: [kind: 'region' | 'speed', condition: string, value: unknown][] = [
    ['region', 'us', special.us],
    ['region', 'eu', special.eu],
    ['speed', 'fast', special.fast],
    ['region', 'us', entry.regional_processing_uplift_multiplier_us],
    ['region', 'eu', entry.regional_processing_uplift_multiplier_eu],
  ];
  return found.flatMap(([kind, condition, value]) => {
    if (value === undefined || value === null) return [];
    const factor = priceText(value);
    if (factor === undefined || isZero(factor.value)) {
      rejected.push({ model: key, field: condition, reason: `not a factor: ${String(value)}` });
      return [];
    }
    const region = kind === 'region' ? condition : name.region;
    const speed = kind === 'speed' ? condition : null;
    return [{ provider: name.provider, model: name.model, kind, service_tier: null, speed, region, ...factor }];
  });
}
