/**
 * The dimensions a price can have, and where usage keeps the quantity that is multiplied with it.
 * Six token classes have columns of their own, in `usage_fact` as in `rate_card`; everything rarer lives in the map
 * `usage_fact.units` and is priced from the map `rate_card.unit_rates`, under the same name.
 */
export const TOKEN_CLASSES = [
  { dimension: 'input', quantity: 'uncached_input_tokens', rate: 'uncached_input' },
  { dimension: 'cache_read', quantity: 'cache_read_tokens', rate: 'cache_read' },
  { dimension: 'cache_write', quantity: 'cache_write_tokens', rate: 'cache_write' },
  { dimension: 'cache_write_1h', quantity: 'cache_write_1h_tokens', rate: 'cache_write_1h' },
  { dimension: 'output', quantity: 'text_output_tokens', rate: 'text_output' },
  { dimension: 'reasoning', quantity: 'reasoning_tokens', rate: 'reasoning' },
] as const;

/** Token counts among the units: parts of the prompt. */
export const INPUT_UNITS = [
  'input_audio_tokens',
  'input_image_tokens',
  'input_video_tokens',
  'cache_read_audio_tokens',
  'cache_read_image_tokens',
  'cache_write_audio_tokens',
  'cache_write_12h_tokens',
] as const;

/** Of these, what was read from the cache. */
export const CACHE_READ_UNITS = ['cache_read_audio_tokens', 'cache_read_image_tokens'] as const;

/** Token counts among the units: parts of the answer. */
export const OUTPUT_UNITS = ['output_audio_tokens', 'output_image_tokens', 'output_video_tokens'] as const;

/** Tokens that a source counted and of which nobody knows what they are: they have no price, and the cost is a lower bound. */
export const UNKNOWN_TOKENS = 'unknown_tokens';

/**
 * Rare billed quantities that are not tokens of the five kinds above; may be fractional. No quantity is part of another:
 * an annotated page is not among the pages, a search of a stated context size not among those of the default size.
 */
export const OTHER_UNITS = [
  'web_search_requests',
  'web_search_requests_low',
  'web_search_requests_medium',
  'web_search_requests_high',
  'maps_grounding_requests',
  'file_search_calls',
  'code_interpreter_sessions',
  'input_images',
  'output_images',
  'output_images_1k',
  'output_images_2k',
  'output_images_4k',
  'input_audio_seconds',
  'output_audio_seconds',
  'input_video_seconds',
  'output_video_seconds',
  'output_video_seconds_480p',
  'output_video_seconds_720p',
  'output_video_seconds_1080p',
  'output_video_seconds_4k',
  'output_pixels',
  'citation_tokens',
  'characters',
  'output_characters',
  'pages',
  'annotated_pages',
  'session_hours',
  'vector_store_gb_days',
  UNKNOWN_TOKENS,
] as const;

/** Every name a rate in the price book may have; `requests` is a fee per call. */
export const DIMENSIONS = [
  ...TOKEN_CLASSES.map((tokenClass) => tokenClass.dimension),
  ...INPUT_UNITS,
  ...OUTPUT_UNITS,
  ...OTHER_UNITS,
  'requests',
] as const;

export type Dimension = (typeof DIMENSIONS)[number];
