/**
 * Canonical provider name → the other spellings it goes by.
 * OpenTelemetry: https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/ (gen_ai.provider.name);
 * LiteLLM: litellm_provider; genai-prices: provider ids; and the names SDKs and gateways print.
 */
const SPELLINGS: Record<string, readonly string[]> = {
  openai: [
    'open_ai',
    'azure_openai_compatible',
    'text_completion_openai',
    'chatopenai',
    'openai_chat',
    'openai_responses',
  ],
  anthropic: ['claude', 'chatanthropic'],
  google: [
    'gemini',
    'google_ai_studio',
    'google_genai',
    'google.generative_ai',
    'google_generative_ai',
    'google_gla',
    'gcp.gemini',
    'gcp.gen_ai',
    'palm',
    'google_ai',
  ],
  vertex_ai: [
    'gcp.vertex_ai',
    'vertex',
    'vertexai',
    'google_vertex',
    'google_vertexai',
    'google_vertex_ai',
    'google_vertex_anthropic',
    'google.vertex',
    'vertex_ai_beta',
    'vertex.anthropic',
    'vertex.maas',
    'anthropic_vertex',
  ],
  azure: ['azure_openai', 'azureopenai', 'azure.ai.openai', 'az.ai.openai', 'azure_text', 'azure_openai_responses'],
  azure_ai: [
    'azure.ai.inference',
    'az.ai.inference',
    'azure_ai_foundry',
    'azure_foundry',
    'azure_ai_inference',
    'azure_cognitive_services',
  ],
  bedrock: [
    'aws',
    'aws.bedrock',
    'aws_bedrock',
    'amazon_bedrock',
    'bedrock_converse',
    'bedrock_mantle',
    'anthropic_bedrock',
    'amazon',
  ],
  xai: ['x_ai', 'x.ai', 'grok'],
  mistral: ['mistral_ai', 'mistralai'],
  cohere: ['cohere_chat', 'cohereai'],
  deepseek: ['deepseek_ai'],
  groq: ['groqcloud'],
  together_ai: ['together', 'togetherai', 'together.ai'],
  fireworks_ai: ['fireworks', 'fireworks_ai_embedding_models', 'fireworksai'],
  openrouter: ['open_router'],
  perplexity: ['perplexity_ai', 'perplexityai'],
  moonshot: ['moonshotai', 'moonshot_ai'],
  zai: ['z_ai', 'z.ai', 'zai_org'],
  zhipuai: ['zhipu', 'bigmodel'],
  voyage: ['voyageai', 'voyage_ai'],
  watsonx: ['ibm.watsonx.ai', 'watsonx_ai', 'ibm_watsonx'],
  dashscope: ['alibaba', 'alibaba_cloud', 'qwen_cloud'],
  vercel_ai_gateway: ['vercel', 'ai_gateway'],
  deepinfra: ['deep_infra'],
  nvidia_nim: ['nvidia', 'nim'],
  cloudflare: ['cloudflare_workers_ai', 'workers_ai'],
  github_copilot: ['copilot'],
  ollama: ['ollama_chat'],
  hosted_vllm: ['vllm'],
  lm_studio: ['lmstudio'],
  llama_cpp: ['llamacpp', 'llama.cpp'],
  novita: ['novita_ai'],
  friendliai: ['friendli'],
  gmi: ['gmicloud'],
  snowflake: ['snowflake_cortex'],
};

const CANONICAL = new Map(
  Object.entries(SPELLINGS).flatMap(([canonical, others]) =>
    [canonical, ...others].map((name) => [name, canonical] as const),
  ),
);

/** `vertex_ai-anthropic_models`, `vertex_ai-language-models`, … : LiteLLM's families of one provider. */
const FAMILY = /^(vertex_ai)[_-]/;

/** `openai.responses`, `google.vertex.chat`: the AI SDK appends the kind of call. https://ai-sdk.dev/docs/ai-sdk-core/telemetry */
const KIND_OF_CALL = /\.(?:chat|completions?|responses|messages|embeddings?|images?|speech|transcription)$/;

/** Programs that run a model on the user's own machines: what a call costs is known to the user alone. */
const SELF_HOSTED: ReadonlySet<string> = new Set([
  'docker_model_runner',
  'gpt4all',
  'hosted_vllm',
  'jan',
  'koboldcpp',
  'lemonade',
  'llama_cpp',
  'llamafile',
  'lm_studio',
  'local',
  'localai',
  'localhost',
  'mlx',
  'ollama',
  'oobabooga',
  'openllm',
  'petals',
  'self_hosted',
  'sglang',
  'tgi',
  'triton',
  'xinference',
]);

/** Flat-rate plans. Price lists give their models the price 0 or none, and neither is the price of a call. */
const SUBSCRIPTIONS: ReadonlySet<string> = new Set([
  'chatgpt',
  'cursor',
  'github_copilot',
  'github_models',
  'gitlab',
  'kimi_for_coding',
  'windsurf',
]);
const PLAN = /_(?:coding|token)_plan(?:_[a-z]+)?$/;

/** Software in between: it is named in the log, but nobody pays it for tokens. */
const INTERMEDIARIES: ReadonlySet<string> = new Set([
  'custom_openai',
  'gateway',
  'helicone',
  'langchain',
  'litellm',
  'litellm_proxy',
  'openai_compatible',
  'openai_like',
  'portkey',
  'proxy',
]);

/** Words a log writes where it does not know the provider. */
const NOBODY: ReadonlySet<string> = new Set(['', 'unknown', 'none', 'null', 'undefined', 'other', 'n/a']);

/** The one name we store for a provider; an unknown name is only trimmed, lower-cased and given underscores. */
export function canonicalProvider(name: string): string {
  const plain = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  const seller = plain.replace(KIND_OF_CALL, '');
  return CANONICAL.get(plain) ?? CANONICAL.get(seller) ?? FAMILY.exec(plain)?.[1] ?? plain;
}

/** The canonical provider of a log, or null where it names none. */
export function namedProvider(name: string | null): string | null {
  return name === null || NOBODY.has(name.trim().toLowerCase()) ? null : canonicalProvider(name);
}

/** Whether a canonical provider is the user's own machine. */
export function isSelfHosted(provider: string): boolean {
  return SELF_HOSTED.has(provider);
}

/** Whether a canonical provider is a flat-rate plan, whose zero prices are no prices. */
export function isSubscription(provider: string): boolean {
  return SUBSCRIPTIONS.has(provider) || PLAN.test(provider);
}

/** Whether a canonical provider only passes calls on. */
export function isIntermediary(provider: string): boolean {
  return INTERMEDIARIES.has(provider);
}
