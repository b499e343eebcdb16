import type { SourceName } from './source.js';

/** Where a source lives and what it asks for in return. */
export interface Origin {
  name: string;
  url: string;
  licence: string;
  attribution: string;
  /** It dates every change of a price, so a value it overwrites was an error. */
  datesChanges: boolean;
}

export const SOURCES: Record<SourceName, Origin> = {
  published: {
    name: "sellers' own pages",
    url: 'pricing/published.json',
    licence: 'MIT',
    attribution: 'each entry names its page',
    datesChanges: true,
  },
  litellm: {
    name: 'LiteLLM model prices',
    url: 'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json',
    licence: 'MIT',
    attribution: 'Copyright (c) 2023 Berri AI, https://github.com/BerriAI/litellm',
    datesChanges: false,
  },
  'genai-prices': {
    name: 'genai-prices',
    url: 'https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json',
    licence: 'MIT',
    attribution: 'Copyright (c) Pydantic Services Inc., https://github.com/pydantic/genai-prices',
    datesChanges: true,
  },
  'models.dev': {
    name: 'models.dev',
    url: 'https://models.dev/api.json',
    licence: 'MIT',
    attribution: 'Copyright (c) 2025 models.dev, https://github.com/anomalyco/models.dev',
    datesChanges: false,
  },
  openrouter: {
    name: 'OpenRouter',
    url: 'https://openrouter.ai/api/v1/models',
    licence: 'public API of OpenRouter',
    attribution: 'OpenRouter, Inc., https://openrouter.ai/models',
    datesChanges: false,
  },
};
