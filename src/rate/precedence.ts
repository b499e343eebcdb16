import { literal, sql } from '../sql.js';

/**
 * Providers that sell their own models under their own name. For them genai-prices is curated and dated, so it comes
 * first; for everybody else (clouds, resellers, gateways) LiteLLM knows more conditions.
 */
export const FIRST_PARTIES = [
  'openai',
  'anthropic',
  'google',
  'xai',
  'mistral',
  'cohere',
  'deepseek',
  'perplexity',
  'moonshot',
  'zai',
  'zhipuai',
  'minimax',
  'voyage',
] as const;

const FIRST_PARTY_LIST = FIRST_PARTIES.map((name) => literal(name)).reduce((before, name) => sql`${before}, ${name}`);

/** Rank of a row of price_rate by source, lowest wins; needs the columns source and provider. */
export const SOURCE_RANK = sql`case
  when source = 'user' then 0
  when provider in (${FIRST_PARTY_LIST}) then if(source = 'genai-prices', 1, 2)
  else if(source = 'litellm', 1, 2)
end`;
