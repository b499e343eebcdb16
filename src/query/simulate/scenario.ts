import type { ModelFacts } from '../../rate/models/facts.js';
import type { Condition } from '../scope/filter.js';
import type { Period } from '../scope/period.js';
import type { Content } from './tokenizers.js';

/** What becomes of cached tokens on the other model. */
export const CACHE_POLICIES = ['keep', 'none', 'cold'] as const;
export type CachePolicy = (typeof CACHE_POLICIES)[number];

/** The user's own ratio: tokens that `target` makes of one token of `source`. */
export interface OwnRatio {
  source: string;
  target: string;
  ratio: string;
  /** The ends of what was measured; not given: the ratio itself. */
  low?: string;
  high?: string;
}

/** How usage is carried over to another model. */
export interface Adjustments {
  cache: CachePolicy;
  /** Share of the prompt that comes from the cache, in percent; undefined: as it was. */
  cacheHit?: number | undefined;
  /** Tokens of thinking: as logged, or left out. */
  reasoning: 'keep' | 'drop';
  /** Thinking per visible token of the answer, for calls that did not think. */
  reasoningFactor?: string | undefined;
  /** Visible answer of the other model ÷ that of the present one. */
  outputFactor?: string | undefined;
  /** What is not known of a model's abilities (images, tools, schemas) is taken to be there. */
  assumeAble?: boolean;
  tokenizers: boolean;
  content: Content;
  ownRatios: readonly OwnRatio[];
  /** Measure ratios on traces that ran on two models. */
  calibrate?: boolean;
  /** By the price book of this number; undefined: the present one. */
  revision?: number | undefined;
  /** As if all calls had been made at this time. */
  at?: Date | undefined;
}

/** What a question is about and how it is answered. */
export interface Setting {
  period: Period;
  tz: string;
  where: readonly Condition[];
  adjust: Adjustments;
  /** The folder with tokenizers.csv. */
  quality: string;
  now: Date;
}

/** A model of the price book that usage may move to. */
export interface Target {
  /** Its number in a run, from 1. */
  id: number;
  /** The rule it serves; 0 where there are none. */
  rule: number;
  provider: string;
  model: string;
  /** Percent of the calls of its rule. */
  share: number;
  /** The model the usage is on already: nothing moves, only the conditions change. */
  own: boolean;
  /** The tier to buy in; undefined: that of the call. */
  tier?: string | undefined;
  /** Takes what fits nowhere else, whatever its own limits are. */
  spare?: boolean;
  family: string;
  facts: ModelFacts;
}
