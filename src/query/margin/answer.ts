import type { RevenueTerms } from '../../config/revenue.js';
import type { Condition } from '../scope/filter.js';
import type { Period } from '../scope/period.js';
import type { Count, ExchangeNote, Money } from '../scope/values.js';

export interface MarginQuery extends RevenueQuery {
  by: MarginBy;
  where: readonly Condition[];
  /** The margin that is wanted, as a decimal number of percent with two places at most; below 100. */
  target?: string | undefined;
  top?: number | undefined;
}
/**
 * How a group does. Break-even is a margin within 1 % of the revenue; what also earned in a currency without rate is not judged.
 * `undecided`: what has a price leaves a margin, and some usage has none, which could turn it.
 */
export type MarginVerdict =
  | 'profitable'
  | 'break_even'
  | 'underwater'
  | 'undecided'
  | 'no_revenue'
  | 'no_usage'
  | 'unpriced'
  | 'not_converted';
export interface MarginRow {
  kind: 'group' | 'other' | 'total';
  /** How many groups it stands for. */
  groups: Count;
  /** The customer, plan, feature or month; null is not known. */
  key: string | null;
  revenue: Money;
  /** Of the priced usage; null if none of it has a price. */
  cost: Money | null;
  /** false: some usage has no price, so the cost is the least and the margin the most it can be. */
  cost_complete: boolean;
  /** How `cost` is to be read: as it is, or as the least it can be. */
  cost_bound: 'exact' | '≥';
  margin: Money | null;
  /** Of the revenue, two places, half up; null without revenue. */
  margin_percent: string | null;
  /** Of its own revenue; by feature of all revenue, since most revenue names no feature. */
  cost_percent: string | null;
  requests: Count;
  verdict: MarginVerdict;
  /** By customer: the day of the newest month in the period on which the cost passed what the whole month brings in. */
  turned_negative: string | null;
  /** By customer: in how many months of the period that happened. */
  months_negative: Count;
  /** The margin of the first and of the last month of the period that have revenue, where there are two. */
  trend: { first_percent: string; last_percent: string } | null;
  /** With a target: the revenue that would give it at this cost, the cost that would give it at this revenue, and that as a part of the present usage. */
  target: { revenue_needed: Money | null; cost_allowed: Money | null; usage_allowed_percent: string | null } | null;
}
export interface MarginReport {
  schema: 'llmcost.margin/1';
  query: {
    by: MarginBy;
    since: string;
    until: string;
    period: string;
    tz: string;
    where: string[];
    target: string | null;
  };
  price_book: string;
  /** Of all amounts that do not name their own. */
  currency: string;
  /** By which rates USD became it; only where it is not USD. */
  exchange?: ExchangeNote;
  /** The last call before now, of whatever scope; null without usage. */
  data_until: string | null;
  rows: MarginRow[];
  totals: MarginRow;
  /** Revenue in currencies without a rate: in no sum. */
  not_converted: Unconverted[];
  warnings: MarginWarning[];
}

/** What must be known to read margins right, in sentences. */
export interface MarginWarning {
  code:
    | RevenueWarning['code']
    | 'unpriced'
    | 'no_revenue'
    | 'no_usage'
    | 'cost_filtered_only'
    | 'so_far'
    | 'no_feature'
    | 'nothing_known';
  message: string;
}

export interface RevenueQuery {
  /** Half open. Without a beginning it is that of usage and revenue, without an end it ends `now`. */
  period: Period;
  /** IANA, checked. */
  tz: string;
  now: Date;
  /** What llmcost.yaml says (src/config/revenue.ts). */
  terms: RevenueTerms;
}
/** What must be known to read revenue right, in sentences. */
export interface RevenueWarning {
  code: 'counted_once' | 'mixed_revenue' | 'not_converted';
  message: string;
}
/** Revenue in a currency for which there is no rate: beside the sums, never in them. */
export type Unconverted = { customer: string | null; currency: string; amount: Money };
/** What was found in the revenue of a period. */
export interface StagedRevenue {
  /** The bounds that were used, milliseconds since 1970. */
  since: number;
  until: number;
  unconverted: Unconverted[];
  warnings: RevenueWarning[];
}
/** What one customer brought in, in USD, exact. */
export interface CustomerRevenue {
  /** null: the source names nobody. */
  customer: string | null;
  /** '2026-10' or '2026-10-14' where asked for by month or day, else null. */
  time: string | null;
  revenue: Money;
}
export interface RevenueAnswer extends StagedRevenue {
  rows: CustomerRevenue[];
  total: Money;
}

/** What margins can be asked for by. */
export const MARGIN_BY = ['customer', 'plan', 'feature', 'month'] as const;
export type MarginBy = (typeof MARGIN_BY)[number];
