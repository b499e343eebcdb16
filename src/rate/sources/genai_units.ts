import type { Dimension } from '../../names/dimensions.js';
import type { RawUnit } from './source.js';

/** What a price key of genai-prices counts: https://github.com/pydantic/genai-prices/blob/main/prices/units.yml */
const MEANINGS: Record<string, readonly [Dimension, RawUnit]> = {
  input_mtok: ['input', 'per_mtok'],
  output_mtok: ['output', 'per_mtok'],
  cache_read_mtok: ['cache_read', 'per_mtok'],
  cache_write_mtok: ['cache_write', 'per_mtok'],
  cache_write_5m_mtok: ['cache_write', 'per_mtok'],
  cache_write_1h_mtok: ['cache_write_1h', 'per_mtok'],
  output_reasoning_mtok: ['reasoning', 'per_mtok'],
  input_audio_mtok: ['input_audio_tokens', 'per_mtok'],
  output_audio_mtok: ['output_audio_tokens', 'per_mtok'],
  cache_audio_read_mtok: ['cache_read_audio_tokens', 'per_mtok'],
  cache_audio_write_mtok: ['cache_write_audio_tokens', 'per_mtok'],
  input_image_mtok: ['input_image_tokens', 'per_mtok'],
  output_image_mtok: ['output_image_tokens', 'per_mtok'],
  cache_image_read_mtok: ['cache_read_image_tokens', 'per_mtok'],
  input_video_mtok: ['input_video_tokens', 'per_mtok'],
  output_video_mtok: ['output_video_tokens', 'per_mtok'],
  output_citation_mtok: ['citation_tokens', 'per_mtok'],
  input_mchars: ['characters', 'per_mchar'],
  audio_hours: ['input_audio_seconds', 'per_hour'],
  input_audio_hours: ['input_audio_seconds', 'per_hour'],
  output_audio_hours: ['output_audio_seconds', 'per_hour'],
  input_document_kpages: ['pages', 'per_kcount'],
  input_annotated_document_kpages: ['annotated_pages', 'per_kcount'],
  web_searches_kcount: ['web_search_requests', 'per_kcount'],
  storage_searches_kcount: ['file_search_calls', 'per_kcount'],
  requests_kcount: ['requests', 'per_kcount'],
  rerank_searches_kcount: ['requests', 'per_kcount'],
};

/** Dimension and unit of a price key, or undefined if usage records nothing it could be multiplied with. */
export function genaiMeaning(key: string): { dimension: Dimension; unit: RawUnit } | undefined {
  const meaning = MEANINGS[key];
  return meaning === undefined ? undefined : { dimension: meaning[0], unit: meaning[1] };
}
