import type { Rejected, StagedRate } from './source.js';

/** claude-opus-4-6 → 406, claude-sonnet-5 → 500, claude-3-haiku-20240307 → 300; 0 without a version. */
export function claudeVersion(model: string): number {
  const match = /claude-(?:[a-z]+-)*?(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?/i.exec(model);
  return match === null ? 0 : Number(match[1]) * 100 + Number(match[2] ?? 0);
}

const PROFILE = /^(us|us-gov|eu|apac|jp|au|ca)\.(anthropic\..+)$/;

/** Where Claude costs what Anthropic's page says, whoever bills it. */
const CLOUDS: ReadonlySet<string> = new Set(['azure', 'azure_ai', 'bedrock', 'vertex_ai']);

/**
 * Prices of Claude on the clouds that models.dev still lists or never had right: long prompts cost nothing extra since
 * Claude 4.6, and a regional profile of Bedrock is not the global one.
 */
export function withoutWrongClaude(rates: readonly StagedRate[], rejected: Rejected[]): StagedRate[] {
  return withoutGlobalPrices(withoutOldBands(rates, rejected), rejected);
}

/** "The full 1M token context window at standard pricing": https://docs.claude.com/en/docs/about-claude/pricing */
function withoutOldBands(rates: readonly StagedRate[], rejected: Rejected[]): StagedRate[] {
  return rates.filter((rate) => {
    const { provider, model, dimension: field, min_prompt_tokens, raw_value } = rate;
    if (min_prompt_tokens === 0 || !CLOUDS.has(provider) || claudeVersion(model) < 406) return true;
    const reason = 'long prompts cost nothing extra since Claude 4.6';
    rejected.push({ model: `${provider}/${model}`, provider, field, reason, raw_value });
    return false;
  });
}

/**
 * A regional inference profile of Claude costs a tenth more than the global one since Claude 4.5
 * (https://docs.claude.com/en/docs/about-claude/pricing). models.dev writes the global price for both: such a price is
 * left out. A profile whose price differs from the global one is believed.
 */
function withoutGlobalPrices(rates: readonly StagedRate[], rejected: Rejected[]): StagedRate[] {
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
