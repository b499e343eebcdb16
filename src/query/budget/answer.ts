import type { Budget } from '../../config/budgets.js';
import type { Exchange } from '../../config/exchange.js';
import type { RevenueTerms } from '../../config/revenue.js';
import type { Baseline, Comparison } from '../baseline/answer.js';
import type { CaseKey } from '../baseline/run.js';
import type { Unit } from '../metrics/metric.js';
import type { MetricName } from '../metrics/metrics.js';
import type { Count, ExchangeNote } from '../scope/values.js';
import type { Circumstances } from './rule.js';

/** What is asked of a check. */
export interface BudgetQuery extends Circumstances {
  budgets: readonly Budget[];
  /** Warnings fail the check as well. */
  fail_on_warn: boolean;
  /** A recorded run that the usage in the store is compared with. */
  baseline?: BaselineQuery | undefined;
  /** Rates of the currencies of limits; of those that have none, checking fails. */
  exchanges?: readonly Exchange[] | undefined;
  /** What llmcost.yaml says about revenue; only needed where a limit is a part of it. */
  terms?: RevenueTerms | undefined;
}
/** One group of one rule. Amounts are decimal text in `unit`, exact, but for what is projected. */
export interface BudgetRow {
  rule: string;
  /** Where the rule is written; null for one of the command line. */
  file: string | null;
  line: number | null;
  level: 'error' | 'warn';
  metric: MetricName;
  unit: Unit;
  /** Of its amounts, where they are money: that of the limit. */
  currency: string;
  where: string[];
  period: string;
  since: string | null;
  until: string | null;
  /** Dimension → value; null is missing. Empty for a rule without group_by. */
  group: Record<string, string | null>;
  verdict: Verdict;
  reason: Reason | null;
  /** The verdict in a sentence: who, what was used, the limit, the period, and what to do where it is undecided. */
  message: string;
  /** What this verdict asks of the exit code. */
  exit_code: 0 | 1 | 4;
  limit_text: string;
  limit: string | null;
  used: string | null;
  used_percent: string | null;
  unpriced_percent: string;
  /** How old the oldest list of prices is that its usage is priced by, in days; null where none is. */
  price_age_days: number | null;
  /** null where nothing can be projected; `forecast_note` says so where it is for lack of history. */
  projected: string | null;
  projected_low: string | null;
  projected_high: string | null;
  projected_percent: string | null;
  /** By how many percent earlier projections were wrong. */
  forecast_error_percent: string | null;
  forecast_trials: Count;
  forecast_note: string | null;
  /** The day on which the limit was or will be reached. */
  used_up_on: string | null;
  /** What most of it went to; only where the verdict is not ok. */
  driver: Driver | null;
  exception: string | null;
}
export interface BudgetCheck {
  schema: 'llmcost.budget-check/1';
  query: { at: string; tz: string; rules: string[]; fail_on_warn: boolean };
  price_book: string;
  /** Of all amounts that do not name their own. */
  currency: string;
  /** By which rates USD became it; only where it is not USD. */
  exchange?: ExchangeNote;
  /** The worst of the rows. */
  verdict: Verdict;
  exit_code: 0 | 1 | 4;
  counts: Record<Verdict, number>;
  rows: BudgetRow[];
  /** The comparison with --baseline; its verdict is the row `baseline`. */
  baseline: Comparison | null;
  /** The last call before the time of the check, of whatever scope; null without usage. */
  data_until: string | null;
  warnings: { code: 'exception_expired' | 'data_ends'; message: string }[];
}
/** What to compare with, and how much more is allowed. */
export interface BaselineQuery {
  baseline: Baseline;
  /** How messages call the file. */
  file: string;
  key: CaseKey;
  /** Percent, decimal text. */
  max_increase: string;
}

/** A part of what a group used: a model, a feature, a day. */
export interface ExplainedPart {
  /** null: not known. */
  value: string | null;
  amount: string | null;
  cost: string | null;
  requests: string | null;
}
/** A call that used much of a budget. */
export type ExplainedCall = {
  at: string | null;
  id: string | null;
  model: string | null;
  feature: string | null;
  input_tokens: string;
  output_tokens: string;
  cost: string | null;
};
/** What used a budget up. */
export interface BudgetExplanation {
  schema: 'llmcost.budget-explanation/1';
  query: {
    rule: string;
    group: Record<string, string | null>;
    metric: MetricName;
    unit: Unit;
    period: string;
    at: string;
    tz: string;
  };
  price_book: string;
  /** Of all amounts that do not name their own. */
  currency: string;
  /** By which rates USD became it; only where it is not USD. */
  exchange?: ExchangeNote;
  used: string | null;
  /** Parts by day (in order), and by what else usage is marked with (the largest first). */
  parts: { by: string; rows: ExplainedPart[] }[];
  /** The dearest calls, ten at most. */
  calls: ExplainedCall[];
}

/** What the largest part of a group's usage went to. */
export interface Driver {
  dimension: string;
  value: string | null;
  /** Of what the group used, two places, half up. */
  share_percent: string;
}

/** What a check finds of a group: `no_data` and `undecided` are no ok. */
export type Verdict = 'ok' | 'warn' | 'forecast' | 'breach' | 'no_data' | 'undecided';
/** Why a verdict is what it is, where the numbers do not tell. */
export type Reason =
  | 'no_usage'
  | 'not_known'
  | 'no_base'
  | 'not_converted'
  | 'no_rate'
  | 'open'
  | 'unpriced'
  | 'unknown_requests'
  | 'stale'
  | 'no_forecast';
