import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import { datedName, oneSpelling } from './spelling.js';

/** What a seller's model can do, as the price lists tell it; null is not known. */
export interface ModelFacts {
  operation: string | null;
  /** Prompt and answer together. */
  context_window: number | null;
  /** The prompt alone, where no list tells the whole window. */
  max_input_tokens: number | null;
  max_output_tokens: number | null;
  supports_tools: boolean | null;
  supports_images: boolean | null;
  supports_json_schema: boolean | null;
  /** YYYY-MM-DD */
  deprecation_date: string | null;
}

type Listed = {
  [name in keyof ModelFacts]: ModelFacts[name] extends boolean | null ? boolean | null : string | null;
} & {
  source: string;
  provider: string;
  model: string;
};

const NOTHING: ModelFacts = {
  operation: null,
  context_window: null,
  max_input_tokens: null,
  max_output_tokens: null,
  supports_tools: null,
  supports_images: null,
  supports_json_schema: null,
  deprecation_date: null,
};

/**
 * The function that tells the facts of a seller's model: each from the first list that knows it (models.dev, OpenRouter,
 * genai-prices, LiteLLM). A dated name that no list has facts for has those of the undated one; another seller's facts
 * never count, because hosts cut windows. LiteLLM's `max_input_tokens` is the prompt alone.
 */
export async function modelFacts(store: Store): Promise<(provider: string, model: string) => ModelFacts> {
  const rows = await store.rows<Listed>(sql`
    select
      source, provider, model, operation,
      cast(if(source = 'litellm', null, context_window) as varchar) as context_window,
      cast(if(source = 'litellm', context_window, null) as varchar) as max_input_tokens,
      cast(max_output_tokens as varchar) as max_output_tokens,
      supports_tools, supports_images, supports_json_schema,
      cast(deprecation_date as varchar) as deprecation_date
    from price_model
    order by array_position(['models.dev', 'openrouter', 'genai-prices', 'litellm'], source) nulls last, model`);
  const known = new Map<string, ModelFacts>();
  for (const row of rows) {
    const key = keyOf(row.provider, row.model);
    known.set(key, completed(known.get(key) ?? NOTHING, row));
  }
  return (provider, model) => {
    const undated = datedName(oneSpelling(model))?.name;
    const own = known.get(keyOf(provider, model)) ?? NOTHING;
    const plain = undated === undefined ? NOTHING : (known.get(keyOf(provider, undated)) ?? NOTHING);
    return windowed({ ...plain, ...withoutNulls(own) });
  };
}

function keyOf(provider: string, model: string): string {
  return `${provider}\n${oneSpelling(model)}`;
}

function completed(known: ModelFacts, row: Listed): ModelFacts {
  return {
    operation: known.operation ?? row.operation,
    context_window: known.context_window ?? numberOf(row.context_window),
    max_input_tokens: known.max_input_tokens ?? numberOf(row.max_input_tokens),
    max_output_tokens: known.max_output_tokens ?? numberOf(row.max_output_tokens),
    supports_tools: known.supports_tools ?? row.supports_tools,
    supports_images: known.supports_images ?? row.supports_images,
    supports_json_schema: known.supports_json_schema ?? row.supports_json_schema,
    deprecation_date: known.deprecation_date ?? row.deprecation_date,
  };
}

/** A limit of the prompt alone only counts where the whole window is not known. */
function windowed(facts: ModelFacts): ModelFacts {
  return facts.context_window === null ? facts : { ...facts, max_input_tokens: null };
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}

function withoutNulls(facts: ModelFacts): Partial<ModelFacts> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}
