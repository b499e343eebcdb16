import { join, sql } from '../../sql.js';
import { bucketKey, secondsBetween, tagsOf, UNTOLD_FACTS, UNTOLD_TRAITS } from '../declare/bucket.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { tierOf } from '../declare/normalize.js';

const COUNTS = [
  'num_model_requests',
  'input_tokens',
  'input_cached_tokens',
  'input_cache_write_tokens',
  'input_text_tokens',
  'input_audio_tokens',
  'input_cached_audio_tokens',
  'input_image_tokens',
  'input_cached_image_tokens',
  'output_tokens',
  'output_audio_tokens',
  'output_image_tokens',
  'images',
  'characters',
  'seconds',
  'num_sessions',
  'num_requests',
  'usage_bytes',
] as const;

const DIMENSIONS = [
  'project_id',
  'user_id',
  'api_key_id',
  'model',
  'batch',
  'service_tier',
  'size',
  'source',
  'context_level',
  'vector_store_id',
] as const;

const RESULT: Shape = Object.fromEntries(['object', ...COUNTS, ...DIMENSIONS].map((name) => [name, 'text']));

/** What a bucket counts. The dashboard's files do not say it; their columns do. */
const KIND = sql`coalesce(
      replace(replace(${field('object')}, 'organization.usage.', ''), '.result', ''),
      case
        when images is not null then 'images'
        when characters is not null then 'audio_speeches'
        when seconds is not null then 'audio_transcriptions'
        when sessions is not null then 'code_interpreter_sessions'
        when held is not null then 'vector_stores'
        when ${field('context_level')} is not null then 'web_searches'
        when calls is not null then 'file_searches'
        when input is not null and output is null then 'embeddings'
        else 'completions'
      end
    )`;
const TOKENS = sql`${KIND} in ('completions', 'embeddings', 'moderations')`;
/** Tools are called inside of requests that are counted with their tokens. */
const TOOLS = sql`${KIND} in ('web_searches', 'file_searches', 'code_interpreter_sessions', 'vector_stores')`;
const BATCH = sql`coalesce(lower(${field('batch')}) = 'true', false)`;

/**
 * The usage of OpenAI's organization in buckets of a minute, an hour or a day:
 * https://platform.openai.com/docs/api-reference/usage/completions_object. Pages of the API, and the files of the
 * dashboard, whose columns have the same names. A bucket of today still grows.
 */
function openaiUsage(
  layout: Pick<Format, 'name' | 'title' | 'reads' | 'rows' | 'signature' | 'fields' | 'skip'>,
): Format {
  return {
    ...layout,
    numbers: {
      model_requests: 'num_model_requests',
      input: 'input_tokens',
      cached: 'input_cached_tokens',
      cache_written: 'input_cache_write_tokens',
      input_text: 'input_text_tokens',
      audio: 'input_audio_tokens',
      cached_audio: 'input_cached_audio_tokens',
      image: 'input_image_tokens',
      cached_image: 'input_cached_image_tokens',
      output: 'output_tokens',
      audio_out: 'output_audio_tokens',
      image_out: 'output_image_tokens',
      images: 'images',
      characters: 'characters',
      sessions: 'num_sessions',
      calls: 'num_requests',
    },
    decimals: { seconds: 'seconds', held: 'usage_bytes' },
    times: { started: 'start_time', ended: 'end_time' },
    timeUnit: 'seconds',
    checks: [
      { field: 'start_time', reason: 'is missing', when: sql`started is null` },
      { field: 'end_time', reason: 'is missing or before the start', when: sql`ended is null or ended <= started` },
      {
        field: 'input_tokens',
        reason: 'is missing',
        when: sql`${TOKENS} and input is null`,
      },
      {
        field: 'object',
        reason: 'is of a kind that is not known',
        when: sql`not (${TOKENS} or ${TOOLS} or ${KIND} in ('images', 'audio_speeches', 'audio_transcriptions'))`,
      },
    ],
    traits: {
      ...UNTOLD_TRAITS,
      provider: constant('openai'),
      model: field('model'),
      operation: sql`case ${KIND}
        when 'completions' then 'chat'
        when 'embeddings' then 'embedding'
        when 'moderations' then 'moderation'
        when 'images' then 'image'
        when 'audio_speeches' then 'audio'
        when 'audio_transcriptions' then 'audio'
        when 'vector_stores' then 'storage'
        else 'tool'
      end`,
      // Batches have their own flag; beside it their tier is called default.
      service_tier: sql`case when ${BATCH} then 'batch' else ${tierOf(field('service_tier'))} end`,
      speed: null,
      region: null,
      bucket_seconds: secondsBetween('started', 'ended'),
      billed_currency: null,
      // input_tokens holds cached and cache-write tokens, and audio and images since there are columns for text.
      token_convention: sql`case when coalesce(audio, 0) > 0 and input_text is null then 'guessed' else 'inclusive' end`,
    },
    facts: {
      ...UNTOLD_FACTS,
      occurred_at: sql`started`,
      requests: sql`case when ${TOOLS} then 0 else model_requests end`,
      // The parts are disjoint: uncached text, audio and images, cached text, audio and images, and what was written.
      uncached_input_tokens: sql`input - coalesce(cached, 0) - coalesce(cache_written, 0) - coalesce(audio, 0) - coalesce(image, 0)`,
      cache_read_tokens: sql`cached - coalesce(cached_audio, 0) - coalesce(cached_image, 0)`,
      cache_write_tokens: sql`cache_written`,
      cache_write_1h_tokens: null,
      // Reasoning is part of it and is not told.
      text_output_tokens: sql`output - coalesce(audio_out, 0) - coalesce(image_out, 0)`,
      reasoning_tokens: null,
      customer: null,
      user_id: field('user_id'),
      tags: tagsOf({
        project_id: field('project_id'),
        api_key_id: field('api_key_id'),
        size: field('size'),
        source: field('source'),
        context_level: field('context_level'),
        vector_store_id: field('vector_store_id'),
      }),
      billed_cost: null,
    },
    units: {
      input_audio_tokens: sql`audio`,
      input_image_tokens: sql`image`,
      cache_read_audio_tokens: sql`cached_audio`,
      cache_read_image_tokens: sql`cached_image`,
      output_audio_tokens: sql`audio_out`,
      output_image_tokens: sql`image_out`,
      output_images: sql`images`,
      characters: sql`characters`,
      input_audio_seconds: sql`seconds`,
      code_interpreter_sessions: sql`sessions`,
      web_search_requests: sql`case when ${KIND} = 'web_searches' then calls end`,
      file_search_calls: sql`case when ${KIND} = 'file_searches' then calls end`,
      // Billed by the gibibyte and day.
      vector_store_gb_days: sql`held / 1073741824 * ${secondsBetween('started', 'ended')} / 86400`,
    },
    key: bucketKey(sql`${KIND}`, [
      sql`started`,
      sql`ended`,
      ...DIMENSIONS.map((name) => (name === 'batch' ? sql`lower(${field(name)})` : field(name))),
    ]),
    repeats: 'bucket',
    dated: true,
  };
}

/** Pages of /v1/organization/usage/completions, embeddings, images, …; any number of them, one after the other or in a list. */
export const openaiUsageApi: Format = openaiUsage({
  name: 'openai-usage',
  title: "pages of OpenAI's usage API",
  reads: 'json',
  rows: [
    { list: 'data', beside: {} },
    { list: 'results', beside: { start_time: 'text', end_time: 'text' }, empty: 'buckets without usage' },
  ],
  signature: sql`list_bool_or(list_transform(
    json_extract_string(line, '$.data[*].results[*].object'), lambda kind: starts_with(kind, 'organization.usage.')
  ))`,
  fields: RESULT,
  skip: [],
});

const NOTHING = join(
  COUNTS.map((name) => sql`${field(name)} is null`),
  ' and ',
);

/** `completions_usage_….csv` and its siblings, as the usage page of the dashboard exports them. */
export const openaiUsageCsv: Format = openaiUsage({
  name: 'openai-usage-csv',
  title: "OpenAI's usage dashboard, exported as CSV",
  reads: 'csv',
  signature: ['start_time', 'end_time', 'start_time_iso', 'end_time_iso', '!amount_value'],
  fields: { ...RESULT, start_time: 'text', end_time: 'text', start_time_iso: 'text', end_time_iso: 'text' },
  // Days without usage are rows, too.
  skip: [{ reason: 'buckets without usage', when: NOTHING }],
});
