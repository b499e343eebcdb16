import { join, literal, type Sql, sql } from '../../sql.js';

/**
 * What a name of usage counts, beside the counts of `Told`:
 * - `text_in`, `text_out`, `text_cached`: the text of a prompt, an answer or what is cached, where it is told beside audio and images
 * - `uncached`: the prompt without what is cached
 * - `tool_in`: results of a provider's own tools, which Gemini counts beside the prompt
 * - `predicted`: predicted text, which is in the answer already for OpenAI
 * - `searches`, `maps_searches`: searches and grounding, billed by the request
 * - `none`: what is no count of tokens, or a part of another count
 * - `unknown`: no rule knows the name
 */
export const USAGE_CLASSES = [
  'input',
  'output',
  'total',
  'cache_read',
  'cache_write',
  'cache_write_5m',
  'cache_write_1h',
  'reasoning',
  'input_audio',
  'input_image',
  'input_video',
  'cache_read_audio',
  'cache_read_image',
  'cache_write_audio',
  'output_audio',
  'output_image',
  'output_video',
  'text_in',
  'text_out',
  'text_cached',
  'uncached',
  'tool_in',
  'predicted',
  'searches',
  'maps_searches',
] as const;

export type UsageClass = (typeof USAGE_CLASSES)[number];

/** Names that most files have, in their full spelling: what they count needs no reading of the name. */
const FREQUENT: Readonly<Record<string, UsageClass>> = {
  'gen_ai.usage.input_tokens': 'input',
  'gen_ai.usage.prompt_tokens': 'input',
  'llm.token_count.prompt': 'input',
  'ai.usage.inputTokens': 'input',
  'ai.usage.promptTokens': 'input',
  input_tokens: 'input',
  prompt_tokens: 'input',
  input: 'input',
  'gen_ai.usage.output_tokens': 'output',
  'gen_ai.usage.completion_tokens': 'output',
  'llm.token_count.completion': 'output',
  'ai.usage.outputTokens': 'output',
  'ai.usage.completionTokens': 'output',
  output_tokens: 'output',
  completion_tokens: 'output',
  output: 'output',
  'gen_ai.usage.total_tokens': 'total',
  'llm.usage.total_tokens': 'total',
  'llm.token_count.total': 'total',
  'ai.usage.totalTokens': 'total',
  total_tokens: 'total',
  total: 'total',
  'gen_ai.usage.cache_read.input_tokens': 'cache_read',
  'gen_ai.usage.cache_read_input_tokens': 'cache_read',
  'llm.token_count.prompt_details.cache_read': 'cache_read',
  'ai.usage.cachedInputTokens': 'cache_read',
  'gen_ai.usage.cache_write.input_tokens': 'cache_write',
  'gen_ai.usage.cache_creation.input_tokens': 'cache_write',
  'llm.token_count.prompt_details.cache_write': 'cache_write',
  'gen_ai.usage.reasoning.output_tokens': 'reasoning',
  'gen_ai.usage.reasoning_tokens': 'reasoning',
  'llm.token_count.completion_details.reasoning': 'reasoning',
};

/** Everything up to the word that says what follows is usage. */
const PREFIX =
  '^.*(usage|usage_details|usage_metadata|usageMetadata|usageDetails|token_count|token_usage|tokenUsage|billed_units|billedUnits)[.]';

/**
 * What is left of a name: letters and digits, without the words that stand in every name of usage, with one word for
 * prompt and one for answer. `promptTokensDetails.cachedTokens` and `input_token_details.cached` are `inputcached` both.
 */
function bareName(name: Sql): Sql {
  const letters = sql`lower(regexp_replace(regexp_replace(${name}, ${literal(PREFIX)}, ''), '[^A-Za-z0-9]+', '', 'g'))`;
  const words = sql`regexp_replace(${letters}, 'tokens?|counts?|details?|usage|metadata', '', 'g')`;
  const sides = sql`regexp_replace(replace(${words}, 'prompt', 'input'), 'completions?|candidates?|response|generated', 'output')`;
  return sql`regexp_replace(${sides}, ${literal(CONDITION)}, ${literal('\\1\\3')})`;
}

/**
 * What sets the price of a class, in front of its name: `flex_cache_read`, `priority_reasoning`, `input_over_200k_cached`.
 * Alone it counts what is left of a whole beside its other parts.
 */
const CONDITION =
  '^(input|output|)(flex|priority|batch|standard|scale|(?:over|above)[0-9]+k)_?((?:cache|reason|thought|think|audio|text|image|video|ephemeral).*)$';

/** The service tier in front of the names of counts above 0 (`flex_cache_read`), a list of `{k, v}`; null where none has one. */
export function tierInNames(entries: Sql): Sql {
  const named = sql`regexp_extract(lower(e.k), '(?:^|[._])(flex|priority)(?:$|[._])', 1)`;
  return sql`nullif(list_transform(list_filter(${entries}, lambda e: e.v not in ('0', '0.0') and ${named} <> ''), lambda e: ${named})[1], '')`;
}

/** In this order: the first that matches the bare name decides. */
const RULES: readonly (readonly [pattern: string, found: UsageClass | 'none' | 'unknown'])[] = [
  [
    'cost|price|ratio|percent|requestusage|^requests?$|latency|duration|time|speed|limit|remaining|budget|sources|^unit$',
    'none',
  ],
  ['maps', 'maps_searches'],
  ['search|grounding', 'searches'],
  [
    'fetch|characters|images$|videos$|files$|iterations|^(flex|priority|batch|standard|scale|(over|above)[0-9]+k)$',
    'none',
  ],
  ['prediction', 'predicted'],
  ['noncache|uncache|nocache|cachemiss', 'uncached'],
  [
    'cache.*(write|written|creation|created).*audio|audio.*cache.*(write|written|creation|created)',
    'cache_write_audio',
  ],
  ['(cache|ephemeral).*(1h|above1)|long.*cache.*(write|creation)', 'cache_write_1h'],
  ['(cache|ephemeral).*5m', 'cache_write_5m'],
  ['cache.*(write|written|creation|created)', 'cache_write'],
  ['cache.*audio|audio.*cache', 'cache_read_audio'],
  ['cache.*image|image.*cache', 'cache_read_image'],
  ['cache.*(video|document)|(video|document).*cache', 'none'],
  ['text.*cache|cache.*(text|modality1)$', 'text_cached'],
  ['cache.*modality2$', 'cache_read_image'],
  ['cache.*modality4$', 'cache_read_audio'],
  ['cache.*modality[0-9]+$', 'unknown'],
  ['cache', 'cache_read'],
  ['reasoning|thought|thinking', 'reasoning'],
  ['tooluse.*input|^tool$|^tools$|^tooluse$', 'tool_in'],
  // Vertex numbers its modalities: 1 text, 2 image, 3 video, 4 audio, 5 document.
  ['^(input)?(audio|modality4)(input)?$', 'input_audio'],
  ['^(input)?(image|modality2)(input)?$', 'input_image'],
  ['^(input)?(video|modality3)(input)?$', 'input_video'],
  ['^(output)(audio|modality4)$|^audiooutput$', 'output_audio'],
  ['^(output)(image|modality2)$|^imageoutput$', 'output_image'],
  ['^(output)(video|modality3)$|^videooutput$', 'output_video'],
  // Of a call in a tier, LangChain names what is left of a whole beside its other parts after the tier alone.
  ['^(input(text|modality1|modality5|document|flex|priority)|textinput|text|document)$', 'text_in'],
  ['^(output(text|modality1|flex|priority)|textoutput)$', 'text_out'],
  ['^(input|output)(batch|standard|scale|(over|above)[0-9]+k)$', 'none'],
  ['^(all)?input$|^inputeval$|^totalinput$', 'input'],
  ['^(all)?output$|^eval$|^totaloutput$', 'output'],
  ['^(total)?$|^all$', 'total'],
];

/**
 * Names and values of usage, a list of `{s, k, v}` (source, name, value), as a list of `{c, s, k, v}`: the class of each name, which is
 * `none` for what is no count and `unknown` for what nobody knows. The bare name is a step of its own: every rule looks at it.
 */
export function classified(entries: Sql): Sql {
  return classifiedOf(sql`list_filter(${entries}, lambda e: try_cast(e.v as double) is not null)`);
}

/** The same of values that need not be numbers: what a source says in the place of a number has to be refused. */
export function classifiedOf(entries: Sql): Sql {
  const known = join(
    Object.entries(FREQUENT).map(([name, found]) => sql`when ${literal(name)} then ${literal(found)}`),
    ' ',
  );
  const rules = join(
    RULES.map(([pattern, found]) => sql`when regexp_matches(e.b, ${literal(pattern)}) then ${literal(found)}`),
    ' ',
  );
  const named = sql`list_transform(${entries}, lambda e: {'f': case e.k ${known} end, 'k': e.k, 'v': e.v, 's': e.s})`;
  const bare = sql`list_transform(${named}, lambda e: {'f': e.f, 'b': case when e.f is null then ${bareName(sql`e.k`)} end, 'k': e.k, 'v': e.v, 's': e.s})`;
  return sql`list_transform(${bare}, lambda e: {'c': case when e.f is not null then e.f ${rules} else 'unknown' end, 'k': e.k, 'v': regexp_replace(e.v, '[.]0+$', ''), 's': e.s})`;
}

/** The leaves of a JSON object of usage as a list of names and values, `{"k": "prompt_tokens_details.cached_tokens", "v": "12"}`; lists by modality or lifetime too. */
export function usageLeaves(object: Sql, source: Sql): Sql {
  const deeper = sql`list_transform(map_entries(json_transform(f.value, '"MAP(VARCHAR, VARCHAR)"')), lambda g: {'s': ${source}, 'k': concat(e.key, '.', f.key, '.', g.key), 'v': g.value})`;
  const inner = sql`flatten(list_transform(map_entries(json_transform(e.value, '"MAP(VARCHAR, JSON)"')), lambda f: case json_type(f.value)
        when 'OBJECT' then ${deeper}
        when 'ARRAY' then []
        else [{'s': ${source}, 'k': concat(e.key, '.', f.key), 'v': f.value->>'$'}]
      end))`;
  // Gemini lists by modality, Bedrock what was written by how long it is kept.
  const listing = sql`[{"modality":"VARCHAR","ttl":"VARCHAR","tokenCount":"VARCHAR","token_count":"VARCHAR","tokens":"VARCHAR","inputTokens":"VARCHAR"}]`;
  const listed = sql`list_transform(json_transform(e.value, '${listing}'), lambda f: {'s': ${source}, 'k': concat(e.key, '.', f.modality, f.ttl), 'v': coalesce(f.tokenCount, f.token_count, f.tokens, f.inputTokens)})`;
  const leaves = sql`case json_type(e.value)
        when 'OBJECT' then ${inner}
        when 'ARRAY' then list_filter(coalesce(${listed}, []), lambda f: f.v is not null)
        else [{'s': ${source}, 'k': e.key, 'v': e.value->>'$'}]
      end`;
  return sql`coalesce(try(flatten(list_transform(map_entries(json_transform(${object}, '"MAP(VARCHAR, JSON)"')), lambda e: ${leaves}))), [])`;
}

/** A text that may hold JSON, or a dict as Python prints it, as JSON; null where it holds neither. */
export function jsonIn(text: Sql): Sql {
  const python = sql`replace(replace(replace(replace(${text}, '''', '"'), 'None', 'null'), 'True', 'true'), 'False', 'false')`;
  return sql`case
      when left(${text}, 1) not in ('{', '[') then null
      when json_valid(${text}) then ${text}
      when contains(${text}, '''') and json_valid(${python}) then ${python}
    end`;
}

/** Where an object of usage stands in an answer, or in what frameworks make of one. */
export const USAGE_PATHS = [
  '$.usage',
  '$.usage_metadata',
  '$.usageMetadata',
  '$.usage_object',
  '$.response.usage',
  '$.message.usage',
  '$.anthropic.usage',
  '$.anthropic',
  '$.openai',
  '$.azure',
  '$.google.usageMetadata',
  '$.vertex.usageMetadata',
  '$.googleVertex.usageMetadata',
  '$.bedrock.usage',
  '$.custom.usageMetadata',
  '$.custom.usage',
  '$.llm_output.token_usage',
  '$.llm_output.usage',
  '$.generations[0][0].message.kwargs.usage_metadata',
  '$.generations[0][0].message.kwargs.response_metadata.token_usage',
  '$.generations[0][0].message.kwargs.response_metadata.usage',
  '$.generations[0][0].generation_info.usage_metadata',
  '$.raw.usage',
  '$.raw.usageMetadata',
  '$.metadata.usage',
] as const;
