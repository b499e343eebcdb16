import type { MarginReport, MarginRow, MarginWarning, StagedRevenue } from './answer.js';

interface Findings {
  by: MarginReport['query']['by'];
  rows: readonly MarginRow[];
  totals: MarginRow;
  staged: StagedRevenue;
  /** Filters that only usage can fulfil. */
  unfiltered: readonly string[];
  /** The period is not over. */
  cut: boolean;
}

const NAMES_SHOWN = 10;

export function marginWarnings({ by, rows, totals, staged, unfiltered, cut }: Findings): MarginWarning[] {
  const notes: MarginWarning[] = [...staged.warnings];
  if (totals.verdict === 'no_revenue' && totals.requests === 0) {
    notes.push({
      code: 'nothing_known',
      message:
        'There is no revenue and no usage in this scope. Widen it (--period all), or import something: llmcost import <files>.',
    });
  } else if (totals.verdict === 'no_revenue') {
    notes.push({
      code: 'no_revenue',
      message:
        'No revenue is known in this scope. Import invoices or payments (llmcost import <files>), or give customers their plans in llmcost.yaml: plans: {pro: 49 USD/month}, customers: {acme: pro}.',
    });
  }
  if (!totals.cost_complete) {
    notes.push({
      code: 'unpriced',
      message:
        'Some usage has no price: costs marked ≥ are the least they can be, and their margins the most; undecided is what its cost could turn. llmcost report names the models.',
    });
  }
  if (by === 'customer') notes.push(...withoutCounterpart(rows, totals));
  if (by === 'feature' && rows.some(({ key, revenue }) => key === null && /[1-9]/.test(revenue))) {
    notes.push({
      code: 'no_feature',
      message: 'Revenue that names no feature stands in the line (none); cost % is the part of all revenue.',
    });
  }
  if (unfiltered.length > 0) {
    notes.push({
      code: 'cost_filtered_only',
      message: `Revenue knows customers only: ${unfiltered.join(' and ')} chooses usage, and the revenue is that of all of it.`,
    });
  }
  if (cut) notes.push({ code: 'so_far', message: 'The period is not over: revenue and cost are those up to now.' });
  return notes;
}

/** Customers with cost and no revenue, and the reverse. */
function withoutCounterpart(rows: readonly MarginRow[], totals: MarginRow): MarginWarning[] {
  if (totals.verdict === 'no_revenue') return [];
  const named = (verdict: MarginRow['verdict']) =>
    rows.filter((row) => row.kind === 'group' && row.verdict === verdict).map(({ key }) => key ?? '(none)');
  const [poor, silent] = [named('no_revenue'), named('no_usage')];
  return [
    ...(poor.length === 0 ? [] : [{ code: 'no_revenue' as const, message: `Cost but no revenue: ${listed(poor)}.` }]),
    ...(silent.length === 0
      ? []
      : [{ code: 'no_usage' as const, message: `Revenue but no usage: ${listed(silent)}.` }]),
  ];
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? `${names.slice(0, NAMES_SHOWN).join(', ')} and ${more} more` : names.join(', ');
}
