import type { StagedMultiplier, StagedRate } from './source.js';

/**
 * Anthropic's batches cost half of everything, cache included; no source publishes them as prices.
 * https://docs.claude.com/en/docs/build-with-claude/batch-processing
 */
export function anthropicBatch(rates: readonly StagedRate[]): StagedMultiplier[] {
  const claude = rates.filter((rate) => rate.provider === 'anthropic' && rate.model.toLowerCase().includes('claude'));
  const published = new Set(claude.filter((rate) => rate.service_tier === 'batch').map((rate) => rate.model));
  const models = new Set(claude.map((rate) => rate.model).filter((model) => !published.has(model)));
  return [...models].map((model) => ({
    provider: 'anthropic',
    model,
    kind: 'batch',
    service_tier: 'batch',
    speed: null,
    region: null,
    value: '0.5',
    raw_value: '0.5 (documented for all Claude models)',
  }));
}
