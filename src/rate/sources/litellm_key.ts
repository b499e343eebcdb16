import { canonicalProvider } from '../models/providers.js';

/** A key of LiteLLM taken apart: who sells the model, under what name, in which region. */
export interface LitellmKey {
  provider: string;
  model: string;
  region: string | null;
  /** Written `provider/model`; that spelling wins over a bare one. */
  prefixed: boolean;
}

const BEDROCK_REGION = /^(us|eu|ap|ca|sa|me|af|il|mx)(-gov|-iso[a-z]?)?-[a-z]+-\d$/;
const AZURE_REGIONS: Record<string, string> = { eu: 'eu', us: 'us', global: 'global', 'global-standard': 'global' };

/** `azure/eu/gpt-4o` → azure, gpt-4o, eu; `bedrock/us-east-1/anthropic.claude-v2` → bedrock, …, us-east-1. */
export function litellmKey(key: string, litellmProvider: string): LitellmKey {
  const provider = canonicalProvider(litellmProvider);
  const segments = key.split('/');
  const prefixed = segments.length > 1 && canonicalProvider(segments[0] ?? '') === provider;
  if (prefixed) segments.shift();
  const region = segments.length > 1 ? regionOf(provider, segments[0] ?? '') : null;
  if (region !== null) segments.shift();
  return { provider, model: segments.join('/'), region, prefixed };
}

function regionOf(provider: string, segment: string): string | null {
  if (provider === 'bedrock') return BEDROCK_REGION.test(segment) ? segment : null;
  return provider === 'azure' || provider === 'azure_ai' ? (AZURE_REGIONS[segment] ?? null) : null;
}
