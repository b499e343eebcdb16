import { join, type Sql, sql } from '../../sql.js';
import { field, type Shape } from '../declare/fields.js';
import { constant, type Format } from '../declare/format.js';
import { errorClassOf, tierOf } from '../declare/normalize.js';

/** What is read of an answer: counts, names and kinds. */
export const CHAT: Shape = {
  id: 'text',
  object: 'text',
  created: 'text',
  model: 'text',
  service_tier: 'text',
  provider: 'text',
  user: 'text',
  choices: [{ finish_reason: 'text' }],
  prompt_filter_results: [{ prompt_index: 'text' }],
  data: [{ object: 'text' }],
  error: { type: 'text', code: 'text' },
  usage: {
    prompt_tokens: 'text',
    completion_tokens: 'text',
    total_tokens: 'text',
    input_tokens: 'text',
    output_tokens: 'text',
    cost: 'text',
    prompt_cache_hit_tokens: 'text',
    cached_tokens: 'text',
    input_tokens_details: { image_tokens: 'text' },
    prompt_tokens_details: {
      cached_tokens: 'text',
      cache_write_tokens: 'text',
      audio_tokens: 'text',
      image_tokens: 'text',
    },
    completion_tokens_details: { reasoning_tokens: 'text', audio_tokens: 'text' },
  },
};

/**
 * The part of the prompt that came from the cache, by the name of OpenAI, of DeepSeek or of Moonshot.
 * https://api-docs.deepseek.com/guides/kv_cache, https://platform.moonshot.ai/docs/api/chat
 */
export function cachedText(usage: string): Sql {
  const names = ['prompt_tokens_details.cached_tokens', 'prompt_cache_hit_tokens', 'cached_tokens'];
  return sql`coalesce(${join(names.map((name) => field(`${usage}.${name}`)))})`;
}

/** Tokens that the total counts beside the prompt and the answer: no less than 0, and 0 where no total is told. */
const BESIDE = sql`greatest(coalesce(total - prompt - completion, 0), 0)`;

/**
 * The reasoning tokens. OpenAI counts them in the answer, xAI and Gemini's OpenAI-compatible API beside it, and the
 * latter without saying so: there the total tells.
 * https://docs.x.ai/docs/guides/reasoning, https://ai.google.dev/gemini-api/docs/openai
 */
export function reasoningTokens(model: Sql): Sql {
  return sql`case
      when ${BESIDE} > 0 and coalesce(reasoning, 0) = 0 and contains(lower(${model}), 'gemini') then ${BESIDE}
      else reasoning
    end`;
}

/**
 * What of the answer is reasoning: none of it, where reasoning is counted beside the answer. Portkey's own answers
 * (Gemini spoken to in OpenAI's language; real logs of them) leave it out of the answer and of the total.
 */
export function reasoningInAnswer(id: Sql): Sql {
  return sql`case
      when coalesce(reasoning, 0) = 0 or ${BESIDE} = reasoning or starts_with(${id}, 'portkey-') then 0
      else reasoning
    end`;
}

const FAILED = sql`(${field('error')} is not null and ${field('choices')} is null)`;
const ERROR_NAME = sql`coalesce(${field('error.code')}, ${field('error.type')}, 'unknown')`;
/** An answer was cut off by the filter of content. */
export const FILTERED = sql`list_contains(list_transform(${field('choices')}, lambda choice: choice.finish_reason), 'content_filter')`;

/**
 * Answers of OpenAI's Chat Completions, Embeddings and Images APIs, whole or as the last chunk of a stream, and of the
 * many servers that speak the same language (Azure, OpenRouter, vLLM, …). One answer per line.
 * https://platform.openai.com/docs/api-reference/chat/object
 */
export const openaiChat: Format = {
  name: 'openai-chat',
  title: 'OpenAI chat completions, embeddings and images, one answer per line',
  reads: 'ndjson',
  signature: sql`
    line->>'object' in ('chat.completion', 'chat.completion.chunk', 'text_completion')
    or (line->>'object' = 'list' and json_exists(line, '$.usage.prompt_tokens'))`,
  fields: CHAT,
  numbers: {
    prompt: 'usage.prompt_tokens',
    completion: 'usage.completion_tokens',
    cached: { at: 'usage.prompt_tokens_details.cached_tokens', value: cachedText('usage') },
    cache_written: 'usage.prompt_tokens_details.cache_write_tokens',
    audio_in: 'usage.prompt_tokens_details.audio_tokens',
    image_in: 'usage.prompt_tokens_details.image_tokens',
    reasoning: 'usage.completion_tokens_details.reasoning_tokens',
    audio_out: 'usage.completion_tokens_details.audio_tokens',
    total: 'usage.total_tokens',
    // The Images API has names of its own; what it makes are image tokens.
    image_prompt: 'usage.input_tokens',
    image_prompt_images: 'usage.input_tokens_details.image_tokens',
    image_answer: 'usage.output_tokens',
  },
  decimals: { cost: 'usage.cost' },
  times: { started: 'created' },
  timeUnit: 'seconds',
  // Running chunks carry no usage; some servers repeat the usage in every chunk, then the largest is the whole.
  skip: [
    {
      reason: 'stream chunks without usage',
      when: sql`${field('object')} = 'chat.completion.chunk' and ${field('usage')} is null`,
    },
  ],
  checks: [
    {
      field: 'usage',
      reason: 'is missing',
      when: sql`${join(
        ['object', 'usage', 'choices', 'data', 'error'].map((part) => sql`${field(part)} is null`),
        ' and ',
      )}`,
    },
    {
      field: 'model',
      reason: 'is missing',
      missing: 'model',
      when: sql`${field('model')} is null and ${field('object')} is not null`,
    },
  ],
  traits: {
    // OpenRouter tells the cost and, as `provider`, its own supplier; only Azure reports on its filter of the prompt.
    provider: sql`case
        when ${field('usage.cost')} is not null or (${field('provider')} is not null and starts_with(${field('id')}, 'gen-')) then 'openrouter'
        when ${field('prompt_filter_results')} is not null then 'azure'
      end`,
    model: field('model'),
    request_model: null,
    operation: sql`case
        when starts_with(${field('object')}, 'chat.') then 'chat'
        when ${field('object')} = 'list' then 'embedding'
        when ${field('data')} is not null then 'image'
        else 'chat'
      end`,
    service_tier: tierOf(field('service_tier')),
    speed: null,
    region: null,
    status: sql`case when ${FAILED} then 'error' else 'ok' end`,
    error_class: sql`case
        when ${FAILED} then ${errorClassOf(sql`cast(null as integer)`, ERROR_NAME)}
        when ${FILTERED} then 'content_filter'
      end`,
    http_status: null,
    feature: null,
    environment: null,
    attempt: null,
    bucket_seconds: null,
    billed_currency: sql`case when ${field('usage.cost')} is not null then 'USD' end`,
    gateway_cached: null,
    // https://platform.openai.com/docs/guides/prompt-caching: cached tokens are part of prompt_tokens.
    token_convention: constant('inclusive'),
    max_output_tokens: null,
    has_tools: null,
    has_images: null,
    has_json_schema: null,
  },
  facts: {
    request_id: field('id'),
    trace_id: null,
    occurred_at: sql`started`,
    requests: constant(1),
    uncached_input_tokens: sql`coalesce(
          prompt - coalesce(cached, 0) - coalesce(cache_written, 0) - coalesce(audio_in, 0) - coalesce(image_in, 0),
          image_prompt - coalesce(image_prompt_images, 0)
        )`,
    cache_read_tokens: sql`cached`,
    cache_write_tokens: sql`cache_written`,
    cache_write_1h_tokens: null,
    text_output_tokens: sql`completion - ${reasoningInAnswer(field('id'))} - coalesce(audio_out, 0)`,
    reasoning_tokens: reasoningTokens(field('model')),
    latency_ms: null,
    ttft_ms: null,
    customer: null,
    user_id: field('user'),
    session_id: null,
    tags: null,
    billed_cost: sql`cost`,
  },
  units: {
    input_audio_tokens: sql`audio_in`,
    input_image_tokens: sql`coalesce(image_in, image_prompt_images)`,
    output_audio_tokens: sql`audio_out`,
    output_image_tokens: sql`image_answer`,
    output_images: sql`case when ${field('object')} is null then len(${field('data')}) end`,
  },
  repeats: 'grows',
  dated: true,
};
