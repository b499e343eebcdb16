import { claudeVersion } from './models_dev_claude.js';
import type { StagedMultiplier, StagedRate, StagedSource } from './source.js';

/** A factor that providers document and no source publishes as a price of its own. */
interface Documented {
  factor: string;
  note: string;
  condition: Pick<StagedMultiplier, 'kind' | 'service_tier' | 'speed' | 'region'>;
  holdsFor: (rate: StagedRate) => boolean;
}

/** Who sells Claude in batches at half price: Anthropic, Google (LiteLLM publishes it for input and output), Amazon. */
const CLAUDE_BATCHES: ReadonlySet<string> = new Set(['anthropic', 'vertex_ai', 'bedrock']);

const DOCUMENTED: readonly Documented[] = [
  {
    // Half of everything, cache included: https://docs.claude.com/en/docs/build-with-claude/batch-processing and
    // https://aws.amazon.com/bedrock/pricing/. A batch price a source does publish goes before the factor.
    factor: '0.5',
    note: 'documented for all Claude models',
    condition: { kind: 'batch', service_tier: 'batch', speed: null, region: null },
    holdsFor: ({ provider, model }) => CLAUDE_BATCHES.has(provider) && model.toLowerCase().includes('claude'),
  },
  {
    // "50% cost discount", of cached input too since GPT-5: https://developers.openai.com/api/docs/guides/batch and the
    // batch tab of https://developers.openai.com/api/docs/pricing, which has no price of cached input for older models.
    factor: '0.5',
    note: 'documented for GPT-5 and later',
    condition: { kind: 'batch', service_tier: 'batch', speed: null, region: null },
    holdsFor: ({ provider, model }) => provider === 'openai' && /^gpt-([5-9]|[1-9]\d)(?!\d)/i.test(model),
  },
  {
    // "US-only inference" of Claude Opus 4.6 and newer models: https://docs.claude.com/en/docs/about-claude/pricing
    factor: '1.1',
    note: 'documented for Claude 4.6 and later',
    condition: { kind: 'region', service_tier: null, speed: null, region: 'us' },
    holdsFor: ({ provider, model }) => provider === 'anthropic' && claudeVersion(model) >= 406,
  },
  {
    // "Requests sent to the US regional endpoint": https://docs.x.ai/developers/pricing
    factor: '1.1',
    note: "documented for xAI's US endpoint",
    condition: { kind: 'region', service_tier: null, speed: null, region: 'us' },
    holdsFor: ({ provider, dimension }) => provider === 'xai' && dimension === 'input',
  },
];

/** The documented factors of the models of a source, for those that publish none under the same condition. */
export function documentedMultipliers({ rates, multipliers }: StagedSource): StagedMultiplier[] {
  const published = new Set(multipliers.map((one) => multiplierId(one, one)));
  return DOCUMENTED.flatMap(({ factor, note, condition, holdsFor }) => {
    const models = new Map(
      rates.filter(holdsFor).map(({ provider, model }) => [`${provider}\n${model}`, { provider, model }]),
    );
    return [...models.values()]
      .filter((model) => !published.has(multiplierId(model, condition)))
      .map((model) => ({ ...model, ...condition, value: factor, raw_value: `${factor} (${note})` }));
  });
}

/**
 * Leaves out batch prices that are half of the list's own standard price where batches are documented to cost that: the
 * factor says the same, also of long prompts and cached input, and follows the standard price when another source knows
 * a newer one.
 */
export function withoutDocumentedBatches(rates: readonly StagedRate[]): StagedRate[] {
  const standard = new Map(
    rates.filter((rate) => rate.service_tier === 'standard').map((rate) => [rateId(rate), rate]),
  );
  const batches = DOCUMENTED.filter(({ condition }) => condition.kind === 'batch');
  return rates.filter((rate) => {
    const usual = standard.get(rateId(rate));
    const documented = usual !== undefined && batches.some(({ holdsFor }) => holdsFor(usual));
    return rate.service_tier !== 'batch' || !documented || !isHalf(rate.value, usual.value);
  });
}

/** Compares; the prices stay text. */
function isHalf(one: string, other: string): boolean {
  return Math.abs((2 * Number(one)) / Number(other) - 1) < 1e-9;
}

function rateId({ provider, model, dimension, min_prompt_tokens, region, utc_start }: StagedRate): string {
  return [provider, model, dimension, min_prompt_tokens, region, utc_start].join('\n');
}

function multiplierId(
  { provider, model }: Pick<StagedMultiplier, 'provider' | 'model'>,
  { kind, service_tier, speed, region }: Documented['condition'],
): string {
  return [provider, model.toLowerCase(), kind, service_tier, speed, region].join('\n');
}
