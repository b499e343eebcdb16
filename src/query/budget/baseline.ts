import type { Change, Comparison } from '../baseline/answer.js';
import type { BudgetRow, Verdict } from './answer.js';
import { amountText } from './messages.js';

/** What a comparison is judged by. */
export interface Allowed {
  /** Percent, decimal text. */
  max_increase: string;
  /** The run as a whole has no prices to compare: then tokens decide. */
  priced: boolean;
}

/**
 * A comparison as a row of a check: breached if the cost (or, without prices, the tokens) grew by more than is allowed and the interval
 * says that it grew at all; above what is allowed but within noise it is a warning; nothing to compare decides nothing.
 */
export function baselineRow(found: Comparison, { max_increase, priced }: Allowed): BudgetRow {
  const metric = priced ? 'cost' : 'total_tokens';
  const change = found.changes.find((one) => one.metric === metric);
  const verdict = verdictOn(change, max_increase);
  return {
    rule: 'baseline',
    file: found.baseline.file,
    line: 1,
    level: 'error',
    metric,
    unit: priced ? 'money' : 'tokens',
    currency: 'USD',
    where: [],
    period: `against ${found.baseline.file}`,
    since: null,
    until: null,
    group: {},
    verdict,
    reason: verdict === 'undecided' ? 'no_base' : null,
    message: `baseline: ${sentence(found, change, { verdict, max_increase, unit: priced ? 'money' : 'tokens' })}`,
    exit_code: verdict === 'breach' ? 1 : verdict === 'undecided' ? 4 : 0,
    limit_text: `+${max_increase}% vs baseline`,
    limit: null,
    used: change?.after ?? null,
    used_percent: null,
    unpriced_percent: '0',
    price_age_days: null,
    projected: null,
    projected_low: null,
    projected_high: null,
    projected_percent: null,
    forecast_error_percent: null,
    forecast_trials: 0,
    forecast_note: null,
    used_up_on: null,
    driver: null,
    exception: null,
  };
}

/** Percentages of two places: comparing them as numbers is exact enough. */
function verdictOn(change: Change | undefined, max: string): Verdict {
  if (change === undefined || change.change_percent === null) return 'undecided';
  if (Number(change.change_percent) <= Number(max)) return 'ok';
  return change.low_percent === null || Number(change.low_percent) > 0 ? 'breach' : 'warn';
}

function sentence(
  { cases, case_by, baseline }: Comparison,
  change: Change | undefined,
  { verdict, max_increase, unit }: { verdict: Verdict; max_increase: string; unit: 'money' | 'tokens' },
): string {
  if (change === undefined || change.change_percent === null) {
    return `undecided, no case of ${baseline.file} that used anything occurs in this run (by ${case_by}). Name what tells cases apart with --case, or write the baseline anew.`;
  }
  const { metric, before, after, change_percent, low_percent, high_percent } = change;
  const interval =
    low_percent === null || high_percent === null
      ? 'too few cases for an interval'
      : `95% interval ${signed(low_percent)} to ${signed(high_percent)}`;
  const counted = `${cases.compared} ${cases.compared === 1 ? 'case' : 'cases'}`;
  const begin = verdict === 'breach' ? 'breached, ' : verdict === 'warn' ? 'may be noise, ' : '';
  return `${begin}${metric} ${amountText(after, unit, 'USD')} against ${amountText(before, unit, 'USD')}: ${signed(change_percent)} (${interval}, ${counted}), allowed +${max_increase}%`;
}

/** +15.00% */
export function signed(percent: string): string {
  return `${percent.startsWith('-') ? '' : '+'}${percent}%`;
}
