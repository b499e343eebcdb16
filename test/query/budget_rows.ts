import { budgetOfOptions } from '../../src/config/budgets.js';
import type { BudgetCheck } from '../../src/query/budget/answer.js';
import { budgetCheck } from '../../src/query/budget/check.js';
import type { Store } from '../../src/store/store.js';
import type { UsageRow } from './usage_rows.js';

export const NOW = new Date('2026-10-15T12:00:00Z');

/** One row a day, from a day to another, both in it, at 10:00. */
export function daily(first: string, last: string, row: (day: string) => UsageRow | undefined): UsageRow[] {
  const rows: UsageRow[] = [];
  for (let time = Date.parse(first); time <= Date.parse(last); time += 86_400_000) {
    const day = new Date(time).toISOString().slice(0, 10);
    const one = row(day);
    if (one !== undefined) rows.push({ occurred_at: `${day} 10:00:00`, ...one });
  }
  return rows;
}

/** Checks one rule; keys as in llmcost.yaml. */
export function check(
  store: Store,
  data: Record<string, unknown>,
  asked: { tz?: string; now?: Date } = {},
): Promise<BudgetCheck> {
  return budgetCheck(store, {
    budgets: [budgetOfOptions(data)],
    tz: asked.tz ?? 'UTC',
    now: asked.now ?? NOW,
    usualPeriod: { kind: 'calendar', unit: 'month' },
    fail_on_warn: false,
  });
}

/** The verdict of each group, by its first value. */
export function verdicts({ rows }: BudgetCheck): Record<string, string> {
  return Object.fromEntries(rows.map(({ group, verdict }) => [Object.values(group)[0] ?? '(none)', verdict]));
}
