import type { Dimension } from '../../names/dimensions.js';
import { authorOf } from '../models/authors.js';
import { inclusiveBound } from './litellm_fields.js';
import { publishedPrice, rawText } from './price_text.js';
import { isObject, type JsonObject, type Rejected, type StagedRate, standardRate } from './source.js';

/** What the keys of a `cost` count, all in USD per million tokens. */
const DIMENSION_OF: Record<string, Dimension> = {
  input: 'input',
  output: 'output',
  cache_read: 'cache_read',
  cache_write: 'cache_write',
  reasoning: 'reasoning',
  input_audio: 'input_audio_tokens',
  output_audio: 'output_audio_tokens',
};

interface Entry {
  key: string;
  provider: string;
  model: string;
  entry: JsonObject;
  rejected: Rejected[];
}

type Conditions = Partial<Pick<StagedRate, 'min_prompt_tokens' | 'service_tier' | 'speed'>>;

/** All rates of a model: its cost, the tiers of long prompts, and the fast mode. */
export function entryRates(of: Entry): StagedRate[] {
  const cost = isObject(of.entry.cost) ? of.entry.cost : {};
  return [...costRates(of, cost, {}), ...bandRates(of, cost), ...fastRates(of)];
}

function costRates(of: Entry, cost: JsonObject, conditions: Conditions): StagedRate[] {
  const { key: model, provider, rejected } = of;
  return Object.entries(cost).flatMap(([field, value]) => {
    if (['tiers', 'tier', 'context_over_200k'].includes(field)) return [];
    const dimension = DIMENSION_OF[field];
    const price = publishedPrice(value, 'per_mtok');
    const unread = 'reason' in price ? price.reason : whyUnread(of.model, field, cost);
    if (dimension !== undefined && 'value' in price && unread === undefined)
      return [{ ...standardRate({ provider, model: of.model, dimension, unit: 'per_mtok', price }), ...conditions }];
    rejected.push({ model, provider, field, reason: unread ?? 'no dimension for it', raw_value: rawText(value) });
    return [];
  });
}

/**
 * A cache price of 0 beside a price of the prompt is how this list writes that it knows none. Gemini bills the storage
 * of a cache by the hour, and nothing for what is written to it (https://ai.google.dev/gemini-api/docs/pricing).
 */
function whyUnread(model: string, field: string, cost: JsonObject): string | undefined {
  if (field.startsWith('cache_') && Number(cost[field]) === 0 && Number(cost.input) > 0)
    return 'a cache price of 0 stands for an unknown one';
  return field === 'cache_write' && authorOf(model) === 'google'
    ? 'Gemini bills storage, not written tokens'
    : undefined;
}

/** `tiers` by size of the prompt; `context_over_200k` repeats the first of them under its old name, whatever its size. */
function bandRates(of: Entry, cost: JsonObject): StagedRate[] {
  const tiers = Array.isArray(cost.tiers) ? cost.tiers.filter(isObject) : [];
  if (tiers.length === 0 && isObject(cost.context_over_200k))
    return costRates(of, cost.context_over_200k, { min_prompt_tokens: inclusiveBound(200_000, of) });
  return tiers.flatMap((tier) => {
    const condition = isObject(tier.tier) ? tier.tier : {};
    const size = Number(condition.size);
    if (condition.type === 'context' && Number.isSafeInteger(size))
      return costRates(of, tier, { min_prompt_tokens: inclusiveBound(size, of) });
    const { key: model, provider, rejected } = of;
    rejected.push({ model, provider, field: 'tiers', reason: `unknown tier ${rawText(tier.tier)}` });
    return [];
  });
}

/** Fast mode is a speed with Anthropic and the priority tier with OpenAI: the request it stands for says which. */
function fastRates(of: Entry): StagedRate[] {
  const experimental = isObject(of.entry.experimental) ? of.entry.experimental : {};
  const modes = isObject(experimental.modes) ? experimental.modes : {};
  return Object.entries(modes).flatMap(([name, mode]) => {
    const conditions = isObject(mode) ? modeConditions(mode) : undefined;
    if (isObject(mode) && isObject(mode.cost) && conditions !== undefined) return costRates(of, mode.cost, conditions);
    const { key: model, provider, rejected } = of;
    rejected.push({ model, provider, field: `experimental.modes.${name}`, reason: 'no tier or speed for it' });
    return [];
  });
}

function modeConditions(mode: JsonObject): Conditions | undefined {
  const request = isObject(mode.provider) && isObject(mode.provider.body) ? mode.provider.body : {};
  if (request.speed === 'fast') return { speed: 'fast' };
  if (request.service_tier === 'priority') return { service_tier: 'priority' };
  return undefined;
}
