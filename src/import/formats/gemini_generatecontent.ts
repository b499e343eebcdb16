import { join, literal, type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format, type Place } from '../declare/format.js';
import { errorClassOf, tierOf } from '../declare/normalize.js';

const PARTS: readonly [Shape] = [{ modality: 'text', tokenCount: 'text' }];

/** As the REST API and the JavaScript SDK spell it. */
const ANSWER: Shape = {
  candidates: [{ finishReason: 'text', groundingMetadata: { webSearchQueries: 'text' } }],
  promptFeedback: { blockReason: 'text' },
  usageMetadata: {
    promptTokenCount: 'text',
    cachedContentTokenCount: 'text',
    toolUsePromptTokenCount: 'text',
    candidatesTokenCount: 'text',
    thoughtsTokenCount: 'text',
    totalTokenCount: 'text',
    promptTokensDetails: PARTS,
    cacheTokensDetails: PARTS,
    candidatesTokensDetails: PARTS,
    serviceTier: 'text',
    trafficType: 'text',
  },
  modelVersion: 'text',
  responseId: 'text',
  createTime: 'text',
};

/** `promptTokenCount` as the Python SDK dumps it: `prompt_token_count`. */
function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const SNAKE_ANSWER = JSON.parse(snake(JSON.stringify(ANSWER))) as Shape;

/** An answer in both spellings. */
export const SPELLINGS: Shape = {
  ...ANSWER,
  ...SNAKE_ANSWER,
  candidates: [
    {
      finishReason: 'text',
      finish_reason: 'text',
      groundingMetadata: { webSearchQueries: 'text' },
      grounding_metadata: { web_search_queries: 'text' },
    },
  ],
};

/** The field at a path, in either spelling. */
function either(path: string): Sql {
  return sql`coalesce(${field(path)}, ${field(snake(path))})`;
}

function place(path: string): Place {
  return { at: path, value: either(path) };
}

/** The tokens of one kind in a list of parts; null where there are none. */
function tokensOf(modality: string, path: string): Place {
  const sum = (list: Sql, count: Sql) => sql`list_sum(list_transform(
        list_filter(${list}, lambda part: part.modality = ${literal(modality)}), lambda part: try_cast(${count} as bigint)
      ))`;
  return {
    at: path,
    value: sql`cast(coalesce(
      ${sum(field(path), sql`part."tokenCount"`)},
      ${sum(field(snake(path)), sql`part.token_count`)}
    ) as varchar)`,
  };
}

const FINISHED = sql`coalesce(
      list_transform(${field('candidates')}, lambda candidate: candidate."finishReason"),
      list_transform(${field('candidates')}, lambda candidate: candidate.finish_reason)
    )`;
const FILTERS = join(
  [
    'SAFETY',
    'RECITATION',
    'BLOCKLIST',
    'PROHIBITED_CONTENT',
    'SPII',
    'IMAGE_SAFETY',
    'IMAGE_PROHIBITED_CONTENT',
    'IMAGE_RECITATION',
  ].map(literal),
);
const FAILED = sql`(${field('error')} is not null)`;
const BLOCKED = sql`(${either('promptFeedback.blockReason')} is not null)`;
const TRAFFIC = either('usageMetadata.trafficType');
const UNCOUNTED = sql`coalesce(prompt, answer, thoughts, total) is null`;
/** A chunk of a stream that is not its last: every answer ends with a reason. */
const UNFINISHED = sql`${field('candidates')} is not null and coalesce(len(list_filter(${FINISHED}, lambda reason: reason is not null)), 0) = 0
        and not ${BLOCKED} and not ${FAILED}`;
/** No word on which of the cached tokens are audio: then none is taken to be. */
const CACHE_GUESSED = sql`cached > 0 and audio > 0
        and ${field('usageMetadata.cacheTokensDetails')} is null and ${field('usage_metadata.cache_tokens_details')} is null`;

const asked = (queries: Sql) => sql`coalesce(from_json(${queries}, '["VARCHAR"]'), [])`;
/** What the model searched the web for, over all candidates; each query once, without empty ones. */
const QUERIES = sql`list_distinct(list_filter(flatten(list_concat(
      coalesce(list_transform(${field('candidates')}, lambda candidate: ${asked(sql`candidate."groundingMetadata"."webSearchQueries"`)}), []),
      coalesce(list_transform(${field('candidates')}, lambda candidate: ${asked(sql`candidate.grounding_metadata.web_search_queries`)}), [])
    )), lambda query: trim(query) <> ''))`;
/**
 * What grounding with Google Search is billed for: each query of Gemini 3 and later, each grounded prompt of the models before.
 * https://ai.google.dev/gemini-api/docs/pricing
 */
const SEARCHES = sql`case when regexp_matches(${either('modelVersion')}, 'gemini-[12]([.-]|$)') then least(len(${QUERIES}), 1) else len(${QUERIES}) end`;

/**
 * Answers of Google's generateContent, whole or as chunks of a stream, one per line, from the Gemini API or Vertex AI,
 * in the spelling of the REST API or of the Python SDK.
 * https://ai.google.dev/api/generate-content#UsageMetadata
 */
export const geminiGenerateContent: Format = {
  name: 'gemini-generatecontent',
  title: 'Gemini generateContent, one answer or stream chunk per line',
  reads: 'ndjson',
  signature: sql`
    (json_exists(line, '$.usageMetadata') and (
      json_exists(line, '$.candidates') or json_exists(line, '$.modelVersion') or json_exists(line, '$.promptFeedback')
    ))
    or (json_exists(line, '$.usage_metadata.prompt_token_count') and (
      json_exists(line, '$.candidates') or json_exists(line, '$.model_version')
    ))`,
  fields: {
    ...SPELLINGS,
    error: { code: 'text', status: 'text' },
  },
  numbers: {
    prompt: place('usageMetadata.promptTokenCount'),
    cached: place('usageMetadata.cachedContentTokenCount'),
    tool_prompt: place('usageMetadata.toolUsePromptTokenCount'),
    answer: place('usageMetadata.candidatesTokenCount'),
    thoughts: place('usageMetadata.thoughtsTokenCount'),
    total: place('usageMetadata.totalTokenCount'),
    audio: tokensOf('AUDIO', 'usageMetadata.promptTokensDetails'),
    image: tokensOf('IMAGE', 'usageMetadata.promptTokensDetails'),
    cached_audio: tokensOf('AUDIO', 'usageMetadata.cacheTokensDetails'),
    cached_image: tokensOf('IMAGE', 'usageMetadata.cacheTokensDetails'),
    audio_out: tokensOf('AUDIO', 'usageMetadata.candidatesTokensDetails'),
    image_out: tokensOf('IMAGE', 'usageMetadata.candidatesTokensDetails'),
    video_out: tokensOf('VIDEO', 'usageMetadata.candidatesTokensDetails'),
    http: { at: 'error.code', value: field('error.code') },
  },
  decimals: {},
  // Only Vertex AI tells when it answered.
  times: { created: place('createTime') },
  timeUnit: 'any',
  skip: [
    // Vertex AI's chunks have usageMetadata from the first one on, but counts only in the last.
    { reason: 'stream chunks without usage', when: sql`${UNFINISHED} and ${UNCOUNTED}` },
    // Chunks of before mid-2025. The counts grow from chunk to chunk, so the last one has all.
    {
      reason: 'stream chunks without an id, before the last',
      when: sql`${UNFINISHED} and ${either('responseId')} is null`,
    },
  ],
  checks: [
    {
      field: 'modelVersion',
      reason: 'is missing',
      missing: 'model',
      when: sql`not ${FAILED} and ${either('modelVersion')} is null`,
    },
    {
      field: 'usageMetadata.promptTokenCount',
      reason: 'is missing',
      when: sql`not ${FAILED} and not ${BLOCKED} and prompt is null`,
    },
    {
      field: 'usageMetadata.cacheTokensDetails',
      reason: 'has more than promptTokensDetails',
      when: sql`coalesce(cached_audio > coalesce(audio, 0), false) or coalesce(cached_image > coalesce(image, 0), false)`,
    },
    {
      field: 'usageMetadata.cacheTokensDetails',
      reason: 'has more than cachedContentTokenCount',
      when: sql`cached_audio > coalesce(cached, 0)`,
    },
  ],
  traits: {
    provider: sql`case when ${TRAFFIC} is not null or created is not null then 'vertex_ai' else 'google' end`,
    model: either('modelVersion'),
    request_model: null,
    operation: constant('chat'),
    // https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType
    service_tier: sql`case ${TRAFFIC}
        when 'ON_DEMAND' then 'standard'
        when 'ON_DEMAND_PRIORITY' then 'priority'
        when 'ON_DEMAND_FLEX' then 'flex'
        when 'PROVISIONED_THROUGHPUT' then 'provisioned_throughput'
        else ${tierOf(either('usageMetadata.serviceTier'))}
      end`,
    speed: null,
    region: null,
    status: sql`case when ${FAILED} or ${BLOCKED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${FAILED} then ${errorClassOf(sql`http`, sql`coalesce(${field('error.status')}, 'unknown')`)}
        when ${BLOCKED} or list_has_any(${FINISHED}, [${FILTERS}]) then 'content_filter'
      end`,
    http_status: sql`http`,
    feature: null,
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: null,
    gateway_cached: null,
    // cachedContentTokenCount is part of promptTokenCount.
    token_convention: sql`case when ${CACHE_GUESSED} then 'guessed' else 'inclusive' end`,
    max_output_tokens: null,
    has_tools: null,
    has_images: sql`case when image > 0 then true end`,
    has_json_schema: null,
  },
  facts: {
    request_id: either('responseId'),
    trace_id: null,
    occurred_at: sql`created`,
    requests: constant(1),
    // What tools brought in comes on top of promptTokenCount. Video and documents are priced as text is.
    uncached_input_tokens: sql`prompt + coalesce(tool_prompt, 0) - coalesce(cached, 0)
          - (coalesce(audio, 0) - coalesce(cached_audio, 0)) - (coalesce(image, 0) - coalesce(cached_image, 0))`,
    cache_read_tokens: sql`cached - coalesce(cached_audio, 0)`,
    cache_write_tokens: null,
    cache_write_1h_tokens: null,
    // Thoughts come on top of candidatesTokenCount; where the total says otherwise, they are in it.
    text_output_tokens: sql`answer - coalesce(audio_out, 0) - coalesce(image_out, 0) - coalesce(video_out, 0)
          - case when thoughts > 0 and total = prompt + coalesce(tool_prompt, 0) + answer then thoughts else 0 end`,
    reasoning_tokens: sql`thoughts`,
    latency_ms: null,
    ttft_ms: null,
    customer: null,
    user_id: null,
    session_id: null,
    tags: null,
    billed_cost: null,
  },
  units: {
    input_audio_tokens: sql`audio - coalesce(cached_audio, 0)`,
    input_image_tokens: sql`image - coalesce(cached_image, 0)`,
    cache_read_audio_tokens: sql`cached_audio`,
    output_audio_tokens: sql`audio_out`,
    output_image_tokens: sql`image_out`,
    output_video_tokens: sql`video_out`,
    web_search_requests: sql`nullif(${SEARCHES}, 0)`,
  },
  // Every chunk of a stream counts from its beginning.
  repeats: 'grows',
  dated: false,
};
