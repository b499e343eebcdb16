import type { Money } from '../scope/values.js';

/** What a change of cost is taken apart into, in the order in which it is done; for all commands (docs/commands/explain.md). */
export const EFFECTS = [
  'volume',
  'customer_mix',
  'feature_mix',
  'model_mix',
  'prompt_length',
  'caching',
  'output_length',
  'other_units',
  'price',
  'retries',
] as const;
export type Effect = (typeof EFFECTS)[number];

/** One of them of a change. */
export interface EffectPart {
  effect: Effect;
  /** It in words: 'longer prompts'. */
  words: string;
  amount: Money;
}

/** The four that a table of a report has room for; every effect is in exactly one. */
export const EFFECT_GROUPS = {
  volume: ['volume', 'customer_mix', 'retries'],
  mix: ['feature_mix', 'model_mix'],
  tokens: ['prompt_length', 'caching', 'output_length', 'other_units'],
  price: ['price'],
} as const satisfies Record<string, readonly Effect[]>;

const WORDS: Record<Effect, { more: string; less: string }> = {
  volume: { more: 'more requests of everybody', less: 'fewer requests of everybody' },
  customer_mix: { more: 'more requests of single customers', less: 'fewer requests of single customers' },
  feature_mix: { more: 'requests of dearer features', less: 'requests of cheaper features' },
  model_mix: { more: 'requests to dearer models', less: 'requests to cheaper models' },
  prompt_length: { more: 'longer prompts', less: 'shorter prompts' },
  caching: { more: 'less of the prompts from the cache', less: 'more of the prompts from the cache' },
  output_length: { more: 'longer answers', less: 'shorter answers' },
  other_units: { more: 'more audio, images, searches and the like', less: 'less audio, images, searches and the like' },
  price: { more: 'higher prices', less: 'lower prices' },
  retries: { more: 'more repeated attempts', less: 'fewer repeated attempts' },
};

/** Where rows do not tell how many requests they are, what can be said is about tokens. */
const TOKEN_WORDS: Partial<typeof WORDS> = {
  volume: { more: 'more tokens of everybody', less: 'fewer tokens of everybody' },
  customer_mix: { more: 'more tokens of single customers', less: 'fewer tokens of single customers' },
  feature_mix: { more: 'tokens of dearer features', less: 'tokens of cheaper features' },
  model_mix: { more: 'tokens to dearer models', less: 'tokens to cheaper models' },
  prompt_length: { more: 'more of the tokens in prompts', less: 'fewer of the tokens in prompts' },
  output_length: { more: 'more of the tokens in answers', less: 'fewer of the tokens in answers' },
};

/** The effect in words: 'longer prompts'; of tokens where requests are not `counted`. */
export function wordsFor(effect: Effect, amount: Money, counted: boolean): string {
  const words = (counted ? undefined : TOKEN_WORDS[effect]) ?? WORDS[effect];
  return amount.startsWith('-') ? words.less : words.more;
}
