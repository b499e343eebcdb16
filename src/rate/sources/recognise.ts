import { PriceSourceError } from '../../errors.js';
import { isGenaiPrices, stageGenaiPrices } from './genai_prices.js';
import { isLitellm, stageLitellm } from './litellm.js';
import { isModelsDev, stageModelsDev } from './models_dev.js';
import { isOpenrouter, stageOpenrouter } from './openrouter.js';
import { isPublished, stagePublished } from './published.js';
import type { StagedSource } from './source.js';

/** Reads a price file of any known source, told by its content. `dataDate` is YYYY-MM-DD. Throws PriceSourceError. */
export function stagePrices(text: string, file: string, dataDate: string): StagedSource {
  const json = parsed(text, file);
  if (isPublished(json)) return stagePublished(json, dataDate);
  if (isLitellm(json)) return stageLitellm(json, dataDate);
  if (isGenaiPrices(json)) return stageGenaiPrices(json, dataDate);
  if (isModelsDev(json)) return stageModelsDev(json, dataDate);
  if (isOpenrouter(json)) return stageOpenrouter(json, dataDate);
  throw new PriceSourceError(
    `${file} is no price list llmcost knows.\nIt reads LiteLLM's model_prices_and_context_window.json, genai-prices' v2 data.json, models.dev's api.json and OpenRouter's list of models.`,
  );
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new PriceSourceError(`${file} is not JSON: ${detail}\nDownload it again; the prices are unchanged.`, {
      cause,
    });
  }
}
