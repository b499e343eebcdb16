import type { Adjustments } from './scenario.js';

/** What no price list can tell about another model. */
export const BLIND_SPOTS: readonly string[] = [
  'how much the other model writes: its answers are taken to be as long as those that were logged (--output-factor changes that)',
  'how well it does this task: a score is measured on other tasks',
  'whether prompts would be cached as often: hits are carried over, not simulated',
];

interface Aimed {
  ratios: readonly { from: string; low: string; mid: string; high: string; status: string }[];
  provider: string;
  model: string;
}

/** Which kinds of tokens the calls that move have. */
export interface UsedKinds {
  reads_cache: boolean;
  caches: boolean;
  thinks: boolean;
}

/** How the usage was carried over, sentence by sentence; only what the figures rest on. */
export function adjustmentTexts(adjust: Adjustments, used: UsedKinds, targets: readonly Aimed[]): string[] {
  const cached = adjust.cacheHit !== undefined || (adjust.cache === 'none' ? used.caches : used.reads_cache);
  const thinking =
    adjust.reasoning === 'drop' ? 'tokens of thinking are left out' : 'tokens of thinking are carried over as logged';
  return [
    ...(targets.length === 0 ? [] : tokenTexts(adjust, targets)),
    ...(cached ? [cacheText(adjust)] : []),
    ...(used.thinks ? [thinking] : []),
    ...(adjust.reasoningFactor === undefined
      ? []
      : [`calls that did not think get ${adjust.reasoningFactor} tokens of thinking for each visible token`]),
    ...(adjust.outputFactor === undefined
      ? []
      : [`visible answers are taken to be ${adjust.outputFactor} times as long`]),
    ...(adjust.assumeAble === true && targets.length > 0
      ? ['models see images, call tools and keep to schemas where that is not known (--assume-able)']
      : []),
    ...(adjust.at === undefined ? [] : [`all prices are those of ${adjust.at.toISOString().slice(0, 16)}Z`]),
  ];
}

/** What the traffic is taken to be; both costs are of it, or only the one after where `alone` nothing else is asked. */
export function growthTexts(growth: readonly { customer: string | null; factor: string }[], alone: boolean): string[] {
  if (growth.length === 0) return [];
  const named = growth.filter(({ customer }) => customer !== null);
  const rest = growth.find(({ customer }) => customer === null);
  const others = named.length === 0 ? 'all' : 'everybody else';
  const texts = [
    ...named.map(({ customer, factor }) => `${factor} times the traffic of ${customer}`),
    ...(rest === undefined ? [] : [`${rest.factor} times the traffic of ${others}`]),
  ];
  const costs = alone ? 'the cost after is that' : 'both costs are those';
  return [`${texts.join(', ')}: ${costs} of this traffic, requests are as logged`];
}

const SHOWN = 6;

function tokenTexts({ tokenizers, content }: Adjustments, targets: readonly Aimed[]): string[] {
  if (!tokenizers) return ['tokens are counted as logged (--no-token-adjust)'];
  const texts = targets.flatMap(({ model, ratios }) =>
    ratios.map(
      ({ from, low, mid, high, status }) =>
        `${model} makes ${mid} tokens (${low}–${high}) of one of ${tokenizerName(from)} on ${content} text, ${status}`,
    ),
  );
  const all = [...new Set(texts)];
  if (all.length === 0) return ['one tokenizer on both sides: tokens are counted as logged'];
  return all.length <= SHOWN ? all : [...all.slice(0, SHOWN), `… and ${all.length - SHOWN} more pairs of tokenizers`];
}

function cacheText({ cache, cacheHit }: Adjustments): string {
  if (cacheHit !== undefined) return `${cacheHit} % of every prompt is read from the cache, the rest is new`;
  switch (cache) {
    case 'keep':
      return 'what was read from the cache is read from the cache of the other model, at its price';
    case 'none':
      return 'nothing is cached: all of the prompt costs the full price';
    case 'cold':
      return 'a cold cache: what was read from the cache is written anew, the upper bound right after a switch';
    default:
      throw new Error(`no policy ${cache satisfies never}`);
  }
}

function tokenizerName(family: string): string {
  return family.startsWith('unknown:')
    ? `a tokenizer nobody measured (${family.slice('unknown:'.length) || 'no model'})`
    : family;
}
