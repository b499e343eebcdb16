import { canonicalProvider } from './providers.js';

/** Open weights: any host may sell them, and each has its own price. */
const OPEN_WEIGHTS = 'openai_open_weights';

/** Beginnings of model names that only one author uses; sizes and versions follow them. */
const NAME_STARTS: readonly (readonly [RegExp, string])[] = [
  [/^gpt-oss/, OPEN_WEIGHTS],
  [
    /^(gpt-|chatgpt-|o[1-9](-|$)|text-embedding-(3|ada)|whisper-|tts-|dall-e-|sora-|codex-|computer-use-preview|omni-moderation|text-moderation|davinci|babbage)/,
    'openai',
  ],
  [/^claude-/, 'anthropic'],
  [/^(gemini-|imagen-|veo-|learnlm-)/, 'google'],
  [/^grok-/, 'xai'],
  [/^((open-)?mistral-|open-mixtral-|codestral-|ministral-|magistral-|devstral-|pixtral-|voxtral-)/, 'mistral'],
  [/^(command-|embed-(english|multilingual|v4)|rerank-(v|english|multilingual))/, 'cohere'],
  [/^deepseek-/, 'deepseek'],
  [/^sonar(-|$)/, 'perplexity'],
  [/^(kimi-|moonshot-)/, 'moonshot'],
  [/^glm-/, 'zai'],
  [/^voyage-/, 'voyage'],
  [/^minimax-/, 'minimax'],
  [/^jamba-/, 'ai21'],
];

const AUTHORS: ReadonlySet<string> = new Set(NAME_STARTS.map(([, author]) => author));

/** Authors whose bare names do not tell the seller: open weights, and GLM, which z.ai and bigmodel.cn price differently. */
const SELLER_UNKNOWN: ReadonlySet<string> = new Set([OPEN_WEIGHTS, 'zai']);

/** Organisations on Hugging Face, and OpenRouter's word for z.ai, before a slash. */
const WEIGHTS =
  /^(?:deepseek-ai|meta-llama|minimaxai|mistralai|moonshotai|nvidia|openai(?=\/gpt-oss)|qwen|z-ai|zai-org)\//i;

const COMPANIES: readonly (readonly string[])[] = [
  ['google', 'vertex_ai'],
  ['azure', 'azure_ai'],
];

/** `anthropic.claude-…`, `us.anthropic.claude-…`: names only Bedrock uses. */
const BEDROCK_NAME =
  /^((us|eu|apac|au|jp|ca|in|us-gov|global)\.)?(anthropic|amazon|meta|cohere|mistral|ai21|stability|deepseek|openai|qwen|writer|twelvelabs|moonshot|moonshotai|minimax|zai|google|nvidia|xai)\.[a-z][^/]*[-\d]/;

/** Names whose form only one seller uses, after a region if they have one. */
const NAME_FORMS: readonly (readonly [RegExp, string])[] = [
  [BEDROCK_NAME, 'bedrock'],
  [/^@(cf|hf)\//, 'cloudflare'],
  [/^accounts\/fireworks\//, 'fireworks_ai'],
  [/^databricks-/, 'databricks'],
  [/^~|^[^/]+\/[^/]+:free$/, 'openrouter'],
];

/** The author of a model, from how its name begins (after an `author/` if it has one); undefined if nothing says so. */
export function authorOf(model: string): string | undefined {
  const name = model.trim().toLowerCase().replaceAll(/\s+/g, '-');
  const slash = name.lastIndexOf('/');
  const bare = name
    .slice(slash + 1)
    .replace(/^.*\b(anthropic|cohere|mistral|deepseek)\./, '')
    .replace(/^(ft:|(databricks|anthropic|openai)-(?=claude-|gpt-|o\d|gemini-))/, '');
  return NAME_STARTS.find(([start]) => start.test(bare))?.[1] ?? (slash > 0 ? prefixAuthor(name, slash) : undefined);
}

/** The seller whose own form a name has (`us.anthropic.claude-…` is of Bedrock); undefined for plain names. */
export function sellerOfForm(model: string): string | undefined {
  const name = model.trim().toLowerCase();
  return NAME_FORMS.find(([form]) => form.test(name))?.[1];
}

/** Who is paid when a log names no provider and the name has no form of its own: the author; Vertex AI for its `@version`. */
export function sellerOfBareName(model: string): string | undefined {
  const name = model.trim().toLowerCase();
  if (name.includes('/')) return undefined;
  const author = authorOf(name);
  if (author === 'anthropic' && /@(?:\d{8}|default|latest)$/.test(name)) return 'vertex_ai';
  return author === undefined || SELLER_UNKNOWN.has(author) ? undefined : author;
}

/** Whether a canonical provider makes models: what another's name says about the seller then counts more than the log's. */
export function isAuthor(provider: string): boolean {
  return AUTHORS.has(provider);
}

/**
 * Whether a name is `author/weights` as Hugging Face writes it. Many hosts sell open weights under that name, so the author
 * is not the seller.
 */
export function isWeightsOf(model: string): boolean {
  return WEIGHTS.test(model.trim());
}

/** Whether two canonical providers are platforms of one company, which logs mix up. */
export function sameCompany(one: string, other: string): boolean {
  return COMPANIES.some((company) => company.includes(one) && company.includes(other));
}

/** Whether the name is of a family that many sell, each at a price of its own. */
export function soldByMany(model: string): boolean {
  const author = authorOf(model);
  return author !== undefined && SELLER_UNKNOWN.has(author);
}

function prefixAuthor(name: string, slash: number): string | undefined {
  const prefix = name.slice(0, slash).split('/').at(-1);
  return prefix === undefined ? undefined : canonicalProvider(prefix);
}
