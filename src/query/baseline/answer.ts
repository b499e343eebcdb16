import type { Count } from '../scope/values.js';

/** How one metric of a run compares with the baseline, over the cases that occur in both; amounts are decimal text. */
export interface Change {
  metric: 'cost' | 'total_tokens' | 'input_tokens' | 'output_tokens' | 'requests';
  before: string;
  after: string;
  /** After ÷ before − 1, two places, half up; null where before is 0. */
  change_percent: string | null;
  /** The ends of the 95 % interval of the change, two places; null below five cases. An estimate in floating point. */
  low_percent: string | null;
  high_percent: string | null;
}
/** A case of both runs. */
export interface CaseChange {
  case: string;
  before: string;
  after: string;
  change_percent: string | null;
}
/** A run against its baseline, by the prices of the baseline. */
export interface Comparison {
  baseline: { file: string; written_at: string; reason: string; price_book: string };
  case_by: string;
  cases: { compared: number; added: number; gone: number };
  changes: Change[];
  /** Those whose cost (where there is none, whose tokens) grew most, ten at most. */
  worst: CaseChange[];
  /** What today's prices add to the run's cost, USD; part of no change. */
  price_effect: string;
  /** Rows of the run (of the compared cases) that have no price by either book. */
  unpriced_rows: Count;
  /** Cases that are only in the run, and what they cost. */
  added_cost: string;
}

/** What one case of a recorded run used. Amounts and counts are decimal text, exact. */
export interface BaselineCase {
  case: string;
  requests: string;
  input_tokens: string;
  output_tokens: string;
  /** USD of the part that has a price. */
  cost: string;
  unpriced_rows: string;
}
/** A recorded run that later ones are compared with: small, and meant to be committed. */
export interface Baseline {
  schema: 'llmcost.baseline/1';
  written_at: string;
  /** Why it is what it is; the reasons before it are in `history`. */
  reason: string;
  /** What tells the cases apart: request_id, trace_id or tag:NAME. */
  case_by: string;
  price_book: string;
  currency: 'USD';
  totals: Omit<BaselineCase, 'case'> & { cases: number };
  cases: BaselineCase[];
  /** The rate cards the run was priced by, each a row of texts: later runs are priced by the same, so prices do not look like code. */
  rate_cards: Record<string, string | null>[];
  history: { written_at: string; reason: string; cost: string; cases: number }[];
}
