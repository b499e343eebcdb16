import { join, type Sql, sql } from '../../sql.js';
import { textOf } from './convert.js';
import type { CountName } from './counts.js';
import { type Shape, withPath } from './fields.js';

/**
 * How programs and providers spell the token classes of a usage object, as paths in it; of several that are there the
 * first above 0 counts, for some write a 0 where they know nothing. One list for all formats: a spelling that is added
 * here is read everywhere.
 */
export const USAGE_KEYS = {
  input: ['prompt_tokens', 'input_tokens', 'inputTokens', 'promptTokens'],
  output: ['completion_tokens', 'output_tokens', 'outputTokens', 'completionTokens'],
  total: ['total_tokens', 'totalTokens'],
  cache_read: [
    'prompt_tokens_details.cached_tokens',
    'input_tokens_details.cached_tokens',
    'input_token_details.cached_tokens',
    'cache_read_input_tokens',
    'cacheReadInputTokens',
    'prompt_cache_hit_tokens',
    'cached_tokens',
    'cachedInputTokens',
  ],
  cache_write: [
    'prompt_tokens_details.cache_write_tokens',
    'prompt_tokens_details.cache_creation_tokens',
    'input_tokens_details.cache_write_tokens',
    'cache_creation_input_tokens',
    'cacheWriteInputTokens',
    'cacheCreationInputTokens',
  ],
  cache_write_5m: [
    'cache_creation.ephemeral_5m_input_tokens',
    'prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens',
    'cacheCreationEphemeral5mInputTokens',
  ],
  cache_write_1h: [
    'cache_creation.ephemeral_1h_input_tokens',
    'prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens',
    'cacheCreationEphemeral1hInputTokens',
  ],
  reasoning: [
    'completion_tokens_details.reasoning_tokens',
    'output_tokens_details.reasoning_tokens',
    'output_tokens_details.thinking_tokens',
    'reasoning_tokens',
    'reasoningTokens',
  ],
  input_audio: ['prompt_tokens_details.audio_tokens', 'input_token_details.audio_tokens'],
  input_image: [
    'prompt_tokens_details.image_tokens',
    'input_tokens_details.image_tokens',
    'input_token_details.image_tokens',
  ],
  cache_read_audio: ['input_token_details.cached_tokens_details.audio_tokens'],
  cache_read_image: ['input_token_details.cached_tokens_details.image_tokens'],
  output_audio: ['completion_tokens_details.audio_tokens', 'output_token_details.audio_tokens'],
  output_image: ['completion_tokens_details.image_tokens', 'output_tokens_details.image_tokens'],
} as const satisfies Partial<Record<CountName, readonly string[]>>;

/** What is billed beside tokens, and what sets the price, in the same objects. */
export const USAGE_EXTRAS = {
  searches: ['server_tool_use.web_search_requests', 'prompt_tokens_details.web_search_requests', 'num_search_queries'],
  citations: ['citation_tokens'],
  seconds: ['seconds', 'prompt_audio_seconds'],
  service_tier: ['service_tier'],
  inference_geo: ['inference_geo'],
  speed: ['speed'],
} as const satisfies Record<string, readonly string[]>;

/** An expression and the name that messages call it by. */
export interface NamedPlace {
  readonly at: string;
  readonly value: Sql;
}

type UsageName = keyof typeof USAGE_KEYS | keyof typeof USAGE_EXTRAS;

/** Everything of the catalogue, as it is read of a usage object. */
export const USAGE_SHAPE: Shape = [...Object.values(USAGE_KEYS), ...Object.values(USAGE_EXTRAS)]
  .flat()
  .reduce<Shape>((shape, path) => withPath(shape, path.split('.'))?.shape ?? shape, {});

/** Where a class stands in a usage object: `usage` gives the text at a path of USAGE_SHAPE, `at` names the object in messages. */
export function usagePlace(name: UsageName, usage: (path: string) => Sql, at = 'usage'): NamedPlace {
  const paths: readonly string[] = { ...USAGE_KEYS, ...USAGE_EXTRAS }[name];
  const values = paths.map(usage);
  const counted = values.map((value) => sql`nullif(${value}, '0')`);
  return {
    at: `${at}.${paths[0] ?? name}`,
    value: values.length === 1 ? textOf(values[0] ?? sql`null`) : sql`coalesce(${join([...counted, ...values])})`,
  };
}

/** All token classes of a usage object. */
export function usagePlaces(
  usage: (path: string) => Sql,
  at = 'usage',
): Readonly<Record<keyof typeof USAGE_KEYS, NamedPlace>> {
  const names = Object.keys(USAGE_KEYS) as (keyof typeof USAGE_KEYS)[];
  return Object.fromEntries(names.map((name) => [name, usagePlace(name, usage, at)])) as Record<
    keyof typeof USAGE_KEYS,
    NamedPlace
  >;
}
