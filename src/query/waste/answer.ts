import type { Condition } from '../scope/filter.js';
import type { Period } from '../scope/period.js';
import type { Count, ExchangeNote, Money } from '../scope/values.js';

export interface WasteQuery {
  period: Period;
  tz: string;
  where: readonly Condition[];
  /** How many of those behind a kind of waste are named. */
  top: number;
  now: Date;
}

/** `certain`: the log says so. `likely`: it follows from times and sizes. `possible`: a rule of thumb, look before you act. */
export type Confidence = 'certain' | 'likely' | 'possible';

export interface Behind {
  customer: string | null;
  feature: string | null;
  model: string | null;
  calls: Count;
  saving: Money;
}

export interface WasteRow {
  category: string;
  title: string;
  confidence: Confidence;
  /** How it was decided, in a sentence. */
  decided: string;
  calls: Count;
  /** What these calls cost. Of retries: all attempts but the one that answered. */
  cost: Money;
  /** The part of it that need not have been paid; exact. */
  saving: Money;
  /** The same for 30 days, half up at 18 places. */
  saving_per_month: Money;
  /** Those with most to save, and how many more there are. */
  behind: Behind[];
  more: Count;
}

/** What caching brought and cost, by provider and model. Money is exact. */
export interface CacheRow {
  provider: string | null;
  model: string | null;
  read_tokens: Count;
  written_tokens: Count;
  written_1h_tokens: Count;
  /** What reads would have cost as ordinary input, less what they cost. */
  saved: Money;
  /** What writes cost beyond ordinary input. */
  paid: Money;
  net: Money;
  /** What writing everything for an hour instead of 5 minutes would save; below 0 it would cost more. Not in any total. */
  one_hour_instead: Money | null;
}

/** A limit on answers that no answer comes near: it costs nothing, but providers reserve it against rate limits. */
export interface LimitRow {
  feature: string | null;
  model: string | null;
  calls: Count;
  max_output_tokens: Count;
  largest_output: Count;
}

export interface WasteReport {
  schema: 'llmcost.waste/1';
  query: { since: string | null; until: string | null; period: string; tz: string; where: string[]; top: number };
  price_book: string;
  /** Of all amounts that do not name their own. */
  currency: string;
  /** By which rates USD became it; only where it is not USD. */
  exchange?: ExchangeNote;
  /** The last call before now, of whatever scope; null without usage. */
  data_until: string | null;
  /** The days that usage spans, which the saving per month is taken from. */
  days: Count;
  rows: WasteRow[];
  /** No call is in two rows, so rows sum up to this. `cost_in_scope` is all usage that was looked at. */
  totals: {
    calls: Count;
    cost: Money;
    saving: Money;
    saving_per_month: Money;
    cost_in_scope: Money;
    share_percent: string | null;
  };
  /** Attempts beyond the first of each logical request, answered or not. */
  retries: { requests: Count; attempts: Count; cost: Money };
  cache: CacheRow[];
  limits: LimitRow[];
  warnings: { code: 'no_usage' | 'unpriced' | 'buckets' | 'no_sessions' | 'cache_unknown'; message: string }[];
}
