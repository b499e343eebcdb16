import { integer, join, literal, sql } from '../../sql.js';

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

const FIRST_PARTY_LIST = join(FIRST_PARTIES.map(literal));

const ranks = (sources: readonly string[]) =>
  join(
    sources.map((source, rank) => sql`when ${literal(source)} then ${integer(rank)}`),
    ' ',
  );

/**
 * Rank of a row of price_rate by source, lowest wins; needs the columns source and provider. models.dev has no history
 * and forgets conditions, so it only fills gaps; OpenRouter's own feed says what OpenRouter charges.
 */
export const SOURCE_RANK = sql`case
  when provider in (${FIRST_PARTY_LIST}) then case source ${ranks(['user', 'published', 'genai-prices', 'litellm', 'models.dev'])} else 9 end
  when provider = 'openrouter' then case source ${ranks(['user', 'published', 'openrouter', 'litellm', 'genai-prices', 'models.dev'])} else 9 end
  else case source ${ranks(['user', 'published', 'litellm', 'genai-prices', 'models.dev'])} else 9 end
end`;
