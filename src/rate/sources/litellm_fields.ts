import type { Dimension } from '../../names/dimensions.js';
import { authorOf } from '../models/authors.js';
import { canonicalProvider } from '../models/providers.js';
import type { RawUnit } from './price_text.js';
import type { ServiceTier } from './source.js';

/** What one price field of LiteLLM means. */
export interface FieldMeaning {
  dimension: Dimension;
  unit: RawUnit;
  minPromptTokens: number;
  tier: ServiceTier;
}

/** https://docs.litellm.ai/docs/provider_registration/add_model_pricing; USD per ONE unit unless said otherwise. */
const DIMENSION_OF: Record<string, Dimension> = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cache_read',
  input_cost_per_token_cache_hit: 'cache_read',
  cache_creation_input_token_cost: 'cache_write',
  cache_creation_input_token_cost_above_1hr: 'cache_write_1h',
  cache_creation_input_token_cost_above_12hr: 'cache_write_12h_tokens',
  output_cost_per_reasoning_token: 'reasoning',
  input_cost_per_audio_token: 'input_audio_tokens',
  output_cost_per_audio_token: 'output_audio_tokens',
  cache_read_input_audio_token_cost: 'cache_read_audio_tokens',
  cache_creation_input_audio_token_cost: 'cache_write_audio_tokens',
  input_cost_per_image_token: 'input_image_tokens',
  output_cost_per_image_token: 'output_image_tokens',
  cache_read_input_image_token_cost: 'cache_read_image_tokens',
  input_cost_per_video_token: 'input_video_tokens',
  output_cost_per_video_token: 'output_video_tokens',
  output_cost_per_image: 'output_images',
  output_cost_per_image_1K: 'output_images_1k',
  output_cost_per_image_2K: 'output_images_2k',
  output_cost_per_image_4K: 'output_images_4k',
  google_maps_grounding_cost_per_query: 'maps_grounding_requests',
  output_cost_per_video_per_second: 'output_video_seconds',
  input_cost_per_video_per_second: 'input_video_seconds',
  input_cost_per_audio_per_second: 'input_audio_seconds',
  input_cost_per_character: 'characters',
  output_cost_per_character: 'output_characters',
  annotation_cost_per_page: 'annotated_pages',
  ocr_cost_per_page: 'pages',
  input_cost_per_query: 'requests',
  input_cost_per_request: 'requests',
  code_interpreter_cost_per_session: 'code_interpreter_sessions',
  file_search_cost_per_1k_calls: 'file_search_calls',
  file_search_cost_per_gb_per_day: 'vector_store_gb_days',
  vector_store_cost_per_gb_per_day: 'vector_store_gb_days',
  citation_cost_per_token: 'citation_tokens',
};

/** Fields whose dimension depends on what the model does: LiteLLM says per second and lets `mode` tell of what. */
const DIMENSION_BY_MODE: Record<string, Record<string, Dimension>> = {
  input_cost_per_second: { audio_transcription: 'input_audio_seconds', realtime: 'input_audio_seconds' },
  output_cost_per_second: { video_generation: 'output_video_seconds', audio_speech: 'output_audio_seconds' },
  output_cost_per_second_480p: { video_generation: 'output_video_seconds_480p' },
  output_cost_per_second_720p: { video_generation: 'output_video_seconds_720p' },
  output_cost_per_second_1080p: { video_generation: 'output_video_seconds_1080p' },
  output_cost_per_second_4k: { video_generation: 'output_video_seconds_4k' },
  // An image generator's pixels are those of the finished image, whichever side LiteLLM books them on.
  input_cost_per_pixel: { image_generation: 'output_pixels', image_edit: 'output_pixels' },
  output_cost_per_pixel: { image_generation: 'output_pixels', image_edit: 'output_pixels' },
};

const TIERS: Record<string, ServiceTier> = {
  batches: 'batch',
  batch_requests: 'batch',
  flex: 'flex',
  priority: 'priority',
  ultrafast: 'ultrafast',
  balanced: 'balanced',
};
const FIELD = /^(.+?)(?:_above_(\d+)(k|m)?_tokens)?(?:_(batches|batch_requests|flex|priority|ultrafast|balanced))?$/;
const TIMES: Record<string, number> = { k: 1000, m: 1_000_000 };

/**
 * The meaning of a field name, or undefined if it is a price we have no dimension for.
 * Bounds: `_above_<N>k_tokens` means more than N·1000 prompt tokens, for xAI N·1000 and more (https://docs.x.ai/docs/models).
 */
export function fieldMeaning(field: string, mode: string, seller: Seller): FieldMeaning | undefined {
  const [, base = '', above, times = '', tier] = FIELD.exec(field) ?? [];
  const dimension = DIMENSION_OF[base] ?? DIMENSION_BY_MODE[base]?.[mode] ?? imageDimension(base, mode);
  if (dimension === undefined) return undefined;
  return {
    dimension,
    unit: base === 'file_search_cost_per_1k_calls' ? 'per_kcount' : 'per_unit',
    minPromptTokens: above === undefined ? 0 : inclusiveBound(Number(above) * (TIMES[times] ?? 1), seller),
    tier: (tier === undefined ? undefined : TIERS[tier]) ?? 'standard',
  };
}

/** The "input" price of an image generator is the price of one finished image. */
function imageDimension(base: string, mode: string): Dimension | undefined {
  if (base !== 'input_cost_per_image') return undefined;
  return mode === 'image_generation' || mode === 'image_edit' ? 'output_images' : 'input_images';
}

/** Who sells a model, and under what name. */
export interface Seller {
  provider: string;
  model: string;
}

/**
 * "Above N" as the smallest prompt that falls into the band: N + 1 for Anthropic, Google and OpenAI, whose pages say
 * "more than", but N itself for xAI's models (https://docs.x.ai/docs/models: "≥ 200k").
 */
export function inclusiveBound(above: number, { provider, model }: Seller): number {
  return provider === 'xai' || authorOf(model) === 'xai' ? above : above + 1;
}

/** Whether a field carries money. */
export function isPriceField(field: string): boolean {
  return /cost|price|pricing/.test(field) && !/^(source|metadata|supports_)|multiplier/.test(field);
}

const REASONS: readonly [RegExp, string][] = [
  [/pixel/, 'priced per pixel of something usage does not record'],
  [/dbu/, 'priced in Databricks units; the USD price is beside it'],
  [/_per_second|interval/, 'priced per second of something usage does not record'],
  [/per_credit/, 'priced in credits of the provider'],
];

/** Why a price field without dimension is left out. */
export function whyLeftOut(field: string): string {
  return REASONS.find(([pattern]) => pattern.test(field))?.[1] ?? 'no dimension for it';
}

/** A key of LiteLLM taken apart: who sells the model, under what name, in which region. */
export interface LitellmKey {
  provider: string;
  model: string;
  region: string | null;
  /** Written `provider/model`; that spelling wins over a bare one. */
  prefixed: boolean;
}

const BEDROCK_REGION = /^(us|eu|ap|ca|sa|me|af|il|mx)(-gov|-iso[a-z]?)?-[a-z]+-\d$/;
const AZURE_REGIONS: Record<string, string> = {
  eu: 'eu',
  us: 'us',
  'us-gov': 'us-gov',
  global: 'global',
  'global-standard': 'global',
};

/** `azure/eu/gpt-4o` → azure, gpt-4o, eu; `bedrock/us-east-1/anthropic.claude-v2` → bedrock, …, us-east-1. */
export function litellmKey(key: string, litellmProvider: string): LitellmKey {
  const provider = canonicalProvider(litellmProvider);
  const segments = key.split('/');
  const prefixed = segments.length > 1 && canonicalProvider(segments[0] ?? '') === provider;
  if (prefixed) segments.shift();
  const region = segments.length > 1 ? regionOf(provider, segments[0] ?? '') : null;
  if (region !== null) segments.shift();
  return { provider, model: segments.join('/'), region, prefixed };
}

function regionOf(provider: string, segment: string): string | null {
  if (provider === 'bedrock') return BEDROCK_REGION.test(segment) ? segment : null;
  return provider === 'azure' || provider === 'azure_ai' ? (AZURE_REGIONS[segment] ?? null) : null;
}
