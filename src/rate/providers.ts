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
    'openai.chat',
    'openai.responses',
  ],
  anthropic: ['claude', 'chatanthropic', 'anthropic.messages'],
  google: [
    'gemini',
    'google_ai_studio',
    'google_genai',
    'google.generative_ai',
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
    'google.vertex',
    'vertex_ai_beta',
  ],
  azure: ['azure_openai', 'azureopenai', 'azure.ai.openai', 'az.ai.openai', 'azure_text', 'azure_openai.chat'],
  azure_ai: ['azure.ai.inference', 'az.ai.inference', 'azure_ai_foundry', 'azure_foundry'],
  bedrock: ['aws', 'aws.bedrock', 'aws_bedrock', 'amazon_bedrock', 'bedrock_converse', 'bedrock_mantle', 'amazon'],
  xai: ['x_ai', 'x.ai', 'grok', 'xai.chat'],
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
};

const CANONICAL = new Map(
  Object.entries(SPELLINGS).flatMap(([canonical, others]) =>
    [canonical, ...others].map((name) => [name, canonical] as const),
  ),
);

/** `vertex_ai-anthropic_models`, `vertex_ai-language-models`, … : LiteLLM's families of one provider. */
const FAMILY = /^(vertex_ai)[_-]/;

/** The one name we store for a provider; an unknown name is only trimmed, lower-cased and given underscores. */
export function canonicalProvider(name: string): string {
  const plain = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  return CANONICAL.get(plain) ?? FAMILY.exec(plain)?.[1] ?? plain;
}
