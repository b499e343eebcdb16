import type { DisjointCounts } from './call_counts.js';

/** USD, or a number of anything, as exact decimal text. */
export type Decimal = string;
/** Where a rate comes from. */
export interface RateSource {
  /** The dimension of the price list; another one than the part's where that had no price of its own. */
  dimension: string;
  source: string;
  raw_value: string;
  raw_unit: string;
  min_prompt_tokens: string;
  service_tier: string;
  region: string | null;
  effective_from: string | null;
  effective_to: string | null;
  observed_at: string;
  url: string | null;
  upstream_rev: string | null;
}
/** One line of a cost: quantity × rate. */
export interface WhyPart {
  rate: string;
  quantity: Decimal | null;
  usd_per_unit: Decimal | null;
  /** Of tokens only. */
  usd_per_million: Decimal | null;
  /** Exact; null where the rate is not known. */
  cost: Decimal | null;
  /** false: it only describes the call, nothing is paid for it. */
  billed: boolean;
  assumed: boolean;
  /** Factors on the published price. */
  factors: { kind: string; factor: Decimal }[];
  note: string | null;
  source: RateSource | null;
}
export interface WhyCard {
  /** null: made for the question, and nowhere kept. */
  number: number | null;
  status: string;
  price_provider: string | null;
  price_model: string | null;
  rule: string;
  rule_in_words: string;
  /** The whole prompts it holds for, `[min, max)`. */
  min_prompt_tokens: string;
  max_prompt_tokens: string | null;
  /** The time it holds for, `[from, to)`, UTC; null is unlimited. */
  valid_from: string | null;
  valid_to: string | null;
  /** The minutes of the ISO week (UTC) it holds for, `[from, to)`; null is all of them. */
  week_from: number | null;
  week_to: number | null;
  created_at: string;
}
/** Who called what, as the usage tells it. */
export interface CallTraits {
  request_id: string | null;
  trace_id: string | null;
  attempt: number | null;
  occurred_at: string | null;
  bucket_end: string | null;
  requests: string | null;
  provider: string | null;
  source_provider: string | null;
  model: string | null;
  request_model: string | null;
  operation: string | null;
  service_tier: string | null;
  speed: string | null;
  region: string | null;
  status: string | null;
  error_class: string | null;
  feature: string | null;
  environment: string | null;
  customer: string | null;
}
export interface WhyImport {
  number: number;
  source: string | null;
  format: string | null;
  finished_at: string | null;
}
/** What the source itself says a call cost; `difference` is our cost − theirs, in USD only. */
export interface Billed {
  cost: Decimal;
  currency: string;
  difference: Decimal | null;
}
/** A cost that held until the call was rated again. */
export interface FormerCost {
  /** null is unpriced. */
  cost: Decimal | null;
  until: string;
  reason: string;
  /** The number of the price book that changed it. */
  price_book: number;
}
export interface WhyCall extends CallTraits {
  /** null of a call that never was. */
  import: WhyImport | null;
  parts: WhyPart[];
  /** The exact sum of the billed parts; null is unpriced. */
  cost: Decimal | null;
  cost_status: 'computed' | 'unpriced' | 'assumed' | 'free';
  /** Why there is no cost, or why it is 0. */
  reason: string | null;
  /** What had to be assumed about the call as a whole. */
  assumptions: string[];
  rate_card: WhyCard | null;
  billed: Billed | null;
  /** What it cost before, the last time first. */
  before: FormerCost[];
}
export interface Why {
  schema: 'llmcost.why/1';
  id: string;
  currency: 'USD';
  calls: WhyCall[];
  totals: { cost: Decimal | null; unpriced: number };
}

/** A call that never was: what would it cost? */
export interface ImaginedCall {
  provider: string | null;
  model: string;
  service_tier: string | null;
  speed: string | null;
  region: string | null;
  occurred_at: Date;
  /** Calls that share the counts; their average prompt decides the price of long prompts. */
  requests: number;
  counts: DisjointCounts;
}
export interface PriceCost {
  schema: 'llmcost.pricing-cost/1';
  currency: 'USD';
  /** The state of the price book. */
  price_book: string;
  call: WhyCall;
  /** USD, exact; null if a part has no price. */
  total: string | null;
}
