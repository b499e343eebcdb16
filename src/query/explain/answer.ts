import type { Effect, EffectPart } from '../effects/effects.js';
import type { Condition } from '../scope/filter.js';
import type { Bounded } from '../scope/period.js';
import type { Count, ExchangeNote, Money } from '../scope/values.js';

/** By what the biggest contributions are told. */
export const MEMBER_OF = ['customer', 'feature', 'model'] as const;

export interface ExplainQuery {
  before: Bounded;
  after: Bounded;
  /** IANA, checked. */
  tz: string;
  where: readonly Condition[];
  now: Date;
  /** The periods are those before now, and move to where usage ends where there is none in them. */
  floating?: boolean | undefined;
}

/** What a customer, feature or model has to do with one part of the change, and how it was used. */
export interface Contribution {
  of: (typeof MEMBER_OF)[number];
  /** null: not known. */
  name: string | null;
  amount: Money;
  before: Used;
  after: Used;
}

/** How something was used in one of the periods; sums over its priced calls. */
export interface Used {
  /** null where some rows do not tell how many they stand for. */
  requests: Count | null;
  /** Attempts beyond the first: not among the requests, nor the tokens. */
  retries: Count;
  input_tokens: Count;
  cached_tokens: Count;
  output_tokens: Count;
}

/** A part of the change. */
export interface ExplainPart extends EffectPart {
  /** Of the cost before; two places, half up. */
  percent: string;
  /** What this part of two such sums differs by anyway, in 199 of 200 cases, an estimate in USD; null where the time before is too short to tell. */
  scatter: string | null;
  /** It is larger than that, and 2 % of the cost before. */
  stands_out: boolean;
  /** The biggest contributions, three at most of each kind, the biggest first. */
  contributions: Contribution[];
}

/** A stretch of time whose cost lies furthest above that of its like before. */
export interface Peak {
  /** 'YYYY-MM-DD', or 'YYYY-MM-DD HH:00' of a day. */
  time: string;
  cost: Money;
  /** Beyond what the same weekday, or hour, cost before; on average of all if there was none. */
  above: Money;
  /** Who spent most of it. */
  customer: string | null;
  feature: string | null;
  model: string | null;
}

export interface ExplainReport {
  schema: 'llmcost.explain/1';
  query: { before: Spanned; after: Spanned; tz: string; where: string[] };
  price_book: string;
  /** Of all amounts that do not name their own. */
  currency: string;
  /** By which rates USD became it; only where it is not USD. */
  exchange?: ExchangeNote;
  cost_before: Money;
  cost_after: Money;
  change: Money;
  change_percent: string;
  /** They sum to the change to the last digit; all of them, in the order of EFFECTS. */
  parts: ExplainPart[];
  /** Those that stand out, the biggest first; empty where nothing does. */
  causes: Effect[];
  /** What a sum of these periods differs by anyway, in 199 of 200 cases; null where the time before is too short to tell. */
  scatter: { usd: string; from: 'days' | 'hours'; count: Count } | null;
  peaks: Peak[];
  /** The answer in sentences. */
  sentences: string[];
  /** false: some rows do not tell how many requests they stand for, and tokens take the place of requests in all parts. */
  requests_known: boolean;
  /** The last call before now, of whatever scope; null without usage. */
  data_until: string | null;
  warnings: {
    code: 'unpriced' | 'unknown_requests' | 'many_customers' | 'lengths_differ' | 'no_scatter' | 'data_ends';
    message: string;
  }[];
}

interface Spanned {
  since: string;
  until: string;
  label: string;
}
