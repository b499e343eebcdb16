import { identifier, join, type Sql, sql } from '../../sql.js';
import { calls } from '../declare/calls.js';
import type { Told } from '../declare/counts.js';
import { field, merged, type Shape } from '../declare/fields.js';
import { parsed } from '../declare/labels.js';
import { USAGE_SHAPE, usagePlace, usagePlaces } from '../declare/usage_keys.js';

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
  usage: merged(USAGE_SHAPE, { cost: 'text', cost_in_usd_ticks: 'text' }),
};

/** What an answer says of its cost: a number, the total of an object (Perplexity), or ticks of which 10¹⁰ make a dollar (xAI). */
export function chatCost(usage: (path: string) => Sql, at = 'usage'): { at: string; value: Sql } {
  const cost = usage('cost');
  return {
    at: `${at}.cost`,
    value: sql`coalesce(
      case when starts_with(${cost}, '{') then json_extract_string(${cost}, '$.total_cost') else ${cost} end,
      cast(cast(try_cast(${usage('cost_in_usd_ticks')} as decimal(28, 0)) * 0.0000000001 as decimal(38, 10)) as varchar)
    )`,
  };
}

/**
 * How answers of this language count. Cached tokens are part of the prompt and reasoning is part of the answer:
 * https://platform.openai.com/docs/guides/prompt-caching. Gemini leaves thoughts out of the answer and tells them in the
 * total alone: https://ai.google.dev/gemini-api/docs/openai. Portkey's own answers (Gemini spoken to in this language)
 * leave them out of the answer and of the total, and so does Perplexity.
 */
export function chatCounting({
  id,
  model,
}: {
  id: Sql;
  model: Sql;
}): Pick<Told, 'convention' | 'writer' | 'gapIsReasoning'> {
  const beside = sql`(coalesce(starts_with(${id}, 'portkey-'), false) or coalesce(regexp_matches(${model}, '^(perplexity/)?sonar'), false))`;
  return {
    convention: 'inclusive',
    writer: {
      input: sql`cast(null as varchar)`,
      output: sql`case when ${beside} then 'nothing' end`,
      ownTotal: beside,
    },
    gapIsReasoning: sql`contains(lower(${model}), 'gemini')`,
  };
}

const usage = (path: string) => field(`usage.${path}`);
const FAILED = sql`(${field('error')} is not null and ${field('choices')} is null)`;
/** An answer was cut off by the filter of content. */
export const FILTERED = sql`list_contains(list_transform(${field('choices')}, lambda choice: choice.finish_reason), 'content_filter')`;
const OBJECT = sql`nullif(${field('object')}, '')`;
/** The Images API does not say what its answers are; what it makes are image tokens. */
const IMAGES = sql`(${OBJECT} is null and ${field('data')} is not null)`;
const places = usagePlaces(usage);

/**
 * The events that Mistral's client hands out of a stream hold the chunk: `{"data": {…}}`.
 * https://github.com/mistralai/client-python/blob/main/docs/models/completionevent.md
 */
const EVENT = sql`case when starts_with(${field('data')}, '{') then ${parsed(field('data'), CHAT)} end`;
const OF_EVENT = Object.keys(CHAT)
  .filter((key) => key !== 'data')
  .map((key) => [`$${key}`, sql`coalesce(${field(key)}, event.${identifier(key)})`] as const);

/**
 * Answers of OpenAI's Chat Completions, Embeddings and Images APIs, whole or as the last chunk of a stream, and of the
 * many servers that speak the same language (Azure, OpenRouter, vLLM, …). One answer per line.
 * https://platform.openai.com/docs/api-reference/chat/object
 */
export const openaiChat = calls({
  name: 'openai-chat',
  title: 'OpenAI chat completions, embeddings and images, one answer per line',
  reads: 'ndjson',
  signature: sql`
    line->>'object' in ('chat.completion', 'chat.completion.chunk', 'text_completion')
    or starts_with(line->>'$.data.object', 'chat.completion')
    or (line->>'object' = 'list' and json_exists(line, '$.usage.prompt_tokens'))
    or (json_exists(line, '$.created') and not json_exists(line, '$.object')
      and (json_exists(line, '$.data[0].url') or json_exists(line, '$.data[0].b64_json') or json_exists(line, '$.data[0].revised_prompt')))`,
  fields: { ...CHAT, data: 'text' },
  computed: [{ event: EVENT }, Object.fromEntries(OF_EVENT)],
  ...chatCounting({ id: field('id'), model: field('model') }),
  failed: FAILED,
  filtered: FILTERED,
  at: {
    ...places,
    request_id: { at: 'id', value: sql`nullif(${field('id')}, '')` },
    started: { at: 'created', value: sql`nullif(${field('created')}, '0')` },
    model: { at: 'model', value: sql`nullif(${field('model')}, '')` },
    service_tier: { at: 'service_tier', value: sql`coalesce(${field('service_tier')}, ${usage('service_tier')})` },
    speed: { at: 'usage.speed', value: usage('speed') },
    region: { at: 'usage.inference_geo', value: sql`nullif(${usage('inference_geo')}, 'not_available')` },
    error: ['error.code', 'error.type'],
    user_id: 'user',
    cost: chatCost(usage),
  },
  numbers: { searches: usagePlace('searches', usage), citations: usagePlace('citations', usage) },
  counts: { output_image: sql`case when ${IMAGES} then "output" else output_image end` },
  timeUnit: 'seconds',
  optional: ['started', 'model', 'input', 'output'],
  // Running chunks carry no usage; some servers repeat the usage in every chunk, then the largest is the whole. Azure
  // begins a stream with what its filter found in the prompt.
  skip: [
    {
      reason: 'stream chunks without usage',
      when: sql`${field('usage')} is null and (coalesce(${field('object')} = 'chat.completion.chunk', false)
        or (${OBJECT} is null and ${field('prompt_filter_results')} is not null))`,
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
      when: sql`nullif(${field('model')}, '') is null and ${OBJECT} is not null`,
    },
  ],
  traits: {
    // Perplexity breaks its cost down, xAI tells it in ticks; OpenRouter tells it and, as `provider`, its own supplier;
    // only Azure reports on its filter of the prompt.
    provider: sql`case
        when starts_with(${usage('cost')}, '{') then case when starts_with(${field('model')}, 'sonar') then 'perplexity' end
        when ${usage('cost_in_usd_ticks')} is not null then 'xai'
        when ${usage('cost')} is not null or (${field('provider')} is not null and starts_with(${field('id')}, 'gen-')) then 'openrouter'
        when ${field('prompt_filter_results')} is not null then 'azure'
      end`,
    operation: sql`case
        when starts_with(${field('object')}, 'chat.') then 'chat'
        when ${field('object')} = 'list' then 'embedding'
        when ${field('data')} is not null then 'image'
        else 'chat'
      end`,
  },
  facts: { text_output_tokens: sql`case when not ${IMAGES} then "tokens:text_output" end` },
  units: {
    output_images: sql`case when ${IMAGES} then json_array_length(${field('data')}) end`,
    web_search_requests: sql`searches`,
    citation_tokens: sql`citations`,
  },
  repeats: 'grows',
});
