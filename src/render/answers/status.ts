import type { BudgetLeft, SpentSoFar, Status } from '../../query/status/answer.js';
import { NONE } from '../document.js';
import { valueText } from '../text/metric.js';
import { formatMoney } from '../text/number.js';
import { plain } from '../text/text.js';

/** So many budgets are in a line, those that are used most; JSON has all. */
const SHOWN = 3;

/** One line for a prompt: today, this month, what is left of budgets. `before` is what else the line begins with. */
export function statusLine(status: Status, before: readonly string[] = []): string {
  return `${[...before.map(plain), ...partsOf(status)].join(' · ')}\n`;
}

function partsOf({ state, today, month, budgets, at }: Status): string[] {
  if (state === 'unavailable') return ['llmcost: the database is in use'];
  if (state === 'empty' || today === null || month === null) return ['llmcost: nothing imported yet'];
  const shown = mostUsed(budgets);
  const rest = budgets.length - shown.length;
  return [
    `${spent(today)} today`,
    `${spent(month)} this month`,
    ...shown.map(budgetPart),
    ...(rest > 0 ? [`${rest} more`] : []),
    ...(state === 'stale' ? [`as of ${at.slice(11, 16)} UTC`] : []),
  ];
}

function spent({ cost, rows, unpriced_rows }: SpentSoFar): string {
  if (cost === null) return rows === 0 ? formatMoney('0') : 'unknown cost';
  return `${unpriced_rows === 0 ? '' : '≥ '}${formatMoney(cost)}`;
}

/** The budgets for the line, in their own order. */
function mostUsed(budgets: readonly BudgetLeft[]): BudgetLeft[] {
  const used = budgets.toSorted((a, b) => Number(b.used_percent) - Number(a.used_percent)).slice(0, SHOWN);
  return budgets.filter((one) => used.includes(one));
}

function budgetPart({ rule, group, unit, left, used_percent, lower_bound }: BudgetLeft): string {
  const name = [rule, ...Object.values(group).map((value) => value ?? NONE)].map(plain).join(' ');
  if (left.startsWith('-')) return `${name}: ${valueText(unit, left.slice(1))} over`;
  const most = lower_bound ? '≤ ' : '';
  return `${name}: ${most}${valueText(unit, left)} left (${used_percent.split('.')[0]}% used)`;
}
