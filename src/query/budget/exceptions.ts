import type { Budget } from '../../config/budgets.js';
import type { Limit } from '../../config/limit.js';
import { localDay } from '../scope/time_zone.js';
import type { Circumstances, Rule } from './rule.js';

/** The limit of a group (null is none), and the exception in words if it has one that is not over. */
export function limitFor(
  { budget, dimensions }: Rule,
  key: readonly (string | null)[],
  asked: Circumstances,
): { limit: Limit | null; exception: string | null } {
  const today = localDay(asked.now, asked.tz);
  const held = budget.exceptions.find(
    (one) =>
      !isOver(one.until, today) &&
      dimensions.every(({ name }, index) => one.for[name] === undefined || one.for[name] === (key[index] ?? '(none)')),
  );
  if (held === undefined) return { limit: budget.limit, exception: null };
  const until = held.until === null ? '' : ` until ${held.until}`;
  const note = held.note === null ? '' : `: ${held.note}`;
  return { limit: held.limit, exception: `${held.limit?.text ?? 'no limit'}${until}${note}` };
}

/** The exceptions of a budget that are over, in sentences. */
export function expiredExceptions(
  { name, exceptions }: Budget,
  { now, tz }: Circumstances,
): { code: 'exception_expired'; message: string }[] {
  return exceptions
    .filter(({ until }) => isOver(until, localDay(now, tz)))
    .map((one) => ({
      code: 'exception_expired',
      message: `The exception of ${name} for ${Object.values(one.for).join(', ')} ended on ${one.until}: the usual limit holds.`,
    }));
}

/** The last day of an exception is in it. */
function isOver(until: string | null, today: string): boolean {
  return until !== null && until < today;
}
