import { authorOf } from '../models/authors.js';
import { canonicalProvider } from '../models/providers.js';
import { documentedMultipliers } from './documented.js';
import { withoutWrongClaude } from './models_dev_claude.js';
import { entryRates } from './models_dev_cost.js';
import { plausibleRates, withoutPlainReasoning } from './plausible.js';
import {
  emptySource,
  isObject,
  type JsonObject,
  type Rejected,
  type StagedModel,
  type StagedRate,
  type StagedSource,
} from './source.js';

/** Whether a parsed JSON file is the api.json of models.dev: providers by id, each with its models by id. */
export function isModelsDev(json: unknown): json is JsonObject {
  const providers = isObject(json) ? Object.values(json) : [];
  return providers.length > 0 && providers.every((one) => isObject(one) && isObject(one.models) && 'env' in one);
}

/** One model of the file; `key` names it in messages. */
interface Entry {
  key: string;
  provider: string;
  model: string;
  entry: JsonObject;
}

/**
 * Reads models.dev, USD per million tokens, without history.
 * https://models.dev/api.json, https://github.com/anomalyco/models.dev
 */
export function stageModelsDev(json: JsonObject, dataDate: string): StagedSource {
  const staged = emptySource('models.dev', dataDate);
  for (const one of entriesOf(json, staged.rejected)) {
    const rates = pricedEntry(one, staged.rejected);
    staged.rates.push(...rates);
    staged.models.push(stagedModel(one, rates));
  }
  staged.rates = withoutWrongClaude(staged.rates, staged.rejected);
  staged.multipliers = documentedMultipliers(staged);
  return staged;
}

/** The models of all sellers; where two ids of models.dev are one provider of ours, the first that names a model. */
function entriesOf(json: JsonObject, rejected: Rejected[]): Entry[] {
  const seen = new Map<string, string>();
  return Object.entries(json).flatMap(([id, seller]) => {
    if (!isObject(seller) || !isObject(seller.models)) return [];
    const listed = canonicalProvider(id);
    return Object.entries(seller.models).flatMap(([model, entry]) => {
      if (!isObject(entry)) return [];
      const provider = sellerOn(listed, model);
      const key = `${id}/${model}`;
      const name = `${provider}\n${model.toLowerCase()}`;
      const first = seen.get(name);
      seen.set(name, first ?? key);
      if (first === undefined) return [{ key, provider, model, entry }];
      rejected.push({ model: key, provider, field: '', reason: `the same model as ${first}` });
      return [];
    });
  });
}

/** Both of Azure's catalogues list models of all authors there; as elsewhere, azure sells OpenAI's and azure_ai the others'. */
function sellerOn(provider: string, model: string): string {
  if (provider !== 'azure' && provider !== 'azure_ai') return provider;
  return authorOf(model) === 'openai' || model === 'model-router' ? 'azure' : 'azure_ai';
}

/** Sellers that are paid by the month: what they list is a quota, or the price elsewhere. */
const SUBSCRIPTION =
  /(-coding-plan|-token-plan)(-[a-z]+)?$|^(kimi-for-coding|github-copilot|github-models|opencode-go)$/;

function pricedEntry({ key, provider, model, entry }: Entry, rejected: Rejected[]): StagedRate[] {
  if (!isObject(entry.cost)) return [];
  if (SUBSCRIPTION.test(key.slice(0, key.indexOf('/')))) {
    rejected.push({ model: key, provider, field: 'cost', reason: 'sold by subscription, not by use' });
    return [];
  }
  if (isAllZero(entry.cost)) {
    const reason = '0 is what this list writes for a subscription, a trial or an unknown price';
    rejected.push({ model: key, provider, field: 'cost', reason, raw_value: '0' });
    return [];
  }
  const rates = entryRates({ key, provider, model, entry, rejected });
  return plausibleRates(key, withoutPlainReasoning(rates), rejected);
}

function isAllZero(cost: JsonObject): boolean {
  return Object.values(cost).every((value) => typeof value === 'object' || Number(value) === 0);
}

function stagedModel({ provider, model, entry }: Entry, rates: readonly StagedRate[]): StagedModel {
  const limit = isObject(entry.limit) ? entry.limit : {};
  const modalities = isObject(entry.modalities) ? entry.modalities : {};
  return {
    provider,
    model,
    operation: rates.length > 0 && writesText(modalities.output) ? 'chat' : null,
    context_window: count(limit.context),
    max_output_tokens: count(limit.output),
    supports_tools: flag(entry.tool_call),
    supports_images: Array.isArray(modalities.input) ? modalities.input.includes('image') : null,
    supports_json_schema: flag(entry.structured_output),
    deprecation_date: null,
    free: false,
  };
}

/** Embedding models are listed as writers of text with an answer of no tokens. */
function writesText(output: unknown): boolean {
  return Array.isArray(output) && output.includes('text') && output.length === 1;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}
