import type { RevenueTerms } from '../../config/revenue.js';
import type { Scores } from '../quality/scores.js';
import type { Count, ExchangeNote, Money } from '../scope/values.js';
import type { FLAGS } from './cost_differences.js';
import type { Today } from './current_cost.js';
import type { Rank } from './rank_models_sql.js';
import type { Standing } from './ranking_status.js';
import type { MoveRule } from './routing_rules.js';
import type { Setting } from './scenario.js';

export interface SurveyQuery extends Setting {
  rank: Rank;
  /** Sellers to look at; empty: those who are paid today and makers, `all`: everybody. */
  providers: readonly string[];
  /** The least score: a number, or so much below the model of today; undefined: one step below it. */
  minQuality: { at: number } | { below: number } | undefined;
  scores: Scores;
  /** How often the model of today is taken to succeed, 0 to 1. */
  assumed: number;
  /** How much of the requests must fit for a rank, in percent. */
  minFit: number;
  fallback: string | undefined;
}
export interface SurveyRow {
  provider: string;
  model: string;
  standing: Standing['standing'];
  /** Why it stands there. */
  why: string;
  frontier: boolean;
  after: Money;
  after_low: Money;
  after_high: Money;
  /** Cheaper than today at both ends of the tokenizer ratios. */
  surely_cheaper: boolean;
  change: Money;
  change_percent: string | null;
  score: number | null;
  score_low: number | null;
  score_high: number | null;
  score_confidence: string | null;
  score_note: string | null;
  /** Against the score of today: bounds that overlap are no difference. */
  quality: Standing['quality'];
  cost_per_success: Money | null;
  successes_per_dollar: string | null;
  fits_percent: string | null;
  fits_cost_percent: string | null;
  not_fitting: Record<string, Count>;
  unsure: Count;
  unpriced: Count;
  break_even: string | null;
  /** Its cost ÷ that of the cheapest on which as much of the traffic can go (all of it, or not all). */
  times_cheapest: string | null;
  deprecation_date: string | null;
  /** Its place next to the following row depends on the tokenizer. */
  order_unsure: boolean;
}
export interface SurveyAnswer {
  schema: 'llmcost.simulate/1';
  mode: 'all';
  query: {
    rank: Rank;
    providers: readonly string[];
    fallback: string | null;
    period: string;
    tz: string;
    where: string[];
    min_fit: number;
  };
  price_book: string;
  /** Of all amounts that do not name their own. */
  currency: string;
  /** By which rates USD became it; only where it is not USD. */
  exchange?: ExchangeNote;
  /** The last call before now, of whatever scope; null without usage. */
  data_until: string | null;
  adjustments: string[];
  today: Today;
  scores: {
    name: string;
    title: string;
    as_of: string | null;
    licence: string | null;
    attribution: string | null;
    stale: boolean;
    floor: number | null;
    /** null where nothing rests on it: scores that are rates say themselves how often a model succeeds. */
    assumed_success: number | null;
  };
  rows: SurveyRow[];
  free: { provider: string; model: string }[];
  recommendation: string;
  not_compared: { rows: Count; requests: Count };
  cannot_see: string[];
  warnings: { code: string; message: string }[];
}

/** How much the traffic of some customers, or of all, is taken to grow. */
export interface Growth {
  /** null is everybody not named. */
  customer: string | null;
  /** A decimal number with up to 4 places. */
  factor: string;
}
export interface MovesQuery extends Setting {
  /** What is asked, in a word of the title. */
  mode: 'swap' | 'routes' | 'batch' | 'cache-hit' | 'price-book' | 'scale';
  rules: readonly MoveRule[];
  by: readonly string[];
  fallback: string | undefined;
  growth: readonly Growth[];
  top: number | undefined;
  /** What the calls are scored by; undefined: not at all. */
  scores?: Scores | undefined;
  /** How revenue is read; undefined: margins are not asked for. */
  terms?: RevenueTerms | undefined;
}
export interface MoveAmounts {
  /** null where no row tells how many; the least it can be unless `requests_complete`. */
  requests: Count | null;
  requests_complete: boolean;
  /** Requests that move; with shares it may be a fraction, so it is text. */
  moved: string;
  before: Money;
  after: Money;
  /** `after` at both ends of the tokenizer ratios. */
  after_low: Money;
  after_high: Money;
  change: Money;
  change_percent: string | null;
  /** By customer, where revenue is known: what they brought in, and what is left of it. */
  revenue: Money | null;
  margin_before: Money | null;
  margin_after: Money | null;
}
export interface MoveRow extends MoveAmounts {
  kind: 'group' | 'other';
  groups: Count;
  group: Record<string, string | null>;
}
export interface MovesAnswer {
  schema: 'llmcost.simulate/1';
  mode: MovesQuery['mode'];
  query: {
    rules: string[];
    by: readonly string[];
    fallback: string | null;
    /** How much the traffic is taken to grow: '2.5x', 'customer=acme:3x'. */
    scale: string[];
    period: string;
    since: string | null;
    until: string | null;
    tz: string;
    where: string[];
    top: number | null;
  };
  price_book: string;
  /** Of all amounts that do not name their own. */
  currency: string;
  /** By which rates USD became it; only where it is not USD. */
  exchange?: ExchangeNote;
  /** The last call before now, of whatever scope; null without usage. */
  data_until: string | null;
  adjustments: string[];
  rows: MoveRow[];
  totals: MoveAmounts;
  targets: MoveTarget[];
  score: PolicyScore | null;
  /** Usage without a price today: in neither column. */
  not_compared: { rows: Count; requests: Count };
  cannot_see: string[];
  warnings: { code: string; message: string }[];
}

/** The mean score of the calls, as they are and under the rules; each call counts the same. */
export interface PolicyScore {
  title: string;
  as_of: string | null;
  attribution: string | null;
  /** null where less than half of the calls are on models with a score. */
  before: number | null;
  after: number | null;
  /** Percent of the calls whose model has a score, before and after. */
  scored_before: number;
  scored_after: number;
}

/** A target of a rule and what became of the calls that should move to it. */
export interface MoveTarget {
  rule: string;
  provider: string;
  model: string;
  share: number;
  requests: Count;
  /** Requests that fit, in percent of requests and of what they cost today. */
  fits_percent: string | null;
  fits_cost_percent: string | null;
  not_fitting: Record<string, Count>;
  /** Fitting as far as known: a fact of the model or the size of the call is missing. */
  unsure: Count;
  /** Fitting, but without a price on the target: they go to the fallback, or stay. */
  unpriced: Count;
  flags: Record<(typeof FLAGS)[number], Count>;
  /** Cheaper than today as long as it needs fewer than so many times the tokens that are taken here. */
  break_even: string | null;
  /** Tokens of the target for one token of each tokenizer in the usage. */
  ratios: { from: string; low: string; mid: string; high: string; status: string }[];
}
