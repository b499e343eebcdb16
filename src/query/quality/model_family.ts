import { datedName, oneSpelling } from '../../rate/models/spelling.js';

/**
 * Which tokenizer a model counts with, by how its name begins. Two models of one family count the same text the same.
 * What the rules rest on: tiktoken's model list (https://github.com/openai/tiktoken/blob/main/tiktoken/model.py), the
 * vocabularies the makers publish, and Anthropic's notes on Claude Opus 4.7, which brought a new tokenizer.
 */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^(?:gpt-oss|gpt-4o|chatgpt-4o|gpt-4-1(?!\d{2})|gpt-[5-9]|o[1-9](?:-|$)|codex-)/, 'o200k'],
  [/^(?:gpt-4(?:-|$)|gpt-3-5|gpt-35|text-embedding-3)/, 'cl100k'],
  [/^gemini-1|^gemma-2/, 'gemini_1x'],
  [/^gemini-|^gemma-?[3-9]/, 'gemini'],
  [/distill-llama|^(?:meta-)?llama-?3/, 'llama3'],
  [/^(?:meta-)?llama-?4/, 'llama4'],
  [/^qwen-?3-[5-9]/, 'qwen35'],
  [/^(?:qwen|qwq|qvq)|distill-qwen/, 'qwen'],
  [/^deepseek/, 'deepseek'],
  [
    /^(?:open-)?(?:mistral-(?:nemo|large|medium|small)|ministral|pixtral|magistral|devstral|codestral)/,
    'mistral_tekken',
  ],
  [/^command-/, 'cohere'],
  [/^minimax/, 'minimax'],
  [/^glm-/, 'glm'],
  [/^granite/, 'granite'],
  [/^grok/, 'grok'],
  [/^(?:kimi|moonshot)/, 'kimi'],
  [/^(?:amazon-)?nova-/, 'nova'],
  [/nemotron/, 'nemotron'],
  [/^mimo/, 'mimo'],
];

/** The family of a model; one that no rule knows is a family of its own, `unknown:NAME`. */
export function familyOf(model: string): string {
  const name = bareName(model);
  const claude = /^claude-/.test(name) ? claudeFamily(name) : undefined;
  return claude ?? FAMILIES.find(([start]) => start.test(name))?.[1] ?? `unknown:${name}`;
}

/** The name without seller, author, geography and `:free`, in one spelling. */
export function bareName(model: string): string {
  const tail = model.slice(model.lastIndexOf('/') + 1);
  const bare = tail.replace(/^(?:(?:us|eu|apac|au|jp|ca|in|us-gov|global|regional)\.)?[a-z0-9]+\.(?=[a-z])/i, '');
  return oneSpelling(bare.replace(/:free$/i, ''));
}

/** The same without a date: all snapshots of a model. */
export function undatedName(model: string): string {
  const name = bareName(model);
  return datedName(name)?.name ?? name;
}

/** Claude Opus 4.7 and everything later counts with a new vocabulary. */
function claudeFamily(name: string): string {
  const [, major = '0', minor = '0'] =
    /(?:opus|sonnet|haiku|fable|mythos)-(\d{1,2})(?!\d)(?:-(\d{1,2})(?!\d))?/.exec(name) ?? [];
  const version = Number(major) * 100 + Number(minor);
  return version >= 407 ? 'claude_v47' : 'claude_v3';
}
