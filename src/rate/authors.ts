import { canonicalProvider } from './providers.js';

/** Beginnings of model names that only one maker uses; sizes and versions follow them. */
const NAME_STARTS: readonly (readonly [RegExp, string])[] = [
  [/^gpt-oss/, 'openai_open_weights'],
  [
    /^(gpt-|chatgpt-|o[1-9](-|$)|text-embedding-(3|ada)|whisper-|tts-|dall-e-|sora-|codex-|computer-use-preview|omni-moderation|text-moderation|davinci|babbage|ft:gpt-)/,
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

/** `anthropic.claude-…`, `us.anthropic.claude-…`: names only Bedrock uses. */
const BEDROCK_NAME =
  /^((us|eu|apac|au|jp|ca|us-gov|global)\.)?(anthropic|amazon|meta|cohere|mistral|ai21|stability|deepseek|openai|qwen|writer|twelvelabs|moonshotai|minimax|zai|google|nvidia)\.[a-z]/;

/** The maker of a model, from how its name begins (after an `author/` if it has one); undefined if nothing says so. */
export function authorOf(model: string): string | undefined {
  const name = model.trim().toLowerCase();
  const slash = name.lastIndexOf('/');
  const bare = name.slice(slash + 1).replace(/^.*\b(anthropic|cohere|mistral|deepseek)\./, '');
  return NAME_STARTS.find(([start]) => start.test(bare))?.[1] ?? (slash > 0 ? prefixAuthor(name, slash) : undefined);
}

/** Who is paid when a log names no provider: the maker, or Bedrock for names of its own. */
export function sellerOfBareName(model: string): string | undefined {
  const name = model.trim().toLowerCase();
  if (BEDROCK_NAME.test(name)) return 'bedrock';
  return name.includes('/') ? undefined : authorOf(name);
}

function prefixAuthor(name: string, slash: number): string | undefined {
  const prefix = name.slice(0, slash).split('/').at(-1);
  return prefix === undefined ? undefined : canonicalProvider(prefix);
}
