import type { Count, Money } from '../scope/values.js';

/** A rule of a saved simulation: which calls should go where. */
export interface SavedRule {
  label: string;
  /** The model of then, a name or glob; null is any. */
  from: string | null;
  /** Filters as they were written. */
  where: string[];
  /** The models it moves to, as they were written and as the price book names them. */
  targets: { name: string; provider: string; model: string; share: number }[];
  /** Rules that share a target have the same number: afterwards nobody can tell whose calls those on the target were. null: it keeps the model. */
  move: number | null;
}

/** What was proposed, as it is kept. */
export interface SavedQuestion {
  rules: SavedRule[];
  fallback: string | null;
  period: string;
  tz: string;
  /** Filters of the scope as they were written. */
  where: string[];
  /** What was taken: tokenizers, cache, thinking. */
  adjustments: string[];
}

/** What is projected for the calls of a move and feature: per request that moves. Money and tokens are decimal text, null of nothing. */
export interface Projection {
  move: number;
  feature: string | null;
  /** null where no row tells how many. */
  requests: string | null;
  moved_requests: string;
  cost_before: Money | null;
  cost_after: Money | null;
  cost_after_low: Money | null;
  cost_after_high: Money | null;
  input_tokens: string | null;
  cache_read_tokens: string | null;
  output_tokens: string | null;
}

export interface Saved {
  name: string;
  /** ISO, UTC. */
  saved_at: string;
  mode: string;
  price_book: string;
  question: SavedQuestion;
  /** Beginning of the period, in milliseconds since 1970; null where it had none. */
  since: number | null;
}

/** A line of the list of saved simulations. */
export interface SavedLine {
  name: string;
  saved_at: string;
  rules: string[];
  period: string;
  where: string[];
  features: Count;
  price_book: string;
}

export interface RealisedList {
  schema: 'llmcost.realised-list/1';
  simulations: SavedLine[];
}

export interface RealisedQuery {
  name: string;
  /** Of the times in sentences and tables. */
  tz: string;
  now: Date;
}

/**
 * What became of a feature: compared (`realised`); nothing of it is on the target (`not_moved`); the target was in use all along, without a
 * step (`no_step`), or alone from the first call (`no_before`); fewer than 20 calls on a side (`too_few`); numbers of requests that
 * nobody tells (`unknown_requests`); calls without a price, whose cost is a lower bound (`unpriced`); nothing was projected, because no call
 * could move (`no_projection`); none of its calls is in the database any more (`no_usage`).
 */
export type RealisedStatus =
  | 'realised'
  | 'unpriced'
  | 'too_few'
  | 'unknown_requests'
  | 'no_projection'
  | 'not_moved'
  | 'no_step'
  | 'no_before'
  | 'no_usage';

/** Tokens of a request: before the move, as projected after it, and as they are. Decimal text with 2 places; null where withheld. */
export interface RealisedTokens {
  before: string | null;
  projected: string | null;
  actual: string | null;
  /** actual against projected, in percent. */
  deviation_percent: string | null;
}

export interface RealisedRow {
  /** The rules, as they were written. */
  rules: string[];
  feature: string | null;
  status: RealisedStatus;
  /** The first call on the target after the step, ISO, UTC; null where there is none. */
  moved_at: string | null;
  /** The first call from which on most are on the old model again. */
  moved_back_at: string | null;
  /** The days of both, in the zone asked for. */
  moved_on: string | null;
  moved_back_on: string | null;
  /** Of the requests since the move (until it moved back), how many are on the target, in percent; and how many should be. */
  share_percent: string | null;
  share_planned: number;
  /** Requests on the old models before the move, and on the target since then; null without a move, or where rows do not tell. */
  requests_before: Count | null;
  requests_after: Count | null;
  /** Requests among them without a price. */
  unpriced_before: Count;
  unpriced_after: Count;
  /** Per request: as saved; before the move; as projected with the ends of the tokenizer ratios; as it is, a lower bound unless all have a price. */
  cost_saved: Money | null;
  cost_before: Money | null;
  cost_projected: Money | null;
  cost_projected_low: Money | null;
  cost_projected_high: Money | null;
  cost_actual: Money | null;
  /** The projected cost against that of then, the actual one against that before the move, and the actual against the projected one. */
  projected_percent: string | null;
  realised_percent: string | null;
  deviation_percent: string | null;
  /** What a request cost right before the move against what it cost in the simulation. */
  drift_percent: string | null;
  input_tokens: RealisedTokens;
  cache_read_tokens: RealisedTokens;
  output_tokens: RealisedTokens;
  /** Failed or stopped requests in percent of those whose outcome is told; 2 places. */
  error_rate_before: string | null;
  error_rate_after: string | null;
}

/** The features that are compared, together: each weighs as many requests as it has now, so that a changed mix is no saving. */
export interface RealisedTotals {
  features: number;
  /** Features that moved, too, but are not in these figures. */
  left_out: number;
  requests: Count;
  /** What these requests cost; what they would have cost before the move, and by the projection. */
  cost_actual: Money;
  cost_before: Money;
  cost_projected: Money;
  projected_percent: string | null;
  realised_percent: string | null;
}

export interface RealisedAnswer {
  schema: 'llmcost.realised/1';
  name: string;
  saved_at: string;
  query: {
    rules: string[];
    fallback: string | null;
    period: string;
    where: string[];
    tz: string;
  };
  /** The prices the projection was made with. */
  price_book: string;
  currency: 'USD';
  /** The last call before now, of whatever scope; null without usage. */
  data_until: string | null;
  adjustments: string[];
  /** Calls on each side below which nothing is said about them. */
  min_requests: number;
  /** Those that moved first, the largest cost of now first. */
  rows: RealisedRow[];
  /** null where nothing can be compared. */
  totals: RealisedTotals | null;
  sentences: string[];
  warnings: { code: string; message: string }[];
}
