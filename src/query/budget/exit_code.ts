import type { Budget } from '../../config/budgets.js';
import type { Verdict } from './verdict.js';

/** Whether warnings fail a check as well, and whether nothing does. */
export interface Strictness {
  fail_on_warn: boolean;
}

/** The exit code one verdict asks for (docs/exit-codes.md): 0, 1 (breached) or 4 (cannot decide). */
export function exitCodeOf(
  verdict: Verdict,
  { level, on_empty }: Pick<Budget, 'level' | 'on_empty'>,
  { fail_on_warn }: Strictness,
): 0 | 1 | 4 {
  if (level === 'warn' && !fail_on_warn) return 0;
  if (verdict === 'breach' || verdict === 'forecast') return 1;
  if (verdict === 'warn') return fail_on_warn ? 1 : 0;
  if (verdict === 'ok') return 0;
  if (verdict === 'no_data' && on_empty !== 'undecided') return on_empty === 'fail' ? 1 : 0;
  return 4;
}

/** The exit code of a check: what is breached comes before what cannot be decided. */
export function worstExit(codes: readonly (0 | 1 | 4)[]): 0 | 1 | 4 {
  if (codes.includes(1)) return 1;
  return codes.includes(4) ? 4 : 0;
}
