import type { Rejected, StagedRate } from './source.js';

const PROFILE = /^(us|us-gov|eu|apac|jp|au|ca)\.(anthropic\..+)$/;

/**
 * A regional inference profile of Claude costs a tenth more than the global one since Claude 4.5
 * (https://docs.claude.com/en/docs/about-claude/pricing). models.dev writes the global price for both: such a price is
 * left out. A profile whose price differs from the global one is believed.
 */
export function withoutGlobalPrices(rates: readonly StagedRate[], rejected: Rejected[]): StagedRate[] {
  const global = new Map(
    rates
      .filter(({ provider, model }) => provider === 'bedrock' && model.startsWith('global.'))
      .map((rate) => [priceId(rate, rate.model.slice('global.'.length)), rate.value]),
  );
  return rates.filter((rate) => {
    const name = rate.provider === 'bedrock' ? PROFILE.exec(rate.model)?.[2] : undefined;
    if (name === undefined || global.get(priceId(rate, name)) !== rate.value) return true;
    const { provider, model, dimension: field, raw_value } = rate;
    const reason = 'the global price, which does not hold for a regional profile';
    rejected.push({ model: `amazon-bedrock/${model}`, provider, field, reason, raw_value });
    return false;
  });
}

function priceId({ dimension, min_prompt_tokens, service_tier, speed }: StagedRate, name: string): string {
  return [name, dimension, min_prompt_tokens, service_tier, speed].join('\n');
}
